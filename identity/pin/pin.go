// Package pin lets a person lock what identifies them on one device: a PIN of six digits that they
// give when something is about to leave (identity.Release), the identity number to an app today, a
// credential out of the wallet tomorrow.
//
// A PIN counts on one device, the browser in which it was set, and for one account there. It never
// signs anybody in: it is asked of who is signed in already, on that account and that device. The
// device is known by a random secret in a cookie of its own ([identity.Browser], Key); the database
// holds a MAC over account and secret, and one over account, secret and PIN. A copy of the database
// opens no PIN to guessing, nor does the node's key beside it: who guesses needs the device.
//
// Five wrong ones in a row and the PIN is gone ([Table]); only who holds both the device's cookie and
// a session of that account can use a try up, and the owner is told. Then, and after a PIN was
// removed, every sign-in that was made on that device before has to prove itself anew before anything
// leaves, so that taking a PIN away opens nothing. Setting one needs a sign-in of the last ten
// minutes at identity.Verified.
package pin

import (
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Pins is the part of the room. It is safe for concurrent use.
type Pins struct {
	db    *store.DB
	ring  *keys.Ring
	ident *identity.Identity
}

const (
	// Digits is how long a PIN is.
	Digits = 6
	tries  = 5                // wrong ones in a row, the last of which ends the PIN
	most   = 20               // devices of an account with one
	fresh  = 10 * time.Minute // how long after a sign-in a PIN may be set
)

// New makes the part.
func New(db *store.DB, ring *keys.Ring, ident *identity.Identity) *Pins {
	return &Pins{db: db, ring: ring, ident: ident}
}

// Pin is one as its owner sees it in a list.
type Pin struct {
	ID      lancar.ID
	Browser string // browser and system in words
	Set     time.Time
	Used    time.Time // last given; zero if never since it was set
	Wrong   int       // tries since the right one was last given
	Here    bool      // on the device that asks
}

// verifier is what the database holds of a PIN.
func (p *Pins) verifier(account lancar.ID, key, digits string) []byte {
	return p.ring.MAC("identity pin", []byte(string(account)+"\n"+key+"\n"+digits))
}

// hereTx is the PIN of this very device for the session's account: None, Set, or Gone when the
// sign-in was made while there was one on its device which is not this one's now. now is the session
// as it stands.
func (p *Pins) hereTx(tx *store.Tx, now identity.Session, b identity.Browser) (row, State, error) {
	r, err := byDevice(tx, now.Account, p.ident.PinDevice(now.Account, b.Key))
	switch {
	case err != nil && err != store.ErrNone:
		return row{}, Gone, err
	case err == store.ErrNone && now.Pin == "":
		return row{}, None, nil
	case err == store.ErrNone || now.Pin != "" && now.Pin != r.id:
		return row{}, Gone, nil
	}
	return r, Set, nil
}
