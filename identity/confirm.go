package identity

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// Confirmation is the code on its way back.
type Confirmation struct {
	Attempt string // [Attempt].ID
	Code    string
	Address string // of the client
	Host    string // the session is for this host
	Device  string // browser and system in words, for the owner's list
	Before  string // token of the session that this browser still had, "" for none; it ends
	Mark    string // see [BrowserOf]
	Key     string // see [Browser]
}

// Confirm ends a sign-in: the right code, typed in time, within five tries, gives the token of a
// new session. A person's first one makes the account. Any failure is the same lancar.Invalid on
// field "code"; lancar.TooMany when too many codes come from one address, see also guess.go;
// lancar.Conflict on field "recovery" for the right code from a contact that has to wait ([Recovery]).
func (i *Identity) Confirm(ctx context.Context, c Confirmation) (token string, s Session, err error) {
	code := strings.NewReplacer(" ", "", "-", "").Replace(c.Code)
	failure := errCode()
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		s, failure = Session{}, errCode()
		err := i.count(tx, []limit{{what: "guess address", value: c.Address, window: 10 * time.Minute, most: i.limits.GuessesAddress}})
		if err != nil {
			return err
		}
		a, sealed, err := tryAttempt(tx, c.Attempt)
		if err == store.ErrNone {
			return nil
		}
		if err != nil {
			return err
		}
		guarded, err := i.guarded(tx, a, c.Address)
		if err != nil {
			return err
		}
		if err := i.openClaim(&a, sealed); err != nil {
			return err
		}
		app, right, err := i.judge(tx, a, code, c.Mark)
		if err != nil {
			return err
		}
		if !right {
			if a.outage {
				failure = errCodeOutage()
			}
			return i.wrong(tx, a) // the try is counted: this commits
		}
		if guarded {
			if err := i.forgive(tx, c.Address); err != nil {
				return err
			}
		}
		ok, why, err := i.enter(tx, &a, app > 0)
		if why != nil {
			failure = why
		}
		if err != nil || !ok {
			return err
		}
		token, s, err = i.openSession(tx, a, c, app)
		failure = nil
		return err
	})
	switch {
	case err != nil:
		return "", Session{}, err
	case failure != nil:
		return "", Session{}, failure
	}
	return token, s, nil
}

// Proven says whether a claim has been looked into, whatever came of it, so that a code is on its way or
// will never be. It is for a conformance run, which answers for the person: see docs/spec/oidc.md.
func (i *Identity) Proven(ctx context.Context, attempt string) (is bool, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		a, _, err := selectAttempt(tx, attempt)
		is = err == store.ErrNone || a.state != "waiting"
		if err == store.ErrNone {
			err = nil
		}
		return err
	})
	return is, err
}

func (i *Identity) openClaim(a *attempt, sealed []byte) error {
	plain, err := i.ring.Open(sealed, []byte("identity_attempts "+a.id))
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, &a.claim)
}

// judge says whether a code is right: the one that was sent, or one of the account's app, and then
// what that counts for (0 for the one that was sent).
func (i *Identity) judge(tx *store.Tx, a attempt, code, mark string) (app Level, right bool, err error) {
	if same := keys.Equal(a.code, i.codeMAC(a.id, code)); same && a.state == "sent" {
		return 0, true, nil
	}
	app, err = i.byApp(tx, a, code, mark)
	return app, app > 0, err
}

// enter uses the attempt up and sees to it that its account exists and holds the contact. False:
// another claim to the number was confirmed first, or why the contact opens nothing yet. A code of
// the app says nothing about the contact.
func (i *Identity) enter(tx *store.Tx, a *attempt, app bool) (ok bool, why, err error) {
	used, err := useAttempt(tx, a.id)
	if err != nil || !used || app || a.kind == Officer {
		return used, nil, err
	}
	if a.account == "" {
		if made, err := i.createAccount(tx, a); err != nil || !made {
			return false, nil, err
		}
		return true, nil, i.saveContact(tx, a.account, a.claim.To, true, a.register)
	}
	known, err := activeContact(tx, a.account, i.contactHash(a.claim.To))
	if err != nil {
		return false, nil, err
	}
	if !known {
		ways, err := contactsOf(tx, a.account)
		if err != nil || len(ways) == 0 { // an account that nobody has entered: there is no owner to ask
			return err == nil, nil, errors.Join(err, i.saveContact(tx, a.account, a.claim.To, true, a.register))
		}
		if why, err = i.recover(tx, *a); err != nil || why != nil {
			return false, why, err
		}
	}
	return true, nil, i.saveContact(tx, a.account, a.claim.To, true, a.register)
}

