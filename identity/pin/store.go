package pin

import (
	"time"

	"lancar"
	"lancar/internal/store"
)

type row struct {
	id, account lancar.ID
	verifier    []byte
	browser     string
	set, used   time.Time
	device      string
	tries       int64
}

const columns = `id, account, verifier, browser, set_at, used_at, device, tries`

func scan(s store.Scanner) (r row, err error) {
	var set, used int64
	err = s.Scan((*string)(&r.id), (*string)(&r.account), &r.verifier, &r.browser, &set, &used, &r.device, &r.tries)
	r.set, r.used = store.Time(set), store.Time(used)
	return r, err
}

func byDevice(tx *store.Tx, account lancar.ID, device string) (row, error) {
	return store.One(tx, scan, `SELECT `+columns+` FROM identity_pins WHERE account = $1 AND device = $2`, string(account), device)
}

func byID(tx *store.Tx, account, id lancar.ID) (row, error) {
	return store.One(tx, scan, `SELECT `+columns+` FROM identity_pins WHERE account = $1 AND id = $2`, string(account), string(id))
}

func ofAccount(tx *store.Tx, account lancar.ID) ([]row, error) {
	return store.All(tx, scan, `SELECT `+columns+` FROM identity_pins WHERE account = $1 ORDER BY set_at, id`, string(account))
}

// insertPin keeps a new PIN; false if the device has one for this account.
func insertPin(tx *store.Tx, r row) (bool, error) {
	n, err := tx.Exec(`INSERT INTO identity_pins (id, account, device, verifier, browser, tries, set_at, used_at) VALUES ($1, $2, $3, $4, $5, 0, $6, $6) ON CONFLICT DO NOTHING`,
		string(r.id), string(r.account), r.device, r.verifier, r.browser, store.Micros(tx.Now))
	return n == 1, err
}

// takeTry counts a try before it is looked at, and holds the row until the commit: a thousand at
// once, on whatever copy of the node, are five. store.ErrNone: there is no try left, or no PIN.
func takeTry(tx *store.Tx, id lancar.ID) (nth int64, verifier []byte, err error) {
	err = tx.QueryRow(`UPDATE identity_pins SET tries = tries + 1 WHERE id = $1 AND tries < $2 RETURNING tries, verifier`, string(id), int64(tries)).Scan(&nth, &verifier)
	return nth, verifier, err
}

// forgiveTries begins to count anew after the right PIN.
func forgiveTries(tx *store.Tx, id lancar.ID) error {
	return tx.Queue(`UPDATE identity_pins SET tries = 0, used_at = $2 WHERE id = $1`, string(id), store.Micros(tx.Now))
}

func updatePin(tx *store.Tx, r row) error {
	return tx.Queue(`UPDATE identity_pins SET verifier = $2, browser = $3, set_at = $4, used_at = $4 WHERE id = $1`, string(r.id), r.verifier, r.browser, store.Micros(tx.Now))
}

// deletePin takes one away, and what was confirmed on the account's devices and not used yet; false
// if it was not there any more.
func deletePin(tx *store.Tx, account, id lancar.ID) (bool, error) {
	n, err := tx.Exec(`DELETE FROM identity_pins WHERE account = $1 AND id = $2`, string(account), string(id))
	if err == nil && n == 1 {
		err = tx.Queue(`DELETE FROM identity_releases WHERE account = $1`, string(account))
	}
	return n == 1, err
}
