package casework

import (
	"context"
	"errors"
	"time"

	"lancar"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/payment"
	"lancar/region"
)

// payDays is how long a submission waits for its fee, in days.
const payDays = 7

// submitTries bounds how often a submission is tried again after it lost a race.
const submitTries = 4

// Submit turns a draft into a case, once: every further submission of the same draft, whoever
// wins a race between two, returns the same case. Case, event, charge, leaf and outbox commit in
// one transaction. What is not ready is lancar.Invalid with the first field that is wrong. The
// case returned has no contents; its applicant may read them with Case.
func (c *Cases) Submit(ctx context.Context, who Applicant, s Submission) (Case, error) {
	for try := 0; ; try++ {
		got, err := c.submitOnce(ctx, who, s)
		lost := store.IsConflict(err) || lancar.CodeOf(err) == lancar.Conflict && s.Version == 0
		if err == nil || !lost || try == submitTries {
			return got, err
		}
	}
}

func (c *Cases) submitOnce(ctx context.Context, who Applicant, s Submission) (Case, error) {
	var d draftRow
	var key keys.DataKey
	err := c.db.Read(ctx, func(tx *store.Tx) (err error) {
		// The draft is keyed by the account that the session vouches for, and nothing of it is shown.
		var metas []sealedFile
		if _, err = c.requestTx(tx, who, s.Key, mandate.Submit, string(s.Draft)); err != nil {
			return err
		}
		if d, key, err = c.draftTx(tx, who, s.Draft, askDraftMetas(who.Account, s.Draft, &metas)); err != nil || d.state == "submitted" {
			return err
		}
		if who.Lang == "" {
			if who.Lang, err = c.identity.LangTx(tx, who.Account); err != nil {
				return err
			}
		}
		d.Files, err = describe(metas, key)
		return err
	})
	switch {
	case err != nil:
		return Case{}, err
	case d.state == "submitted":
		return c.submitted(ctx, d)
	case s.Version != 0 && s.Version != d.Version:
		return Case{}, errMoved()
	}
	p, err := c.prepare(who, d)
	if err != nil {
		// Read while another request submitted it, a draft can look half empty.
		if again, e := c.submittedDraft(ctx, who, s.Draft); e == nil {
			return again, nil
		}
		return Case{}, err
	}
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		if err := c.actTx(tx, who, p.act); err != nil {
			return err
		}
		if err := submitDraft(tx, d, p.region, p.origin.Number); err != nil {
			return err
		}
		if err := c.doneTx(tx, who, s.Key, mandate.Submit, string(s.Draft)); err != nil {
			return err
		}
		return c.submitTx(tx, key, p)
	})
	if store.IsCheck(err) {
		err = errMoved()
	}
	if code := lancar.CodeOf(err); code == lancar.Conflict || code == lancar.Forbidden { // somebody was first: perhaps with this very draft
		if again, e := c.submittedDraft(ctx, who, s.Draft); e == nil {
			return again, nil
		}
	}
	if err != nil {
		return Case{}, c.askPerson(ctx, who, s.Key, string(s.Draft), p.act, err)
	}
	return p.brief(), nil
}

// prepared is a submission before its transaction: everything that needs no database.
type prepared struct {
	dossier
	by     lancar.Actor // the applicant, or who acts for them
	app    *Through
	act    mandate.Act
	body   submitBody
	total  lancar.Money
	lines  []payment.Line
	office *region.Region
	flags  int64 // answers that a register contradicts
}

// prepare checks a draft by the interpreter and makes the case of it.
func (c *Cases) prepare(who Applicant, d draftRow) (*prepared, error) {
	def := c.catalog.Service(d.Service)
	if def == nil {
		return nil, errNotFound()
	}
	level := identity.Level(def.Level)
	if !who.machine() { // a machine's step counts as the sign-in of its person who agrees to it
		if err := who.Level.Need(level); err != nil {
			return nil, err
		}
	}
	now := c.db.Now()
	out := catalog.Walk(def, c.situation(def, d.Draft, now))
	if who.App != nil {
		veil(&out, d.Answers)
	}
	if err := notReady(&out); err != nil {
		return nil, err
	}
	office := c.regions.ByCode(out.Office)
	if ok, _ := office.Launched(def.Slug, now); !ok {
		return nil, lancar.Fail(lancar.Invalid, "region", "Layanan ini belum dibuka di daerah ini.", "This service is not open in this region yet.")
	}
	p := &prepared{office: office, total: out.Total, app: who.through()}
	p.region, p.id, p.account, p.subject, p.def = out.Office, d.ID, who.Account, who.Subject, def
	p.origin = origin{Number: NewNumber(out.Office), Service: def.Slug, Definition: def.Hash, Agency: def.Owner.Agency}
	p.by, p.act = who.actor(), mandate.Act{Verb: mandate.Submit, Service: def.Slug, Amount: out.Total, Ref: d.asShown(), Case: d.ID, Level: level}
	p.body = submitBody{who.Account, who.Subject, who.Lang, d.Kind, d.Place, withPlace(def, d.Draft), d.Facts, d.Files, by(who)}
	for _, v := range out.Fields {
		if v.Fact != nil && v.Fact.State == "nomatch" {
			p.flags++
		}
	}
	for _, item := range out.Fee {
		p.lines = append(p.lines, payment.Line{Label: item.Line.Text, Amount: item.Amount.Amount, Revenue: item.Line.Account})
	}
	return p, nil
}

