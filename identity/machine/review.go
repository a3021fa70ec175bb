package machine

import (
	"context"
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// Verdict is what an owner says of a machine at its yearly review.
type Verdict string

// The verdicts.
const (
	Keep   Verdict = "keep"
	Reduce Verdict = "reduce" // to some of its scopes
	End    Verdict = "end"
)

// Signed is one signature under a review: who, when, how sure the sign-in was, and what changed.
type Signed struct {
	Machine       lancar.ID
	At            time.Time
	Owner         lancar.ID
	Level         int // of the session, see identity
	Verdict       Verdict
	Before, After []string // scopes
}

// Opinion is an owner's verdict on one machine; Scopes are what [Reduce] leaves.
type Opinion struct {
	Machine lancar.ID
	Version int64 // as the owner saw it
	Verdict Verdict
	Scopes  []string
}

// Due lists the machines whose review the officer must sign now: from a month before its date.
func (s *Machines) Due(ctx context.Context, officer lancar.Actor) (list []Machine, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := ofOwner(tx, officer.ID)
		if err != nil {
			return err
		}
		var open []sealed
		for _, r := range rows {
			if (r.State == Active || r.State == Paused) && r.Kind != Agent && !tx.Now.Before(r.Review.Add(-reviewOpen)) {
				open = append(open, r)
			}
		}
		list, err = s.openWords(tx, open)
		return err
	})
	return list, err
}

// Sign signs the review of the officer's machines, all or none. What is kept or reduced is due again
// in a year, and no longer paused for want of a signature; what is ended is over.
func (s *Machines) Sign(ctx context.Context, session identity.Session, level int, opinions []Opinion) error {
	by := session.Actor
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		for _, o := range opinions {
			if err := s.sign(tx, by, level, o); err != nil {
				return err
			}
		}
		return nil
	})
	for _, o := range opinions {
		s.known.drop(o.Machine)
	}
	return err
}

func (s *Machines) sign(tx *store.Tx, by lancar.Actor, level int, o Opinion) error {
	event := "sign"
	if o.Verdict == End {
		event = "stop"
	}
	var before []string
	m, err := s.move(tx, o.Machine, event, by, "yearly review: "+string(o.Verdict), func(tx *store.Tx, m *Machine, _ []Who) error {
		before = m.Scopes
		switch {
		case m.Version != o.Version:
			return lancar.Fail(lancar.Conflict, "", "Mesin ini berubah sejak Anda membacanya. Baca lagi.", "This machine has changed since you read it. Read it again.")
		case by.ID != m.Owner:
			return lancar.Fail(lancar.Forbidden, "", "Tinjauan ditandatangani pemiliknya sendiri.", "A review is signed by the owner.")
		case o.Verdict == Reduce:
			scopes, err := scopesFor(m.Kind, o.Scopes)
			if err != nil || !within(scopes, m.Scopes) || len(scopes) == len(m.Scopes) {
				return invalid("scopes_"+string(m.ID), "Pilih cakupan yang tinggal; harus lebih sedikit dari sekarang.", "Choose the scopes that remain; fewer than now.")
			}
			m.Scopes = scopes
		case o.Verdict != Keep && o.Verdict != End:
			return invalid("verdict_"+string(m.ID), "Pilih: tetap, kurangi, atau akhiri.", "Choose: keep, reduce or end.")
		}
		if m.Held == ByReview {
			m.Held = ""
		}
		if m.Held != "" && event == "sign" {
			m.State = Paused
		}
		m.Review, m.Wanted = tx.Now.Add(reviewed), nil
		return nil
	})
	if err != nil {
		return err
	}
	if err := updateKept(tx, m.ID); err != nil {
		return err
	}
	return insertReview(tx, Signed{m.ID, tx.Now, by.ID, level, o.Verdict, before, m.Scopes})
}

// Keep says that an unused machine is still needed; it is asked again after the same time.
func (s *Machines) Keep(ctx context.Context, owner lancar.Actor, id lancar.ID) (Machine, error) {
	return s.act(ctx, id, "keep", owner, "", func(_ *store.Tx, m *Machine, _ []Who) error {
		m.Unused = time.Time{}
		return nil
	}, func(tx *store.Tx, m Machine) error { return updateKept(tx, m.ID) })
}

func join(list []string) string { return strings.Join(list, " ") }

func split(s string) []string { return strings.Fields(s) }
