package pin

import (
	"context"

	"lancar"
	"lancar/identity"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Set gives this device a PIN for the session's account, typed twice, and tells the owner on all
// channels. It returns the device's secret: put it into b.Key and leave [identity.Browser.KeyCookie].
// lancar.Forbidden on field "level" below identity.Verified, on field "fresh" for a sign-in that is
// older than ten minutes; lancar.Conflict when there is one ([Pins.Change]); lancar.Invalid on field
// "pin" or "again".
func (p *Pins) Set(ctx context.Context, s identity.Session, b identity.Browser, digits, again string) (key string, err error) {
	if key = b.Key; key == "" {
		key = keys.Token()
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		now, err := p.ident.CurrentTx(tx, s)
		if err == nil {
			err = p.mayTx(tx, now, b)
		}
		if err != nil {
			return err
		}
		h, err := p.ident.HolderTx(tx, now.Own)
		if err == nil {
			err = check(digits, again, h)
		}
		if err != nil {
			return err
		}
		r := row{id: lancar.NewID(tx.Now), account: now.Account, device: p.ident.PinDevice(now.Account, key), verifier: p.verifier(now.Account, key, digits), browser: b.Device}
		if ours, err := insertPin(tx, r); err != nil || !ours {
			return orElse(err, errThere())
		}
		if err := p.ident.BindPinTx(tx, now, r.id); err != nil {
			return err
		}
		return p.ident.HappenedTx(tx, now.Account, identity.PinSet, r.browser)
	})
	return key, err
}

// mayTx says whether a PIN may be set here and now.
func (p *Pins) mayTx(tx *store.Tx, now identity.Session, b identity.Browser) error {
	_, at, err := p.hereTx(tx, now, b)
	if err != nil {
		return err
	}
	if at == Set {
		return errThere()
	}
	if err := now.Need(identity.Verified); err != nil {
		return err
	}
	if _, possible := Next(at, Choose); !possible || !now.Fresh(tx.Now, fresh) {
		return identity.Release{}.Unproven()
	}
	all, err := ofAccount(tx, now.Account)
	if err == nil && len(all) >= most {
		err = lancar.Fail(lancar.Conflict, "", "Sudah ada PIN di 20 perangkat. Hapus dulu yang tidak dipakai.", "There is a PIN on 20 devices already. Remove one that is not used first.")
	}
	return err
}

// Change puts another PIN in the place of the one of this device, by the old one; the owner is told.
// A wrong old one is a try like any other: see [Pins.Confirm], here on field "old".
func (p *Pins) Change(ctx context.Context, s identity.Session, b identity.Browser, old, digits, again string) error {
	var failure error
	err := p.db.Write(ctx, func(tx *store.Tx) error {
		now, err := p.ident.CurrentTx(tx, s)
		if err != nil {
			return err
		}
		var r row
		if r, failure, err = p.tryTx(tx, now, b, old, "old"); err != nil || failure != nil {
			return err // the try commits
		}
		h, err := p.ident.HolderTx(tx, now.Own)
		if err != nil {
			return err
		}
		if failure = check(digits, again, h); failure != nil {
			return nil
		}
		r.verifier, r.browser = p.verifier(now.Account, b.Key, digits), b.Device
		if err := updatePin(tx, r); err != nil {
			return err
		}
		return p.ident.HappenedTx(tx, now.Account, identity.PinChanged, r.browser)
	})
	return orElse(err, failure)
}

func errThere() error {
	return lancar.Fail(lancar.Conflict, "", "Sudah ada PIN di perangkat ini. Ganti dengan PIN lama, atau hapus dulu.", "There is a PIN on this device already. Change it by the old one, or remove it first.")
}

// orElse is err, or why where there is none.
func orElse(err, why error) error {
	if err != nil {
		return err
	}
	return why
}