// notReady says the first thing that keeps a draft from being submitted.
func notReady(out *catalog.Outcome) error {
	switch {
	case out.Ready():
		return nil
	case len(out.Errors) > 0:
		e := out.Errors[0]
		return &lancar.Error{Code: lancar.Invalid, Field: e.Field, Text: e.Text}
	case len(out.Against) > 0:
		return &lancar.Error{Code: lancar.Invalid, Field: "check", Text: out.Against[0].Because}
	}
	return lancar.Fail(lancar.Invalid, "check", "Isian belum lengkap. Periksa lagi sebelum mengirim.", "Some answers are still missing. Check them before you submit.")
}

// submitTx writes a new case. Nothing in it waits for an answer of the database.
func (c *Cases) submitTx(tx *store.Tx, key keys.DataKey, p *prepared) error {
	p.version, p.head, p.events, p.status = 0, nil, nil, status{State: flow.Draft}
	p.submitted = tx.Now
	p.origin.Charge, p.origin.Fee = "", 0
	if p.total.Amount > 0 {
		due := tx.Now.AddDate(0, 0, payDays)
		id, err := c.charges.ChargeTx(tx, payment.Charge{Region: p.region, Case: p.id, Number: p.origin.Number, Account: p.account,
			Title: p.def.Title, Lines: p.lines, Amount: p.total, DueAt: due})
		if err != nil {
			return err
		}
		p.origin.Charge, p.origin.Fee = id, p.total.Amount
	}
	// The draft's files follow through the outbox; until then they are read where they are.
	to, err := p.move(flow.Submit, lancar.Person)
	if err != nil {
		return err
	}
	to.Flagged = p.flags
	ch := change{kind: flow.Submit, actor: p.by, to: to, body: p.body, leaf: true}
	ch.plain.Origin, ch.plain.Through = &p.origin, p.app
	if to.State == flow.Drawing {
		if err := c.complete(&p.dossier, tx.Now, &ch); err != nil {
			return err
		}
	} else {
		ch.to.Due = store.Micros(tx.Now.AddDate(0, 0, payDays))
	}
	if err := c.write(tx, &p.dossier, key, ch); err != nil {
		return err
	}
	return c.recheckTx(tx, &p.dossier, p.body.Facts, p.body.Answers)
}

// complete starts the clock: the case is complete now, and its leaf starts the draw.
func (c *Cases) complete(d *dossier, now time.Time, ch *change) error {
	r := c.regions.ByCode(d.region)
	cal := r.Calendar()
	end, err := region.Count(cal, r.Zone, now, d.def.Term.Days, nil)
	if err != nil {
		return err
	}
	ch.to.Complete, ch.to.Due, ch.to.Wake = store.Micros(now), store.Micros(end.At), store.Micros(end.At)
	ch.plain.Calendar = cal.Hash()
	ch.leaf, ch.await = true, drawKey(d)
	ch.to.first(d)
	return nil
}

// first puts the first step of an officer into a status.
func (s *status) first(d *dossier) {
	for i := range d.def.Steps {
		if k := d.def.Steps[i].Kind; k == "review" || k == "opinion" || k == "decide" {
			s.at(&d.def.Steps[i], d)
			return
		}
	}
}

// at puts a step into a status.
func (s *status) at(step *catalog.Step, d *dossier) {
	s.Step, s.Role, s.Agency = step.ID, step.Role, step.Agency
	if s.Agency == "" {
		s.Agency = d.origin.Agency
	}
}

// submittedDraft returns the case that a draft became.
func (c *Cases) submittedDraft(ctx context.Context, who Applicant, id lancar.ID) (Case, error) {
	var d draftRow
	err := c.db.Read(ctx, func(tx *store.Tx) (err error) {
		d, err = draftByID(tx, who.Account, id)
		return found(err)
	})
	if err != nil {
		return Case{}, err
	}
	if d.state != "submitted" {
		return Case{}, errMoved()
	}
	return c.submitted(ctx, d)
}

func (c *Cases) submitted(ctx context.Context, d draftRow) (Case, error) {
	var out Case
	err := c.db.Read(ctx, func(tx *store.Tx) error {
		row, err := caseByID(tx, d.Region, d.ID)
		if errors.Is(err, store.ErrNone) {
			return errNotFound()
		}
		if err != nil {
			return err
		}
		row.def, err = c.catalog.Pinned(ctx, row.origin.Service, row.origin.Definition)
		if err == nil {
			out = row.brief()
		}
		return err
	})
	return out, err
}

// brief is a case without its contents.
func (d *dossier) brief() Case {
	s := d.status
	out := Case{Region: d.region, Number: d.origin.Number, ID: d.id, Service: d.origin.Service, Definition: d.origin.Definition,
		State: s.State, How: s.How, Version: d.version, Agency: d.origin.Agency, Step: s.Step, Submitted: d.submitted,
		Completed: store.Time(s.Complete), Due: store.Time(s.Due), Escalated: store.Time(s.Escalated), Closed: store.Time(s.Closed),
		Charge: d.origin.Charge, Document: s.Document}
	if d.def != nil {
		out.Title = d.def.Title
		if step := d.stepByID(s.Step); step != nil && !s.State.Over() {
			out.StepTitle = step.Title
		}
	}
	if s.State.Over() {
		out.Due = time.Time{}
	}
	return out
}
