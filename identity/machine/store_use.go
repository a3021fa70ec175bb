package machine

import (
	"time"

	"lancar"
	"lancar/internal/store"
)

// takeBudget takes n calls of a span's slot; false when that were more than most.
func takeBudget(tx *store.Tx, id lancar.ID, w span, slot int64, n, most int) (bool, error) {
	if n > most {
		return false, nil
	}
	done, err := tx.Exec(`INSERT INTO identity_machine_budgets (machine, span, slot, taken, ends_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (machine, span, slot) DO UPDATE SET taken = identity_machine_budgets.taken + $4 WHERE identity_machine_budgets.taken + $4 <= $6`,
		string(id), w.name, slot, n, store.Micros(w.ends(slot)), most)
	return done == 1, err
}

func giveBudget(tx *store.Tx, key leaseKey, l lease) error {
	return tx.Queue(`UPDATE identity_machine_budgets SET taken = taken - $1 WHERE machine = $2 AND span = $3 AND slot = $4`, l.left, string(key.machine), key.span, l.slot)
}

// spentOf is how much of a slot is taken.
func spentOf(tx *store.Tx, id lancar.ID, w span, slot int64) (n int64, err error) {
	err = tx.QueryRow(`SELECT taken FROM identity_machine_budgets WHERE machine = $1 AND span = $2 AND slot = $3`, string(id), w.name, slot).Scan(&n)
	if err == store.ErrNone {
		return 0, nil
	}
	return n, err
}

func addCalls(tx *store.Tx, id lancar.ID, at hourScope, n int64) error {
	return tx.Queue(`INSERT INTO identity_machine_use (machine, hour, scope, n) VALUES ($1, $2, $3, $4)
		ON CONFLICT (machine, hour, scope) DO UPDATE SET n = identity_machine_use.n + excluded.n`, string(id), at.hour, at.scope, n)
}

// addNets returns the networks that were not known before.
func addNets(tx *store.Tx, id lancar.ID, nets map[string]time.Time) (fresh []string, err error) {
	for net, at := range nets {
		n, err := tx.Exec(`INSERT INTO identity_machine_nets (machine, net, first_at, last_at) VALUES ($1, $2, $3, $3) ON CONFLICT DO NOTHING`, string(id), net, store.Micros(at))
		if err != nil {
			return nil, err
		}
		if n == 1 {
			fresh = append(fresh, net)
		} else if err := tx.Queue(`UPDATE identity_machine_nets SET last_at = $1 WHERE machine = $2 AND net = $3 AND last_at < $1`, store.Micros(at), string(id), net); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

func touchKey(tx *store.Tx, id lancar.ID, thumb string, at time.Time) error {
	return tx.Queue(`UPDATE identity_machine_keys SET last_used = $1 WHERE machine = $2 AND thumb = $3 AND last_used < $1`, store.Micros(at), string(id), thumb)
}

func touchMachine(tx *store.Tx, id lancar.ID, at time.Time) error {
	return tx.Queue(`UPDATE identity_machines SET last_used = $1, unused_at = 0 WHERE id = $2 AND last_used < $1`, store.Micros(at), string(id))
}

// calls is one hour's use of one scope.
type calls struct {
	hourScope
	n int64
}

// history is what a machine used since an instant, oldest first.
func history(tx *store.Tx, id lancar.ID, since time.Time) ([]calls, error) {
	return store.All(tx, func(s store.Scanner) (c calls, err error) {
		err = s.Scan(&c.hour, &c.scope, &c.n)
		return c, err
	}, `SELECT hour, scope, n FROM identity_machine_use WHERE machine = $1 AND hour >= $2 ORDER BY hour, scope`, string(id), hourOf(since))
}

// insertAlarm is false when this rule rang today already.
func insertAlarm(tx *store.Tx, a Alarm) (bool, error) {
	n, err := tx.Exec(`INSERT INTO identity_machine_alarms (machine, day, rule, at, seen, usual) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		string(a.Machine), spans()[1].slot(a.At), string(a.Rule), store.Micros(a.At), a.Seen, a.Usual)
	return n == 1, err
}

func selectAlarms(tx *store.Tx, id lancar.ID) ([]Alarm, error) {
	return store.All(tx, func(s store.Scanner) (a Alarm, err error) {
		var at int64
		err = s.Scan((*string)(&a.Machine), (*string)(&a.Rule), &at, &a.Seen, &a.Usual)
		a.At = store.Time(at)
		return a, err
	}, `SELECT machine, rule, at, seen, usual FROM identity_machine_alarms WHERE machine = $1 ORDER BY day DESC, rule LIMIT 50`, string(id))
}

// sweepUse deletes whole machines' old hours, at most limit machines at once.
func sweepUse(tx *store.Tx, before time.Time, limit int) (int, error) {
	old := `machine IN (SELECT DISTINCT machine FROM identity_machine_use WHERE hour < $1 LIMIT $2)`
	n, err := tx.Exec(`DELETE FROM identity_machine_use WHERE hour < $1 AND `+old, hourOf(before), limit)
	if err != nil {
		return 0, err
	}
	if err := tx.Queue(`DELETE FROM identity_machine_nets WHERE last_at < $1`, store.Micros(before)); err != nil {
		return 0, err
	}
	if err := tx.Queue(`DELETE FROM identity_machine_alarms WHERE at < $1`, store.Micros(before)); err != nil {
		return 0, err
	}
	return int(n), tx.Queue(`DELETE FROM identity_machine_budgets WHERE ends_at < $1`, store.Micros(tx.Now.Add(-48*time.Hour)))
}
