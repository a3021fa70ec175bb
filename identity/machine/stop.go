package machine

import (
	"context"
	"fmt"

	"lancar"
	"lancar/internal/store"
)

// Stop ends a machine for ever, at once: the kill switch. Its owner may, and any superior or officer
// in [Role] of its office; a person for their own agent. When it returns, the database says so, and
// every copy of the node refuses the machine within a second.
func (s *Machines) Stop(ctx context.Context, by lancar.Actor, id lancar.ID, why string) (Machine, error) {
	return s.act(ctx, id, "stop", by, why, ended, func(tx *store.Tx, m Machine) error { return s.stopped(tx, m, by) })
}

func ended(_ *store.Tx, m *Machine, _ []Who) error {
	m.Wanted = nil
	return nil
}

// stopped tells the owner, unless they did it, and the heads of the office.
func (s *Machines) stopped(tx *store.Tx, m Machine, by lancar.Actor) error {
	if by.ID != m.Owner {
		if err := s.tellOwner(tx, m, "stop", s.news(m, ofStopped)); err != nil {
			return err
		}
	}
	return s.tellHeads(tx, m, "stop", s.news(m, ofStopped))
}

// StopAll ends every machine of the officer's own office in one transaction and says how many. Only a
// superior or an officer in [Role] may; here it counts no hurdle that some are their own.
func (s *Machines) StopAll(ctx context.Context, officer lancar.Actor, why string) (n int, err error) {
	if clean(why) == "" {
		return 0, invalid("why", "Tulis alasannya.", "Write the reason.")
	}
	var gone []lancar.ID
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		rows, err := ofOffice(tx, officer.Region, officer.Agency, false)
		if err != nil {
			return err
		}
		if ok, err := heads(tx, officer.Region, officer.Agency); err != nil || !contains(ok, officer.ID) {
			return deny(err)
		}
		list, err := s.openWords(tx, rows)
		if err != nil {
			return err
		}
		gone = make([]lancar.ID, len(list))
		for i, m := range list {
			gone[i] = m.ID
			m.State, m.Wanted = Stopped, nil
			if err := s.put(tx, &m, "stop", officer, clean(why)); err != nil {
				return fmt.Errorf("stopping all: %w", err)
			}
			if m.Owner != officer.ID {
				if err := s.tellOwner(tx, m, "stop", s.news(m, ofStopped)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for _, id := range gone {
		s.known.drop(id)
	}
	return len(gone), err
}

func contains(list []lancar.ID, id lancar.ID) bool {
	for _, x := range list {
		if x == id {
			return true
		}
	}
	return false
}

func deny(err error) error {
	if err != nil {
		return err
	}
	return lancar.Fail(lancar.Forbidden, "", "Hanya atasan atau petugas mesin kantor ini.", "Only a superior or the officer for machines of this office.")
}

// Pause stops a machine for now, as fast as [Machines.Stop]; [Machines.Resume] lifts it.
func (s *Machines) Pause(ctx context.Context, by lancar.Actor, id lancar.ID, why string) (Machine, error) {
	return s.act(ctx, id, "pause", by, why, func(_ *store.Tx, m *Machine, plays []Who) error {
		m.Held = ByOwner
		if second(plays) {
			m.Held = ByOffice
		}
		return nil
	}, func(tx *store.Tx, m Machine) error {
		if m.Held == ByOwner {
			return nil
		}
		return s.tellOwner(tx, m, "pause", s.news(m, ofPaused))
	})
}

// Resume lifts a pause. The owner cannot lift the office's; one for want of a signature ends with the
// signature.
func (s *Machines) Resume(ctx context.Context, by lancar.Actor, id lancar.ID) (Machine, error) {
	return s.act(ctx, id, "resume", by, "", func(_ *store.Tx, m *Machine, plays []Who) error {
		switch {
		case m.Held == ByReview:
			return lancar.Fail(lancar.Forbidden, "", "Tanda tangani dulu tinjauan tahunannya.", "Sign its yearly review first.")
		case m.Held == ByOffice && !second(plays), m.Held == ByOwner && by.ID != m.Owner:
			return lancar.Fail(lancar.Forbidden, "", "Yang menjeda, yang membuka lagi.", "Who paused it lifts it.")
		}
		m.Held = ""
		return nil
	}, nil)
}
