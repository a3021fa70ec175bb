package machine

import (
	"lancar"
	"lancar/internal/store"
)

// due are machines that are not over and match a condition of this file's callers.
func due(tx *store.Tx, condition string, args ...any) ([]sealed, error) {
	return store.All(tx, scanMachine, `SELECT `+columns+` FROM identity_machines WHERE state NOT IN ('stopped', 'expired') AND `+condition+` ORDER BY id LIMIT 100`, args...)
}

// deserted are offices' machines whose owner holds no role there.
func deserted(tx *store.Tx) ([]sealed, error) {
	return due(tx, `state IN ('active', 'paused') AND kind <> 'agent' AND NOT EXISTS
		(SELECT 1 FROM identity_roles r WHERE r.account = identity_machines.owner AND r.region = identity_machines.region AND r.agency = identity_machines.agency)`)
}

// ofClosed are agents whose person's account is closed.
func ofClosed(tx *store.Tx) ([]sealed, error) {
	return due(tx, `kind = 'agent' AND EXISTS (SELECT 1 FROM identity_accounts a WHERE a.id = identity_machines.owner AND a.closed_at <> 0)`)
}

func updateUnused(tx *store.Tx, id lancar.ID) error {
	return tx.Queue(`UPDATE identity_machines SET unused_at = $1 WHERE id = $2`, store.Micros(tx.Now), string(id))
}

func insertReview(tx *store.Tx, r Signed) error {
	return tx.Queue(`INSERT INTO identity_machine_reviews (machine, at, owner, level, verdict, before_scopes, after_scopes) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		string(r.Machine), store.Micros(r.At), string(r.Owner), r.Level, string(r.Verdict), join(r.Before), join(r.After))
}

func selectReviews(tx *store.Tx, id lancar.ID) ([]Signed, error) {
	return store.All(tx, func(s store.Scanner) (r Signed, err error) {
		var at, level int64
		var before, after string
		err = s.Scan((*string)(&r.Machine), &at, (*string)(&r.Owner), &level, (*string)(&r.Verdict), &before, &after)
		r.At, r.Level, r.Before, r.After = store.Time(at), int(level), split(before), split(after)
		return r, err
	}, `SELECT machine, at, owner, level, verdict, before_scopes, after_scopes FROM identity_machine_reviews WHERE machine = $1 ORDER BY at DESC LIMIT 20`, string(id))
}
