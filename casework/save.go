package casework

import (
	"context"
	"maps"
	"unicode/utf8"

	"lancar"
	"lancar/catalog"
	"lancar/internal/store"
)

// maxAnswer bounds what one field may hold, in bytes, whatever its definition says.
const maxAnswer = 20_000

// SaveStep keeps the answers of one section (a field that is absent keeps its value, "" clears
// it) and moves on to next, a section's id or "check". A field that the service does not have is
// lancar.Invalid. What is typed is kept even when it is not yet right: Check says what is wrong.
// lancar.Conflict when version is not the newest. Typed values that a register can confirm are
// confirmed; a register that is down stops nothing.
func (c *Cases) SaveStep(ctx context.Context, who Applicant, id lancar.ID, version int64, next string, answers map[string]string) (Draft, error) {
	d, def, err := c.readOpen(ctx, who, id)
	if err != nil {
		return Draft{}, err
	}
	if version != d.Version {
		return d.Draft, errMoved()
	}
	before := maps.Clone(d.Answers)
	if err := keepAnswers(def, d.Answers, d.Facts, answers); err != nil {
		return d.Draft, err
	}
	forgetChanged(def, d.Facts, answers)
	body := d.body()
	if err := c.ask(ctx, who, def, body, before, answers); err != nil {
		return d.Draft, err
	}
	d.fill(*body)
	d.Step = next
	if code, ok := c.officeOf(def, d.Draft); ok {
		d.Region = code
	}
	return c.save(ctx, who, d)
}

// SetPlace says where the person lives or acts, which may decide the office.
func (c *Cases) SetPlace(ctx context.Context, who Applicant, id lancar.ID, version int64, place string) (Draft, error) {
	d, def, err := c.readOpen(ctx, who, id)
	if err != nil {
		return Draft{}, err
	}
	if version != d.Version {
		return d.Draft, errMoved()
	}
	if _, ok := c.places.Lookup(place); !ok {
		return d.Draft, lancar.Fail(lancar.Invalid, "place", "Wilayah ini tidak dikenal. Pilih dari daftar.", "This place is unknown. Choose it from the list.")
	}
	d.Place = place
	if code, ok := c.officeOf(def, d.Draft); ok {
		d.Region = code
	}
	return c.save(ctx, who, d)
}

// readOpen reads an open draft of this person with the newest version of its service: a draft
// follows the definition until it is submitted.
func (c *Cases) readOpen(ctx context.Context, who Applicant, id lancar.ID) (d draftRow, def *catalog.Definition, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		if d, _, err = c.draftTx(tx, who, id); err == nil && d.state != "open" {
			err = lancar.Fail(lancar.Conflict, "", "Permohonan ini sudah dikirim.", "This application was already submitted.")
		}
		return err
	})
	if err != nil {
		return d, nil, err
	}
	if def = c.catalog.Service(d.Service); def == nil {
		return d, nil, errNotFound()
	}
	d.Definition = def.Hash
	return d, def, nil
}

func (c *Cases) save(ctx context.Context, who Applicant, d draftRow) (Draft, error) {
	err := c.db.Write(ctx, func(tx *store.Tx) error {
		if err := c.actTx(tx, who, drafting(d.Service, d.ID)); err != nil {
			return err
		}
		key, err := c.keys.LoadTx(tx, owner(d.ID))
		if err != nil {
			return err
		}
		if err := d.seal(key); err != nil {
			return err
		}
		ok, err := swapDraft(tx, d)
		if err == nil && !ok {
			err = errMoved()
		}
		d.Saved, d.Expires = tx.Now, tx.Now.AddDate(0, 0, draftDays)
		return err
	})
	if err == nil {
		d.Version++
	}
	return d.Draft, err
}

// keepAnswers puts typed values into a draft, refusing fields that the service does not have and
// values no field could hold.
// What sign-in established about the person is not theirs to type.
func keepAnswers(def *catalog.Definition, into map[string]string, facts map[string]catalog.Fact, answers map[string]string) error {
	for field, value := range answers {
		f, _ := def.Field(field)
		if f == nil || f.Kind == "attachment" {
			return lancar.Fail(lancar.Invalid, field, "Isian ini tidak ada di formulir.", "The form has no such field.")
		}
		if f.FromSignIn() {
			if value != "" && value != facts[field].Value {
				return lancar.Fail(lancar.Invalid, field, "Ini sudah dipastikan saat Anda masuk dan tidak bisa diubah di sini.",
					"This was established when you signed in and cannot be changed here.")
			}
			continue
		}
		if len(value) > maxAnswer || !utf8.ValidString(value) {
			return lancar.Fail(lancar.Invalid, field, "Isian ini terlalu panjang atau tidak terbaca.", "This answer is too long or cannot be read.")
		}
		if value == "" {
			delete(into, field)
		} else {
			into[field] = value
		}
	}
	return nil
}

// forgetChanged drops what a register said about a value that was typed differently since.
func forgetChanged(def *catalog.Definition, facts map[string]catalog.Fact, answers map[string]string) {
	for field, value := range answers {
		if f, _ := def.Field(field); f == nil || f.FromSignIn() {
			continue
		}
		if f, ok := facts[field]; ok && f.State != "read" && f.Value != value {
			delete(facts, field)
		}
	}
}
