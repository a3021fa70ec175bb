package notify

import (
	"context"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// Trouble is a delivery that failed or has failed so far. It names nobody.
type Trouble struct {
	Region   string
	ID       lancar.ID
	Channel  Channel
	State    string // "failed" for good, or "queued" to be tried again
	Attempts int64
	Reason   string
	At       time.Time // when it was queued
	Changed  time.Time // the last attempt
}

// Troubles lists deliveries in trouble, last changed first.
func (n *Notify) Troubles(ctx context.Context, limit int) (list []Trouble, err error) {
	err = n.db.Read(ctx, func(tx *store.Tx) error {
		list, err = selectTroubles(tx, limit)
		return err
	})
	return list, err
}

// keep is how long messages stay in an inbox.
const keep = 2 * 365 * 24 * time.Hour

// Retention deletes messages after two years.
func (n *Notify) Retention() access.Rule {
	return access.Rule{
		Name:  "notify.messages",
		Words: lancar.Text{"id": "Pesan dihapus setelah dua tahun", "en": "Messages are deleted after two years"},
		Sweep: func(tx *store.Tx, limit int) (int, error) { return deleteBefore(tx, tx.Now.Add(-keep), limit) },
	}
}
