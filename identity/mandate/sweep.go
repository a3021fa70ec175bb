package mandate

import (
	"context"
	"time"

	"lancar"
	"lancar/exchange"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

const (
	sweepEvery   = time.Minute
	sweepMax     = 100
	recheckQueue = "identity.mandate"
)

// sweepTx ends what is over by the clock, and has registers asked again about what stands. Nothing
// depends on its haste: every use looks at the period itself.
func (m *Mandates) sweepTx(tx *store.Tx) error {
	due, err := awake(tx, sweepMax)
	if err != nil {
		return err
	}
	for _, r := range due {
		switch {
		case r.State == Active && !tx.Now.Before(r.Until):
			err = m.moveTx(tx, &r, Expire, lancar.TheSystem("mandates"), "")
		case r.State != Active:
			err = m.moveTx(tx, &r, Lapse, lancar.TheSystem("mandates"), "")
		default:
			if err = setWake(tx, r.ID, m.wakeOf(r, tx.Now)); err == nil {
				err = m.queue.EnqueueTx(tx, jobs.Job{Region: r.office(), Queue: recheckQueue, Payload: []byte(r.ID)})
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// recheck asks the registers whether what a mandate stands on is still so: the principal lives (or,
// for an heir, does not), the child is still on the parent's card, the company still has this
// officer. A register that is down is asked again by the queue.
func (m *Mandates) recheck(ctx context.Context, j jobs.Job) error {
	var r row
	var s secret
	err := m.db.Read(ctx, func(tx *store.Tx) (err error) {
		if r, err = byID(tx, lancar.ID(j.Payload)); err == nil {
			s, err = m.secretTx(tx, r)
		}
		return err
	})
	if err == store.ErrNone || err == nil && (r.State != Active || s.Number == "") {
		return nil
	}
	if err != nil {
		return err
	}
	stands, err := m.stands(ctx, r, s)
	if err != nil || stands {
		return err
	}
	return m.db.Write(ctx, func(tx *store.Tx) error {
		now, err := byID(tx, r.ID)
		if err != nil || now.State != Active {
			return err
		}
		return m.moveTx(tx, &now, End, lancar.TheSystem("mandates"), "")
	})
}

func (m *Mandates) stands(ctx context.Context, r row, s secret) (bool, error) {
	if r.Kind == Company {
		return m.isOfficer(ctx, lancar.TheSystem("mandates"), s.By, identity.Holder{Kind: identity.Company, Number: s.Number})
	}
	fields := map[string]string{"living": "yes"}
	switch r.Kind {
	case Child:
		fields["family_card"] = s.Card
	case Heir:
		fields["living"] = "no"
	}
	got, err := m.exchange.Match(ctx, exchange.Question{Source: population, Key: s.Number, Subject: r.Principal.Subject, Region: r.office(), Fields: fields,
		Purpose: lancar.Text{"id": "Memastikan kuasa untuk Anda masih berdasar", "en": "Making sure that a mandate over your affairs still stands"}})
	if err != nil {
		return false, err
	}
	for f := range fields {
		if got[f] == exchange.Differs { // what the register does not know ends nothing
			return false, nil
		}
	}
	return true, nil
}
