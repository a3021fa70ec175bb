package identity

import (
	"lancar"
	"lancar/internal/store"
)

// datedAccount is an account with the instant it was made.
type datedAccount struct {
	accountRow
	created int64
}

func accountsAfter(tx *store.Tx, after lancar.ID, limit int) ([]datedAccount, error) {
	return store.All(tx, func(s store.Scanner) (a datedAccount, err error) {
		err = s.Scan((*string)(&a.ID), (*string)(&a.Kind), &a.Subject, &a.Lang, &a.sealed, &a.created)
		return a, err
	}, `SELECT `+accountColumns+`, created_at FROM identity_accounts WHERE closed_at = 0 AND id > $1 ORDER BY id LIMIT $2`, string(after), int64(limit))
}
