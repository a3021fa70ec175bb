package mandate

import (
	"context"
	"errors"
	"fmt"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
)

const verifyPage = 500

// Verify derives the state of every mandate again from its events and returns the first that is
// wrong: a state that no event led to, an event that the table does not know, one that somebody caused
// who may not, an heir settled by one officer. A row written past this package is found so. Run it on
// a node that does not write.
func (m *Mandates) Verify(ctx context.Context) error {
	for after := lancar.ID(""); ; {
		var page []row
		err := m.db.Read(ctx, func(tx *store.Tx) (err error) {
			if page, err = following(tx, after, verifyPage); err != nil {
				return err
			}
			for _, r := range page {
				events, err := eventsOf(tx, r.ID)
				if err == nil {
					err = m.derive(r, events)
				}
				if err != nil {
					return fmt.Errorf("mandate %s: %w", r.ID, err)
				}
			}
			return nil
		})
		if err != nil || len(page) < verifyPage {
			return err
		}
		after = page[len(page)-1].ID
	}
}

// happened is an event as it was kept.
type happened struct {
	seq   int64
	event Event
	state State
	who   lancar.Actor
	// reason is sealed; of the first event it is the MAC of the terms.
	reason []byte
}

// terms is the MAC of what a mandate permits, kept with its first event: nobody widens one in the
// database.
func (m *Mandates) terms(r row) []byte {
	services, verbs := r.Scope.columns()
	return m.ring.MAC("mandate terms", fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%d %s\n%d\n%t\n%s\n%s", r.ID, r.Kind, services, verbs, r.Scope.Most.Amount, r.Scope.Most.Currency,
		store.Micros(r.Until), r.Register, r.Holder.Kind, r.Holder.Subject))
}

func (m *Mandates) derive(r row, events []happened) error {
	if len(events) == 0 || !keys.Equal(events[0].reason, m.terms(r)) {
		return errors.New("it permits something else than was written down first")
	}
	at := None
	for i, e := range events {
		t, ok := Next(at, e.event, r.Kind)
		switch {
		case e.seq != int64(i+1):
			return fmt.Errorf("event %d is missing", i+1)
		case !ok || t.To != e.state:
			return fmt.Errorf("event %d, %s, does not lead from %s to %s", e.seq, e.event, at, e.state)
		case !r.may(t.Who, e.who) || t.Who == ByOther && e.who.ID == events[0].who.ID:
			return fmt.Errorf("event %d, %s, was caused by somebody who may not", e.seq, e.event)
		}
		at = t.To
	}
	if at != r.State || r.version != int64(len(events)) {
		return fmt.Errorf("it stands as %s, its events say %s", r.State, at)
	}
	return nil
}

// may says whether an actor is the party that the table names.
func (r row) may(who Who, a lancar.Actor) bool {
	switch who {
	case ByPrincipal:
		return a.ID != "" && a.ID == r.Principal.Account
	case ByHolder:
		return a.ID != "" && a.ID == r.Holder.Account
	case ByOfficer, ByOther:
		return a.Kind == lancar.Officer && a.ID != r.Holder.Account
	}
	return a.Kind == lancar.System
}
