package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// Session is a signed-in browser.
type Session struct {
	ID              lancar.ID
	Account         lancar.ID
	Kind            Kind
	Subject         string       // of the person; "" for an officer
	Actor           lancar.Actor // who acts; an officer has no Role until one is chosen
	Own             access.Grant // to read about oneself; permits nothing for an officer
	Lang            string
	Host            string // the host the session was made for
	RegisterContact bool   // the contact test was passed: what registers hold may be shown; never for an officer
	Level           Level
	Methods         []string  // how it was proven: amr values of RFC 8176 such as "otp", "hwk", "swk", "user"
	Authenticated   time.Time // when it was last proven, also by a step up; auth_time in OpenID Connect
	Mandate         lancar.ID // under which this browser acts for somebody else, see identity/mandate; "" for oneself
	Since, Ends     time.Time
	SignIn          string    // of the sign-in, which the sessions handed on from it share
	Pin             lancar.ID // of the device, set when or before this sign-in was made there; perhaps gone since, see [Release]; "" for none
}

// Signed says whether somebody is signed in; false for the zero Session.
func (s Session) Signed() bool { return s.Account != "" }

// CookieName is the cookie that carries a session's token, without TLS and with it.
func CookieName(secure bool) string {
	if secure {
		return "__Host-lancar"
	}
	return "lancar"
}

