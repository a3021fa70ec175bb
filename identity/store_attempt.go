package identity

import (
	"crypto/rand"
	"time"

	"lancar/internal/store"
)

// insertAttempt adds an attempt whose code nobody knows: a random value that no code hashes to.
func insertAttempt(tx *store.Tx, a attempt, sealed []byte) error {
	nobody := make([]byte, 32)
	rand.Read(nobody)
	return tx.Queue(`INSERT INTO identity_attempts (id, kind, state, subject, region, sealed, code, account, register, outage, crowded, tries, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, 0, $8, 0, $9, $10)`,
		a.id, string(a.kind), a.state, a.subject, a.region, sealed, nobody, bit(a.crowded), store.Micros(a.created), store.Micros(a.expires))
}

const attemptColumns = `id, kind, state, subject, region, code, account, register, young, outage, crowded, tries, created_at, expires_at, sealed`

func scanAttempt(s store.Scanner, sealed *[]byte) (a attempt, err error) {
	var register, young, outage, crowded, created, expires int64
	err = s.Scan(&a.id, (*string)(&a.kind), &a.state, &a.subject, &a.region, &a.code, (*string)(&a.account), &register, &young, &outage, &crowded, &a.tries, &created, &expires, sealed)
	a.register, a.young, a.outage, a.crowded, a.created, a.expires = register == 1, young == 1, outage == 1, crowded == 1, store.Time(created), store.Time(expires)
	return a, err
}

func selectAttempt(tx *store.Tx, id string) (a attempt, sealed []byte, err error) {
	a, err = scanAttempt(tx.QueryRow(`SELECT `+attemptColumns+` FROM identity_attempts WHERE id = $1`, id), &sealed)
	return a, sealed, err
}

// decideAttempt ends the waiting: sent with the MAC of a code, or refused. False: it was decided.
func decideAttempt(tx *store.Tx, a attempt, state string, code []byte) (bool, error) {
	if code == nil {
		code = make([]byte, 32)
		rand.Read(code)
	}
	n, err := tx.Exec(`UPDATE identity_attempts SET state = $2, code = $3, account = $4, register = $5, outage = $6, young = $7 WHERE id = $1 AND state = 'waiting'`,
		a.id, state, code, string(a.account), bit(a.register), bit(a.outage), bit(a.young))
	return n == 1, err
}

// tryAttempt takes one of the five tries of a live attempt, or returns store.ErrNone.
func tryAttempt(tx *store.Tx, id string) (a attempt, sealed []byte, err error) {
	a, err = scanAttempt(tx.QueryRow(`UPDATE identity_attempts SET tries = tries + 1
		WHERE id = $1 AND tries < $2 AND expires_at > $3 AND state <> 'used' RETURNING `+attemptColumns,
		id, int64(codeTries), store.Micros(tx.Now)), &sealed)
	return a, sealed, err
}

func useAttempt(tx *store.Tx, id string) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_attempts SET state = 'used' WHERE id = $1 AND state = 'sent'`, id)
	return n == 1, err
}

// countSlot adds one to a slot and returns its count and that of the slot before.
func countSlot(tx *store.Tx, name string, slot int64, ends time.Time) (n, before int64, err error) {
	err = tx.QueryRow(`INSERT INTO identity_limits (name, slot, n, ends_at) VALUES ($1, $2, 1, $3)
		ON CONFLICT (name, slot) DO UPDATE SET n = identity_limits.n + 1 RETURNING n`, name, slot, store.Micros(ends)).Scan(&n)
	if err != nil {
		return 0, 0, err
	}
	before, err = readSlot(tx, name, slot-1)
	return n, before, err
}

// readSlots returns the counts of a slot and of the one before.
func readSlots(tx *store.Tx, name string, slot int64) (n, before int64, err error) {
	if n, err = readSlot(tx, name, slot); err != nil {
		return 0, 0, err
	}
	before, err = readSlot(tx, name, slot-1)
	return n, before, err
}

func readSlot(tx *store.Tx, name string, slot int64) (n int64, err error) {
	err = tx.QueryRow(`SELECT n FROM identity_limits WHERE name = $1 AND slot = $2`, name, slot).Scan(&n)
	if err == store.ErrNone {
		err = nil
	}
	return n, err
}

// uncountSlot takes one back.
func uncountSlot(tx *store.Tx, name string, slot int64) error {
	return tx.Queue(`UPDATE identity_limits SET n = n - 1 WHERE name = $1 AND slot = $2 AND n > 0`, name, slot)
}

// mark remembers something until an instant; it lies among the limits, where it is forgotten too.
func mark(tx *store.Tx, name string, until time.Time) error {
	return tx.Queue(`INSERT INTO identity_limits (name, slot, n, ends_at) VALUES ($1, 0, 0, $2)
		ON CONFLICT (name, slot) DO UPDATE SET ends_at = excluded.ends_at`, name, store.Micros(until))
}

func marked(tx *store.Tx, name string) (bool, error) {
	var n int64
	err := tx.QueryRow(`SELECT n FROM identity_limits WHERE name = $1 AND slot = 0 AND ends_at > $2`, name, store.Micros(tx.Now)).Scan(&n)
	if err == store.ErrNone {
		return false, nil
	}
	return err == nil, err
}

// markedUntil is until when a name is marked, zero if it is not.
func markedUntil(tx *store.Tx, name string) (time.Time, error) {
	var at int64
	err := tx.QueryRow(`SELECT ends_at FROM identity_limits WHERE name = $1 AND slot = 0 AND ends_at > $2`, name, store.Micros(tx.Now)).Scan(&at)
	if err == store.ErrNone {
		return time.Time{}, nil
	}
	return store.Time(at), err
}

func unmark(tx *store.Tx, name string) error {
	return tx.Queue(`DELETE FROM identity_limits WHERE name = $1 AND slot = 0`, name)
}
