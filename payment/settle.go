package payment

import (
	"encoding/json"
	"errors"
	"slices"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// outcome says what a report of a payment came to.
type outcome string

// What can become of a report.
const (
	applied   outcome = "applied"  // the charge is paid by it
	again     outcome = "repeated" // known already; nothing changed
	suspended outcome = "suspense" // too late, or paid before: the money is due back
	mismatch  outcome = "mismatch" // another amount than owed; nothing changed
	unknown   outcome = "unknown"  // no such code
)

// settleTx acts on the acquirer's word that a code was paid: payment, ledger entries, state and
// event in the caller's transaction, once for each payment. errMoved asks the caller to run its
// transaction again.
func (c *Charges) settleTx(tx *store.Tx, r Report) (outcome, error) {
	place, ok := regionOf(r.Reference)
	if !ok {
		return unknown, nil
	}
	code, err := codeBy(tx, place, r.Reference)
	if errors.Is(err, store.ErrNone) {
		return unknown, nil
	}
	if err != nil {
		return "", err
	}
	ch, err := chargeBy(tx, place, code.charge)
	if err != nil {
		return "", err
	}
	if known, err := repeated(tx, place, r); err != nil || known {
		return again, err
	}
	if r.Amount != ch.Amount {
		return mismatch, nil
	}
	kind := map[State]string{Open: "applied", Paid: "twice", Expired: "late", Cancelled: "cancelled"}[ch.State]
	id := lancar.NewID(tx.Now)
	p := paid{Report: r, region: ch.Region, id: id, charge: ch.ID, kind: kind, at: store.Micros(tx.Now)}
	made, err := insertPayment(tx, p, c.paymentMAC(p))
	if err == nil && !made { // this very payment, or another one that settled the charge while we looked
		if known, err := repeated(tx, place, r); err != nil || known {
			return again, err
		}
		err = errMoved
	}
	if err != nil {
		return "", err
	}
	if err := insertMine(tx, ch); err != nil {
		return "", err
	}
	if kind != "applied" {
		return suspended, c.suspendTx(tx, ch, r, id, kind)
	}
	return applied, c.applyTx(tx, ch, r, id)
}

// repeated says whether this payment is recorded. A report without a receipt number cannot be
// told from one that has come for the same code.
func repeated(tx *store.Tx, region string, r Report) (bool, error) {
	known, err := receiptsOf(tx, region, r.Reference)
	if err != nil || len(known) == 0 {
		return false, err
	}
	return r.Receipt == "" || slices.Contains(known, "") || slices.Contains(known, r.Receipt), nil
}

func (c *Charges) applyTx(tx *store.Tx, ch Charge, r Report, id lancar.ID) error {
	ch.Paid, ch.Settled = r.PaidAt, tx.Now
	ch, err := c.moveTx(tx, ch, "settle")
	if err != nil {
		return err
	}
	entries := []Entry{{Account: accountBank, Amount: ch.Amount.Amount}}
	for _, l := range ch.Lines {
		if l.Amount > 0 {
			entries = append(entries, Entry{Account: revenueAccount(ch.Region, l), Amount: -l.Amount})
		}
	}
	if err := postTx(tx, ch.Region, id, ch.Amount.Currency, entries); err != nil {
		return err
	}
	return c.emitTx(tx, ch.Region, EventSettled, string(ch.Case), Settled{ch.Region, ch.ID, ch.Case, ch.Account, ch.Amount, r.PaidAt, tx.Now, r.Acquirer})
}

// suspendTx keeps money for which nothing is owed any more. The charge is touched too, so that
// two reports at once cannot both find it open.
func (c *Charges) suspendTx(tx *store.Tx, ch Charge, r Report, id lancar.ID, kind string) error {
	ch, err := c.moveTx(tx, ch, "settle")
	if err != nil {
		return err
	}
	if err := postTx(tx, ch.Region, id, r.Amount.Currency, []Entry{{Account: accountBank, Amount: r.Amount.Amount}, {Account: accountSuspense, Amount: -r.Amount.Amount}}); err != nil {
		return err
	}
	p := paid{Report: r, region: ch.Region, id: id, charge: ch.ID, at: store.Micros(tx.Now)}
	if err := errors.Join(insertDue(tx, c.treasuryOf(ch.Region), p), c.askBackTx(tx, p)); err != nil {
		return err
	}
	return c.emitTx(tx, ch.Region, EventRefundDue, string(ch.Case)+"/"+string(id), RefundDue{ch.Region, ch.ID, ch.Case, ch.Account, r.Amount, kind})
}

func (c *Charges) emitTx(tx *store.Tx, region, name, key string, payload any) error {
	b, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	return c.queue.EmitTx(tx, jobs.Event{Region: region, Name: name, Key: key, Payload: b})
}
