package casework

import (
	"context"
	"maps"
	"slices"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/document"
	"lancar/internal/store"
)

// Proposal is a decision that an officer thinks of and has not taken.
type Proposal struct {
	How    string // granted or refused; "" for the decision that waits for its signature
	Ground string // of a refusal
	Reason string
}

// Preview is the letter of a decision as the applicant would read it, without its number. It
// decides nothing. That the officer read the application for it is written down; who applies
// stays hidden where the officer's step hides it.
func (c *Cases) Preview(ctx context.Context, officer lancar.Actor, number string, p Proposal) (paper document.Paper, err error) {
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.officeTx(tx, officer, number)
		if err != nil {
			return err
		}
		hide := d.hidden(officer)
		what := []string{access.Answers, access.Register}
		if !hide {
			what = append(what, access.Identity)
		}
		g, err := c.grantTx(tx, officer, d, purposeDecide(d.def), what...)
		if err != nil {
			return err
		}
		in, err := c.contents(tx, g, d)
		if err != nil {
			return err
		}
		dec := Decision{How: p.How, Reason: p.Reason, By: c.office(d, officer.Name), At: tx.Now}
		switch ground := d.def.GroundOf(p.Ground); {
		case p.How == "" && in.decision == nil:
			return errMoved()
		case p.How == "":
			dec = *in.decision
		case ground != nil && p.How == "refused":
			dec.Ground, dec.Law = ground.ID, lawText(d.def, ground.Law)
		}
		if hide {
			in.veil(d.covered(officer))
		}
		paper = c.order(d, &in, dec).Paper
		return nil
	})
	return paper, err
}

// veil covers who applies.
func (o *content) veil(covered []string) {
	o.Answers, o.Facts = maps.Clone(o.Answers), maps.Clone(o.Facts)
	if o.Answers == nil {
		o.Answers = map[string]string{}
	}
	if o.Facts == nil {
		o.Facts = map[string]catalog.Fact{}
	}
	for _, field := range covered {
		const cover = "••••••"
		if o.Answers[field] != "" {
			o.Answers[field] = cover
		}
		if f, ok := o.Facts[field]; ok {
			f.Value = cover
			o.Facts[field] = f
		}
	}
}

// covered are the fields that tell who somebody is and that this officer's steps do not need: a
// full address or a birth date stays readable only where the step's checklist names it.
func (d *dossier) covered(officer lancar.Actor) []string {
	out := []string{"applicant.name", "applicant.nik", "applicant.passport", "applicant.family_card", "applicant.phone", "applicant.email",
		"applicant.birth_place", "applicant.birth_date", "applicant.address"}
	needed := map[string]bool{}
	for i := range d.def.Steps {
		step := &d.def.Steps[i]
		if w, ok := d.drawnFor(step.ID); !ok || w.Account != officer.ID {
			continue
		}
		for _, item := range step.Checklist {
			for _, f := range item.Fields {
				needed[f] = true
			}
		}
	}
	return slices.DeleteFunc(out, func(f string) bool { return needed[f] })
}
