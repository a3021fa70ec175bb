package identity

import (
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/notify"
)

// wayRow is a contact as it is kept: sealed, and masked once it was opened for who may.
type wayRow struct {
	ID, Masked  string
	Channel     notify.Channel
	Register    bool
	Since, Ends time.Time
	sealed      []byte
}

func waysOf(tx *store.Tx, account lancar.ID) ([]wayRow, error) {
	return store.All(tx, func(s store.Scanner) (r wayRow, err error) {
		var register, proven, ends int64
		err = s.Scan(&r.ID, (*string)(&r.Channel), &r.sealed, &register, &proven, &ends)
		r.Register, r.Since, r.Ends = register == 1, store.Time(proven), store.Time(ends)
		return r, err
	}, `SELECT hash, channel, sealed, register, added_at, ends_at FROM identity_contacts WHERE account = $1 AND ended_at = 0 AND proven_at > 0 ORDER BY added_at, hash`, string(account))
}

func updateWay(tx *store.Tx, account lancar.ID, hash string, ends time.Time) error {
	return tx.Queue(`UPDATE identity_contacts SET ends_at = $3 WHERE account = $1 AND hash = $2 AND ended_at = 0`, string(account), hash, store.Micros(ends))
}

func endWay(tx *store.Tx, account lancar.ID, hash string) error {
	return tx.Queue(`UPDATE identity_contacts SET ended_at = $3, ends_at = 0 WHERE account = $1 AND hash = $2 AND ended_at = 0`, string(account), hash, store.Micros(tx.Now))
}

// holdAccount takes an account's row until the commit.
func holdAccount(tx *store.Tx, account lancar.ID) error {
	_, err := tx.Exec(`UPDATE identity_accounts SET closed_at = closed_at WHERE id = $1`, string(account))
	return err
}

// contactAdded is since when an account has a contact that was proved, zero if it has none such.
func contactAdded(tx *store.Tx, account lancar.ID, hash string) (time.Time, error) {
	var at int64
	err := tx.QueryRow(`SELECT added_at FROM identity_contacts WHERE account = $1 AND hash = $2 AND ended_at = 0 AND proven_at > 0`, string(account), hash).Scan(&at)
	if err == store.ErrNone {
		return time.Time{}, nil
	}
	return store.Time(at), err
}
