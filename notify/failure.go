package notify

import (
	"context"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// Failure is a delivery that failed, for good or so far. It names nobody.
type Failure struct {
	Region   string
	ID       lancar.ID
	Channel  Channel
	Final    bool // not tried again
	Attempts int64
	Error    string
	At       time.Time // when it was queued
	Last     time.Time // the last attempt
}

// Failures lists deliveries in trouble, last tried first.
func (n *Notify) Failures(ctx context.Context, limit int) (list []Failure, err error) {
	err = n.db.Read(ctx, func(tx *store.Tx) error {
		list, err = selectFailures(tx, limit)
		return err
	})
	return list, err
}

const (
	keepMessage = 2 * 365 * 24 * time.Hour
	keepSecret  = 24 * time.Hour
)

// Retention deletes messages after two years and codes after a day.
func (n *Notify) Retention() access.Rule {
	return access.Rule{
		Name:  "notify.messages",
		Words: lancar.Text{"id": "Pesan dihapus setelah dua tahun, kode setelah satu hari", "en": "Messages are deleted after two years, codes after a day"},
		Sweep: func(tx *store.Tx, limit int) (int, error) {
			codes, err := deleteBefore(tx, true, tx.Now.Add(-keepSecret), limit)
			if err != nil {
				return 0, err
			}
			messages, err := deleteBefore(tx, false, tx.Now.Add(-keepMessage), limit)
			return codes + messages, err
		},
	}
}
