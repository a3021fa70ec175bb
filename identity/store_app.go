package identity

import (
	"time"

	"lancar"
	"lancar/internal/store"
)

type appRow struct {
	secret    []byte // sealed
	level     Level
	step      int64 // the last one used
	confirmed time.Time
}

func appOf(tx *store.Tx, account lancar.ID) (a appRow, err error) {
	var confirmed int64
	err = tx.QueryRow(`SELECT secret, level, step, confirmed_at FROM identity_totp WHERE account = $1`, string(account)).Scan(&a.secret, (*int)(&a.level), &a.step, &confirmed)
	a.confirmed = store.Time(confirmed)
	return a, err
}

// insertApp keeps a secret in place of one that was never confirmed; false if one was.
func insertApp(tx *store.Tx, s Session, secret []byte) (bool, error) {
	n, err := tx.Exec(`INSERT INTO identity_totp (account, secret, level, step, added_at, confirmed_at) VALUES ($1, $2, $3, 0, $4, 0)
		ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, level = excluded.level, step = 0, added_at = excluded.added_at WHERE identity_totp.confirmed_at = 0`,
		string(s.Account), secret, int64(s.Level), store.Micros(tx.Now))
	return n == 1, err
}

func confirmApp(tx *store.Tx, account lancar.ID) error {
	return tx.Queue(`UPDATE identity_totp SET confirmed_at = $2 WHERE account = $1`, string(account), store.Micros(tx.Now))
}

// useApp spends a step; false if another spent one since.
func useApp(tx *store.Tx, account lancar.ID, before, step int64) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_totp SET step = $3 WHERE account = $1 AND step = $2`, string(account), before, step)
	return n == 1, err
}

func deleteApp(tx *store.Tx, account lancar.ID) error {
	return tx.Queue(`DELETE FROM identity_totp WHERE account = $1`, string(account))
}

func browserKnown(tx *store.Tx, account lancar.ID, mark string) (bool, error) {
	var at int64
	err := tx.QueryRow(`SELECT last_at FROM identity_browsers WHERE account = $1 AND mark = $2`, string(account), mark).Scan(&at)
	if err == store.ErrNone {
		return false, nil
	}
	return err == nil, err
}
