package mandate

import (
	"strings"

	"lancar"
	"lancar/internal/store"
)

// row is a mandate as its table holds it.
type row struct {
	Mandate
	sealed []byte
	wake   int64
}

const columns = `m.id, m.kind, m.state, m.version, m.region, m.principal, m.subject, m.principal_kind, m.holder_kind, m.holder, m.holder_subject,
	m.services, m.verbs, m.most, m.currency, m.register, m.sealed, m.made_at, m.from_at, m.until_at, m.ended_at, m.wake_at`

func scan(s store.Scanner) (r row, err error) {
	var services, verbs string
	var register, made, from, until, ended int64
	err = s.Scan((*string)(&r.ID), (*string)(&r.Kind), (*string)(&r.State), &r.version, &r.Region, (*string)(&r.Principal.Account), &r.Principal.Subject,
		(*string)(&r.Of), (*string)(&r.Holder.Kind), (*string)(&r.Holder.Account), &r.Holder.Subject, &services, &verbs,
		&r.Scope.Most.Amount, &r.Scope.Most.Currency, &register, &r.sealed, &made, &from, &until, &ended, &r.wake)
	r.Principal.Kind, r.Register = lancar.Person, register == 1
	r.Made, r.From, r.Until, r.Ended = store.Time(made), store.Time(from), store.Time(until), store.Time(ended)
	if services != "*" {
		r.Scope.Services = strings.Fields(services)
	}
	for _, v := range strings.Fields(verbs) {
		r.Scope.Verbs = append(r.Scope.Verbs, Verb(v))
	}
	return r, err
}

func (s Scope) columns() (services, verbs string) {
	services = "*"
	if s.Services != nil {
		services = strings.Join(s.Services, " ")
	}
	var all []string
	for _, v := range s.Verbs {
		all = append(all, string(v))
	}
	return services, strings.Join(all, " ")
}

func insert(tx *store.Tx, r row) error {
	services, verbs := r.Scope.columns()
	return tx.Queue(`INSERT INTO identity_mandates (id, kind, state, version, region, principal, subject, principal_kind, holder_kind, holder, holder_subject,
		services, verbs, most, currency, register, sealed, made_at, from_at, until_at, ended_at, used_at, wake_at)
		VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0, 0, $20)`,
		string(r.ID), string(r.Kind), string(r.State), r.Region, string(r.Principal.Account), r.Principal.Subject, string(r.Of), string(r.Holder.Kind),
		string(r.Holder.Account), r.Holder.Subject, services, verbs, r.Scope.Most.Amount, r.Scope.Most.Currency, bit(r.Register), r.sealed,
		store.Micros(r.Made), store.Micros(r.From), store.Micros(r.Until), r.wake)
}

// swap writes a mandate's new state if it is still as it was read.
func swap(tx *store.Tx, r row) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_mandates SET state = $1, principal = $2, subject = $3, holder = $4, sealed = $5, from_at = $6, ended_at = $7, wake_at = $8, version = version + 1
		WHERE id = $9 AND version = $10`,
		string(r.State), string(r.Principal.Account), r.Principal.Subject, string(r.Holder.Account), r.sealed, store.Micros(r.From), store.Micros(r.Ended), r.wake, string(r.ID), r.version)
	return n == 1, err
}

// hold takes the row of an active mandate until the caller's commit, so that a revocation comes
// before the act or after it. False: it is not active any more.
func hold(tx *store.Tx, r row) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_mandates SET used_at = $1 WHERE id = $2 AND version = $3 AND state = 'active'`, store.Micros(tx.Now), string(r.ID), r.version)
	return n == 1, err
}

func byID(tx *store.Tx, id lancar.ID) (row, error) {
	return store.One(tx, scan, `SELECT `+columns+` FROM identity_mandates m WHERE m.id = $1`, string(id))
}

// usable reads a mandate of this holder whose principal's account is open.
func usable(tx *store.Tx, holder, id lancar.ID) (row, error) {
	return store.One(tx, scan, `SELECT `+columns+` FROM identity_mandates m JOIN identity_accounts a ON a.id = m.principal AND a.closed_at = 0
		WHERE m.id = $1 AND m.holder = $2`, string(id), string(holder))
}

func byPrincipal(tx *store.Tx, account lancar.ID) ([]row, error) {
	return store.All(tx, scan, `SELECT `+columns+` FROM identity_mandates m WHERE m.principal = $1 ORDER BY m.made_at DESC, m.id DESC LIMIT 100`, string(account))
}

