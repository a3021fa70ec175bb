package identity

import (
	"strings"
	"time"

	"lancar"
	"lancar/internal/store"
)

type sessionRow struct {
	session    Session
	family     string
	seen, idle time.Time
}

const sessionColumns = `s.id, s.family, s.account, s.host, s.register, s.role, s.region, s.agency, s.created_at, s.seen_at, s.idle_until, s.ends_at,
	s.level, s.methods, s.authenticated_at, s.mandate, s.pin, a.kind, a.subject, a.lang, a.closed_at`

// scanSession reads a session; store.ErrNone when its account is closed. That is asked here and not in
// the join: a planner who thinks that few accounts are open reads all of them for each session.
func scanSession(sc store.Scanner) (r sessionRow, err error) {
	s := &r.session
	var register, created, seen, idle, ends, proven, closed int64
	var methods string
	err = sc.Scan((*string)(&s.ID), &r.family, (*string)(&s.Account), &s.Host, &register, &s.Actor.Role, &s.Actor.Region, &s.Actor.Agency,
		&created, &seen, &idle, &ends, (*int)(&s.Level), &methods, &proven, (*string)(&s.Mandate), (*string)(&s.Pin), (*string)(&s.Kind), &s.Subject, &s.Lang, &closed)
	if err == nil && closed != 0 {
		return r, store.ErrNone
	}
	s.Methods, s.Authenticated, s.SignIn = strings.Fields(methods), store.Time(proven), r.family
	s.RegisterContact, s.Since, s.Ends = register == 1, store.Time(created), store.Time(ends)
	r.seen, r.idle = store.Time(seen), store.Time(idle)
	return r, err
}

func sessionByToken(tx *store.Tx, token string) (sessionRow, error) {
	return store.One(tx, scanSession, `SELECT `+sessionColumns+` FROM identity_sessions s JOIN identity_accounts a ON a.id = s.account
		WHERE s.token = $1`, token)
}

func sessionByID(tx *store.Tx, id lancar.ID) (sessionRow, error) {
	return store.One(tx, scanSession, `SELECT `+sessionColumns+` FROM identity_sessions s JOIN identity_accounts a ON a.id = s.account
		WHERE s.id = $1`, string(id))
}

func sessionGoesOn(tx *store.Tx, id lancar.ID) (bool, error) {
	var ends int64
	err := tx.QueryRow(`SELECT ends_at FROM identity_sessions WHERE id = $1 AND ends_at > $2 AND idle_until > $2`, string(id), store.Micros(tx.Now)).Scan(&ends)
	if err == store.ErrNone {
		return false, nil
	}
	return err == nil, err
}

func insertSession(tx *store.Tx, token, family, device string, s Session) error {
	return tx.Queue(`INSERT INTO identity_sessions (token, id, family, account, host, device, register, role, region, agency, created_at, seen_at, idle_until, ends_at,
		level, methods, authenticated_at, mandate, pin) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14, $15, $16, $17, $18)`,
		token, string(s.ID), family, string(s.Account), s.Host, device, bit(s.RegisterContact), s.Actor.Role, s.Actor.Region, s.Actor.Agency,
		store.Micros(tx.Now), store.Micros(tx.Now.Add(idleOf(s.Kind))), store.Micros(s.Ends),
		int64(s.Level), strings.Join(s.Methods, " "), store.Micros(s.Authenticated), string(s.Mandate), string(s.Pin))
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

// updateActing writes for whom all sessions of this one's sign-in act.
func updateActing(tx *store.Tx, session, mandate lancar.ID) error {
	return tx.Queue(`UPDATE identity_sessions SET mandate = $2 WHERE family = (SELECT family FROM identity_sessions WHERE id = $1)`, string(session), string(mandate))
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

func deleteDevice(tx *store.Tx, account, family lancar.ID) error {
	_, err := tx.Exec(`DELETE FROM identity_sessions WHERE account = $1 AND family = $2`, string(account), string(family))
	return err
}

// devicesOf lists sign-ins: what was handed on to other hosts of the node belongs to the first.
func devicesOf(tx *store.Tx, current Session) ([]Device, error) {
	return store.All(tx, func(s store.Scanner) (d Device, err error) {
		var since, seen, mine, level int64
		err = s.Scan((*string)(&d.ID), &d.Device, &since, &seen, &mine, &level)
		d.Since, d.Seen, d.Current, d.Level = store.Time(since), store.Time(seen), mine == 1, Level(level)
		return d, err
	}, `SELECT family, max(device), min(created_at), max(seen_at), max(CASE WHEN id = $3 THEN 1 ELSE 0 END), max(level)
		FROM identity_sessions WHERE account = $1 AND idle_until > $2 AND ends_at > $2 GROUP BY family ORDER BY max(seen_at) DESC, family LIMIT 100`,
		string(current.Account), store.Micros(tx.Now), string(current.ID))
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
