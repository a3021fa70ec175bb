package breach

import (
	"context"
	"strings"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// batch is how many people one transaction tells.
const batch = 200

// Tell tells everyone whose data a breach concerns, each once, beginning at once. Telling again
// tells nobody again.
func (b *Breaches) Tell(ctx context.Context, officer lancar.Actor, region string, id lancar.ID) error {
	if err := mayHandle(officer, region); err != nil {
		return err
	}
	return b.db.Write(ctx, func(tx *store.Tx) error {
		n, err := byID(tx, region, id)
		if err == store.ErrNone {
			return errNone()
		}
		if err != nil || !n.Told.IsZero() {
			return err
		}
		n.Told = tx.Now
		won, err := update(tx, n)
		if err != nil || !won { // another click was first
			return err
		}
		return b.enqueue(tx, n, "")
	})
}

// enqueue has the people told who were not yet; after sets one round apart from the others.
func (b *Breaches) enqueue(tx *store.Tx, n Breach, after string) error {
	return b.queue.EnqueueTx(tx, jobs.Job{Region: n.Region, Queue: queueTell, Dedup: string(n.ID) + "/" + after, Payload: []byte(n.ID)})
}

// tellSome tells the next people and goes on behind them.
func (b *Breaches) tellSome(tx *store.Tx, j jobs.Job) error {
	n, err := byID(tx, j.Region, lancar.ID(j.Payload))
	if err != nil || n.Told.IsZero() {
		return err
	}
	people, err := untold(tx, n, batch)
	if err != nil {
		return err
	}
	last := ""
	for _, p := range people {
		last = p.subject
		told, err := markTold(tx, n, p.subject)
		if err != nil {
			return err
		}
		if !told {
			continue
		}
		if err := b.emit(tx, EventTold, string(n.ID)+"/"+p.subject, Notice{Region: n.Region, ID: n.ID, Account: p.account}); err != nil {
			return err
		}
	}
	if len(people) < batch {
		return nil
	}
	return b.enqueue(tx, n, last)
}

// Reported notes that the letter to the authority went out, with its reference. Noting it again
// changes nothing. lancar.Forbidden for an officer whose own looks, or whose family's, the breach is
// about: another data officer, of the region above if need be, closes it.
func (b *Breaches) Reported(ctx context.Context, officer lancar.Actor, region string, id lancar.ID, ref string) error {
	if err := mayHandle(officer, region); err != nil {
		return err
	}
	ref = strings.TrimSpace(ref)
	if ref == "" || len(ref) > 100 {
		return lancar.Fail(lancar.Invalid, "ref", "Tulis nomor surat atau tanda terimanya.", "Write the letter's number or its receipt.")
	}
	return b.db.Write(ctx, func(tx *store.Tx) error {
		n, err := byID(tx, region, id)
		if err == store.ErrNone {
			return errNone()
		}
		if err != nil || !n.Reported.IsZero() {
			return err
		}
		if err := b.disinterested(tx, n, officer); err != nil {
			return err
		}
		n.Reported, n.Ref = tx.Now, ref
		won, err := update(tx, n)
		if err == nil && !won {
			err = changed(nil)
		}
		return err
	})
}

func changed(err error) error {
	if err != nil {
		return err
	}
	return lancar.Fail(lancar.Conflict, "", "Catatan ini baru saja diubah. Muat ulang halaman.", "This record was just changed. Reload the page.")
}

func (b *Breaches) disinterested(tx *store.Tx, n Breach, officer lancar.Actor) error {
	p, err := pickOf(tx, n)
	if err != nil {
		return err
	}
	for _, reader := range p.Readers {
		if err := b.apart(tx, reader, officer.ID); err != nil {
			return err
		}
	}
	return nil
}

// lateTx says, once, that the term has passed before the people and the authority were told.
func (b *Breaches) lateTx(tx *store.Tx, j jobs.Job) error {
	n, err := byID(tx, j.Region, lancar.ID(j.Payload))
	if err != nil || n.Done() {
		return err
	}
	return b.emit(tx, EventLate, string(n.ID), Notice{Region: n.Region, ID: n.ID})
}

// ForMessage returns what the message to a person says, in the transaction that sends it.
func (b *Breaches) ForMessage(tx *store.Tx, n Notice) (Breach, error) {
	return byID(tx, n.Region, n.ID)
}
