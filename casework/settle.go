package casework

import (
	"encoding/json"
	"errors"
	"strings"

	"lancar"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/exchange"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/payment"
)

// Settled hears that the fee of a case is paid: the case is complete and its clock starts, or it
// is done where the service is only a payment. Subscribe it to payment.EventSettled.
func (c *Cases) Settled(tx *store.Tx, e jobs.Event) error {
	var s payment.Settled
	if err := json.Unmarshal(e.Payload, &s); err != nil {
		return jobs.Dead(err)
	}
	d, err := c.byID(tx, s.Region, s.Case)
	if err != nil {
		return err
	}
	if d.status.State != flow.Unpaid {
		return nil // heard before, or withdrawn: payment gives the money back
	}
	to, err := d.move(flow.Settle, lancar.System)
	if err != nil {
		return err
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return err
	}
	ch := change{kind: flow.Settle, actor: lancar.TheSystem("payment"), to: to, body: settleBody{s.Paid, s.Reference}, leaf: true}
	if to.State == flow.Done {
		ch.to.Closed, ch.to.Due, ch.to.Wake = store.Micros(tx.Now), 0, retainUntil(d.def, tx.Now)
	} else if err := c.complete(d, tx.Now, &ch); err != nil {
		return err
	}
	if err := c.write(tx, d, key, ch); err != nil {
		return err
	}
	payload, err := json.Marshal(told{Case: d.id})
	if err != nil {
		return err
	}
	return c.queue.EnqueueTx(tx, jobs.Job{Region: d.region, Queue: receiptQueue, Payload: payload})
}

// receiptQueue issues receipts of payments.
const receiptQueue = "casework.receipt"

// Expired hears that nobody paid: the case is closed. Subscribe it to payment.EventExpired.
func (c *Cases) Expired(tx *store.Tx, e jobs.Event) error {
	var s payment.Ended
	if err := json.Unmarshal(e.Payload, &s); err != nil {
		return jobs.Dead(err)
	}
	d, err := c.byID(tx, s.Region, s.Case)
	if err != nil || d.status.State != flow.Unpaid {
		return err
	}
	to, err := d.move(flow.Lapse, lancar.System)
	if err != nil {
		return err
	}
	return c.closeTx(tx, d, change{kind: flow.Lapse, actor: lancar.TheSystem("payment"), to: to, leaf: true})
}

// Answered hears what a register says at last about facts that could not be checked when the case
// was submitted; what differs becomes a flag for the officer. Subscribe it to
// exchange.EventAnswered.
func (c *Cases) Answered(tx *store.Tx, e jobs.Event) error {
	a, err := c.exchange.OpenAnswer(e.Payload)
	if err != nil {
		return jobs.Dead(err)
	}
	by, ok := strings.CutPrefix(a.Tag, laterTag)
	if !ok {
		return nil
	}
	d, err := c.byID(tx, e.Region, a.Case)
	if lancar.CodeOf(err) == lancar.NotFound {
		return nil
	}
	if err != nil || d.status.State.Over() {
		return err
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return err
	}
	in, err := unseal(d, key) // nothing is shown: only the judgement is written beside the value
	if err != nil {
		return err
	}
	body := flagBody{Facts: map[string]catalog.Fact{}}
	for _, l := range d.def.Lookups() {
		if l.Register != a.Source || l.By != by {
			continue
		}
		for theirs, ours := range l.Fields {
			answer, asked := a.Answers[theirs]
			f, known := in.Facts[ours]
			if !asked || !known || f.State != "unchecked" {
				continue
			}
			f.State, f.At = judgement(answer), tx.Now
			body.Facts[ours] = f
			if answer != exchange.Matches {
				body.Flags = append(body.Flags, Flag{ours, a.Source, f.State, tx.Now})
			}
		}
	}
	if len(body.Facts) == 0 {
		return nil
	}
	to := d.status
	to.Flagged += int64(len(body.Flags))
	return c.write(tx, d, key, change{kind: flagged, actor: lancar.TheSystem("exchange"), to: to, body: body})
}

// isMoved says whether somebody else changed the case first.
func isMoved(err error) bool {
	var e *lancar.Error
	return errors.As(err, &e) && e.Code == lancar.Conflict
}
