package casework

import (
	"context"
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/publiclog"
)

// Absence is one time that an officer was taken out of draws, or back in.
type Absence struct {
	Account lancar.ID
	Absent  bool
	By      lancar.ID
	At      time.Time
	Leaf    lancar.ID
}

// SetAbsent takes an officer out of draws, or back in; while they are absent their open cases are
// drawn again. Who said so stands in the history and, as a private leaf, in the region's log:
// leaving one officer present is choosing who decides. Saying again what stands changes nothing.
func (c *Cases) SetAbsent(ctx context.Context, by lancar.Actor, region string, officer lancar.ID, absent bool) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		changed, err := setAbsent(tx, region, officer, absent)
		if err != nil || !changed {
			return err
		}
		if err := c.keepAbsence(tx, by, region, officer, absent); err != nil || !absent {
			return err
		}
		return c.enqueueRedraws(tx, region, officer)
	})
}

func setAbsent(tx *store.Tx, region string, officer lancar.ID, absent bool) (bool, error) {
	if absent {
		n, err := tx.Exec(`INSERT INTO casework_absent (region, account, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			region, string(officer), store.Micros(tx.Now))
		return n == 1, err
	}
	n, err := tx.Exec(`DELETE FROM casework_absent WHERE region = $1 AND account = $2`, region, string(officer))
	return n == 1, err
}

func (c *Cases) keepAbsence(tx *store.Tx, by lancar.Actor, region string, officer lancar.ID, absent bool) error {
	record, err := publiclog.Canonical(map[string]any{"kind": "absence", "region": region, "officer": string(officer),
		"absent": absent, "by": string(by.ID), "at": store.Micros(tx.Now)})
	if err != nil {
		return err
	}
	leaf, err := c.log.AppendTx(tx, region, publiclog.Leaf{Kind: publiclog.Private, Record: record})
	if err != nil {
		return err
	}
	out := int64(0)
	if absent {
		out = 1
	}
	return tx.Queue(`INSERT INTO casework_absences (region, id, account, absent, by_account, at, record, nonce, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		region, string(lancar.NewID(tx.Now)), string(officer), out, string(by.ID), store.Micros(tx.Now), record, leaf.Nonce, string(leaf.Leaf))
}

// Absences is the history of a region's officers, newest first, at most limit.
func (c *Cases) Absences(ctx context.Context, region string, limit int) (list []Absence, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = store.All(tx, func(s store.Scanner) (Absence, error) {
			var a Absence
			var out, at int64
			err := s.Scan((*string)(&a.Account), &out, (*string)(&a.By), &at, (*string)(&a.Leaf))
			a.Absent, a.At = out == 1, store.Time(at)
			return a, err
		}, `SELECT account, absent, by_account, at, leaf FROM casework_absences WHERE region = $1 ORDER BY id DESC LIMIT $2`, region, int64(limit))
		return err
	})
	return list, err
}