// createAccount makes the account of a person's first sign-in. Whoever commits second is told
// nothing and disputes with the first.
func (i *Identity) createAccount(tx *store.Tx, a *attempt) (bool, error) {
	id := lancar.NewID(tx.Now)
	bound, err := i.access.BindTx(tx, id, a.subject)
	if err != nil {
		return false, err
	}
	if !bound {
		first, err := accountBySubject(tx, a.subject)
		if err != nil {
			return false, err
		}
		a.account = first.ID
		known, err := activeContact(tx, first.ID, i.contactHash(a.claim.To))
		if err != nil || known {
			return known, err // the same person, twice at once
		}
		return false, i.dispute(tx, *a)
	}
	nation := a.claim.Nation
	if a.kind == Resident {
		nation = "IDN"
	}
	plain, err := json.Marshal(Holder{Number: a.claim.Number, Nation: nation, Name: a.claim.Name, BirthDate: a.claim.BirthDate})
	if err != nil {
		return false, err
	}
	sealed, err := i.ring.SealTx(tx, accountOwner(id), plain, []byte("identity_accounts "+string(id)))
	if err != nil {
		return false, err
	}
	a.account = id
	return true, insertAccount(tx, accountRow{ID: id, Kind: a.kind, Subject: a.subject, Lang: a.claim.Lang, sealed: sealed})
}

// saveContact adds a contact to an account: proven by a code or not yet, and with or without the
// register's word that it is this person's.
func (i *Identity) saveContact(tx *store.Tx, account lancar.ID, to notify.Address, proven, register bool) error {
	hash := i.contactHash(to)
	sealed, err := i.ring.SealTx(tx, accountOwner(account), []byte(to.Value), []byte("identity_contacts "+hash))
	if err != nil {
		return err
	}
	return upsertContact(tx, account, hash, string(to.Channel), sealed, proven, register)
}

func (i *Identity) openSession(tx *store.Tx, a attempt, c Confirmation, app Level) (string, Session, error) {
	level := app
	if app == 0 {
		var err error
		if level, err = i.codeLevel(tx, a); err != nil {
			return "", Session{}, err
		}
	}
	if a.kind == Officer {
		if err := mark(tx, i.addressMark(a.subject, c.Address), tx.Now.Add(knownFor)); err != nil {
			return "", Session{}, err
		}
	}
	if a.kind != Officer && c.Mark != "" { // this browser goes on whatever strangers do in the person's name
		until := tx.Now.Add(knownFor)
		if err := errors.Join(mark(tx, i.addressMark(pairOf(a.subject, a.claim.To), c.Mark), until), mark(tx, i.addressMark(a.claim.To.Value, c.Mark), until)); err != nil {
			return "", Session{}, err
		}
	}
	if a.young {
		if err := i.youngTx(tx, a); err != nil {
			return "", Session{}, err
		}
	}
	return i.EnterTx(tx, Entry{Browser: Browser{c.Address, c.Host, c.Device, c.Before, c.Mark, c.Key}, Account: a.account, Level: level, Methods: []string{"otp"}})
}

// codeLevel is what a code to the attempt's contact proves: the contact test, or a proof of the
// account from when the contact was already there.
func (i *Identity) codeLevel(tx *store.Tx, a attempt) (Level, error) {
	if a.register && !a.young || a.kind == Officer {
		return Verified, nil
	}
	level, err := proofOver(tx, a.account, i.contactHash(a.claim.To))
	return max(level, Typed), err
}

func errCode() error {
	return lancar.Fail(lancar.Invalid, "code", "Kode salah atau sudah tidak berlaku. Periksa pesan terakhir, atau minta kode baru.",
		"The code is wrong or no longer valid. Check the latest message, or ask for a new code.")
}

func errCodeOutage() error {
	return lancar.Fail(lancar.Unavailable, "code", "Data kependudukan sedang tidak bisa dihubungi, jadi kode mungkin belum terkirim. Coba lagi beberapa saat lagi.",
		"The population register does not answer now, so a code may not have been sent. Please try again in a while.")
}
