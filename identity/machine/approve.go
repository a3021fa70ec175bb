package machine

import (
	"context"
	"slices"
	"time"

	"lancar"
	"lancar/internal/store"
)

// Approve lets a proposed machine work, or gives a working one what its owner wants. Only a second
// human being of the same office may: a superior, or an officer in [Role], who is not the owner.
// version is the machine's as the officer saw it: what changed since is not approved unseen.
func (s *Machines) Approve(ctx context.Context, officer lancar.Actor, id lancar.ID, version int64) (Machine, error) {
	m, err := s.ByID(ctx, officer, id)
	if err != nil {
		return m, err
	}
	event := "approve"
	if m.State != Proposed {
		event = "widen"
	}
	return s.act(ctx, id, event, officer, "", func(tx *store.Tx, m *Machine, _ []Who) error {
		if m.Version != version || event == "widen" && m.Wanted == nil {
			return lancar.Fail(lancar.Conflict, "", "Permintaan ini sudah berubah. Baca lagi.", "This request has changed. Read it again.")
		}
		if m.Wanted == nil {
			return nil
		}
		w := *m.Wanted
		m.Wanted = nil
		return m.take(w, tx.Now)
	}, func(tx *store.Tx, m Machine) error { return s.tellOwner(tx, m, event, s.news(m, ofApproved)) })
}

// Refuse says no, with a reason: to a proposed machine, which is over then, or to what a working
// one's owner wants.
func (s *Machines) Refuse(ctx context.Context, officer lancar.Actor, id lancar.ID, why string) (Machine, error) {
	if clean(why) == "" {
		return Machine{}, invalid("why", "Tulis alasannya.", "Write the reason.")
	}
	m, err := s.ByID(ctx, officer, id)
	if err != nil {
		return m, err
	}
	event := "refuse"
	if m.State != Proposed {
		event = "deny"
	}
	return s.act(ctx, id, event, officer, why, func(_ *store.Tx, m *Machine, _ []Who) error {
		m.Wanted = nil
		return nil
	}, func(tx *store.Tx, m Machine) error { return s.tellOwner(tx, m, event, s.news(m, ofDenied)) })
}

// Want changes what a machine may do. Less takes effect at once. More, or longer, does for an agent
// and in the sandbox stage; in production it waits for [Machines.Approve].
func (s *Machines) Want(ctx context.Context, owner lancar.Actor, id lancar.ID, w Wish) (Machine, error) {
	waits := false
	return s.act(ctx, id, "want", owner, "", func(tx *store.Tx, m *Machine, _ []Who) error {
		as := *m
		if err := as.take(w, tx.Now); err != nil {
			return err
		}
		less := within(as.Scopes, m.Scopes) && as.Budget <= m.Budget && as.Peak <= m.Peak && !as.Expires.After(m.Expires)
		if waits = !less && m.Stage == Production && m.Kind != Agent; waits {
			m.Wanted = &Wish{as.Scopes, as.Budget, as.Peak, as.Expires}
			return nil
		}
		m.Scopes, m.Budget, m.Peak, m.Expires, m.Wanted = as.Scopes, as.Budget, as.Peak, as.Expires, nil
		return nil
	}, func(tx *store.Tx, m Machine) error {
		if !waits {
			return nil
		}
		return s.tellHeads(tx, m, "want", s.news(m, ofProposed))
	})
}

// Adopt makes another officer of the same office the owner of an orphan. What was paused stays so.
// Nobody adopts into an office in which they hold no role.
func (s *Machines) Adopt(ctx context.Context, officer lancar.Actor, id lancar.ID) (Machine, error) {
	return s.act(ctx, id, "adopt", officer, "", func(_ *store.Tx, m *Machine, _ []Who) error {
		m.Owner, m.Stops = officer.ID, time.Time{}
		if m.Held != "" {
			m.State = Paused
		}
		return nil
	}, func(tx *store.Tx, m Machine) error { return s.tellHeads(tx, m, "adopt", s.news(m, ofAdopted)) })
}

// second says whether somebody acts as a second human being.
func second(plays []Who) bool { return slices.Contains(plays, Second) }
