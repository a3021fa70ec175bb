package breach

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// most is how many people one breach takes in one go; a larger one is opened by periods.
const most = 20_000

// Open writes a breach down, with whose data it concerns, and starts its clock at the discovery.
// Nobody is told yet. Region, Agency and Officer are the officer's, the rest is checked.
func (b *Breaches) Open(ctx context.Context, officer lancar.Actor, n Breach, p Pick) (Breach, error) {
	if err := mayHandle(officer, officer.Region); err != nil {
		return n, err
	}
	err := b.db.Write(ctx, func(tx *store.Tx) error {
		if err := n.check(tx.Now); err != nil {
			return err
		}
		n.Region, n.Agency, n.Officer, n.ID = officer.Region, officer.Agency, officer.ID, lancar.NewID(tx.Now)
		n.Opened, n.Due, n.Told, n.Reported, n.Ref, n.Version = tx.Now, n.Found.Add(Term), time.Time{}, time.Time{}, "", 1
		p.Region = n.Region
		if err := insertBreach(tx, n, p); err != nil {
			return err
		}
		if err := b.addTx(tx, n, p); err != nil {
			return err
		}
		late := jobs.Job{Region: n.Region, Queue: queueLate, Dedup: string(n.ID), RunAt: n.Due, Payload: []byte(n.ID)}
		if err := b.queue.EnqueueTx(tx, late); err != nil {
			return err
		}
		return b.emit(tx, EventOpened, string(n.ID), Notice{Region: n.Region, ID: n.ID})
	})
	if err != nil {
		return n, err
	}
	return b.ByID(ctx, officer, n.Region, n.ID)
}

// Add picks more people whose data a breach concerns. Who stands in it already stands once; where
// the people were told before, the new ones are told now.
func (b *Breaches) Add(ctx context.Context, officer lancar.Actor, region string, id lancar.ID, p Pick) error {
	if err := mayHandle(officer, region); err != nil {
		return err
	}
	return b.db.Write(ctx, func(tx *store.Tx) error {
		n, err := byID(tx, region, id)
		if err == store.ErrNone {
			return errNone()
		}
		if err != nil {
			return err
		}
		p.Region = region
		if p.Reader != "" {
			if kept, err := addReader(tx, n, p.Reader); err != nil || !kept {
				return changed(err)
			}
		}
		if err := b.addTx(tx, n, p); err != nil || n.Told.IsZero() {
			return err
		}
		return b.enqueue(tx, n, tx.Now.Format(time.RFC3339Nano))
	})
}

func (b *Breaches) addTx(tx *store.Tx, n Breach, p Pick) error {
	if err := p.check(); err != nil {
		return err
	}
	var subjects []string
	var err error
	if p.Reader != "" {
		subjects, err = lookedAt(tx, p)
	} else {
		subjects, err = b.cases(tx, p)
	}
	if err != nil {
		return err
	}
	slices.Sort(subjects)
	subjects = slices.Compact(subjects)
	if len(subjects) > most {
		return lancar.Fail(lancar.Invalid, "by", "Lebih dari 20.000 orang. Bagi menurut waktu.", "More than 20,000 people. Split it by period.")
	}
	for _, s := range subjects {
		if s == "" { // the data was erased before
			continue
		}
		if err := insertPerson(tx, n, s); err != nil {
			return err
		}
	}
	return nil
}

// ByID returns one breach with its figures.
func (b *Breaches) ByID(ctx context.Context, officer lancar.Actor, region string, id lancar.ID) (n Breach, err error) {
	if err := mayHandle(officer, region); err != nil {
		return n, err
	}
	err = b.db.Read(ctx, func(tx *store.Tx) error {
		n, err = byID(tx, region, id)
		if err == store.ErrNone {
			return errNone()
		}
		if err == nil {
			err = count(tx, &n)
		}
		return err
	})
	return n, err
}

// List returns the hundred newest breaches of the officer's region and those below it, those that
// wait for something first, soonest due first.
func (b *Breaches) List(ctx context.Context, officer lancar.Actor) (list []Breach, err error) {
	if err := mayHandle(officer, officer.Region); err != nil {
		return nil, err
	}
	err = b.db.Read(ctx, func(tx *store.Tx) error {
		if list, err = below(tx, officer.Region); err != nil {
			return err
		}
		for i := range list {
			if err := count(tx, &list[i]); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortStableFunc(list, func(x, y Breach) int {
		if x.Done() != y.Done() {
			if x.Done() {
				return 1
			}
			return -1
		}
		return x.Due.Compare(y.Due)
	})
	return list, err
}

func (b *Breaches) emit(tx *store.Tx, name, key string, n Notice) error {
	payload, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return b.queue.EmitTx(tx, jobs.Event{Region: n.Region, Name: name, Key: key, Payload: payload})
}
