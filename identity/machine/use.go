package machine

import (
	"context"
	"net/netip"
	"time"

	"lancar"
	"lancar/internal/store"
)

// Use is one call of a machine whose proof somebody else has already verified.
type Use struct {
	Machine lancar.ID
	Key     string // thumbprint of the credential, "" where a token came from one
	Scope   string // id of one of [Scopes]; "" for asking a token
	Address string // of the client; only its network is kept
}

// UseTx counts one call inside the caller's transaction and returns the machine. It reads the
// database, not what this node remembers. lancar.Unauthenticated for a machine that may not go on
// or a key that is not its own or not valid now, lancar.Forbidden for a scope it was not given,
// lancar.TooMany (with [Over]) beyond its budget. Of a transaction that is rolled back, what this node held of the budget stays spent.
func (s *Machines) UseTx(tx *store.Tx, u Use) (Machine, error) {
	m, err := s.readTx(tx, u.Machine)
	if err != nil {
		return Machine{}, err
	}
	if err := s.permit(m, u, tx.Now); err != nil {
		return Machine{}, err
	}
	if u.Key != "" {
		id, k, err := s.ownerOf(tx, u.Key)
		if err != nil && err != store.ErrNone {
			return Machine{}, err
		}
		if err == store.ErrNone || id != m.ID || !k.Valid(tx.Now) {
			return Machine{}, refused("Kunci ini bukan milik mesin itu, atau sudah tidak berlaku.", "This key is not that machine's, or not valid any more.")
		}
	}
	if err := s.spendTx(tx, m); err != nil {
		return Machine{}, err
	}
	s.tally.note(u, tx.Now)
	return m, nil
}

func (s *Machines) permit(m Machine, u Use, now time.Time) error {
	if err := m.Working(now); err != nil {
		return err
	}
	if u.Scope != "" && !m.May(u.Scope) {
		return lancar.Fail(lancar.Forbidden, "scope", "Mesin ini tidak diberi cakupan itu.", "This machine was not given that scope.")
	}
	return nil
}

// Admit lets one request of a machine in, whose token was verified: it is alive, has the scope, and
// keeps its budget. The Actor is who the rooms behind the door see, and what people read in their
// list of who looked. Errors are those of [Machines.UseTx].
func (s *Machines) Admit(ctx context.Context, u Use) (lancar.Actor, error) {
	m, err := s.recent(ctx, u.Machine)
	if err != nil {
		return lancar.Actor{}, err
	}
	now := s.db.Now()
	if err := s.permit(m, u, now); err != nil {
		return lancar.Actor{}, err
	}
	if err := s.spend(ctx, m, now); err != nil {
		return lancar.Actor{}, err
	}
	s.tally.note(u, now)
	return m.Actor(), nil
}

// spend is [Machines.spendTx] that needs a transaction only when the node holds nothing.
func (s *Machines) spend(ctx context.Context, m Machine, now time.Time) error {
	for _, w := range spans() {
		dry, fill := s.meter.spend(m.ID, w, now)
		if !dry {
			continue
		}
		if fill {
			go s.fill(m, w, now)
		}
		var ok bool
		err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
			ok, err = takeBudget(tx, m.ID, w, w.slot(now), 1, w.most(m))
			return err
		})
		if err != nil {
			return err
		}
		if !ok {
			return over(m, w, now)
		}
	}
	return nil
}

// network is the part of an address that is kept: /24 of IPv4, /48 of IPv6; "" for what is none.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	a = a.Unmap()
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}