// byHolder are those that somebody holds and those offered to them.
func byHolder(tx *store.Tx, account lancar.ID, subject string) ([]row, error) {
	held, err := store.All(tx, scan, `SELECT `+columns+` FROM identity_mandates m WHERE m.holder = $1 AND m.holder <> '' ORDER BY m.made_at DESC, m.id DESC LIMIT 100`, string(account))
	if err != nil || subject == "" {
		return held, err
	}
	offered, err := store.All(tx, scan, `SELECT `+columns+` FROM identity_mandates m WHERE m.holder_subject = $1 AND m.state = 'offered' ORDER BY m.made_at DESC LIMIT 100`, subject)
	return append(offered, held...), err
}

// open are the mandates of an account on either side that are not over.
func open(tx *store.Tx, account lancar.ID) ([]row, error) {
	return store.All(tx, scan, `SELECT `+columns+` FROM identity_mandates m WHERE (m.principal = $1 OR m.holder = $1)
		AND m.state IN ('offered', 'asked', 'claimed', 'active') ORDER BY m.id`, string(account))
}

// idsOver are the mandates over an account, whatever their state.
func idsOver(tx *store.Tx, principal lancar.ID) ([]lancar.ID, error) {
	return store.All(tx, func(s store.Scanner) (id lancar.ID, err error) { err = s.Scan((*string)(&id)); return id, err },
		`SELECT id FROM identity_mandates WHERE principal = $1`, string(principal))
}

// claimed waits for a second officer in a region and those below it.
func claimed(tx *store.Tx, region string) ([]row, error) {
	from, to := region+".", region+"/" // "/" follows "."
	if region == "00" {
		from, to = "", "~"
	}
	return store.All(tx, scan, `SELECT `+columns+` FROM identity_mandates m WHERE (m.region = $1 OR (m.region >= $2 AND m.region < $3)) AND m.state = 'claimed'
		ORDER BY m.made_at LIMIT 100`, region, from, to)
}

func awake(tx *store.Tx, limit int) ([]row, error) {
	return store.All(tx, scan, `SELECT `+columns+` FROM identity_mandates m WHERE m.wake_at > 0 AND m.wake_at <= $1 ORDER BY m.wake_at LIMIT $2`, store.Micros(tx.Now), int64(limit))
}

// standing is a mandate of one kind between two parties that is not over, store.ErrNone if there is none.
func standing(tx *store.Tx, kind Kind, principal, holder lancar.ID) (row, error) {
	return store.One(tx, scan, `SELECT `+columns+` FROM identity_mandates m WHERE m.principal = $1 AND m.holder = $2 AND m.kind = $3
		AND m.state IN ('claimed', 'active') ORDER BY m.made_at DESC LIMIT 1`, string(principal), string(holder), string(kind))
}

func setWake(tx *store.Tx, id lancar.ID, at int64) error {
	return tx.Queue(`UPDATE identity_mandates SET wake_at = $2 WHERE id = $1`, string(id), at)
}

func insertEvent(tx *store.Tx, id lancar.ID, seq int64, event Event, to State, who lancar.Actor, reason []byte) error {
	return tx.Queue(`INSERT INTO identity_mandate_events (mandate, seq, at, event, state, actor_kind, actor, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		string(id), seq, store.Micros(tx.Now), string(event), string(to), string(who.Kind), string(who.ID), reason)
}

func eventsOf(tx *store.Tx, id lancar.ID) ([]happened, error) {
	return store.All(tx, func(s store.Scanner) (e happened, err error) {
		err = s.Scan(&e.seq, (*string)(&e.event), (*string)(&e.state), (*string)(&e.who.Kind), (*string)(&e.who.ID), &e.reason)
		return e, err
	}, `SELECT seq, event, state, actor_kind, actor, reason FROM identity_mandate_events WHERE mandate = $1 ORDER BY seq`, string(id))
}

func following(tx *store.Tx, after lancar.ID, limit int) ([]row, error) {
	return store.All(tx, scan, `SELECT `+columns+` FROM identity_mandates m WHERE m.id > $1 ORDER BY m.id LIMIT $2`, string(after), int64(limit))
}

// firstActor is who caused a mandate's first event.
func firstActor(tx *store.Tx, id lancar.ID) (who lancar.ID, err error) {
	err = tx.QueryRow(`SELECT actor FROM identity_mandate_events WHERE mandate = $1 AND seq = 1`, string(id)).Scan((*string)(&who))
	return who, err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
