package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/document"
	"lancar/internal/store"
)

// Refusal chooses a legal ground of the definition and says why.
type Refusal struct {
	Ground string
	Reason string
	Checks []Check
}

// Check is what an officer found of one item of their step's checklist.
type Check struct {
	Item  string `json:"item"`
	Found string `json:"found"` // "yes", "no" or "ask"
}

// checked drops what is not on the checklist of the step that is on.
func (d *dossier) checked(checks []Check) (out []Check) {
	step := d.stepByID(d.status.Step)
	for _, c := range checks {
		if step != nil && slices.ContainsFunc(step.Checklist, func(r catalog.Requirement) bool { return r.ID == c.Item }) && slices.Contains([]string{"yes", "no", "ask"}, c.Found) {
			out = append(out, c)
		}
	}
	return out
}

// Grant grants; where the definition asks for a second person the case then waits for Sign. note
// may say something to the applicant.
func (c *Cases) Grant(ctx context.Context, officer lancar.Actor, number string, version int64, note string, checks ...Check) error {
	return c.decide(ctx, officer, number, version, flow.Grant, func(d *dossier) (Decision, error) {
		note, err := said("reason", note, maxReason, nil)
		return Decision{How: "granted", Reason: note, Checks: d.checked(checks)}, err
	})
}

// Refuse refuses on a legal ground of the definition, with a reason.
func (c *Cases) Refuse(ctx context.Context, officer lancar.Actor, number string, version int64, r Refusal) error {
	return c.decide(ctx, officer, number, version, flow.Refuse, func(d *dossier) (Decision, error) {
		ground := d.def.GroundOf(r.Ground)
		if ground == nil {
			return Decision{}, lancar.Fail(lancar.Invalid, "ground", "Pilih alasan dari daftar.", "Choose a ground from the list.")
		}
		reason, err := said("reason", r.Reason, maxReason, lancar.Fail(lancar.Invalid, "reason", "Tulis alasannya dengan jelas untuk pemohon.", "Write the reason clearly for the applicant."))
		if err != nil {
			return Decision{}, err
		}
		return Decision{How: "refused", Ground: ground.ID, Law: lawText(d.def, ground.Law), Reason: reason, Checks: d.checked(r.Checks)}, nil
	})
}

func lawText(def *catalog.Definition, id string) lancar.Text {
	if law := def.LawOf(id); law != nil {
		return lancar.Text{"id": law.Text, "en": law.Text}
	}
	return nil
}

// decide reads the case, signs its document outside any transaction, and then commits decision,
// document, leaf and outbox together, if the case is still what was read.
func (c *Cases) decide(ctx context.Context, officer lancar.Actor, number string, version int64, kind flow.Event, make func(*dossier) (Decision, error)) error {
	var d *dossier
	var in content
	var dec Decision
	err := c.db.Write(ctx, func(tx *store.Tx) (err error) {
		if d, err = c.taskTx(tx, officer, number, version); err != nil {
			return err
		}
		if !d.last() {
			return lancar.Fail(lancar.Conflict, "", "Keputusan diambil pada langkah terakhir.", "The decision is taken in the last step.")
		}
		if dec, err = make(d); err != nil {
			return err
		}
		dec.By, dec.At = c.office(d, officer.Name), tx.Now
		if d.def.Signer() != nil {
			return c.proposeTx(tx, d, officer, kind, dec)
		}
		in, err = c.readToDecide(tx, officer, d)
		return err
	})
	if err != nil || d.def.Signer() != nil {
		return err
	}
	return c.finish(ctx, d, &in, kind, officer, dec)
}

// last says whether the step that is on is the one that decides.
func (d *dossier) last() bool {
	step := d.deciding()
	return step != nil && d.status.Step == step.ID
}

// deciding is the step that decides, the last before a signature.
func (d *dossier) deciding() (last *catalog.Step) {
	for i := range d.def.Steps {
		if k := d.def.Steps[i].Kind; k == "review" || k == "opinion" || k == "decide" {
			last = &d.def.Steps[i]
		}
	}
	return last
}

func (c *Cases) readToDecide(tx *store.Tx, who lancar.Actor, d *dossier) (content, error) {
	g, err := c.grantTx(tx, who, d, purposeDecide(d.def), access.Answers, access.Register, access.Identity)
	if err != nil {
		return content{}, err
	}
	return c.contents(tx, g, d)
}

// proposeTx writes a decision that waits for the second person's signature.
func (c *Cases) proposeTx(tx *store.Tx, d *dossier, officer lancar.Actor, kind flow.Event, dec Decision) error {
	to, err := d.move(kind, officer.Kind)
	if err != nil {
		return err
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return err
	}
	step := d.def.Signer()
	to.at(step, d)
	w, _ := d.drawnFor(step.ID)
	to.How, to.Decider, to.Officer, to.Office = dec.How, officer.ID, w.Account, w.Office
	if err := c.write(tx, d, key, change{kind: kind, actor: officer, to: to, body: dec}); err != nil {
		return err
	}
	return c.stillThere(tx, d)
}

// Sign signs a decision that another officer made (never one's own): it stands from then on.
func (c *Cases) Sign(ctx context.Context, officer lancar.Actor, number string, version int64) error {
	var d *dossier
	var in content
	err := c.db.Write(ctx, func(tx *store.Tx) (err error) {
		if d, err = c.taskTx(tx, officer, number, version); err != nil {
			return err
		}
		if d.status.State != flow.Signing {
			return errMoved()
		}
		if err := c.identity.SecondTx(tx, d.status.Decider, officer.ID); err != nil {
			return err
		}
		in, err = c.readToDecide(tx, officer, d)
		if err == nil && in.decision == nil {
			err = errors.New("casework: nothing to sign")
		}
		return err
	})
	if err != nil {
		return err
	}
	dec := *in.decision
	dec.Signer = c.office(d, officer.Name)
	return c.finish(ctx, d, &in, flow.Sign, officer, dec)
}

