package casework

import (
	"context"
	"encoding/json"
	"errors"

	"lancar"
	"lancar/catalog"
	"lancar/identity/mandate"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// draftBody is what a draft seals.
type draftBody struct {
	Kind    string                  `json:"kind"`
	Answers map[string]string       `json:"answers"`
	Facts   map[string]catalog.Fact `json:"facts"`
	Down    []string                `json:"down,omitempty"` // registers that did not answer: "name by-field"
}

// owner names the data key of a draft and of the case that it becomes.
func owner(id lancar.ID) string { return "case:" + string(id) }

// StartDraft begins an application for a service, or returns the one that this person has open
// for it already. place is the Home Ministry code where the person lives or acts, "" if unknown.
// What registers know is asked at once where the person may see it.
func (c *Cases) StartDraft(ctx context.Context, who Applicant, service, place string) (Draft, error) {
	def := c.catalog.Service(service)
	if def == nil || def.Kind == "handover" {
		return Draft{}, errNotFound()
	}
	var d draftRow
	err := c.db.Read(ctx, func(tx *store.Tx) (err error) {
		if err := c.mayTx(tx, who, drafting(service, "")); err != nil {
			return err
		}
		d, _, err = c.openFor(tx, who, service)
		return err
	})
	if !errors.Is(err, store.ErrNone) {
		return d.Draft, err
	}
	body, err := c.known(ctx, who, def)
	if err != nil {
		return Draft{}, err
	}
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		d, _, err = c.openFor(tx, who, service) // another tab may have been first
		if !errors.Is(err, store.ErrNone) {
			return err
		}
		if d.ID != "" {
			if err := c.dropTx(tx, d, "expired"); err != nil {
				return err
			}
		}
		d = draftRow{account: who.Account, state: "open"}
		d.ID, d.Service, d.Definition, d.Version, d.Place = lancar.NewID(tx.Now), service, def.Hash, 1, place
		d.Started, d.Saved, d.Expires = tx.Now, tx.Now, tx.Now.AddDate(0, 0, draftDays)
		if len(def.Pages()) > 0 {
			d.Step = def.Pages()[0].ID
		}
		key, err := c.keys.CreateTx(tx, owner(d.ID))
		if err != nil {
			return err
		}
		d.fill(body)
		if err := d.seal(key); err != nil {
			return err
		}
		if err := c.actTx(tx, who, drafting(service, d.ID)); err != nil {
			return err
		}
		_, err = insertDraft(tx, d)
		return err
	})
	if err != nil {
		return Draft{}, err
	}
	return d.Draft, nil
}

// openFor returns the person's open draft for a service, store.ErrNone when there is none or it
// has expired.
func (c *Cases) openFor(tx *store.Tx, who Applicant, service string) (draftRow, keys.DataKey, error) {
	if _, err := c.ownReading(tx, who); err != nil {
		return draftRow{}, keys.DataKey{}, err
	}
	d, err := openDraftFor(tx, who.Account, service)
	if err == nil && !tx.Now.Before(d.Expires) {
		err = store.ErrNone
	}
	if err != nil {
		return d, keys.DataKey{}, err
	}
	return c.unsealDraft(tx, who, d)
}

// draftTx reads a draft of this person, and whatever else is asked in the same breath. lancar.Gone
// when it expired or was thrown away; one that was submitted is returned without its contents.
func (c *Cases) draftTx(tx *store.Tx, who Applicant, id lancar.ID, more ...store.Ask) (draftRow, keys.DataKey, error) {
	var d draftRow
	var key keys.DataKey
	if _, err := c.ownReading(tx, who); err != nil {
		return d, key, err
	}
	sealed := store.ErrNone
	err := tx.Ask(append(more, askDraft(who.Account, id, &d), c.keys.Ask(owner(id), func(k keys.DataKey, err error) { key, sealed = k, err }))...)
	switch {
	case err != nil:
		return d, keys.DataKey{}, err
	case d.state == "":
		return d, keys.DataKey{}, errNotFound()
	}
	if who.acts() {
		if err := c.mayTx(tx, who, drafting(d.Service, id)); err != nil {
			return draftRow{}, keys.DataKey{}, err
		}
	}
	switch {
	case d.state == "submitted":
		return d, keys.DataKey{}, nil
	case d.state != "open" || !tx.Now.Before(d.Expires):
		return d, keys.DataKey{}, lancar.Fail(lancar.Gone, "", "Draf ini sudah berakhir. Silakan mulai lagi.", "This draft has ended. Please start again.")
	case sealed != nil:
		return d, key, sealed
	}
	return c.unseal(who, d, key)
}

