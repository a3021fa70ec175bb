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

// heldPin is where a PIN is set, for its owner's own download and for fsck.
type heldPin struct {
	Browser string    `json:"perangkat"`
	Set     time.Time `json:"dibuat"`
	Used    time.Time `json:"dipakai"`
	tries   int64
}

func pinsOf(tx *store.Tx, account lancar.ID) ([]heldPin, error) {
	return store.All(tx, func(s store.Scanner) (p heldPin, err error) {
		var set, used int64
		err = s.Scan(&p.Browser, &set, &used, &p.tries)
		p.Set, p.Used = store.Time(set), store.Time(used)
		return p, err
	}, `SELECT browser, set_at, used_at, tries FROM identity_pins WHERE account = $1 ORDER BY set_at, id`, string(account))
}

// pinTold says whether the owner was told of a PIN that was set or changed at an instant.
func pinTold(tx *store.Tx, account lancar.ID, at time.Time) (bool, error) {
	var n int64
	err := tx.QueryRow(`SELECT count(*) FROM identity_happenings WHERE account = $1 AND at = $2 AND what IN ($3, $4)`,
		string(account), store.Micros(at), string(PinSet), string(PinChanged)).Scan(&n)
	return n > 0, err
}

// strayPins counts PINs of accounts that are closed or were never there.
func strayPins(tx *store.Tx) (n int64, err error) {
	err = tx.QueryRow(`SELECT count(*) FROM identity_pins p WHERE NOT EXISTS (SELECT a.id FROM identity_accounts a WHERE a.id = p.account AND a.closed_at = 0 AND a.kind <> 'officer')`).Scan(&n)
	return n, err
}