// Cookie carries a session's token to the browser; token "" removes it. It belongs to one host
// alone, is closed to scripts and not sent by other sites' forms.
func Cookie(token string, secure bool) *http.Cookie {
	c := &http.Cookie{Name: CookieName(secure), Value: token, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode, MaxAge: int(personEnds.Seconds())}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// AttemptCookie carries which attempt to sign in a browser is at, to the pages of a door's sign-in at
// path; id "" removes it. It signs nobody in: that takes the code.
func AttemptCookie(path, id string, secure bool) *http.Cookie {
	c := &http.Cookie{Name: "lancar_attempt", Value: id, Path: path, HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode, MaxAge: int((15 * time.Minute).Seconds())}
	if id == "" || len(id) > 64 { // longer is none of ours
		c.Value, c.MaxAge = "", -1
	}
	return c
}

// Token reads a request's session token, "" if there is none. Where the node is reached over TLS
// only the cookie that TLS set counts.
func Token(r *http.Request, secure bool) string {
	c, err := r.Cookie(CookieName(secure))
	if err != nil {
		return ""
	}
	return c.Value
}

// Session returns who is signed in with this token, lancar.Unauthenticated when nobody is (any
// more). It moves the idle limit on, at most every five minutes.
func (i *Identity) Session(ctx context.Context, token string) (Session, error) {
	if token == "" {
		return Session{}, errSignedOut()
	}
	var s Session
	var touch bool
	err := i.db.Read(ctx, func(tx *store.Tx) error {
		row, err := sessionByToken(tx, hashToken(token))
		if err == store.ErrNone || err == nil && (!tx.Now.Before(row.idle) || !tx.Now.Before(row.session.Ends)) {
			return errSignedOut()
		}
		if err != nil {
			return err
		}
		touch = tx.Now.Sub(row.seen) > touchEvery
		s, err = i.complete(tx, row.session)
		return err
	})
	if err == nil && touch {
		err = i.db.Write(ctx, func(tx *store.Tx) error { return touchSession(tx, s) })
	}
	if err != nil {
		return Session{}, err
	}
	return s, nil
}

// SessionTx is [Identity.Session] inside the caller's transaction; it does not move the idle limit.
func (i *Identity) SessionTx(tx *store.Tx, token string) (Session, error) {
	row, err := sessionByToken(tx, hashToken(token))
	if err == store.ErrNone || err == nil && (!tx.Now.Before(row.idle) || !tx.Now.Before(row.session.Ends)) {
		return Session{}, errSignedOut()
	}
	if err != nil {
		return Session{}, err
	}
	return i.complete(tx, row.session)
}

// StillTx says whether a sign-in goes on, by its [Session.ID].
func (i *Identity) StillTx(tx *store.Tx, session lancar.ID) (bool, error) {
	return sessionGoesOn(tx, session)
}

// complete adds what a session permits: a person's own grant, an officer's role if it still holds.
func (i *Identity) complete(tx *store.Tx, s Session) (Session, error) {
	if s.Kind != Officer {
		s.Actor = lancar.Actor{Kind: lancar.Person, ID: s.Account}
		var err error
		s.Own, err = i.access.OwnTx(tx, s.Account, s.Subject, s.RegisterContact)
		return s, err
	}
	chosen := s.Actor
	name, _, err := officerByAccount(tx, s.Account)
	if err != nil {
		return s, err
	}
	s.Actor = lancar.Actor{Kind: lancar.Officer, ID: s.Account, Name: name}
	if chosen.Role == "" {
		return s, nil
	}
	roles, err := rolesOf(tx, s.Account)
	if err != nil {
		return s, err
	}
	if slices.Contains(roles, Role{chosen.Role, chosen.Agency, chosen.Region}) {
		s.Actor.Role, s.Actor.Agency, s.Actor.Region = chosen.Role, chosen.Agency, chosen.Region
	}
	return s, nil
}

// SignOut ends the session of this token with all that were handed on from the same sign-in.
func (i *Identity) SignOut(ctx context.Context, token string) error {
	return i.db.Write(ctx, func(tx *store.Tx) error {
		row, err := sessionByToken(tx, hashToken(token))
		if err != nil && err != store.ErrNone {
			return err
		}
		if err == nil {
			if err := i.leftTx(tx, row.session.Account); err != nil {
				return err
			}
		}
		return deleteFamily(tx, hashToken(token))
	})
}

// endBefore ends the session that a browser held until now, with all of its sign-in: whoever uses
// this phone next finds nothing of theirs on another host. A session of the family that the browser
// enters ends alone.
func (i *Identity) endBefore(tx *store.Tx, token, entering string) error {
	if token == "" {
		return nil
	}
	row, err := sessionByToken(tx, hashToken(token))
	switch {
	case err == store.ErrNone:
		return nil
	case err != nil:
		return err
	case row.family == entering:
		return deleteSession(tx, hashToken(token))
	}
	return deleteFamily(tx, hashToken(token))
}

// SignOutEverywhere ends all sessions of an account, this one too, and what was handed out on their
// strength ([EventSignedOut]). The person is told.
func (i *Identity) SignOutEverywhere(ctx context.Context, s Session) error {
	return i.db.Write(ctx, func(tx *store.Tx) error {
		if err := i.endSessions(tx, s.Account); err != nil {
			return err
		}
		return i.HappenedTx(tx, s.Account, SignedOutAll, "")
	})
}

// Device is a sign-in as its owner sees it in a list, with all sessions handed on from it.
type Device struct {
	ID      lancar.ID // for [Identity.SignOutDevice]
	Device  string    // browser and system in words
	Since   time.Time
	Seen    time.Time // within five minutes
	Current bool
	Level   Level
}

// Devices lists where the account is signed in, last seen first.
func (i *Identity) Devices(ctx context.Context, s Session) (list []Device, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		list, err = devicesOf(tx, s)
		return err
	})
	return list, err
}

// SignOutDevice ends one sign-in of the same account.
func (i *Identity) SignOutDevice(ctx context.Context, s Session, id lancar.ID) error {
	return i.db.Write(ctx, func(tx *store.Tx) error {
		if err := i.leftTx(tx, s.Account); err != nil {
			return err
		}
		return deleteDevice(tx, s.Account, id)
	})
}

// hashToken is what the database holds of a token: it is random, so a plain hash does.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func errSignedOut() error {
	return lancar.Fail(lancar.Unauthenticated, "", "Anda belum masuk, atau sudah terlalu lama tidak aktif. Silakan masuk lagi.",
		"You are not signed in, or were away too long. Please sign in again.")
}
