package payment

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/region"
)

const (
	backQueue = "payment.back"
	// askBackFor is how long the acquirer is asked again when it does not answer; then people take over.
	askBackFor = 24 * time.Hour
)

// backJob is the payload of the job that asks the acquirer to give a payment back.
type backJob struct {
	Payment lancar.ID `json:"payment"`
}

// askBackTx puts money that is due back before the acquirer, which can return it to where it came
// from. Nobody chooses payee or amount, so it takes no second person.
func (c *Charges) askBackTx(tx *store.Tx, p paid) error {
	row := refundRow{region: p.region, payment: p.id, charge: p.charge, amount: p.Amount, stage: Asked, way: byBank}
	if err := c.saveRefund(tx, row); err != nil {
		return err
	}
	payload, err := json.Marshal(backJob{p.id})
	if err != nil {
		return err
	}
	return c.queue.EnqueueTx(tx, jobs.Job{Region: p.region, Queue: backQueue, Dedup: string(p.id), Payload: payload, RunAt: tx.Now.Add(time.Second)})
}

// giveBack asks the acquirer to return a payment, under the same number however often it is asked.
func (c *Charges) giveBack(ctx context.Context, j jobs.Job) error {
	var in backJob
	if err := json.Unmarshal(j.Payload, &in); err != nil {
		return jobs.Dead(err)
	}
	p, row, alone, err := c.askedBack(ctx, j.Region, in.Payment)
	if err != nil || row.stage != Asked {
		return err
	}
	if c.acquirer == nil { // none is configured any more
		return c.handOver(ctx, j.Region, in.Payment)
	}
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	number, err := c.acquirer.Return(asking, Giving{Reference: p.Reference, Acquirer: p.Acquirer, Receipt: p.Receipt, Number: string(row.id), Amount: p.Amount, Alone: alone,
		Treasury: c.regions.ByCode(p.region).Treasury})
	switch {
	case err == nil:
		return c.settleBack(ctx, j.Region, in.Payment, func(tx *store.Tx, p paid, ch Charge, row refundRow) error {
			row.reference, row.sent = bankNumber(number, row.id), region.DateIn(tx.Now, c.regions.ByCode(row.region).Zone).String()
			used, err := referenceUsed(tx, row.region, byBank, row.reference, row.payment)
			if err != nil {
				return err
			}
			if used { // a bank that gives one number twice
				row.reference = string(row.id)
			}
			return c.returnTx(tx, p, ch, row)
		})
	case lancar.CodeOf(err) == lancar.Gone || c.db.Now().After(store.Time(p.at).Add(askBackFor)):
		return c.handOver(ctx, j.Region, in.Payment)
	}
	return err
}

// handOver leaves money to people that the acquirer does not return.
func (c *Charges) handOver(ctx context.Context, place string, id lancar.ID) error {
	return c.settleBack(ctx, place, id, func(tx *store.Tx, p paid, ch Charge, row refundRow) error {
		row.stage = Waiting
		if err := c.saveRefund(tx, row); err != nil {
			return err
		}
		return c.emitTx(tx, row.region, EventRefundRefused, string(ch.Case)+"/"+string(p.id),
			RefundDue{Region: row.region, Charge: ch.ID, Case: ch.Case, Account: ch.Account, Amount: row.amount, Reason: p.kind})
	})
}

var bankShape = regexp.MustCompile(`^[0-9A-Za-z./_-]{1,64}$`)

// bankNumber is the acquirer's number of the return where it gave a usable one, else ours.
func bankNumber(number string, ours lancar.ID) string {
	if bankShape.MatchString(number) {
		return number
	}
	return string(ours)
}

func (c *Charges) askedBack(ctx context.Context, place string, id lancar.ID) (p paid, row refundRow, alone bool, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) (err error) {
		if row, err = refundBy(tx, place, id); errors.Is(err, store.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		if p, err = suspendedBy(tx, place, id); err != nil {
			return err
		}
		alone, err = nothingBack(tx, place, p.Reference)
		return err
	})
	return p, row, alone, err
}

// settleBack runs fn on money that the acquirer is still being asked for.
func (c *Charges) settleBack(ctx context.Context, place string, id lancar.ID, fn func(*store.Tx, paid, Charge, refundRow) error) error {
	return c.write(ctx, func(tx *store.Tx) error {
		row, err := refundBy(tx, place, id)
		if err != nil || row.stage != Asked {
			return err
		}
		p, err := suspendedBy(tx, place, id)
		if err != nil {
			return err
		}
		ch, err := chargeBy(tx, place, row.charge)
		if err != nil {
			return err
		}
		return fn(tx, p, ch, row)
	})
}
