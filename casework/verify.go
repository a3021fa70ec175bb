package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"lancar/catalog/flow"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/publiclog"
)

const verifyPage = 200

// Verify derives every case again from its events and compares what is kept with them: the hash
// chain, the table of states, the case row, the leaves of the public log, files, messages, charges,
// the inbox, kept totals and figures, rosters, absences, and the persons' lists; and that every
// draft opens with its key. It returns the first thing that is wrong. It expects
// a node that does not write; what the outbox has not delivered yet is no fault.
func (c *Cases) Verify(ctx context.Context) error {
	waiting, err := c.queue.Waiting(ctx, changedQueue)
	if err != nil {
		return err
	}
	v := &verifier{cases: c, settled: waiting == 0, totals: map[[2]string]int64{}, decided: map[bar]int64{}, lots: lots{}}
	for after := (place{}); ; {
		var page []*dossier
		err := c.db.Read(ctx, func(tx *store.Tx) (err error) {
			page, err = casesAfter(tx, after, verifyPage)
			for _, d := range page {
				if err != nil {
					return err
				}
				if err = v.one(tx, d); err != nil {
					err = fmt.Errorf("case %s of region %s: %w", d.origin.Number, d.region, err)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		if len(page) < verifyPage {
			break
		}
		last := page[len(page)-1]
		after = place{region: last.region, id: last.id}
	}
	if err := c.db.Read(ctx, v.rosters); err != nil {
		return err
	}
	if err := c.db.Read(ctx, v.absences); err != nil {
		return err
	}
	if err := c.db.Read(ctx, func(tx *store.Tx) error { return v.drafts(tx) }); err != nil {
		return err
	}
	return c.db.Read(ctx, v.sums)
}

// verifier is one run of Verify: what the cases add up to.
type verifier struct {
	cases   *Cases
	settled bool // the outbox is empty: lists must be complete
	tasks   int64
	listed  int64
	totals  map[[2]string]int64 // region, key
	decided map[bar]int64
	lots    lots
}

func (v *verifier) one(tx *store.Tx, d *dossier) error {
	row := *d
	d, err := v.cases.loadTx(tx, d, nil)
	if err != nil {
		return err
	}
	if err := chain(d, row); err != nil {
		return err
	}
	key, err := v.cases.keys.LoadTx(tx, owner(d.id))
	gone := errors.Is(err, keys.ErrDestroyed)
	if err != nil && !gone {
		return err
	}
	if gone != (d.events[len(d.events)-1].Kind == erased) {
		return errors.New("its key is destroyed, or is not, against what its events say")
	}
	if !gone {
		if err := v.sealed(tx, d, row, key); err != nil {
			return err
		}
	}
	err = v.cases.eachLot(tx, d, v.lots, func(l Lot) error {
		if l.Draw == nil {
			return nil
		}
		return VerifyDraw(l.Draw, l.Roster, l.Start)
	})
	if err != nil {
		return err
	}
	if err := v.document(tx, d); err != nil {
		return err
	}
	if err := v.task(tx, d); err != nil {
		return err
	}
	if t := d.took(); t != nil {
		v.decided[bar{d.region, d.origin.Agency, d.origin.Service, int64(t.Days), boolean(t.Late)}]++
	}
	if err := v.leaves(tx, d, row); err != nil {
		return err
	}
	if err := v.charged(tx, d, row); err != nil {
		return err
	}
	return v.mine(tx, d, row)
}

// document: what a case ended with is there.
func (v *verifier) document(tx *store.Tx, d *dossier) error {
	if d.status.Document == "" {
		return nil
	}
	docs, err := v.cases.documents.OfCase(tx, d.region, d.id)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		if doc.Number == d.status.Document {
			return nil
		}
	}
	return fmt.Errorf("its document %s is gone", d.status.Document)
}

// chain checks events against each other, the table of states and the case row.
func chain(d *dossier, row dossier) error {
	var head []byte
	first := d.events[0].Plain.Origin
	if first == nil {
		return errors.New("its first event does not say what was applied for")
	}
	for i := range d.events {
		e := &d.events[i]
		if e.Seq != int64(i+1) {
			return fmt.Errorf("event %d is missing", i+1)
		}
		if !bytes.Equal(e.digest(d.region, d.id, head), e.Hash) {
			return fmt.Errorf("event %d (%s) was altered", e.Seq, e.Kind)
		}
		head = e.Hash
		before := *d
		before.origin, before.status = *first, status{State: flow.Draft}
		if i > 0 {
			before.status = d.events[i-1].Plain.Status
		}
		if err := before.legal(e); err != nil {
			return err
		}
	}
	s, r := d.status, row.status
	kept := status{State: r.State, Step: r.Step, Role: r.Role, Officer: r.Officer, Complete: r.Complete, Due: r.Due, Wake: r.Wake, Escalated: r.Escalated, Closed: r.Closed, Flagged: r.Flagged}
	derived := status{State: s.State, Step: s.Step, Role: s.Role, Officer: s.Officer, Complete: s.Complete, Due: s.Due, Wake: s.Wake, Escalated: s.Escalated, Closed: s.Closed, Flagged: s.Flagged}
	origin := row.origin
	origin.Fee = first.Fee // stands in the event alone
	switch {
	case kept != derived:
		return fmt.Errorf("its row says %+v, its events say %+v", kept, derived)
	case origin != *first:
		return fmt.Errorf("its row says %+v, its first event says %+v", origin, *first)
	case row.version != int64(len(d.events)) || !bytes.Equal(row.head, head):
		return fmt.Errorf("its row is at version %d with another end of the chain than event %d", row.version, len(d.events))
	case store.Micros(row.submitted) != store.Micros(d.events[0].At):
		return errors.New("its row says another instant of submission than its first event")
	}
	return nil
}

// legal says whether an event may follow the status before it.
func (d *dossier) legal(e *event) error {
	to := e.Plain.Status.State
	switch e.Kind {
	case flagged, recounted, reminded, receipted, refunded, erased:
		if to == d.status.State {
			return nil
		}
	case flow.Redraw:
		if d.status.State == flow.Drawing && to == flow.Drawing { // the roster came late
			return nil
		}
		fallthrough
	default:
		if t, ok := flow.Next(d.status.State, e.Kind, d.facts()...); ok && t.To == to {
			return nil
		}
	}
	return fmt.Errorf("event %d (%s) cannot lead from %s to %s", e.Seq, e.Kind, d.status.State, to)
}

// sealed opens what is personal about a case and compares it with the row, the log and the files.
func (v *verifier) sealed(tx *store.Tx, d *dossier, row dossier, key keys.DataKey) error {
	in, err := unseal(d, key)
	if err != nil {
		return err
	}
	if in.Account != row.account || in.Subject != row.subject {
		return errors.New("its row says another applicant than its first event")
	}
	for _, e := range d.events {
		if e.Leaf == "" {
			continue
		}
		if err := v.leaf(tx, d, e, key); err != nil {
			return fmt.Errorf("event %d (%s): %w", e.Seq, e.Kind, err)
		}
	}
	if err := v.messages(tx, d, key); err != nil {
		return err
	}
	for _, a := range in.Files {
		f, err := caseFile(tx, d, a.ID)
		if err != nil {
			return fmt.Errorf("file %s: %w", a.ID, err)
		}
		got, data, err := f.open(key)
		if err != nil || got.SHA256 != a.SHA256 || sum(data) != a.SHA256 {
			return fmt.Errorf("file %s is not the one that was uploaded", a.ID)
		}
	}
	return nil
}

func (v *verifier) leaf(tx *store.Tx, d *dossier, e event, key keys.DataKey) error {
	b, err := key.Open(e.Proof, aad("proofs", d.id, e.Seq))
	if err != nil {
		return err
	}
	var p proof
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	record, err := e.record(d.region, d.id)
	if err != nil {
		return err
	}
	if !bytes.Equal(record, p.Record) {
		return errors.New("what was logged about it says something else")
	}
	pos, ok, err := v.cases.log.PositionTx(tx, d.region, e.Leaf)
	if err != nil {
		return err
	}
	if ok && pos.Hash != publiclog.PrivateHash(p.Nonce, p.Record) {
		return errors.New("the public log holds another leaf for it")
	}
	return nil
}

// task compares the inbox with a case.
func (v *verifier) task(tx *store.Tx, d *dossier) error {
	s := d.status
	if !s.open() {
		return nil
	}
	v.tasks++
	for _, key := range s.totals() {
		v.totals[[2]string{s.Office, key}]++
	}
	var got status
	var version int64
	var state, number, service string
	err := tx.QueryRow(`SELECT agency, role, officer, due_at, state, step, flagged, version, number, service FROM casework_inbox WHERE region = $1 AND case_region = $2 AND case_id = $3`,
		s.Office, d.region, string(d.id)).Scan(&got.Agency, &got.Role, (*string)(&got.Officer), &got.Due, &state, &got.Step, &got.Flagged, &version, &number, &service)
	if errors.Is(err, store.ErrNone) {
		return errors.New("it is missing from the inbox of its office")
	}
	got.State = flow.State(state)
	want := status{Agency: s.Agency, Role: s.Role, Officer: s.Officer, Due: s.Due, State: s.State, Step: s.Step, Flagged: s.Flagged}
	if err == nil && (got != want || version != int64(len(d.events)) || number != d.origin.Number || service != d.origin.Service) {
		err = fmt.Errorf("the inbox says %+v of %s, %s (version %d), its events say %+v", got, service, number, version, want)
	}
	return err
}

// mine compares the applicant's list with a case.
func (v *verifier) mine(tx *store.Tx, d *dossier, row dossier) error {
	if row.account == "" {
		return nil
	}
	var state, number, service string
	var due, changed, version int64
	err := tx.QueryRow(`SELECT state, due_at, changed_at, version, number, service FROM casework_mine WHERE account = $1 AND region = $2 AND case_id = $3`,
		string(row.account), d.region, string(d.id)).Scan(&state, &due, &changed, &version, &number, &service)
	switch {
	case errors.Is(err, store.ErrNone) && !v.settled:
		return nil
	case errors.Is(err, store.ErrNone):
		return errors.New("it is missing from its applicant's list")
	case err != nil:
		return err
	case version < 1 || version > int64(len(d.events)) || v.settled && version != int64(len(d.events)):
		return fmt.Errorf("its applicant's list has it at version %d", version)
	}
	v.listed++
	e := d.events[version-1]
	s := e.Plain.Status
	if string(s.State) != state || s.Due != due || store.Micros(e.At) != changed || number != d.origin.Number || service != d.origin.Service {
		return fmt.Errorf("its applicant's list says %s of %s, %s, changed at %d, due at %d; its events say %s, changed at %d, due at %d",
			state, service, number, changed, due, s.State, store.Micros(e.At), s.Due)
	}
	return nil
}

// sums compares what all cases add up to with what is kept.
func (v *verifier) sums(tx *store.Tx) error {
	if err := v.counted(tx, "the inbox", `SELECT count(*) FROM casework_inbox`, v.tasks); err != nil {
		return err
	}
	if err := v.counted(tx, "the lists of applicants", `SELECT count(*) FROM casework_mine`, v.listed); err != nil {
		return err
	}
	if err := v.counted(tx, "submitted drafts without their case", `SELECT count(*) FROM casework_drafts d LEFT JOIN casework_cases c
		ON c.region = d.region AND c.id = d.id AND c.number = d.number WHERE d.state = 'submitted' AND c.id IS NULL`, 0); err != nil {
		return err
	}
	type line struct {
		key [3]string
		n   int64
	}
	scan := func(s store.Scanner) (l line, err error) {
		err = s.Scan(&l.key[0], &l.key[1], &l.key[2], &l.n)
		return l, err
	}
	kept, err := store.All(tx, scan, `SELECT region, key, '', n FROM casework_totals WHERE n <> 0`)
	if err != nil {
		return err
	}
	for _, l := range kept {
		if key := [2]string{l.key[0], l.key[1]}; v.totals[key] != l.n {
			return fmt.Errorf("casework: the kept total %v is %d, its cases are %d", key, l.n, v.totals[key])
		}
	}
	if len(kept) != len(v.totals) {
		return errors.New("casework: a kept total is missing")
	}
	return v.figures(tx)
}

func (v *verifier) counted(tx *store.Tx, what, sql string, want int64) error {
	var n int64
	if err := tx.QueryRow(sql).Scan(&n); err != nil {
		return err
	}
	if n != want {
		return fmt.Errorf("casework: %s: %d rows, the cases make %d", what, n, want)
	}
	return nil
}

func casesAfter(tx *store.Tx, after place, limit int) ([]*dossier, error) {
	return store.All(tx, scanCase, `SELECT `+caseColumns+` FROM casework_cases WHERE (region, id) > ($1, $2) ORDER BY region, id LIMIT $3`,
		after.region, string(after.id), int64(limit))
}
