package casework

import (
	"context"

	"lancar"
	"lancar/access"
	"lancar/catalog/flow"
	"lancar/internal/store"
)

// Standing is how this person's case stands: its state, its clock and its history, with who acted for
// them, and nothing of what was filled in, decided or written.
func (c *Cases) Standing(ctx context.Context, who Applicant, number string) (out Case, err error) {
	err = c.readFor(ctx, who, func(tx *store.Tx) error {
		d, g, err := c.seenTx(tx, who, number)
		if err != nil {
			return err
		}
		out, err = c.standing(tx, g, d)
		return err
	})
	return out, err
}

// StandingFor tells a system of the agency that decides a case how it stands, which is a look that the
// applicant sees, with why as its purpose. lancar.NotFound for a case of another agency or region.
func (c *Cases) StandingFor(ctx context.Context, machine lancar.Actor, why lancar.Text, number string) (out Case, err error) {
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.byNumber(tx, number)
		if err != nil {
			return err
		}
		if machine.Kind != lancar.Machine || machine.Agency == "" || d.origin.Agency != machine.Agency || d.region != machine.Region || d.subject == "" {
			return errNotFound()
		}
		g, err := c.grantTx(tx, machine, d, why, access.Case)
		if err != nil {
			return err
		}
		out, err = c.standing(tx, g, d)
		out.By = nil
		for i := range out.Events { // who acts for the person is theirs to tell
			out.Events[i].By, out.Events[i].Through = nil, nil
		}
		return err
	})
	return out, err
}

func (c *Cases) standing(tx *store.Tx, g access.Grant, d *dossier) (Case, error) {
	if err := g.For(d.subject, access.Case); err != nil {
		return Case{}, err
	}
	out := d.brief()
	if !out.State.Over() {
		out.How = "" // not a decision until it is signed
	}
	out.Events = history(d)
	if err := c.actedTx(tx, g, d, &out); err != nil {
		return Case{}, err
	}
	var err error
	out.Clock, err = c.clock(d)
	return out, err
}

// Turn is whose move it is in an open case, and what everybody waits for, in words; both empty once it
// is over. [Case.Due] says until when.
func (c Case) Turn() (who lancar.ActorKind, what lancar.Text) {
	switch c.State {
	case flow.Unpaid:
		return lancar.Person, lancar.Text{"id": "menunggu pembayaran Anda", "en": "waiting for your payment"}
	case flow.Correction:
		return lancar.Person, lancar.Text{"id": "menunggu perbaikan dari Anda", "en": "waiting for your correction"}
	case flow.Drawing:
		return lancar.System, lancar.Text{"id": "petugas diundi", "en": "an officer is being drawn"}
	case flow.Signing:
		return lancar.Officer, lancar.Text{"id": "menunggu tanda tangan pejabat", "en": "waiting for the official's signature"}
	}
	switch {
	case c.State.Over():
		return "", nil
	case len(c.StepTitle) > 0:
		return lancar.Officer, c.StepTitle
	}
	return lancar.Officer, lancar.Text{"id": "pemeriksaan", "en": "review"}
}
