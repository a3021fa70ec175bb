package casework

import (
	"context"
	"encoding/json"
	"time"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/catalog/letter"
	"lancar/document"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/region"
)

// Receipt returns the signed receipt of a submission (PDF). It is made when it is first asked
// for, and is the same from then on.
func (c *Cases) Receipt(ctx context.Context, who Applicant, number string) ([]byte, error) {
	var own access.Grant
	var d *dossier
	var in content
	have := ""
	err := c.readFor(ctx, who, func(tx *store.Tx) (err error) {
		if d, own, err = c.seenTx(tx, who, number); err != nil {
			return err
		}
		if have, err = c.slipOf(tx, d, submission()); err != nil || have != "" {
			return err
		}
		in, err = c.contents(tx, own, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	if have == "" {
		if have, err = c.issueSlip(ctx, d, &in, submission(), d.submitted, func(*store.Tx, string) error { return nil }); err != nil {
			return nil, err
		}
	}
	_, pdf, err := c.documents.Open(ctx, own, d.region, have)
	return pdf, err
}

// slip is one sort of receipt: its letter in the definition and its title.
type slip struct {
	letter string
	title  lancar.Text
}

func submission() slip {
	return slip{"submitted", lancar.Text{"id": "Tanda terima permohonan", "en": "Receipt of the application"}}
}

func paid() slip {
	return slip{"receipt", lancar.Text{"id": "Bukti pembayaran", "en": "Receipt of payment"}}
}

// slipOf is the number of a receipt that a case has, "" for none.
func (c *Cases) slipOf(tx *store.Tx, d *dossier, s slip) (string, error) {
	docs, err := c.documents.OfCase(tx, d.region, d.id)
	for _, doc := range docs {
		if doc.Kind == document.Receipt && doc.Title["en"] == s.title["en"] {
			return doc.Number, err
		}
	}
	return "", err
}

// issueSlip makes a receipt, once, and tells the case about it by then.
func (c *Cases) issueSlip(ctx context.Context, d *dossier, in *content, s slip, at time.Time, then func(*store.Tx, string) error) (string, error) {
	r := c.regions.ByCode(d.region)
	o := c.blank(d, in, r, at)
	o.Kind, o.Title = document.Receipt, s.title
	situation, out := c.outcome(d, in)
	d.write(&o.Paper, in, s.letter, func(lang string) *letter.Sheet {
		more := c.slots(d, r, Decision{}, lang)
		if !in.paid.Paid.IsZero() {
			more["payment.date"] = catalog.Date(region.DateIn(in.paid.Paid, r.Zone).String(), lang)
			more["payment.reference"] = in.paid.Reference
		}
		return d.def.Letters[s.letter].In(lang).Fill(d.def.Values(situation, &out, lang, more))
	})
	doc, err := c.documents.Prepare(ctx, o)
	if err != nil {
		return "", err
	}
	number := ""
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		// Two requests at once: the row of the case orders them.
		if _, err := tx.Exec(`UPDATE casework_cases SET version = version WHERE region = $1 AND id = $2`, d.region, string(d.id)); err != nil {
			return err
		}
		var err error
		if number, err = c.slipOf(tx, d, s); err != nil || number != "" {
			return err
		}
		issued, err := c.documents.IssueTx(tx, doc, lancar.TheSystem("casework.receipt"))
		if err != nil {
			return err
		}
		number = issued.Number
		return then(tx, number)
	})
	return number, err
}

// receiptJob issues the receipt of a payment, which settles by itself: the settlement does not
// wait for a signature.
func (c *Cases) receiptJob(ctx context.Context, j jobs.Job) error {
	var t told
	if err := json.Unmarshal(j.Payload, &t); err != nil {
		return jobs.Dead(err)
	}
	var d *dossier
	var in content
	done := false
	system := lancar.TheSystem("casework.receipt")
	err := c.db.Write(ctx, func(tx *store.Tx) (err error) {
		if d, err = c.byID(tx, j.Region, t.Case); err != nil {
			return err
		}
		number, err := c.slipOf(tx, d, paid())
		if done = number != ""; err != nil || done {
			return err
		}
		g, err := c.grantTx(tx, system, d, lancar.Text{"id": "Menulis bukti pembayaran", "en": "Writing the receipt of payment"}, access.Answers, access.Register, access.Identity)
		if err == nil {
			in, err = c.contents(tx, g, d)
		}
		return err
	})
	if err != nil || done {
		return err
	}
	_, err = c.issueSlip(ctx, d, &in, paid(), c.db.Now(), func(tx *store.Tx, number string) error { return c.receiptedTx(tx, j.Region, t.Case, number) })
	return err
}

// receiptedTx notes on a case that is only a payment the document it ended with.
func (c *Cases) receiptedTx(tx *store.Tx, region string, id lancar.ID, number string) error {
	d, err := c.byID(tx, region, id)
	if err != nil || d.status.State != flow.Done {
		return err
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return err
	}
	to := d.status
	to.Document = number
	return c.write(tx, d, key, change{kind: receipted, actor: lancar.TheSystem("casework.receipt"), to: to})
}
