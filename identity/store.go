package identity

import (
	"time"

	"lancar"
	"lancar/internal/store"
)

type accountRow struct {
	ID      lancar.ID
	Kind    Kind
	Subject string
	Lang    string
	sealed  []byte
}

const accountColumns = `id, kind, subject, lang, sealed`

func scanAccount(s store.Scanner) (a accountRow, err error) {
	err = s.Scan((*string)(&a.ID), (*string)(&a.Kind), &a.Subject, &a.Lang, &a.sealed)
	return a, err
}

func insertAccount(tx *store.Tx, a accountRow) error {
	if a.Lang == "" {
		a.Lang = "id"
	}
	if a.Kind != Officer {
		if mine, err := claimNumber(tx, a.ID, a.Subject, ""); err != nil || !mine {
			return orElse(err, errInUse())
		}
	}
	return tx.Queue(`INSERT INTO identity_accounts (`+accountColumns+`, created_at, closed_at, proofing, evidence, proofed_at, capped_until, handle)
		VALUES ($1, $2, $3, $4, $5, $6, 0, 1, '', 0, 0, '')`,
		string(a.ID), string(a.Kind), a.Subject, a.Lang, a.sealed, store.Micros(tx.Now))
}

// accountBySubject finds the account filed under a subject, or the one to which a changed number leads.
func accountBySubject(tx *store.Tx, subject string) (accountRow, error) {
	a, err := store.One(tx, scanAccount, `SELECT `+accountColumns+` FROM identity_accounts WHERE subject = $1 AND kind <> 'officer' AND closed_at = 0`, subject)
	if err != store.ErrNone {
		return a, err
	}
	return store.One(tx, scanAccount, `SELECT `+accountColumns+` FROM identity_accounts
		WHERE id = (SELECT account FROM identity_numbers WHERE subject = $1) AND kind <> 'officer' AND closed_at = 0`, subject)
}

func accountByID(tx *store.Tx, id lancar.ID) (accountRow, error) {
	return store.One(tx, scanAccount, `SELECT `+accountColumns+` FROM identity_accounts WHERE id = $1 AND closed_at = 0`, string(id))
}

func askAccount(id lancar.ID, to *[]accountRow) store.Ask {
	return store.Into(to, scanAccount, `SELECT `+accountColumns+` FROM identity_accounts WHERE id = $1 AND closed_at = 0`, string(id))
}

func closeAccount(tx *store.Tx, id lancar.ID) error {
	return tx.Queue(`UPDATE identity_accounts SET closed_at = $2 WHERE id = $1 AND closed_at = 0`, string(id), store.Micros(tx.Now))
}

func updateLang(tx *store.Tx, id lancar.ID, lang string) error {
	return tx.Queue(`UPDATE identity_accounts SET lang = $2 WHERE id = $1`, string(id), lang)
}

func langOf(tx *store.Tx, id lancar.ID) (lang string, err error) {
	err = tx.QueryRow(`SELECT lang FROM identity_accounts WHERE id = $1`, string(id)).Scan(&lang)
	return lang, err
}

type contactRow struct {
	hash, channel string
	sealed        []byte
}

// upsertContact adds a contact, or revives and (when proven) proves one that is there.
func upsertContact(tx *store.Tx, account lancar.ID, hash, channel string, sealed []byte, proven, register bool) error {
	now, at := store.Micros(tx.Now), int64(0)
	if proven {
		at = now
	}
	return tx.Queue(`INSERT INTO identity_contacts (account, hash, channel, sealed, added_at, proven_at, register, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
		ON CONFLICT (account, hash) DO UPDATE SET ended_at = 0, sealed = excluded.sealed, proven_at = excluded.proven_at, register = excluded.register`,
		string(account), hash, channel, sealed, now, at, bit(register))
}

func contactsOf(tx *store.Tx, account lancar.ID) (list []contactRow, err error) {
	err = tx.Ask(askContacts(account, &list))
	return list, err
}

func askContacts(account lancar.ID, to *[]contactRow) store.Ask {
	return store.Into(to, func(s store.Scanner) (c contactRow, err error) {
		err = s.Scan(&c.hash, &c.channel, &c.sealed)
		return c, err
	}, `SELECT hash, channel, sealed FROM identity_contacts WHERE account = $1 AND ended_at = 0 AND proven_at > 0 ORDER BY added_at, hash`, string(account))
}

// activeContact says whether the account may sign in with that contact.
func activeContact(tx *store.Tx, account lancar.ID, hash string) (bool, error) {
	var at int64
	err := tx.QueryRow(`SELECT added_at FROM identity_contacts WHERE account = $1 AND hash = $2 AND ended_at = 0`, string(account), hash).Scan(&at)
	if err == store.ErrNone {
		return false, nil
	}
	return err == nil, err
}

