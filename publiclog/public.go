package publiclog

import (
	"lancar"
	"lancar/internal/store"
)

// PublicTx calls fn with the record of every public leaf of a region, in the order of their ids,
// also of those that wait for their index.
func (l *Log) PublicTx(tx *store.Tx, region string, fn func(leaf lancar.ID, record []byte) error) error {
	for after := ""; ; {
		page, err := store.All(tx, func(s store.Scanner) (r row, err error) {
			return r, s.Scan((*string)(&r.ID), &r.Body)
		}, "SELECT id, body FROM publiclog_leaves WHERE region = $1 AND kind = 'public' AND id > $2 ORDER BY id LIMIT $3", region, after, int64(fsckPage))
		if err != nil {
			return err
		}
		for _, r := range page {
			if err := fn(r.ID, r.Body); err != nil {
				return err
			}
			after = string(r.ID)
		}
		if len(page) < fsckPage {
			return nil
		}
	}
}

// HasTx says whether a region's log has this leaf, with an index or still waiting for one.
func (l *Log) HasTx(tx *store.Tx, region string, leaf lancar.ID) (bool, error) {
	var id string
	err := tx.QueryRow("SELECT id FROM publiclog_leaves WHERE region = $1 AND id = $2", region, string(leaf)).Scan(&id)
	if err == store.ErrNone {
		return false, nil
	}
	return err == nil, err
}
