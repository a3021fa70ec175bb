package machine

import (
	"context"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// Office lists the machines of an officer's own office, newest first, at most 500; over: those
// that are stopped or expired instead. lancar.Forbidden for who holds no role there.
func (s *Machines) Office(ctx context.Context, officer lancar.Actor, over bool) (list []Machine, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		roles, err := rolesIn(tx, officer.ID, officer.Region, officer.Agency)
		if err != nil || len(roles) == 0 {
			return deny(err)
		}
		rows, err := ofOffice(tx, officer.Region, officer.Agency, over)
		if err != nil {
			return err
		}
		list, err = s.openWords(tx, rows)
		return err
	})
	return list, err
}

// ByID is one machine, for an officer of its office or the person whose agent it is.
func (s *Machines) ByID(ctx context.Context, who lancar.Actor, id lancar.ID) (m Machine, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if m, err = s.seen(tx, who, id); err != nil {
			m = Machine{}
		}
		return err
	})
	return m, err
}

func (s *Machines) seen(tx *store.Tx, who lancar.Actor, id lancar.ID) (Machine, error) {
	m, err := s.readTx(tx, id)
	if lancar.CodeOf(err) == lancar.Unauthenticated {
		return m, notHere()
	}
	if err != nil {
		return m, err
	}
	plays, err := s.parts(tx, m, who)
	if err == nil && len(plays) == 0 {
		err = notHere()
	}
	return m, err
}

// Sheet is everything that a page shows of one machine.
type Sheet struct {
	Machine
	Parts   []Who // what the reader is to it
	Keys    []Key // all, newest first
	Steps   []Step
	Alarms  []Alarm
	Reviews []Signed
	Uses    []Used
	Today   int // calls counted against today's budget, by lots: a little ahead of the truth
}

// Used is how often a scope was used in the last 28 days.
type Used struct {
	Scope string // "" for asking tokens
	Calls int64
	Last  time.Time // the hour
}

// Sheet reads one machine for its page, for whom [Machines.ByID] lets see it.
func (s *Machines) Sheet(ctx context.Context, who lancar.Actor, id lancar.ID) (sheet Sheet, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		m, err := s.seen(tx, who, id)
		if err != nil {
			return err
		}
		sheet = Sheet{Machine: m}
		if sheet.Parts, err = s.parts(tx, m, who); err != nil {
			return err
		}
		if sheet.Keys, err = s.keysTx(tx, id); err != nil {
			return err
		}
		if sheet.Steps, err = selectSteps(tx, id); err != nil {
			return err
		}
		if sheet.Alarms, err = selectAlarms(tx, id); err != nil {
			return err
		}
		if sheet.Reviews, err = selectReviews(tx, id); err != nil {
			return err
		}
		day := spans()[1]
		n, err := spentOf(tx, id, day, day.slot(tx.Now))
		if err != nil {
			return err
		}
		sheet.Today = int(n)
		sheet.Uses, err = usesOf(tx, id)
		return err
	})
	return sheet, err
}

func usesOf(tx *store.Tx, id lancar.ID) (out []Used, err error) {
	list, err := history(tx, id, tx.Now.Add(-remembered))
	at := map[string]int{}
	for _, c := range list {
		i, ok := at[c.scope]
		if !ok {
			i = len(out)
			at[c.scope], out = i, append(out, Used{Scope: c.scope})
		}
		out[i].Calls += c.n
		out[i].Last = time.Unix(c.hour*3600, 0).UTC()
	}
	return out, err
}

// Mine lists a person's own agents, newest first.
func (s *Machines) Mine(ctx context.Context, own access.Grant) (list []Machine, err error) {
	if !own.Own() || own.Acting() {
		return nil, notHere()
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := ofOwner(tx, own.Account())
		if err != nil {
			return err
		}
		list, err = s.openWords(tx, rows)
		return err
	})
	return list, err
}

// Self is a machine as it sees itself, and what is used of today's budget.
func (s *Machines) Self(ctx context.Context, who lancar.Actor) (m Machine, used int, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if m, err = s.readTx(tx, who.ID); err != nil {
			return err
		}
		day := spans()[1]
		n, err := spentOf(tx, m.ID, day, day.slot(tx.Now))
		used = int(n)
		return err
	})
	return m, used, err
}

// NameTx is what people call a machine of an office, and its agency's office; for an agent only its
// kind. For pages that show who did something; false for an id that is none.
func (s *Machines) NameTx(tx *store.Tx, id lancar.ID) (lancar.Actor, bool) {
	m, err := s.readTx(tx, id)
	return m.Actor(), err == nil
}
