package casework

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"lancar"
	"lancar/catalog/flow"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/payment"
	"lancar/publiclog"
)

// logged says whether an event has a leaf in the region's log.
func (e event) logged() bool {
	switch e.Kind {
	case flow.Submit, flow.Settle, flow.Redraw, flow.Withdraw, flow.Lapse, flow.Close, flow.Sign, flow.Deem, refunded:
		return true
	case flow.Grant, flow.Refuse:
		return e.Plain.Status.State.Over() // else it is logged with its signature
	}
	return false
}

// leaves: what must stand in the log does, also of a case whose proofs are erased.
func (v *verifier) leaves(tx *store.Tx, d *dossier, row dossier) error {
	if d.events[len(d.events)-1].Kind == erased && (row.account != "" || row.subject != "") {
		return errors.New("it was erased, but its row names an applicant")
	}
	for _, e := range d.events {
		if e.logged() != (e.Leaf != "") {
			return fmt.Errorf("event %d (%s): whether it is in the log, its row says otherwise than its kind", e.Seq, e.Kind)
		}
		if e.Leaf == "" {
			continue
		}
		there, err := v.cases.log.HasTx(tx, d.region, e.Leaf)
		if err == nil && !there {
			err = fmt.Errorf("event %d (%s): the public log has no leaf %s", e.Seq, e.Kind, e.Leaf)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// charged: its charge is there, and is of this case.
func (v *verifier) charged(tx *store.Tx, d *dossier, row dossier) error {
	first := d.events[0].Plain.Origin
	if first.Charge == "" {
		return nil
	}
	o := payment.Owed{Region: d.region, Charge: first.Charge, Number: first.Number, Account: row.account, Amount: first.Fee}
	o.Paid = slices.ContainsFunc(d.events, func(e event) bool { return e.Kind == flow.Settle })
	return v.cases.charges.VerifyOwed(tx, o)
}

// messages: each opens, and says when and by whom it was written.
func (v *verifier) messages(tx *store.Tx, d *dossier, key keys.DataKey) error {
	rows, err := messagesOf(tx, d.region, d.id)
	for _, r := range rows {
		b, oerr := key.Open(r.body, aad("messages", r.id, 0))
		var m Message
		if oerr == nil {
			oerr = json.Unmarshal(b, &m)
		}
		// Before this was sealed with the text, only the id told the time.
		if oerr != nil || m.From != "" && (m.From != r.from || !m.At.Equal(r.at)) || !madeAt(r.id, store.Micros(r.at)) {
			return errors.Join(fmt.Errorf("message %s was altered", r.id), oerr)
		}
	}
	return err
}

// madeAt compares an instant in microseconds with the millisecond that an id made in the same
// transaction tells.
func madeAt(id lancar.ID, at int64) bool {
	made := id.Made()
	return !made.IsZero() && made.UnixMilli() == store.Time(at).UnixMilli()
}

// drafts: each open draft and its files open with its key.
func (v *verifier) drafts(tx *store.Tx) error {
	for account, id := lancar.ID(""), lancar.ID(""); ; {
		page, err := store.All(tx, scanDraft, `SELECT `+draftColumns+` FROM casework_drafts WHERE state = 'open' AND (account, id) > ($1, $2)
			ORDER BY account, id LIMIT $3`, string(account), string(id), int64(verifyPage))
		if err != nil {
			return err
		}
		for _, d := range page {
			if err := v.draft(tx, d); err != nil {
				return fmt.Errorf("casework: draft %s: %w", d.ID, err)
			}
			account, id = d.account, d.ID
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

func (v *verifier) draft(tx *store.Tx, d draftRow) error {
	key, err := v.cases.keys.LoadTx(tx, owner(d.ID))
	if err != nil {
		return fmt.Errorf("its key: %w", err)
	}
	b, err := key.Open(d.sealed, aad("drafts", d.ID, 0))
	if err == nil {
		err = json.Unmarshal(b, &draftBody{})
	}
	if err != nil {
		return fmt.Errorf("what was filled in does not open: %w", err)
	}
	if !madeAt(d.ID, store.Micros(d.Started)) || d.Saved.Before(d.Started) {
		return errors.New("it was begun at another time than its id says")
	}
	if _, err := v.cases.catalog.Pinned(tx.Ctx, d.Service, d.Definition); err != nil {
		return fmt.Errorf("its definition: %w", err)
	}
	metas, err := draftMetas(tx, d.account, d.ID)
	if err != nil {
		return err
	}
	for _, m := range metas {
		f, err := draftFile(tx, d.account, d.ID, m.id)
		if err != nil {
			return err
		}
		a, data, err := f.open(key)
		if err != nil || a.ID != m.id || a.SHA256 != sum(data) {
			return errors.Join(fmt.Errorf("file %s is not the one that was uploaded", m.id), err)
		}
	}
	return nil
}

// bar is one bar of the kept figures.
type bar struct {
	region, agency, service string
	days, late              int64
}

// took is how long the case's decision took, nil when it has none that counts.
func (d *dossier) took() *took {
	for i := len(d.events) - 1; i >= 0; i-- {
		if t := d.events[i].Plain.Took; t != nil {
			return t
		}
	}
	return nil
}

func (v *verifier) figures(tx *store.Tx) error {
	type line struct {
		bar
		n int64
	}
	kept, err := store.All(tx, func(s store.Scanner) (l line, err error) {
		return l, s.Scan(&l.region, &l.agency, &l.service, &l.days, &l.late, &l.n)
	}, `SELECT region, agency, service, days, late, n FROM casework_figures WHERE n <> 0`)
	if err != nil {
		return err
	}
	for _, l := range kept {
		if v.decided[l.bar] != l.n {
			return fmt.Errorf("casework: the figures of %+v count %d decisions, its cases have %d", l.bar, l.n, v.decided[l.bar])
		}
	}
	if len(kept) != len(v.decided) {
		return errors.New("casework: a kept figure is missing")
	}
	return nil
}

// absences: each entry of the history of absences is the one that was logged, and who is away now
// follows from the newest of each officer.
func (v *verifier) absences(tx *store.Tx) error {
	type key struct{ region, account string }
	type row struct {
		key
		id, leaf   lancar.ID
		by         string
		absent, at int64
		record     []byte
		nonce      []byte
	}
	all, err := store.All(tx, func(s store.Scanner) (r row, err error) {
		return r, s.Scan(&r.region, (*string)(&r.id), &r.account, &r.absent, &r.by, &r.at, &r.record, &r.nonce, (*string)(&r.leaf))
	}, `SELECT region, id, account, absent, by_account, at, record, nonce, leaf FROM casework_absences ORDER BY region, id`)
	if err != nil {
		return err
	}
	newest := map[key]row{}
	for _, r := range all {
		record, err := publiclog.Canonical(map[string]any{"kind": "absence", "region": r.region, "officer": r.account, "absent": r.absent == 1, "by": r.by, "at": r.at})
		if err != nil {
			return err
		}
		pos, ok, err := v.cases.log.PositionTx(tx, r.region, r.leaf)
		if err != nil {
			return err
		}
		if string(record) != string(r.record) || ok && pos.Hash != publiclog.PrivateHash(r.nonce, r.record) {
			return fmt.Errorf("casework: absence %s of region %s is not the one that was logged", r.id, r.region)
		}
		if was := newest[r.key]; r.at >= was.at {
			newest[r.key] = r
		}
	}
	away, err := store.All(tx, func(s store.Scanner) (r row, err error) {
		return r, s.Scan(&r.region, &r.account, &r.at)
	}, `SELECT region, account, since FROM casework_absent`)
	if err != nil {
		return err
	}
	// Two of one instant stand in no order: either may be the newest.
	for _, r := range away {
		if n := newest[r.key]; n.at != r.at || n.absent != 1 && !slices.ContainsFunc(all, func(o row) bool { return o.key == r.key && o.at == r.at && o.absent == 1 }) {
			return fmt.Errorf("casework: an officer of region %s is away since %d, the history says otherwise", r.region, r.at)
		}
		delete(newest, r.key)
	}
	for _, r := range newest {
		if r.absent == 1 && !slices.ContainsFunc(all, func(o row) bool { return o.key == r.key && o.at == r.at && o.absent == 0 }) {
			return fmt.Errorf("casework: an officer of region %s is not away any more, the history says otherwise", r.region)
		}
	}
	return nil
}
