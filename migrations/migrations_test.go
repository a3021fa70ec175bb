package migrations_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

var update = flag.Bool("update", false, "write schema.sql anew")

// schema.sql is the whole schema on one page, as the migrations leave it.
func TestSchemaIsWhatTheMigrationsMake(t *testing.T) {
	db := storetest.Open(t)
	var b strings.Builder
	b.WriteString("-- The whole schema, made from the migrations by: go test ./migrations -update\n")
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		statements, err := store.All(tx, func(s store.Scanner) (sql string, err error) { return sql, s.Scan(&sql) },
			"SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'sqlite_sequence' ORDER BY tbl_name, type DESC, name")
		for _, s := range statements {
			b.WriteString("\n" + s + ";\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("schema.sql", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(golden), b.String()); diff != "" {
		t.Errorf("schema.sql is not what the migrations make (go test ./migrations -update): %s", diff)
	}
}
