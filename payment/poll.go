package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

const (
	firstPoll = 3 * time.Minute  // after a code was made, when no notification came
	pollEvery = 5 * time.Minute  // from then on
	pollAfter = 15 * time.Minute // beyond the code's end
	// waitForBank is how long past its due instant a charge stays open while the bank cannot be
	// asked: money may have been paid in time.
	waitForBank = 48 * time.Hour
)

// ask asks the acquirer about a code and settles what it knows.
func (c *Charges) ask(ctx context.Context, reference string) (outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	r, err := c.acquirer.Query(ctx, reference)
	if err != nil || !r.Paid {
		return "", err
	}
	var out outcome
	err = c.write(ctx, func(tx *store.Tx) (err error) {
		out, err = c.settleTx(tx, r)
		return err
	})
	if err == nil && (out == mismatch || out == unknown) {
		err = fmt.Errorf("payment: the bank reports %s for %s: %s", r.Amount, reference, out)
	}
	return out, err
}

// poll finds payments whose notification was lost.
func (c *Charges) poll(ctx context.Context, j jobs.Job) error {
	var in codeJob
	if err := json.Unmarshal(j.Payload, &in); err != nil {
		return jobs.Dead(err)
	}
	ch, code, err := c.chargeAndCode(ctx, j.Region, in)
	if errors.Is(err, store.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	if ch.State != Open {
		return nil
	}
	if out, err := c.ask(ctx, in.Reference); err != nil || out != "" {
		return err
	}
	if now := c.db.Now(); now.Before(code.Expires.Add(pollAfter)) {
		return jobs.Later{At: now.Add(pollEvery)}
	}
	return nil
}

func (c *Charges) chargeAndCode(ctx context.Context, region string, in codeJob) (ch Charge, code codeRow, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) (err error) {
		if ch, err = chargeBy(tx, region, in.Charge); err != nil {
			return err
		}
		code, err = codeBy(tx, region, in.Reference)
		return err
	})
	return ch, code, err
}

// Recheck asks the bank now about the charge's codes ("I have paid"), and returns the charge as
// it is then. lancar.Unavailable when the bank does not answer.
func (c *Charges) Recheck(ctx context.Context, own access.Grant, region string, charge lancar.ID) (Charge, error) {
	ch, err := c.Charge(ctx, own, region, charge)
	if err != nil || ch.State != Open {
		return ch, err
	}
	if _, err := c.askAll(ctx, ch, 3); err != nil {
		return ch, err
	}
	return c.Charge(ctx, own, region, charge)
}

// askAll asks about a charge's newest codes until one is paid.
func (c *Charges) askAll(ctx context.Context, ch Charge, most int) (paid bool, err error) {
	var codes []codeRow
	if err := c.db.Read(ctx, func(tx *store.Tx) (err error) { codes, err = codesOf(tx, ch.Region, ch.ID); return err }); err != nil {
		return false, err
	}
	for i, code := range codes {
		if i == most {
			break
		}
		if out, err := c.ask(ctx, code.Reference); err != nil || out != "" {
			return err == nil, err
		}
	}
	return false, nil
}

// dueTx finds charges whose due instant has passed and hands each to a job.
func (c *Charges) dueTx(tx *store.Tx) error {
	due, err := dueCharges(tx)
	if err != nil {
		return err
	}
	for _, ch := range due {
		if err := c.queue.EnqueueTx(tx, jobs.Job{Region: ch.Region, Queue: expireQueue, Dedup: string(ch.ID), Payload: []byte(ch.ID)}); err != nil {
			return err
		}
	}
	return nil
}

// expire ends a charge that nobody paid in time. The bank is asked first, about every code.
func (c *Charges) expire(ctx context.Context, j jobs.Job) error {
	ch, err := c.charge(ctx, j.Region, lancar.ID(j.Payload))
	if err != nil || ch.State != Open {
		return err
	}
	paid, err := c.askAll(ctx, ch, 100)
	if paid || err != nil && c.db.Now().Before(ch.DueAt.Add(waitForBank)) {
		return err
	}
	return c.write(ctx, func(tx *store.Tx) error {
		ch, err := chargeBy(tx, ch.Region, ch.ID)
		if err != nil || ch.State != Open {
			return err
		}
		if ch, err = c.moveTx(tx, ch, "expire"); err != nil {
			return err
		}
		return c.emitTx(tx, ch.Region, EventExpired, string(ch.Case), Ended{ch.Region, ch.ID, ch.Case, ch.Account})
	})
}