func (c *Cases) unsealDraft(tx *store.Tx, who Applicant, d draftRow) (draftRow, keys.DataKey, error) {
	key, err := c.keys.LoadTx(tx, owner(d.ID))
	if err != nil {
		return d, key, err
	}
	return c.unseal(who, d, key)
}

func (c *Cases) unseal(who Applicant, d draftRow, key keys.DataKey) (draftRow, keys.DataKey, error) {
	b, err := key.Open(d.sealed, aad("drafts", d.ID, 0))
	if err != nil {
		return d, key, err
	}
	var body draftBody
	if err := json.Unmarshal(b, &body); err != nil {
		return d, key, err
	}
	if def := c.catalog.Service(d.Service); !who.Register && def != nil {
		hideRegister(def, body.Facts)
	}
	d.fill(body)
	return d, key, nil
}

// hideRegister drops what registers told about the person themself, for a sign-in that did not
// pass the contact test.
func hideRegister(def *catalog.Definition, facts map[string]catalog.Fact) {
	for _, l := range def.Lookups() {
		for _, ours := range l.Fields {
			f, _ := def.Field(ours)
			if l.Personal() && !l.Confirm && facts[ours].State == "read" && !f.FromSignIn() { // their name and birth date they said themselves
				delete(facts, ours)
			}
		}
	}
}

func (d *draftRow) fill(b draftBody) {
	d.Kind, d.Answers, d.Facts, d.down = b.Kind, b.Answers, b.Facts, b.Down
	if d.Answers == nil {
		d.Answers = map[string]string{}
	}
	if d.Facts == nil {
		d.Facts = map[string]catalog.Fact{}
	}
}

func (d *draftRow) body() *draftBody { return &draftBody{d.Kind, d.Answers, d.Facts, d.down} }

func (d *draftRow) seal(key keys.DataKey) error {
	b, err := json.Marshal(d.body())
	if err == nil {
		d.sealed = key.Seal(b, aad("drafts", d.ID, 0))
	}
	return err
}

// Draft returns a draft of this person with its files. lancar.Gone when it expired.
func (c *Cases) Draft(ctx context.Context, who Applicant, id lancar.ID) (Draft, error) {
	var d draftRow
	err := c.readFor(ctx, who, func(tx *store.Tx) error {
		var key keys.DataKey
		var err error
		if d, key, err = c.draftTx(tx, who, id); err != nil || d.state == "submitted" {
			return err
		}
		if _, err := c.personTx(tx, who, drafting(d.Service, id)); err != nil {
			return err
		}
		d.Files, err = draftFiles(tx, who.Account, id, key)
		return err
	})
	return d.Draft, err
}

// Drafts returns the open drafts of this person, last saved first, without their contents.
func (c *Cases) Drafts(ctx context.Context, who Applicant) ([]Draft, error) {
	var out []Draft
	err := c.db.Read(ctx, func(tx *store.Tx) error {
		if _, err := c.ownReading(tx, who); err != nil {
			return err
		}
		if err := c.mayTx(tx, who, mandate.Act{Verb: mandate.Draft}); err != nil {
			return err
		}
		rows, err := openDrafts(tx, who.Account)
		out = nil
		for _, d := range rows {
			if tx.Now.Before(d.Expires) && c.mayTx(tx, who, drafting(d.Service, d.ID)) == nil {
				out = append(out, d.Draft)
			}
		}
		return err
	})
	return out, err
}

// Discard throws a draft away, with everything in it. Doing it twice is no error.
func (c *Cases) Discard(ctx context.Context, who Applicant, id lancar.ID) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := draftByID(tx, who.Account, id)
		if errors.Is(err, store.ErrNone) {
			return errNotFound()
		}
		if err != nil || d.state != "open" {
			return err
		}
		if err := c.actTx(tx, who, drafting(d.Service, id)); err != nil {
			return err
		}
		return c.dropTx(tx, d, "discarded")
	})
}

// dropTx ends a draft without a case: its key is destroyed with it.
func (c *Cases) dropTx(tx *store.Tx, d draftRow, state string) error {
	ended, err := endDraft(tx, d, state)
	if err != nil || !ended {
		return err
	}
	if err := deleteDraftFiles(tx, d.account, d.ID); err != nil {
		return err
	}
	return c.keys.DestroyTx(tx, owner(d.ID))
}

func errNotFound() error { return lancar.Fail(lancar.NotFound, "", "Tidak ditemukan.", "Not found.") }

func errMoved() error {
	return lancar.Fail(lancar.Conflict, "", "Data ini sudah berubah sejak Anda membukanya. Muat ulang halaman lalu coba lagi.",
		"This has changed since you opened it. Reload the page and try again.")
}
