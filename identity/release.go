package identity

import (
	"encoding/hex"
	"time"

	"lancar"
	"lancar/internal/store"
)

// Release is something that identifies a person and is about to leave, for which they say once more
// that it is they who hold the device: the identity number to an app today, a credential out of the
// wallet tomorrow.
//
// Who has set a PIN on the device gives it (identity/pin) or uses a passkey (identity/passkey); that
// leaves a permission, for this release and this sign-in alone. Who has set none must have proven
// themself within ten minutes. The room that lets the thing out calls [Identity.ReleaseTx] in the
// transaction that does so, and no form that is posted directly goes round it.
type Release struct {
	What string // what leaves, as the room that gives it calls it
	// For is the one occasion, such as the id of a request: then the permission is good once, within
	// five minutes. "" for any: then it holds for ten minutes, so that nobody is asked five times.
	For string
}

const (
	releaseFresh = 10 * time.Minute // how long a sign-in stands in where no PIN is set
	permitOnce   = 5 * time.Minute
	permitWhile  = 10 * time.Minute
)

// CurrentTx is the session as it stands now, lancar.Unauthenticated when it has ended. An officer's
// is refused (lancar.Forbidden): what they release as a person they release with their own account.
func (i *Identity) CurrentTx(tx *store.Tx, s Session) (Session, error) {
	row, err := sessionByID(tx, s.ID)
	if err == store.ErrNone || err == nil && (!tx.Now.Before(row.idle) || !tx.Now.Before(row.session.Ends)) {
		return Session{}, errSignedOut()
	}
	if err == nil && row.session.Kind == Officer {
		return Session{}, lancar.Fail(lancar.Forbidden, "", "Ini hanya untuk akun warga.", "This is for people's own accounts alone.")
	}
	if err != nil {
		return Session{}, err
	}
	return i.complete(tx, row.session)
}

// LacksTx says what a release still lacks, as the field of the error that [Identity.ReleaseTx] would
// give: "pin", "fresh", "" for nothing. It changes nothing.
func (i *Identity) LacksTx(tx *store.Tx, s Session, r Release) (field string, err error) {
	now, err := i.CurrentTx(tx, s)
	if err != nil {
		return "fresh", err
	}
	if held, err := permitted(tx, now.SignIn, i.releaseName(r)); err != nil || held {
		return "", err
	}
	return lacks(tx, now)
}

func lacks(tx *store.Tx, now Session) (field string, err error) {
	if now.Pin == "" {
		if now.Fresh(tx.Now, releaseFresh) {
			return "", nil
		}
		return "fresh", nil
	}
	if there, err := pinThere(tx, now.Account, now.Pin); err == nil && there {
		return "pin", nil
	} else if err != nil {
		return "fresh", err
	}
	return "fresh", nil
}

// ReleaseTx is called by whoever lets something out, in the transaction that does it: nil when the
// session's person has confirmed it, and then a permission for one occasion is used up. Else
// lancar.Forbidden, on field "pin" where the PIN of the device is awaited, on field "fresh" where a
// new proof is.
func (i *Identity) ReleaseTx(tx *store.Tx, s Session, r Release) error {
	now, err := i.CurrentTx(tx, s)
	if err != nil {
		return err
	}
	name := i.releaseName(r)
	held := false
	if r.For == "" {
		held, err = permitted(tx, now.SignIn, name)
	} else {
		held, err = takePermit(tx, now.SignIn, name)
	}
	if err != nil || held {
		return err
	}
	field, err := lacks(tx, now)
	switch {
	case err != nil || field == "":
		return err
	case field == "pin":
		return lancar.Fail(lancar.Forbidden, field, "Ketik PIN perangkat ini dulu.", "Type the PIN of this device first.")
	}
	return r.Unproven()
}

// Unproven asks for a new proof of who one is: lancar.Forbidden on field "fresh".
func (Release) Unproven() error {
	return lancar.Fail(lancar.Forbidden, "fresh", "Buktikan sekali lagi bahwa ini Anda, lalu lanjutkan.", "Prove once more that it is you, then go on.")
}

// PermitTx leaves the permission for a release, after a package of this room has checked the
// person's PIN or passkey (way: "pin", "passkey") in this session. Nobody else calls it.
func (i *Identity) PermitTx(tx *store.Tx, s Session, r Release, way string) error {
	life := permitWhile
	if r.For != "" {
		life = permitOnce
	}
	return insertPermit(tx, s, i.releaseName(r), way, tx.Now.Add(life))
}

// releaseName is what the database holds of a release: ids of requests are secrets of their browser.
func (i *Identity) releaseName(r Release) string {
	return hex.EncodeToString(i.ring.MAC("identity release", []byte(r.What+"\n"+r.For))[:16])
}

// PinDevice is what the database holds of a device's secret for an account, "" for no secret.
func (i *Identity) PinDevice(account lancar.ID, secret string) string {
	if secret == "" {
		return ""
	}
	return hex.EncodeToString(i.ring.MAC("identity pin device", []byte(string(account)+"\n"+secret)))
}

// BindPinTx has all sessions of this one's sign-in ask for a PIN that was just set on their device.
func (i *Identity) BindPinTx(tx *store.Tx, s Session, pin lancar.ID) error {
	return bindPin(tx, s, pin)
}