// SendBack returns a decision unsigned to the officer who made it, with a reason.
func (c *Cases) SendBack(ctx context.Context, officer lancar.Actor, number string, version int64, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	return c.handOn(ctx, officer, number, version, flow.Return, func(d *dossier, _ time.Time) (*catalog.Step, any, error) {
		return d.deciding(), reasonBody{officer.Name, reason}, nil
	})
}

// Opine records what a review or opinion step came to and begins the next step.
func (c *Cases) Opine(ctx context.Context, officer lancar.Actor, number string, version int64, favourable bool, text string, checks ...Check) error {
	text, err := said("text", text, maxReason, lancar.Fail(lancar.Invalid, "text", "Tulis pertimbangannya.", "Write the opinion."))
	if err != nil {
		return err
	}
	return c.handOn(ctx, officer, number, version, flow.Opine, func(d *dossier, now time.Time) (*catalog.Step, any, error) {
		if d.last() {
			return nil, nil, lancar.Fail(lancar.Conflict, "", "Langkah terakhir adalah keputusan.", "The last step is the decision.")
		}
		return d.next(), Opinion{Step: d.status.Step, By: c.office(d, officer.Name), Favourable: favourable, Text: text, At: now, Checks: d.checked(checks)}, nil
	})
}

// handOn ends an officer's step without a decision: the case goes to whoever was drawn for the step that
// to names, with what it says.
func (c *Cases) handOn(ctx context.Context, officer lancar.Actor, number string, version int64, kind flow.Event, to func(d *dossier, now time.Time) (*catalog.Step, any, error)) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.taskTx(tx, officer, number, version)
		if err != nil {
			return err
		}
		step, body, err := to(d, tx.Now)
		if err != nil {
			return err
		}
		next, err := d.move(kind, officer.Kind)
		if err != nil {
			return err
		}
		key, err := c.keyOf(tx, d)
		if err != nil {
			return err
		}
		next.at(step, d)
		w, _ := d.drawnFor(next.Step)
		next.How, next.Decider, next.Officer, next.Office = "", "", w.Account, w.Office
		return c.write(tx, d, key, change{kind: kind, actor: officer, to: next, body: body})
	})
}

// next is the officer's step after the one that is on; there is one unless last.
func (d *dossier) next() *catalog.Step {
	past := false
	for i := range d.def.Steps {
		switch s := &d.def.Steps[i]; {
		case s.ID == d.status.Step:
			past = true
		case past && (s.Kind == "review" || s.Kind == "opinion" || s.Kind == "decide"):
			return s
		}
	}
	return nil
}

// finish makes a decision stand: its document is drawn, numbered and signed first; then one short
// transaction writes everything, unless the case moved on meanwhile. A document whose commit
// failed is nowhere.
func (c *Cases) finish(ctx context.Context, d *dossier, in *content, kind flow.Event, who lancar.Actor, dec Decision) error {
	dec.Signed = c.db.Now()
	if dec.At.IsZero() {
		dec.At = dec.Signed
	}
	order := c.order(d, in, dec)
	doc, err := c.documents.Prepare(ctx, order)
	if err != nil {
		return lancar.Fail(lancar.Unavailable, "", "Dokumen belum bisa ditandatangani. Keputusan belum dicatat; coba lagi sebentar.",
			"The document could not be signed yet. The decision was not recorded; try again shortly.").Because(err)
	}
	return c.db.Write(ctx, func(tx *store.Tx) error {
		now, err := c.byID(tx, d.region, d.id)
		if err != nil {
			return err
		}
		if now.version != d.version {
			return errMoved()
		}
		if kind != flow.Deem { // signing took its time
			if err := now.inTime(tx.Now); err != nil {
				return err
			}
		}
		return c.finishTx(tx, now, kind, who, dec, doc)
	})
}

func (c *Cases) finishTx(tx *store.Tx, d *dossier, kind flow.Event, who lancar.Actor, dec Decision, doc document.Prepared) error {
	to, err := d.move(kind, who.Kind)
	if err != nil {
		return err
	}
	issued, err := c.documents.IssueTx(tx, doc, who)
	if err != nil {
		return err
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return err
	}
	dec.Signed, dec.Document = tx.Now, issued.Number
	if kind != flow.Sign {
		dec.At = tx.Now
	}
	to.How, to.Document = dec.How, issued.Number
	to.Closed, to.Due, to.Officer = store.Micros(tx.Now), 0, ""
	to.Wake = retainUntil(d.def, tx.Now)
	ch := change{kind: kind, actor: who, to: to, body: dec, leaf: true}
	if ch.plain.Took, err = c.figureTx(tx, d); err != nil {
		return err
	}
	return c.write(tx, d, key, ch)
}

// figureTx counts a decision into the kept figures of the office.
func (c *Cases) figureTx(tx *store.Tx, d *dossier) (*took, error) {
	clock, err := c.clock(d)
	if err != nil || clock.From.IsZero() {
		return nil, err
	}
	t := &took{clock.Used(tx.Now), clock.Passed(tx.Now)}
	return t, addFigure(tx, d.region, d.origin.Agency, d.origin.Service, figure{days: t.Days, late: t.Late, n: 1})
}
