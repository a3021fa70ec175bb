package identity

import (
	"errors"
	"time"

	"lancar"
	"lancar/internal/store"
)

// pinOf is the PIN that is set on a device for an account, "" if none is.
func pinOf(tx *store.Tx, account lancar.ID, device string) (id lancar.ID, err error) {
	if device == "" {
		return "", nil
	}
	err = tx.QueryRow(`SELECT id FROM identity_pins WHERE account = $1 AND device = $2`, string(account), device).Scan((*string)(&id))
	if err == store.ErrNone {
		return "", nil
	}
	return id, err
}

func pinThere(tx *store.Tx, account, pin lancar.ID) (bool, error) {
	var tries int64
	err := tx.QueryRow(`SELECT tries FROM identity_pins WHERE id = $1 AND account = $2`, string(pin), string(account)).Scan(&tries)
	if err == store.ErrNone {
		return false, nil
	}
	return err == nil, err
}

func bindPin(tx *store.Tx, s Session, pin lancar.ID) error {
	return tx.Queue(`UPDATE identity_sessions SET pin = $3 WHERE family = $1 AND account = $2`, s.SignIn, string(s.Account), string(pin))
}

func permitted(tx *store.Tx, signIn, name string) (bool, error) {
	var until int64
	err := tx.QueryRow(`SELECT expires_at FROM identity_releases WHERE signin = $1 AND name = $2 AND expires_at > $3`, signIn, name, store.Micros(tx.Now)).Scan(&until)
	if err == store.ErrNone {
		return false, nil
	}
	return err == nil, err
}

// takePermit uses a permission up; of two at once one gets it.
func takePermit(tx *store.Tx, signIn, name string) (bool, error) {
	n, err := tx.Exec(`DELETE FROM identity_releases WHERE signin = $1 AND name = $2 AND expires_at > $3`, signIn, name, store.Micros(tx.Now))
	return n == 1, err
}

func insertPermit(tx *store.Tx, s Session, name, way string, until time.Time) error {
	return tx.Queue(`INSERT INTO identity_releases (signin, name, account, way, expires_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (signin, name) DO UPDATE SET way = excluded.way, expires_at = excluded.expires_at`,
		s.SignIn, name, string(s.Account), way, store.Micros(until))
}

// deletePins ends every PIN of an account, and what was confirmed by one.
func deletePins(tx *store.Tx, account lancar.ID) error {
	return errors.Join(
		tx.Queue(`DELETE FROM identity_pins WHERE account = $1`, string(account)),
		tx.Queue(`DELETE FROM identity_releases WHERE account = $1`, string(account)))
}

// deleteOldPins forgets those of devices that did not come back.
func deleteOldPins(tx *store.Tx, before time.Time, limit int) (int, error) {
	n, err := tx.Exec(`DELETE FROM identity_pins WHERE id IN (SELECT id FROM identity_pins WHERE used_at < $1 ORDER BY used_at LIMIT $2)`, store.Micros(before), int64(limit))
	return int(n), err
}
