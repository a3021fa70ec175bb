package pin

import (
	"context"
	"strconv"

	"lancar"
	"lancar/identity"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Confirm takes the PIN of this device for a release, and leaves the permission that
// identity.ReleaseTx uses. A wrong one is lancar.Invalid on field "pin", with how many are left; the
// fifth in a row ends the PIN and is lancar.Forbidden on field "fresh", as is any for whom there is
// no PIN here: another device, another account, a session without its device. Those use no try up.
func (p *Pins) Confirm(ctx context.Context, s identity.Session, b identity.Browser, digits string, r identity.Release) error {
	var failure error
	err := p.db.Write(ctx, func(tx *store.Tx) error {
		now, err := p.ident.CurrentTx(tx, s)
		if err != nil {
			return err
		}
		if _, failure, err = p.tryTx(tx, now, b, digits, "pin"); err != nil || failure != nil {
			return err // the try commits
		}
		return p.ident.PermitTx(tx, now, r, "pin")
	})
	return orElse(err, failure)
}

// tryTx judges a PIN; failure says what is wrong with it, and the transaction then commits, so that
// the try counts.
func (p *Pins) tryTx(tx *store.Tx, now identity.Session, b identity.Browser, digits, field string) (r row, failure, err error) {
	r, at, err := p.hereTx(tx, now, b)
	if err != nil {
		return r, nil, err
	}
	if at != Set {
		return r, identity.Release{}.Unproven(), nil
	}
	if !wellFormed(digits) {
		return r, onField(errForm(), field), nil
	}
	nth, verifier, err := takeTry(tx, r.id)
	if err == store.ErrNone {
		return r, errBurned(), nil
	}
	if err != nil {
		return r, nil, err
	}
	if keys.Equal(verifier, p.verifier(now.Account, b.Key, digits)) {
		return r, nil, forgiveTries(tx, r.id)
	}
	if nth < tries {
		return r, errWrong(field, tries-nth), nil
	}
	if _, err := deletePin(tx, r.account, r.id); err != nil {
		return r, nil, err
	}
	return r, errBurned(), p.ident.HappenedTx(tx, r.account, identity.PinBurned, r.browser)
}

func errWrong(field string, left int64) error {
	n := strconv.FormatInt(left, 10)
	en := "That PIN is wrong. You have " + n + " tries left."
	if left == 1 {
		en = "That PIN is wrong. You have one try left."
	}
	return lancar.Fail(lancar.Invalid, field, "PIN salah. Masih ada "+n+" kali lagi.", en)
}

func errBurned() error {
	return lancar.Fail(lancar.Forbidden, "fresh", "PIN salah lima kali, jadi kami menghapusnya dari perangkat ini. Buktikan dulu bahwa ini Anda; sesudah itu Anda bisa membuat PIN baru.",
		"Five wrong PINs, so we removed it from this device. Prove that it is you; then you can set a new one.")
}

func onField(err error, field string) error {
	if e, ok := err.(*lancar.Error); ok {
		e.Field = field
	}
	return err
}
