package access

import (
	"context"
	"fmt"

	"lancar"
	"lancar/internal/store"
)

// Rule is something a room must not keep for ever.
type Rule struct {
	Name  string      // "casework.drafts"
	Words lancar.Text // what is deleted and when, for the data protection officer
	// Sweep deletes or erases at most limit things whose time has passed and says how many.
	Sweep func(tx *store.Tx, limit int) (done int, err error)
}

const sweepLimit = 200

// RetainTx carries out every rule once, a limited number of deletions each, and keeps a record of
// what was done. It is meant to run every few minutes.
func (a *Access) RetainTx(tx *store.Tx) error {
	for _, r := range a.rules {
		n, err := r.Sweep(tx, sweepLimit)
		if err != nil {
			return fmt.Errorf("retention %s: %w", r.Name, err)
		}
		if n > 0 {
			if err := insertRetention(tx, r.Name, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// Retained is one line of the record of retention.
type Retained struct {
	Rule string
	At   int64 // microseconds, see store.Time
	Done int64
}

// Rules returns what is registered; Retention what was done last, newest first.
func (a *Access) Rules() []Rule { return a.rules }

// Retention returns the last hundred runs in which something was deleted, newest first.
func (a *Access) Retention(ctx context.Context) (list []Retained, err error) {
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		list, err = selectRetention(tx)
		return err
	})
	return list, err
}
