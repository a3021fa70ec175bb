package pin

import (
	"context"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// List gives the PINs of the session's account, oldest first, and how it stands on this device.
func (p *Pins) List(ctx context.Context, s identity.Session, b identity.Browser) (list []Pin, here State, err error) {
	err = p.db.Read(ctx, func(tx *store.Tx) error {
		now, err := p.ident.CurrentTx(tx, s)
		if err != nil {
			return err
		}
		mine, at, err := p.hereTx(tx, now, b)
		if err != nil {
			return err
		}
		rows, err := ofAccount(tx, now.Account)
		list, here = nil, at
		for _, r := range rows {
			one := Pin{ID: r.id, Browser: r.browser, Set: r.set, Wrong: int(r.tries), Here: at == Set && r.id == mine.id}
			if r.used.After(r.set) {
				one.Used = r.used
			}
			list = append(list, one)
		}
		return err
	})
	return list, here, err
}

// MaySet says why no PIN can be set on this device in this session, as [Pins.Set] would; nil when one
// can.
func (p *Pins) MaySet(ctx context.Context, s identity.Session, b identity.Browser) error {
	return p.db.Read(ctx, func(tx *store.Tx) error {
		now, err := p.ident.CurrentTx(tx, s)
		if err != nil {
			return err
		}
		return p.mayTx(tx, now, b)
	})
}

// Remove takes a PIN away and tells the owner. The one of this very device goes without more ado, as
// it opens nothing: what was signed in there has to prove itself anew. For another device the
// session must be fresh (lancar.Forbidden on field "fresh").
func (p *Pins) Remove(ctx context.Context, s identity.Session, b identity.Browser, id lancar.ID) error {
	return p.db.Write(ctx, func(tx *store.Tx) error {
		now, err := p.ident.CurrentTx(tx, s)
		if err != nil {
			return err
		}
		r, err := byID(tx, now.Account, id)
		if err == store.ErrNone {
			return errNone()
		}
		if err != nil {
			return err
		}
		mine, at, err := p.hereTx(tx, now, b)
		if err != nil {
			return err
		}
		if !(at == Set && mine.id == id) && !now.Fresh(tx.Now, fresh) {
			return identity.Release{}.Unproven()
		}
		if gone, err := deletePin(tx, now.Account, id); err != nil || !gone {
			return orElse(err, errNone())
		}
		return p.ident.HappenedTx(tx, now.Account, identity.PinRemoved, r.browser)
	})
}

func errNone() error {
	return lancar.Fail(lancar.NotFound, "", "PIN itu sudah tidak ada.", "That PIN is not there any more.")
}

// Lacks says what a release still lacks, as identity.LacksTx does: for what is held back for some
// minutes and used up by nobody.
func (p *Pins) Lacks(ctx context.Context, s identity.Session, r identity.Release) (field string, err error) {
	err = p.db.Read(ctx, func(tx *store.Tx) error {
		field, err = p.ident.LacksTx(tx, s, r)
		return err
	})
	return field, err
}
