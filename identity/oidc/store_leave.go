package oidc

import (
	"lancar"
	"lancar/internal/store"
)

// grantsLeft are the grants of an account whose session is no longer there, those that ended at an instant
// (in microseconds, 0 for none) among them. One whose tokens have run
// out counts as well: the app may go on showing the person as signed in.
func grantsLeft(tx *store.Tx, account lancar.ID, ended int64) ([]lancar.ID, error) {
	return store.All(tx, func(s store.Scanner) (id lancar.ID, err error) {
		err = s.Scan((*string)(&id))
		return id, err
	}, `SELECT g.id FROM identity_grants g LEFT JOIN identity_sessions s ON s.id = g.session AND s.ends_at > $2
		WHERE g.account = $1 AND (g.ended_at = 0 OR g.ended_at = $3) AND g.session <> '' AND s.id IS NULL ORDER BY g.id`, string(account), store.Micros(tx.Now), ended)
}

// leaveSession cuts an offline grant from the sign-in it came of.
func leaveSession(tx *store.Tx, id lancar.ID) error {
	return tx.Queue(`UPDATE identity_grants SET session = '' WHERE id = $1`, string(id))
}
