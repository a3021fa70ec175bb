package casework

import (
	"context"
	"math"

	"lancar"
	"lancar/access"
	"lancar/identity/mandate"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Mine returns this person's cases, last changed first, a page at a time. after is "" for the
// first page, else what the page before returned as next.
func (c *Cases) Mine(ctx context.Context, who Applicant, after string) (list []Listed, next string, err error) {
	at, id := int64(math.MaxInt64), lancar.ID("~")
	if after != "" {
		if at, id, err = parseCursor(after); err != nil {
			return nil, "", err
		}
	}
	err = c.readFor(ctx, who, func(tx *store.Tx) error {
		if _, err := c.personTx(tx, who, mandate.Act{Verb: mandate.See}); err != nil {
			return err
		}
		list, err = mine(tx, who.Account, at, id)
		return err
	})
	if len(list) > minePage {
		list = list[:minePage]
		last := list[minePage-1]
		next = cursor(store.Micros(last.Changed), last.ID)
	}
	if err == nil && who.acts() {
		list, err = c.within(ctx, who, list)
	}
	return list, next, err
}

// ownTx reads a case of this person with its key: lancar.NotFound for anyone else's number.
func (c *Cases) ownTx(tx *store.Tx, who Applicant, number string) (*dossier, error) {
	d, err := c.byNumber(tx, number)
	if err != nil {
		return nil, err
	}
	if d.account != who.Account || d.subject != who.Subject {
		return nil, errNotFound()
	}
	return d, c.mayTx(tx, who, d.on(mandate.See))
}

// seenTx reads a case of this person's, with the grant to see it.
func (c *Cases) seenTx(tx *store.Tx, who Applicant, number string) (*dossier, access.Grant, error) {
	d, err := c.ownTx(tx, who, number)
	if err != nil {
		return nil, access.Grant{}, err
	}
	g, err := c.personTx(tx, who, d.on(mandate.See))
	return d, g, err
}

// Case returns this person's case by its number, lancar.NotFound for anyone else's.
func (c *Cases) Case(ctx context.Context, who Applicant, number string) (out Case, err error) {
	err = c.readFor(ctx, who, func(tx *store.Tx) error {
		d, g, err := c.seenTx(tx, who, number)
		if err != nil {
			return err
		}
		out, err = c.view(tx, g, d)
		if who.App != nil {
			out.veil(d.def)
		}
		return err
	})
	return out, err
}

// CaseFile returns an attachment of this person's case with its bytes.
func (c *Cases) CaseFile(ctx context.Context, who Applicant, number string, file lancar.ID) (a Attachment, data []byte, err error) {
	err = c.readFor(ctx, who, func(tx *store.Tx) error {
		d, _, err := c.seenTx(tx, who, number)
		if err != nil {
			return err
		}
		a, data, err = c.openFile(tx, d, file)
		return err
	})
	return a, data, err
}

func (c *Cases) openFile(tx *store.Tx, d *dossier, file lancar.ID) (Attachment, []byte, error) {
	key, err := c.keys.LoadTx(tx, owner(d.id))
	if isErased(err) {
		return Attachment{}, nil, lancar.Fail(lancar.Gone, "", "Masa simpan permohonan ini sudah berakhir. Berkasnya sudah dihapus.",
			"The time for which this application was kept has ended. Its files were erased.")
	}
	var f sealedFile
	if err == nil {
		f, err = caseFile(tx, d, file)
	}
	if err != nil {
		return Attachment{}, nil, found(err)
	}
	return f.open(key)
}

// keyOf is the data key of a case.
func (c *Cases) keyOf(tx *store.Tx, d *dossier) (keys.DataKey, error) {
	key, err := c.keys.LoadTx(tx, owner(d.id))
	if isErased(err) {
		return key, lancar.Fail(lancar.Gone, "", "Masa simpan permohonan ini sudah berakhir.", "The time for which this application was kept has ended.")
	}
	return key, err
}
