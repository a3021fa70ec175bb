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
	// Sweep deletes or erases at most limit things whose time has passed and says how many. nil: the
	// room does it by its own clock and notes it with [Access.RetainedTx].
	Sweep func(tx *store.Tx, limit int) (done int, err error)
}

const sweepLimit = 200

// RetainTx carries out every rule once, a limited number of deletions each, and keeps a record of
// what was done. It is meant to run every few minutes.
func (a *Access) RetainTx(tx *store.Tx) error {
	for _, r := range a.rules {
		if r.Sweep == nil {
			continue
		}
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

// RetainedTx notes that a room removed so many things by a rule of its own clock.
func (a *Access) RetainedTx(tx *store.Tx, rule string, done int) error {
	return insertRetention(tx, rule, done)
}

// Retained is one line of the record of retention.
type Retained struct {
	Rule string
	At   int64 // microseconds, see store.Time
	Done int64
}

// RetainedByRule returns, for every rule that ever removed something, its last run and how much it
// removed in all.
func (a *Access) RetainedByRule(ctx context.Context) (by map[string]Retained, err error) {
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		list, err := retainedByRule(tx)
		by = map[string]Retained{}
		for _, r := range list {
			by[r.Rule] = r
		}
		return err
	})
	return by, err
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
