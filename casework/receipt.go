package casework

import (
	"context"

	"lancar"
	"lancar/access"
	"lancar/document"
	"lancar/internal/store"
)

// Receipt returns the signed receipt of a submission (PDF). It is made when it is first asked
// for, and is the same from then on.
func (c *Cases) Receipt(ctx context.Context, who Applicant, number string) ([]byte, error) {
	var own access.Grant
	var d *dossier
	var in content
	have := ""
	err := c.db.Read(ctx, func(tx *store.Tx) (err error) {
		if own, err = c.access.OwnTx(tx, who.Account, who.Subject, who.Register); err != nil {
			return err
		}
		if d, err = c.ownTx(tx, who, number); err != nil {
			return err
		}
		if have, err = c.receiptOf(tx, d); err != nil || have != "" {
			return err
		}
		in, err = c.contents(tx, own, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	if have == "" {
		if have, err = c.issueReceipt(ctx, d, &in); err != nil {
			return nil, err
		}
	}
	_, pdf, err := c.documents.Open(ctx, own, d.region, have)
	return pdf, err
}

// receiptOf is the number of the receipt that a case has, "" for none.
func (c *Cases) receiptOf(tx *store.Tx, d *dossier) (string, error) {
	docs, err := c.documents.OfCase(tx, d.region, d.id)
	for _, doc := range docs {
		if doc.Kind == document.Receipt && doc.Title["en"] == receiptTitle()["en"] {
			return doc.Number, err
		}
	}
	return "", err
}

func receiptTitle() lancar.Text {
	return lancar.Text{"id": "Tanda terima permohonan", "en": "Receipt of the application"}
}

func (c *Cases) issueReceipt(ctx context.Context, d *dossier, in *content) (string, error) {
	r := c.regions.ByCode(d.region)
	o := c.blank(d, in, r, d.submitted)
	o.Kind, o.Title = document.Receipt, receiptTitle()
	s, out := c.outcome(d, in)
	sheet := d.def.Letters["submitted"].In(documentLang).Fill(d.def.Values(s, &out, documentLang, c.slots(d, r, Decision{}, documentLang)))
	o.Paper.Title, o.Paper.Blocks = sheet.Title, blocks(sheet)
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
		if number, err = c.receiptOf(tx, d); err != nil || number != "" {
			return err
		}
		issued, err := c.documents.IssueTx(tx, doc, lancar.TheSystem("casework.receipt"))
		number = issued.Number
		return err
	})
	return number, err
}
