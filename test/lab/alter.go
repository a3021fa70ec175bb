package lab

import (
	"database/sql"
	"fmt"
	"path/filepath"

	_ "modernc.org/sqlite" // the database of a demonstration
)

// Alter changes one row of the node's database behind its back.
func (t *Town) Alter(query string) error {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.Dir, "lancar.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer db.Close()
	res, err := db.Exec(query)
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n != 1 {
		return fmt.Errorf("%d rows were altered, not 1", n)
	}
	return nil
}
