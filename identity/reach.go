package identity

import (
	"lancar/access"
	"lancar/internal/store"
	"lancar/notify"
)

// Reach is how a person can be reached: the newest contact of each kind that a code came back from,
// "" for none. It is personal.
//
//lancar:personal
type Reach struct{ Email, Phone string }

// ReachTx returns how the grant's person can be reached. The grant must cover access.Contact.
func (i *Identity) ReachTx(tx *store.Tx, g access.Grant) (r Reach, err error) {
	if err := g.For(g.Subject(), access.Contact); err != nil {
		return r, err
	}
	account, err := accountBySubject(tx, g.Subject())
	if err == store.ErrNone {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	to, err := i.addresses(tx, account.ID)
	for _, a := range to { // oldest first
		switch a.Channel {
		case notify.Email:
			r.Email = a.Value
		case notify.Phone:
			r.Phone = a.Value
		}
	}
	return r, err
}
