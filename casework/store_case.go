package casework

import (
	"encoding/json"
	"fmt"

	"lancar"
	"lancar/access/breach"
	"lancar/catalog/flow"
	"lancar/internal/store"
)

const caseColumns = `region, id, number, version, state, service, definition, agency, step, role, officer, charge, account, subject,
	submitted_at, complete_at, due_at, wake_at, escalated_at, closed_at, flagged, head`

// saveCase writes the row of a case as its newest event left it. A first event inserts: the
// unique key turns a second submission into a conflict. A later one swaps on the version.
func saveCase(tx *store.Tx, d *dossier, first bool) error {
	s := d.status
	if first {
		return tx.Queue(`INSERT INTO casework_cases (`+caseColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
			d.region, string(d.id), d.origin.Number, d.version, string(s.State), d.origin.Service, d.origin.Definition, d.origin.Agency,
			s.Step, s.Role, string(s.Officer), string(d.origin.Charge), string(d.account), d.subject,
			store.Micros(d.submitted), s.Complete, s.Due, s.Wake, s.Escalated, s.Closed, s.Flagged, d.head)
	}
	n, err := tx.Exec(`UPDATE casework_cases SET version = $1, state = $2, step = $3, role = $4, officer = $5, complete_at = $6, due_at = $7,
		wake_at = $8, escalated_at = $9, closed_at = $10, flagged = $11, head = $12 WHERE region = $13 AND id = $14 AND version = $15`,
		d.version, string(s.State), s.Step, s.Role, string(s.Officer), s.Complete, s.Due, s.Wake, s.Escalated, s.Closed, s.Flagged, d.head,
		d.region, string(d.id), d.version-1)
	if err == nil && n == 0 {
		return errMoved()
	}
	return err
}

func insertEvent(tx *store.Tx, d *dossier, e event) error {
	return tx.Queue(`INSERT INTO casework_events (region, case_id, seq, at, kind, actor_kind, actor, plain, body, leaf, proof, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		d.region, string(d.id), e.Seq, store.Micros(e.At), string(e.Kind), string(e.Who), string(e.Actor), e.text, e.Body, string(e.Leaf), e.Proof, e.Hash)
}

func scanCase(s store.Scanner) (*dossier, error) {
	var d dossier
	var submitted int64
	var state string
	err := s.Scan(&d.region, (*string)(&d.id), &d.origin.Number, &d.version, &state, &d.origin.Service, &d.origin.Definition, &d.origin.Agency,
		&d.status.Step, &d.status.Role, (*string)(&d.status.Officer), (*string)(&d.origin.Charge), (*string)(&d.account), &d.subject,
		&submitted, &d.status.Complete, &d.status.Due, &d.status.Wake, &d.status.Escalated, &d.status.Closed, &d.status.Flagged, &d.head)
	d.status.State, d.submitted = flow.State(state), store.Time(submitted)
	return &d, err
}

func caseByNumber(tx *store.Tx, region, number string) (*dossier, error) {
	return store.One(tx, scanCase, `SELECT `+caseColumns+` FROM casework_cases WHERE region = $1 AND number = $2`, region, number)
}

func caseByID(tx *store.Tx, region string, id lancar.ID) (*dossier, error) {
	return store.One(tx, scanCase, `SELECT `+caseColumns+` FROM casework_cases WHERE region = $1 AND id = $2`, region, string(id))
}

func eventsOf(tx *store.Tx, region string, id lancar.ID) ([]event, error) {
	return store.All(tx, scanEvent, `SELECT seq, at, kind, actor_kind, actor, plain, body, leaf, proof, hash FROM casework_events
		WHERE region = $1 AND case_id = $2 ORDER BY seq`, region, string(id))
}

func scanEvent(s store.Scanner) (event, error) {
	var e event
	var at int64
	var kind, who string
	err := s.Scan(&e.Seq, &at, &kind, &who, (*string)(&e.Actor), &e.text, &e.Body, (*string)(&e.Leaf), &e.Proof, &e.Hash)
	if err != nil {
		return e, err
	}
	e.At, e.Kind, e.Who = store.Time(at), flow.Event(kind), lancar.ActorKind(who)
	if err := json.Unmarshal([]byte(e.text), &e.Plain); err != nil {
		return e, fmt.Errorf("casework: event %d cannot be read: %w", e.Seq, err)
	}
	return e, nil
}

// place names a case inside its region's tables.
type place struct {
	region string
	id     lancar.ID
	at     int64 // when it wakes
}

func scanPlace(s store.Scanner) (p place, err error) {
	err = s.Scan(&p.region, (*string)(&p.id), &p.at)
	return p, err
}

// awake lists cases for which the system has something to do by now.
func awake(tx *store.Tx, limit int) ([]place, error) {
	return store.All(tx, scanPlace, `SELECT region, id, wake_at FROM casework_cases WHERE wake_at > 0 AND wake_at <= $1 ORDER BY wake_at LIMIT $2`,
		store.Micros(tx.Now), int64(limit))
}

// subjectsOf are the people who brought cases of a service in a period, in a region and those below it.
func subjectsOf(tx *store.Tx, p breach.Pick) ([]string, error) {
	from, to := p.Region+".", p.Region+"/" // "/" follows "."
	if p.Region == region00 {
		from, to = "", "~"
	}
	return store.All(tx, func(s store.Scanner) (subject string, err error) { err = s.Scan(&subject); return subject, err },
		`SELECT DISTINCT subject FROM casework_cases WHERE (region = $1 OR (region >= $2 AND region < $3)) AND service = $4
		AND submitted_at >= $5 AND submitted_at < $6 LIMIT 20001`, p.Region, from, to, p.Service, store.Micros(p.From), store.Micros(p.Until))
}
