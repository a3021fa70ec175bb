package identity

import (
	"slices"
	"time"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Browser is where a sign-in comes from.
type Browser struct {
	Address string // of the client
	Host    string // the session is for this host
	Device  string // browser and system in words, for the owner's list
	Before  string // token of the session that this browser still had, "" for none; it ends
	Mark    string // what its long-lived cookie says, see [BrowserOf]; "" where there is no browser to remember
	Key     string // secret of the device for a PIN, by a cookie of its own, see [Browser.KeyCookie]; "" if none was ever set there
}

// Entry is an authenticator that was checked, on its way to a session.
type Entry struct {
	Browser
	Account lancar.ID
	Level   Level
	Methods []string  // see [Session.Methods]
	At      time.Time // when it was proven elsewhere; zero for now
}

// recoveryCap is how long after a recovery no sign-in counts for more than [Verified].
const recoveryCap = 24 * time.Hour

// EnterTx opens a session for an account whose authenticator a package of this room has checked, and
// notices a browser that is new to it. An officer goes on in the role that the session before had, and
// whoever acted for somebody goes on acting for them.
// lancar.Unauthenticated for an account that was closed.
func (i *Identity) EnterTx(tx *store.Tx, e Entry) (token string, s Session, err error) {
	account, err := accountByID(tx, e.Account)
	if err == store.ErrNone {
		return "", Session{}, errSignedOut()
	}
	if err != nil {
		return "", Session{}, err
	}
	level, err := i.capped(tx, account.ID, e.Level)
	if err != nil {
		return "", Session{}, err
	}
	proven := tx.Now
	if !e.At.IsZero() && e.At.Before(proven) {
		proven = e.At
	}
	token = keys.Token()
	s = Session{
		ID: lancar.NewID(tx.Now), Account: account.ID, Kind: account.Kind, Subject: account.Subject, Lang: account.Lang, Host: e.Host,
		Level: level, Methods: e.Methods, Authenticated: proven, RegisterContact: account.Kind != Officer && level >= Verified,
		Since: tx.Now, Ends: tx.Now.Add(personEnds),
	}
	if s.Kind == Officer {
		s.Ends = tx.Now.Add(officerEnds)
		if s.Actor, err = i.roleOf(tx, account.ID, e.Before); err != nil {
			return "", Session{}, err
		}
	}
	s.SignIn = string(s.ID)
	if s.Pin, err = pinOf(tx, account.ID, i.PinDevice(account.ID, e.Key)); err != nil {
		return "", Session{}, err
	}
	if s.Mandate, err = i.actedFor(tx, s, e.Before); err != nil {
		return "", Session{}, err
	}
	if err := i.endBefore(tx, e.Before, ""); err != nil {
		return "", Session{}, err
	}
	if err := i.noticeBrowser(tx, account, e.Browser); err != nil {
		return "", Session{}, err
	}
	if err := insertSession(tx, hashToken(token), s.SignIn, e.Device, s); err != nil {
		return "", Session{}, err
	}
	s, err = i.complete(tx, s)
	return token, s, err
}

// actedFor is the mandate under which the session before acted, for whoever proves themself more surely on
// the way: the same account, in the same browser. The sign-in must be one that may act.
func (i *Identity) actedFor(tx *store.Tx, s Session, before string) (lancar.ID, error) {
	if before == "" || s.Level < Verified {
		return "", nil
	}
	row, err := sessionByToken(tx, hashToken(before))
	if err == store.ErrNone || err == nil && (row.session.Account != s.Account || !tx.Now.Before(row.idle) || !tx.Now.Before(row.session.Ends)) {
		return "", nil
	}
	return row.session.Mandate, err
}

// capped lowers a level for an account that was just recovered.
func (i *Identity) capped(tx *store.Tx, account lancar.ID, l Level) (Level, error) {
	until, err := cappedUntil(tx, account)
	if err == nil && tx.Now.Before(until) {
		return min(l, Verified), nil
	}
	return l, err
}

// roleOf is the role in which an officer begins: the one of the session before, or their only one.
func (i *Identity) roleOf(tx *store.Tx, account lancar.ID, before string) (lancar.Actor, error) {
	roles, err := rolesOf(tx, account)
	if err != nil {
		return lancar.Actor{}, err
	}
	if before != "" {
		row, err := sessionByToken(tx, hashToken(before))
		if err != nil && err != store.ErrNone {
			return lancar.Actor{}, err
		}
		a := row.session.Actor
		if err == nil && row.session.Account == account && slices.Contains(roles, Role{a.Role, a.Agency, a.Region}) {
			return lancar.Actor{Role: a.Role, Agency: a.Agency, Region: a.Region}, nil
		}
	}
	if len(roles) == 1 {
		return lancar.Actor{Role: roles[0].Role, Agency: roles[0].Agency, Region: roles[0].Region}, nil
	}
	return lancar.Actor{}, nil
}

// OnceTx says whether this is the first use of something that may be used once until an instant: a
// challenge, an assertion. It is kept with the traces of sign-in.
func (i *Identity) OnceTx(tx *store.Tx, what string, until time.Time) (bool, error) {
	return markOnce(tx, i.markName("once", what), until)
}

// GuessTx counts a guess from a client address: lancar.TooMany over [Limits].GuessesAddress.
func (i *Identity) GuessTx(tx *store.Tx, address string) error {
	return i.count(tx, []limit{{what: "guess address", value: address, window: 10 * time.Minute, most: i.limits.GuessesAddress}})
}

// HandleTx is the random id by which authenticators know an account; it is made when first asked for.
func (i *Identity) HandleTx(tx *store.Tx, account lancar.ID) (string, error) {
	return accountHandle(tx, account, keys.Token())
}

// ByHandleTx is the account that authenticators know by this handle, store.ErrNone if there is none.
func (i *Identity) ByHandleTx(tx *store.Tx, handle string) (lancar.ID, error) {
	return accountByHandle(tx, handle)
}

// SealTx seals what a package of this room keeps of an account, under the account's key.
func (i *Identity) SealTx(tx *store.Tx, account lancar.ID, plain, place string) ([]byte, error) {
	return i.ring.SealTx(tx, accountOwner(account), []byte(plain), []byte(place))
}

// OpenTx opens what [Identity.SealTx] sealed.
func (i *Identity) OpenTx(tx *store.Tx, account lancar.ID, sealed []byte, place string) (string, error) {
	plain, err := i.ring.OpenTx(tx, accountOwner(account), sealed, []byte(place))
	return string(plain), err
}

// FreshFor is how long after proving who one is one may change the ways in.
const FreshFor = 15 * time.Minute

// MayChangeTx says whether the session may change its account's ways in: it must still be there
// and fresh, so that a stolen cookie is no way to stay. lancar.Forbidden on field "fresh".
func (i *Identity) MayChangeTx(tx *store.Tx, s Session) error {
	row, err := sessionByID(tx, s.ID)
	if err == store.ErrNone {
		return errSignedOut()
	}
	if err != nil {
		return err
	}
	if !row.session.Fresh(tx.Now, FreshFor) {
		return lancar.Fail(lancar.Forbidden, "fresh", "Untuk mengubah cara masuk, buktikan sekali lagi bahwa ini Anda.",
			"To change how you sign in, prove once more that it is you.")
	}
	return nil
}

// ContactsTx counts the proven contacts that an account signs in with.
func (i *Identity) ContactsTx(tx *store.Tx, account lancar.ID) (int, error) {
	list, err := contactsOf(tx, account)
	return len(list), err
}
