package identity

import (
	"crypto/rand"
	"time"

	"lancar"
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

const attemptColumns = `id, kind, state, subject, region, code, account, register, outage, crowded, tries, created_at, expires_at, sealed`

func scanAttempt(s store.Scanner, sealed *[]byte) (a attempt, err error) {
	var register, outage, crowded, created, expires int64
	err = s.Scan(&a.id, (*string)(&a.kind), &a.state, &a.subject, &a.region, &a.code, (*string)(&a.account), &register, &outage, &crowded, &a.tries, &created, &expires, sealed)
	a.register, a.outage, a.crowded, a.created, a.expires = register == 1, outage == 1, crowded == 1, store.Time(created), store.Time(expires)
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
	n, err := tx.Exec(`UPDATE identity_attempts SET state = $2, code = $3, account = $4, register = $5, outage = $6 WHERE id = $1 AND state = 'waiting'`,
		a.id, state, code, string(a.account), bit(a.register), bit(a.outage))
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
	err = tx.QueryRow(`SELECT n FROM identity_limits WHERE name = $1 AND slot = $2`, name, slot-1).Scan(&before)
	if err == store.ErrNone {
		err = nil
	}
	return n, before, err
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

type sessionRow struct {
	session    Session
	family     string
	seen, idle time.Time
}

const sessionColumns = `s.id, s.family, s.account, s.host, s.register, s.role, s.region, s.agency, s.created_at, s.seen_at, s.idle_until, s.ends_at, a.kind, a.subject, a.lang`

func scanSession(sc store.Scanner) (r sessionRow, err error) {
	s := &r.session
	var register, created, seen, idle, ends int64
	err = sc.Scan((*string)(&s.ID), &r.family, (*string)(&s.Account), &s.Host, &register, &s.Actor.Role, &s.Actor.Region, &s.Actor.Agency,
		&created, &seen, &idle, &ends, (*string)(&s.Kind), &s.Subject, &s.Lang)
	s.RegisterContact, s.Since, s.Ends = register == 1, store.Time(created), store.Time(ends)
	r.seen, r.idle = store.Time(seen), store.Time(idle)
	return r, err
}

func sessionByToken(tx *store.Tx, token string) (sessionRow, error) {
	return store.One(tx, scanSession, `SELECT `+sessionColumns+` FROM identity_sessions s JOIN identity_accounts a ON a.id = s.account AND a.closed_at = 0
		WHERE s.token = $1`, token)
}

func sessionByID(tx *store.Tx, id lancar.ID) (sessionRow, error) {
	return store.One(tx, scanSession, `SELECT `+sessionColumns+` FROM identity_sessions s JOIN identity_accounts a ON a.id = s.account AND a.closed_at = 0
		WHERE s.id = $1`, string(id))
}

func insertSession(tx *store.Tx, token, family, device string, s Session) error {
	return tx.Queue(`INSERT INTO identity_sessions (token, id, family, account, host, device, register, role, region, agency, created_at, seen_at, idle_until, ends_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13)`,
		token, string(s.ID), family, string(s.Account), s.Host, device, bit(s.RegisterContact), s.Actor.Role, s.Actor.Region, s.Actor.Agency,
		store.Micros(tx.Now), store.Micros(tx.Now.Add(idleOf(s.Kind))), store.Micros(s.Ends))
}

func idleOf(k Kind) time.Duration {
	if k == Officer {
		return officerIdle
	}
	return personIdle
}

func touchSession(tx *store.Tx, s Session) error {
	return tx.Queue(`UPDATE identity_sessions SET seen_at = $2, idle_until = $3 WHERE id = $1`, string(s.ID), store.Micros(tx.Now), store.Micros(tx.Now.Add(idleOf(s.Kind))))
}

func updateRole(tx *store.Tx, token, newToken string, r Role) error {
	_, err := tx.Exec(`UPDATE identity_sessions SET token = $2, role = $3, agency = $4, region = $5 WHERE token = $1`, token, newToken, r.Role, r.Agency, r.Region)
	return err
}

func deleteFamily(tx *store.Tx, token string) error {
	_, err := tx.Exec(`DELETE FROM identity_sessions WHERE family = (SELECT family FROM identity_sessions WHERE token = $1)`, token)
	return err
}

func deleteSession(tx *store.Tx, token string) error {
	return tx.Queue(`DELETE FROM identity_sessions WHERE token = $1`, token)
}

func deleteSessions(tx *store.Tx, account lancar.ID) error {
	return tx.Queue(`DELETE FROM identity_sessions WHERE account = $1`, string(account))
}

func deleteDevice(tx *store.Tx, account, id lancar.ID) error {
	_, err := tx.Exec(`DELETE FROM identity_sessions WHERE account = $1 AND family = (SELECT family FROM identity_sessions WHERE id = $2 AND account = $1)`, string(account), string(id))
	return err
}

func devicesOf(tx *store.Tx, current Session) ([]Device, error) {
	return store.All(tx, func(s store.Scanner) (d Device, err error) {
		var since, seen int64
		err = s.Scan((*string)(&d.ID), &d.Device, &since, &seen)
		d.Since, d.Seen, d.Current = store.Time(since), store.Time(seen), d.ID == current.ID
		return d, err
	}, `SELECT id, device, created_at, seen_at FROM identity_sessions WHERE account = $1 AND idle_until > $2 AND ends_at > $2 ORDER BY seen_at DESC, id`,
		string(current.Account), store.Micros(tx.Now))
}

func insertTicket(tx *store.Tx, ticket string, session lancar.ID, host string) error {
	return tx.Queue(`INSERT INTO identity_tickets (ticket, session, host, expires_at) VALUES ($1, $2, $3, $4)`,
		ticket, string(session), host, store.Micros(tx.Now.Add(ticketLife)))
}

// takeTicket uses a ticket up; a wrong host leaves it, the right one takes it once.
func takeTicket(tx *store.Tx, ticket, host string) (session lancar.ID, err error) {
	err = tx.QueryRow(`DELETE FROM identity_tickets WHERE ticket = $1 AND host = $2 AND expires_at > $3 RETURNING session`,
		ticket, host, store.Micros(tx.Now)).Scan((*string)(&session))
	return session, err
}
