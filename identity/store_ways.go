package identity

import (
	"time"

	"lancar"
	"lancar/internal/store"
)

func cappedUntil(tx *store.Tx, account lancar.ID) (time.Time, error) {
	var at int64
	err := tx.QueryRow(`SELECT capped_until FROM identity_accounts WHERE id = $1`, string(account)).Scan(&at)
	return store.Time(at), err
}

func capAccount(tx *store.Tx, account lancar.ID, until time.Time) error {
	return tx.Queue(`UPDATE identity_accounts SET capped_until = $2 WHERE id = $1`, string(account), store.Micros(until))
}

// accountHandle returns the account's handle, which becomes fresh if it has none.
func accountHandle(tx *store.Tx, account lancar.ID, fresh string) (handle string, err error) {
	err = tx.QueryRow(`UPDATE identity_accounts SET handle = CASE WHEN handle = '' THEN $2 ELSE handle END WHERE id = $1 RETURNING handle`, string(account), fresh).Scan(&handle)
	return handle, err
}

func accountByHandle(tx *store.Tx, handle string) (account lancar.ID, err error) {
	err = tx.QueryRow(`SELECT id FROM identity_accounts WHERE handle = $1 AND handle <> '' AND closed_at = 0`, handle).Scan((*string)(&account))
	return account, err
}

// markOnce marks a name until an instant; false if it was marked.
func markOnce(tx *store.Tx, name string, until time.Time) (bool, error) {
	n, err := tx.Exec(`INSERT INTO identity_limits (name, slot, n, ends_at) VALUES ($1, 0, 0, $2) ON CONFLICT DO NOTHING`, name, store.Micros(until))
	return n == 1, err
}

// upsertBrowser remembers a browser and says whether it was known, and how many others are.
func upsertBrowser(tx *store.Tx, account lancar.ID, mark, device string) (others int64, known bool, err error) {
	var mine int64
	err = tx.QueryRow(`SELECT count(*) FILTER (WHERE mark <> $2), count(*) FILTER (WHERE mark = $2) FROM identity_browsers WHERE account = $1`,
		string(account), mark).Scan(&others, &mine)
	if err != nil {
		return 0, false, err
	}
	return others, mine == 1, tx.Queue(`INSERT INTO identity_browsers (account, mark, device, first_at, last_at) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (account, mark) DO UPDATE SET device = excluded.device, last_at = excluded.last_at`, string(account), mark, device, store.Micros(tx.Now))
}

func insertHappening(tx *store.Tx, account, id lancar.ID, what What, detail []byte) error {
	return tx.Queue(`INSERT INTO identity_happenings (account, at, id, what, detail) VALUES ($1, $2, $3, $4, $5)`,
		string(account), store.Micros(tx.Now), string(id), string(what), detail)
}

type happeningRow struct {
	Happening
	id     lancar.ID
	sealed []byte
}

func happeningsOf(tx *store.Tx, account lancar.ID) ([]happeningRow, error) {
	return store.All(tx, func(s store.Scanner) (h happeningRow, err error) {
		var at int64
		err = s.Scan(&at, (*string)(&h.id), (*string)(&h.What), &h.sealed)
		h.At = store.Time(at)
		return h, err
	}, `SELECT at, id, what, detail FROM identity_happenings WHERE account = $1 ORDER BY at DESC, id DESC LIMIT 50`, string(account))
}

func deleteHappenings(tx *store.Tx, before time.Time, limit int) (int, error) {
	n, err := tx.Exec(`DELETE FROM identity_happenings WHERE (account, at, id) IN (SELECT account, at, id FROM identity_happenings WHERE at < $1 ORDER BY at LIMIT $2)`,
		store.Micros(before), int64(limit))
	return int(n), err
}

func deleteBrowsers(tx *store.Tx, before time.Time, limit int) (int, error) {
	n, err := tx.Exec(`DELETE FROM identity_browsers WHERE (account, mark) IN (SELECT account, mark FROM identity_browsers WHERE last_at < $1 ORDER BY last_at LIMIT $2)`,
		store.Micros(before), int64(limit))
	return int(n), err
}

// endWays ends every way in but contacts: passkeys, app, and what remembers browsers.
func endWays(tx *store.Tx, account lancar.ID) error {
	for _, sql := range []string{
		`DELETE FROM identity_passkeys WHERE account = $1`,
		`DELETE FROM identity_totp WHERE account = $1`,
		`DELETE FROM identity_browsers WHERE account = $1`,
	} {
		if err := tx.Queue(sql, string(account)); err != nil {
			return err
		}
	}
	return nil
}

// proofOver is the level at which the account was proven when it already had that contact, 0 if never.
func proofOver(tx *store.Tx, account lancar.ID, hash string) (level Level, err error) {
	err = tx.QueryRow(`SELECT a.proofing FROM identity_accounts a JOIN identity_contacts c ON c.account = a.id
		WHERE a.id = $1 AND c.hash = $2 AND c.ended_at = 0 AND c.proven_at > 0 AND c.added_at <= a.proofed_at`, string(account), hash).Scan((*int)(&level))
	if err == store.ErrNone {
		return 0, nil
	}
	return level, err
}

// proveAccount notes a proof of the account, and raises the session in which it was given.
func proveAccount(tx *store.Tx, account, session lancar.ID, p Proof) error {
	if err := tx.Queue(`UPDATE identity_accounts SET proofing = $2, evidence = $3, proofed_at = $4 WHERE id = $1 AND proofing <= $2`,
		string(account), int64(p.Level), p.Evidence, store.Micros(tx.Now)); err != nil {
		return err
	}
	return tx.Queue(`UPDATE identity_sessions SET level = $2, register = 1 WHERE id = $1 AND level < $2`, string(session), int64(p.Level))
}

// updateNumber lets another number lead to the account.
// updateHolder keeps what was sealed anew about an account's holder; false if somebody did so since
// before was read.
func updateHolder(tx *store.Tx, account lancar.ID, before, sealed []byte) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_accounts SET sealed = $3 WHERE id = $1 AND sealed = $2 AND closed_at = 0`, string(account), before, sealed)
	return n == 1, err
}

// claimNumber lets the subject of a number lead to an account; false if it leads to another. Every
// account claims its own, so that nobody's new number becomes somebody's first at the same time.
func claimNumber(tx *store.Tx, account lancar.ID, subject string, officer lancar.ID) (bool, error) {
	n, err := tx.Exec(`INSERT INTO identity_numbers (subject, account, officer, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (subject) DO UPDATE SET officer = excluded.officer, at = excluded.at WHERE identity_numbers.account = excluded.account`,
		subject, string(account), string(officer), store.Micros(tx.Now))
	return n == 1, err
}

func forgetNumbers(tx *store.Tx, account lancar.ID) error {
	return tx.Queue(`DELETE FROM identity_numbers WHERE account = $1`, string(account))
}

// accountsWith are the open accounts that proved a contact; two are enough to know that it is shared.
func accountsWith(tx *store.Tx, hash string) ([]lancar.ID, error) {
	return store.All(tx, func(s store.Scanner) (id lancar.ID, err error) {
		err = s.Scan((*string)(&id))
		return id, err
	}, `SELECT c.account FROM identity_contacts c JOIN identity_accounts a ON a.id = c.account AND a.closed_at = 0
		WHERE c.hash = $1 AND c.ended_at = 0 AND c.proven_at > 0 ORDER BY c.account LIMIT 2`, hash)
}
