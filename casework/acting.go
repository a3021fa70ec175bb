package casework

import (
	"context"
	"maps"

	"lancar"
	"lancar/access"
	"lancar/identity/mandate"
	"lancar/internal/store"
	"lancar/notify"
)

// acts says whether somebody acts for the applicant.
func (w Applicant) acts() bool { return w.By.Mandate != "" }

// machine says whether that is a machine, which asks its person before a final step.
func (w Applicant) machine() bool { return w.acts() && w.By.Kind == lancar.Machine }

// actor is who does what is done: the holder of the mandate, else the applicant themself.
func (w Applicant) actor() lancar.Actor {
	if w.acts() {
		return w.By
	}
	return lancar.Actor{Kind: lancar.Person, ID: w.Account}
}

// readFor runs a reading of the applicant. Under a mandate, or by an app, it is a write, because the
// look is written down with it.
func (c *Cases) readFor(ctx context.Context, who Applicant, fn func(*store.Tx) error) error {
	if who.acts() || who.App != nil {
		return c.db.Write(ctx, fn)
	}
	return c.db.Read(ctx, fn)
}

// personTx permits the applicant to read about themself, or the holder of a mandate to read for them,
// which is written down.
func (c *Cases) personTx(tx *store.Tx, who Applicant, act mandate.Act) (access.Grant, error) {
	if who.App != nil {
		return c.appTx(tx, who, thing(act), true)
	}
	if !who.acts() {
		return c.access.OwnTx(tx, who.Account, who.Subject, who.Register)
	}
	g, err := c.mandates.SeeTx(tx, who.By.ID, who.By.Mandate, act)
	if err == nil && (g.Account() != who.Account || g.Subject() != who.Subject) {
		err = errNotFound()
	}
	return g, err
}

// ownReading permits what the node reads for an act that is written down itself.
func (c *Cases) ownReading(tx *store.Tx, who Applicant) (access.Grant, error) {
	if who.App != nil {
		return c.appTx(tx, who, "", false)
	}
	if !who.acts() {
		return c.access.OwnTx(tx, who.Account, who.Subject, who.Register)
	}
	g, err := c.mandates.ReadTx(tx, who.By.ID, who.By.Mandate)
	if err == nil && (g.Account() != who.Account || g.Subject() != who.Subject) {
		err = errNotFound()
	}
	return g, err
}

// within keeps of a list what the mandate's services cover.
func (c *Cases) within(ctx context.Context, who Applicant, list []Listed) (out []Listed, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		m, err := c.mandates.CheckTx(tx, who.By.ID, who.By.Mandate, mandate.Act{Verb: mandate.See})
		out = nil
		for _, l := range list {
			if m.Scope.Allows(mandate.Act{Verb: mandate.See, Service: l.Service}) {
				out = append(out, l)
			}
		}
		return theirs(who, m, err)
	})
	return out, err
}

// mayTx checks a mandate without using it; nothing for who acts for themself.
func (c *Cases) mayTx(tx *store.Tx, who Applicant, act mandate.Act) error {
	if !who.acts() {
		return nil
	}
	m, err := c.mandates.CheckTx(tx, who.By.ID, who.By.Mandate, act)
	return theirs(who, m, err)
}

// actTx uses a mandate in the transaction of the act, or sees that an app still may; nothing for who
// acts for themself.
func (c *Cases) actTx(tx *store.Tx, who Applicant, act mandate.Act) error {
	if who.App != nil {
		_, err := c.appTx(tx, who, "", false)
		return err
	}
	if !who.acts() {
		return nil
	}
	m, err := c.mandates.UseTx(tx, who.By.ID, who.By.Mandate, act)
	return theirs(who, m, err)
}

// theirs refuses a mandate that is for somebody else than the applicant.
func theirs(who Applicant, m mandate.Mandate, err error) error {
	if err == nil && (m.Principal.Account != who.Account || m.Principal.Subject != who.Subject) {
		return errNotFound()
	}
	return err
}

// UseFor notes that the holder of a mandate does something to a case that another room carries out:
// opens the code of its charge, collects its document. It does nothing for who acts for themself.
func (c *Cases) UseFor(ctx context.Context, who Applicant, region string, id lancar.ID, verb mandate.Verb, amount lancar.Money) error {
	if !who.acts() {
		return nil
	}
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.byID(tx, region, id)
		if err != nil {
			return err
		}
		if d.account != who.Account || d.subject != who.Subject {
			return errNotFound()
		}
		act := d.on(verb)
		act.Amount = amount
		if _, err := c.personTx(tx, who, act); err != nil {
			return err
		}
		return c.actTx(tx, who, act)
	})
}

// by names the holder in what a case seals, nil for who acts for themself.
func by(who Applicant) *ActedBy {
	if !who.acts() {
		return nil
	}
	return &ActedBy{Mandate: who.By.Mandate, Kind: mandate.Kind(who.By.Role), Name: who.By.Name, Holder: who.By.ID}
}

// actedTx fills in who acted for the applicant, event by event.
func (c *Cases) actedTx(tx *store.Tx, g access.Grant, d *dossier, out *Case) error {
	known := map[lancar.ID]*ActedBy{}
	if out.By != nil {
		known[out.By.Mandate] = out.By
	}
	for i, e := range d.events {
		id := e.Plain.Mandate
		out.Events[i].Through = e.Plain.Through
		if id == "" {
			continue
		}
		if known[id] == nil {
			m, err := c.mandates.ByTx(tx, g, id)
			if err != nil && lancar.CodeOf(err) != lancar.NotFound { // forgotten since, years after it ended
				return err
			}
			known[id] = &ActedBy{Mandate: id, Kind: m.Kind, Name: m.Holder.Name, Holder: m.Holder.Account}
		}
		out.Events[i].By = known[id]
	}
	return nil
}

// handsIn are officers who acted for the applicant, or are of the family of who did: they decide
// nothing about it.
func (c *Cases) handsIn(tx *store.Tx, d *dossier, officers []lancar.ID) (map[lancar.ID]bool, error) {
	out := map[lancar.ID]bool{}
	for _, e := range d.events {
		if e.Plain.Mandate == "" {
			continue
		}
		holder, err := c.mandates.HolderTx(tx, e.Plain.Mandate)
		if err != nil {
			return nil, err
		}
		out[e.Actor], out[holder.Account] = true, true
		if holder.Subject == "" {
			continue
		}
		kin, err := c.identity.ConflictedTx(tx, officers, holder.Subject, "")
		if err != nil {
			return nil, err
		}
		maps.Copy(out, kin)
	}
	return out, nil
}

// informHolder tells who acts for the applicant what the applicant is told, as long as they may see it.
func (c *Cases) informHolder(tx *store.Tx, t told, m notify.Message) error {
	if t.Mandate == "" {
		return nil
	}
	return c.mandates.TellHolderTx(tx, t.By, t.Mandate, t.Service, m)
}

// thing is what an act is about, as looks at it are told apart: a case, else a draft.
func thing(a mandate.Act) lancar.ID {
	if a.Case != "" {
		return a.Case
	}
	return lancar.ID(a.Ref)
}

// drafting is the use of a mandate for a draft.
func drafting(service string, id lancar.ID) mandate.Act {
	return mandate.Act{Verb: mandate.Draft, Service: service, Ref: string(id)}
}

// on is the use of a mandate on a case.
func (d *dossier) on(verb mandate.Verb) mandate.Act {
	return mandate.Act{Verb: verb, Service: d.origin.Service, Ref: d.origin.Number, Case: d.id}
}
