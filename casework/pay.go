package casework

import (
	"context"

	"lancar"
	"lancar/access"
	"lancar/catalog/flow"
	"lancar/identity/mandate"
	"lancar/internal/store"
	"lancar/payment"
)

// Pay opens the code by which the charge of a case can be paid. key names the call ("" for none): sent
// again under it, an act that took effect takes no further effect, and no further word of the person is
// needed for it. A machine waits for that word first ([mandate.Waiting]). lancar.Gone where nothing is
// to be paid any more, lancar.Unavailable while the bank does not answer: call again.
func (c *Cases) Pay(ctx context.Context, who Applicant, number, key string) (payment.Code, error) {
	var g access.Grant
	var d *dossier
	var act mandate.Act
	err := c.db.Write(ctx, func(tx *store.Tx) (err error) {
		if d, err = c.ownTx(tx, who, number); err != nil {
			return err
		}
		if d.status.State != flow.Unpaid || d.origin.Charge == "" {
			return lancar.Fail(lancar.Gone, "", "Tidak ada yang perlu dibayar untuk permohonan ini.", "Nothing is to be paid for this application.")
		}
		act = d.on(mandate.Pay)
		act.Amount = lancar.Money{Amount: d.fee(), Currency: "IDR"}
		before, err := c.requestTx(tx, who, key, act.Verb, act.Ref)
		if err != nil {
			return err
		}
		if g, err = c.personTx(tx, who, act); err != nil {
			return err
		}
		if before.done {
			return c.mayTx(tx, who, act)
		}
		if err := c.actTx(tx, who, act); err != nil {
			return err
		}
		return c.doneTx(tx, who, key, act.Verb, act.Ref)
	})
	if err != nil {
		return payment.Code{}, c.askPerson(ctx, who, key, act.Ref, act, err)
	}
	return c.charges.Code(ctx, g, d.region, d.origin.Charge)
}
