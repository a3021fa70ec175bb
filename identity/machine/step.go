package machine

import (
	"context"
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// Step is one thing that happened to a machine.
type Step struct {
	At    time.Time
	Event string // as in [Transitions]
	State State  // after it
	By    lancar.Actor
	Why   string // what was written, "" for nothing
}

// parts are what an actor is to a machine, as the roster says now: a role that ended counts no more,
// whatever a session still says.
func (s *Machines) parts(tx *store.Tx, m Machine, a lancar.Actor) ([]Who, error) {
	switch {
	case a.Kind == lancar.System:
		return []Who{System}, nil
	case a.Kind == lancar.Person && m.Kind == Agent && m.Owner == a.ID:
		return []Who{Owner}, nil
	case a.Kind != lancar.Officer || m.Kind == Agent || a.Region != m.Region || a.Agency != m.Agency:
		return nil, nil
	}
	roles, err := rolesIn(tx, a.ID, m.Region, m.Agency)
	if err != nil || !slices.Contains(roles, a.Role) {
		return nil, err
	}
	out := []Who{Peer}
	if m.Owner == a.ID {
		out = append(out, Owner)
	}
	if a.Role == identity.Superior || a.Role == Role {
		same, err := s.ident.SameHumanTx(tx, m.Owner, a.ID)
		if err != nil {
			return nil, err
		}
		if !same {
			out = append(out, Second)
		}
	}
	return out, nil
}

// move takes one step for an actor: reads, asks [Transitions], lets change do the rest, writes with
// compare-and-swap. Who plays no part in the machine's life learns nothing of it.
func (s *Machines) move(tx *store.Tx, id lancar.ID, event string, by lancar.Actor, why string, change func(*store.Tx, *Machine, []Who) error) (Machine, error) {
	row, err := selectMachine(tx, id)
	if err == store.ErrNone {
		return Machine{}, notHere()
	}
	if err != nil {
		return Machine{}, err
	}
	list, err := s.openWords(tx, []sealed{row})
	if err != nil {
		return Machine{}, err
	}
	m := list[0]
	plays, err := s.parts(tx, m, by)
	if err != nil {
		return Machine{}, err
	}
	if len(plays) == 0 {
		return Machine{}, notHere()
	}
	if m.State, err = step(m.State, event, plays...); err != nil {
		return Machine{}, err
	}
	if change != nil {
		if err := change(tx, &m, plays); err != nil {
			return Machine{}, err
		}
	}
	if utf8.RuneCountInString(why) > 500 {
		return Machine{}, invalid("why", "Paling banyak 500 huruf.", "At most 500 characters.")
	}
	return m, s.put(tx, &m, event, by, clean(why))
}

func (s *Machines) put(tx *store.Tx, m *Machine, event string, by lancar.Actor, why string) error {
	wanted := ""
	if m.Wanted != nil {
		text, err := json.Marshal(m.Wanted)
		if err != nil {
			return err
		}
		wanted = string(text)
	}
	if m.Altered && event != "stop" { // whatever somebody wrote there, it can be stopped
		return lancar.Fail(lancar.Conflict, "", "Catatan mesin ini rusak. Hubungi petugas sistem.", "This machine's record is damaged. Ask the system officer.")
	}
	after := *m
	after.Version++
	ok, err := updateMachine(tx, *m, wanted, s.seal(after, wanted))
	if err != nil {
		return err
	}
	if !ok {
		return lancar.Fail(lancar.Conflict, "", "Orang lain baru saja mengubah mesin ini. Baca lagi.", "Somebody else has just changed this machine. Read it again.")
	}
	m.Version++
	return insertStep(tx, m.ID, m.Version, Step{At: tx.Now, Event: event, State: m.State, By: by, Why: why})
}

// act is [Machines.move] in a transaction of its own, after which this node reads anew.
func (s *Machines) act(ctx context.Context, id lancar.ID, event string, by lancar.Actor, why string, change func(*store.Tx, *Machine, []Who) error, then func(*store.Tx, Machine) error) (m Machine, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if m, err = s.move(tx, id, event, by, why, change); err != nil || then == nil {
			return err
		}
		return then(tx, m)
	})
	s.known.drop(id)
	return m, err
}
