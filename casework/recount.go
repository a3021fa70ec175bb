package casework

import (
	"context"
	"errors"

	"lancar"
	"lancar/internal/store"
)

// recountMax bounds how many cases of a region are counted again in one transaction.
const recountMax = 200

// Recompute derives the deadlines of a region's open cases again under its present calendar. A
// deadline that moves is an event of its case, which says what it was before. It returns how many
// moved.
func (c *Cases) Recompute(ctx context.Context, code string) (moved int, err error) {
	r := c.regions.ByCode(code)
	if r == nil {
		return 0, errNotFound()
	}
	hash := r.Calendar().Hash()
	for after := lancar.ID(""); ; {
		var open []place
		err := c.db.Read(ctx, func(tx *store.Tx) (err error) {
			open, err = running(tx, code, after, recountMax)
			return err
		})
		if err != nil {
			return moved, err
		}
		for _, w := range open {
			did, err := c.recount(ctx, w, hash)
			if err != nil {
				return moved, err
			}
			if did {
				moved++
			}
			after = w.id
		}
		if len(open) < recountMax {
			break
		}
	}
	return moved, c.db.Write(ctx, func(tx *store.Tx) error {
		return tx.Queue(`INSERT INTO casework_calendars (region, hash, at) VALUES ($1, $2, $3)
			ON CONFLICT (region) DO UPDATE SET hash = excluded.hash, at = excluded.at`, code, hash, store.Micros(tx.Now))
	})
}

func (c *Cases) recount(ctx context.Context, w place, hash string) (moved bool, err error) {
	for {
		err = c.db.Write(ctx, func(tx *store.Tx) error {
			moved, err = c.recountTx(tx, w, hash)
			return err
		})
		if !isMoved(err) {
			return moved, err
		}
	}
}

func (c *Cases) recountTx(tx *store.Tx, w place, hash string) (bool, error) {
	d, err := c.byID(tx, w.region, w.id)
	if err != nil || !d.status.State.ClockRuns() || d.calendar() == hash {
		return false, err
	}
	clock, err := c.clock(d)
	if err != nil || store.Micros(clock.At) == d.status.Due {
		return false, err
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return false, err
	}
	to := d.status
	to.Due = store.Micros(clock.At)
	if to.Escalated == 0 {
		to.Wake = to.Due
	}
	return true, c.write(tx, d, key, change{kind: recounted, actor: lancar.TheSystem("casework.calendar"), to: to, plain: plain{Calendar: hash, Before: d.status.Due}})
}

// calendar is the hash of the calendar under which the deadline was last counted.
func (d *dossier) calendar() string {
	for i := len(d.events) - 1; i >= 0; i-- {
		if h := d.events[i].Plain.Calendar; h != "" {
			return h
		}
	}
	return ""
}

// running lists the cases of a region whose clock may run.
func running(tx *store.Tx, code string, after lancar.ID, limit int) ([]place, error) {
	return store.All(tx, scanPlace, `SELECT region, id, wake_at FROM casework_cases WHERE region = $1 AND id > $2 AND complete_at > 0 AND closed_at = 0 ORDER BY id LIMIT $3`,
		code, string(after), int64(limit))
}

// RecomputeAll recounts every region whose calendar is not the one under which its deadlines were
// last derived. app calls it when the node starts, after the packs were loaded.
func (c *Cases) RecomputeAll(ctx context.Context) (moved int, err error) {
	var known map[string]string
	err = c.db.Read(ctx, func(tx *store.Tx) (err error) {
		known, err = countedWith(tx)
		return err
	})
	var errs []error
	for code, hash := range known {
		if r := c.regions.ByCode(code); r != nil && r.Calendar().Hash() != hash {
			n, err := c.Recompute(ctx, code)
			moved += n
			errs = append(errs, err)
		}
	}
	return moved, errors.Join(append(errs, err)...)
}

// countedWith gives, for every region that has cases, the calendar of its deadlines: "" where
// none was written down yet.
func countedWith(tx *store.Tx) (map[string]string, error) {
	type pair struct{ region, hash string }
	rows, err := store.All(tx, func(s store.Scanner) (p pair, err error) {
		var hash *string
		if err = s.Scan(&p.region, &hash); hash != nil {
			p.hash = *hash
		}
		return p, err
	}, `SELECT c.region, k.hash FROM (SELECT DISTINCT region FROM casework_cases) c LEFT JOIN casework_calendars k ON k.region = c.region`)
	out := map[string]string{}
	for _, r := range rows {
		out[r.region] = r.hash
	}
	return out, err
}
