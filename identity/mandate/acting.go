package mandate

import (
	"context"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
)

// Acting is a session that acts for somebody else: what pages need to show for whom, and to read and
// write as the holder in the principal's account.
type Acting struct {
	Mandate Mandate      // with names
	By      lancar.Actor // the holder
	Own     access.Grant // to read about the principal as they themself could, without what stays theirs alone
}

// ActFor makes the browser of this session act under a mandate of its holder, on every host of its
// sign-in, until [Mandates.StopActing]. A person needs a sign-in that the register vouches for.
func (m *Mandates) ActFor(ctx context.Context, s identity.Session, id lancar.ID) error {
	if err := s.Need(identity.Verified); err != nil {
		return err
	}
	return m.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := m.liveTx(tx, s.Account, id); err != nil {
			return err
		}
		return m.identity.ActTx(tx, s, id)
	})
}

// StopActing makes the browser act for its own person again. Doing it twice is no error.
func (m *Mandates) StopActing(ctx context.Context, s identity.Session) error {
	return m.db.Write(ctx, func(tx *store.Tx) error { return m.identity.ActTx(tx, s, "") })
}

// Acting reads, for one request, for whom a session acts. It fails as [Mandates.CheckTx] does when
// the mandate is over: the caller must refuse then, and never go on for the holder themself.
func (m *Mandates) Acting(ctx context.Context, s identity.Session) (out Acting, err error) {
	err = m.db.Read(ctx, func(tx *store.Tx) error {
		r, err := m.liveTx(tx, s.Account, s.Mandate)
		if err != nil {
			return err
		}
		if err := m.openTx(tx, &r); err != nil {
			return err
		}
		out.Mandate, out.By = r.Mandate, r.Actor()
		out.Own, err = m.access.ActTx(tx, m.request(r, Act{Verb: See}), r.Principal.Account, false)
		return err
	})
	return out, err
}

// ReadTx permits what the holder must read to do an act that is written down in the same
// transaction ([Mandates.UseTx]), or is only looked at by the node itself.
func (m *Mandates) ReadTx(tx *store.Tx, holder, id lancar.ID) (access.Grant, error) {
	r, err := m.liveTx(tx, holder, id)
	if err != nil {
		return access.Grant{}, err
	}
	return m.access.ActTx(tx, m.request(r, Act{}), r.Principal.Account, false)
}

// See is [Mandates.SeeTx] in a transaction of its own, for pages that show what a room gives for
// [Acting.Own].
func (m *Mandates) See(ctx context.Context, a Acting, act Act) (own access.Grant, err error) {
	err = m.db.Write(ctx, func(tx *store.Tx) error {
		own, err = m.SeeTx(tx, a.Mandate.Holder.Account, a.Mandate.ID, act)
		return err
	})
	return own, err
}