// registerContacts says whether every contact the account signs in with was also in the register.
func registerContacts(tx *store.Tx, account lancar.ID) (bool, error) {
	var all, known int64
	err := tx.QueryRow(`SELECT count(*), count(*) FILTER (WHERE register = 1) FROM identity_contacts WHERE account = $1 AND ended_at = 0`, string(account)).Scan(&all, &known)
	return all == known, err
}

func endContactsExcept(tx *store.Tx, account lancar.ID, hash string) error {
	return tx.Queue(`UPDATE identity_contacts SET ended_at = $3, ends_at = 0 WHERE account = $1 AND hash <> $2 AND ended_at = 0`, string(account), hash, store.Micros(tx.Now))
}

type disputeRow struct {
	Dispute
	hash    string
	contact []byte
}

func insertDispute(tx *store.Tx, d Dispute, hash string, contact []byte) (bool, error) {
	n, err := tx.Exec(`INSERT INTO identity_disputes (region, id, account, subject, hash, channel, contact, register, at, settled_at, officer, verdict)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '', '') ON CONFLICT DO NOTHING`,
		d.Region, string(d.ID), string(d.Account), d.Subject, hash, string(d.Channel), contact, bit(d.Register), store.Micros(d.At))
	return n == 1, err
}

const disputeColumns = `region, id, account, subject, channel, register, at, proposed_by, hash, contact`

func scanDispute(s store.Scanner) (d disputeRow, err error) {
	var register, at int64
	err = s.Scan(&d.Region, (*string)(&d.ID), (*string)(&d.Account), &d.Subject, (*string)(&d.Channel), &register, &at, (*string)(&d.Proposed), &d.hash, &d.contact)
	d.Register, d.At = register == 1, store.Time(at)
	return d, err
}

// openDisputes lists those of a region and the ones below it: codes that begin with it and a dot.
func openDisputes(tx *store.Tx, region string) ([]Dispute, error) {
	from, to := region+".", region+"/" // "/" follows "."
	if region == "00" {
		from, to = "", "~"
	}
	return store.All(tx, func(s store.Scanner) (Dispute, error) {
		d, err := scanDispute(s)
		return d.Dispute, err
	}, `SELECT `+disputeColumns+` FROM identity_disputes WHERE (region = $1 OR (region >= $2 AND region < $3)) AND settled_at = 0 ORDER BY at LIMIT 200`, region, from, to)
}

func disputeByID(tx *store.Tx, region string, id lancar.ID) (disputeRow, error) {
	return store.One(tx, scanDispute, `SELECT `+disputeColumns+` FROM identity_disputes WHERE region = $1 AND id = $2 AND settled_at = 0`, region, string(id))
}

// proposeDispute writes down who proposes that the account moves; whoever comes second conflicts.
func proposeDispute(tx *store.Tx, region string, id, officer lancar.ID) error {
	n, err := tx.Exec(`UPDATE identity_disputes SET proposed_by = $3, proposed_at = $4 WHERE region = $1 AND id = $2 AND settled_at = 0 AND proposed_by = ''`,
		region, string(id), string(officer), store.Micros(tx.Now))
	if err == nil && n == 0 {
		err = errNoDispute()
	}
	return err
}

func settleDispute(tx *store.Tx, region string, id, officer lancar.ID, keep bool) (bool, error) {
	verdict := "moved"
	if keep {
		verdict = "kept"
	}
	n, err := tx.Exec(`UPDATE identity_disputes SET settled_at = $3, officer = $4, verdict = $5 WHERE region = $1 AND id = $2 AND settled_at = 0`,
		region, string(id), store.Micros(tx.Now), string(officer), verdict)
	return n == 1, err
}

func deleteTraces(tx *store.Tx, before time.Time, limit int) (int, error) {
	total := 0
	for _, sql := range []string{
		`DELETE FROM identity_attempts WHERE id IN (SELECT id FROM identity_attempts WHERE created_at < $1 ORDER BY created_at LIMIT $2)`,
		`DELETE FROM identity_tickets WHERE ticket IN (SELECT ticket FROM identity_tickets WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`,
		`DELETE FROM identity_sessions WHERE token IN (SELECT token FROM identity_sessions WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)`,
		`DELETE FROM identity_releases WHERE (signin, name) IN (SELECT signin, name FROM identity_releases WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)`,
		`DELETE FROM identity_limits WHERE (name, slot) IN (SELECT name, slot FROM identity_limits WHERE ends_at < $1 ORDER BY ends_at LIMIT $2)`,
	} {
		n, err := tx.Exec(sql, store.Micros(before), int64(limit))
		if err != nil {
			return total, err
		}
		total += int(n)
	}
	return total, nil
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
