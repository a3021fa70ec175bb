package identity

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/notify"
)

// Whoever has the register changed can sign in as a person who never did so before: there is no owner
// to ask. So a contact that is new in the register proves nothing yet. Its sign-in is [Typed], which
// needs no register at all, and what registers hold stays closed, until the contact has stood there for
// [Limits].Contact: as the register says, or, where it does not say, since we first saw it. The contacts
// that the register had before, and has beside it, are told at once.

const queueYoung = "identity.young"

// TrustsTx says whether a contact that the register has for an account ("" for none yet) has stood long
// enough to prove something, by what the register answered to [Identity.AskSince].
func (i *Identity) TrustsTx(tx *store.Tx, account lancar.ID, to notify.Address, said exchange.Answer) (bool, error) {
	a := attempt{register: true, since: said, claim: sealedClaim{To: to}}
	err := i.judgeAge(tx, &a, account)
	return err == nil && !a.young, err
}

// AskSince adds to a question to the register, beside a contact, whether it has stood there long enough.
func (i *Identity) AskSince(fields map[string]string, channel string) {
	if i.limits.Contact > 0 {
		fields[channel+"_since"] = i.db.Now().Add(-i.limits.Contact).Format(time.DateOnly)
	}
}

// judgeAge says of an attempt whether its contact is too new to prove anything.
func (i *Identity) judgeAge(tx *store.Tx, a *attempt, account lancar.ID) error {
	if !a.register || i.limits.Contact < 0 {
		return nil
	}
	held, err := markedUntil(tx, heldMark(account))
	if a.young = !held.IsZero(); a.young || err != nil || a.since == exchange.Matches {
		return err
	}
	a.young = true
	if a.since == exchange.Differs || account == "" {
		return nil
	}
	seen, err := i.seenSince(tx, account, i.contactHash(a.claim.To))
	if err == nil && !seen.IsZero() {
		a.young = tx.Now.Before(seen.Add(i.limits.Contact))
	}
	return err
}

// seenSince is when a contact was first proved for an account, or began to wait for it.
func (i *Identity) seenSince(tx *store.Tx, account lancar.ID, hash string) (time.Time, error) {
	added, err := contactAdded(tx, account, hash)
	if err != nil || !added.IsZero() {
		return added, err
	}
	r, err := lastRecovery(tx, account, hash)
	if err == store.ErrNone || err == nil && r.state != "waiting" {
		return time.Time{}, nil
	}
	return r.Begun, err
}

// warning is what the job needs to warn the contacts before, sealed.
type warning struct {
	Account lancar.ID
	Subject string
	Number  string
	Region  string
	To      notify.Address // the new contact
	Hours   string         // how long what registers hold stays closed
}

// heldFor is how long an account stays held after a dispute that nobody settles.
const heldFor = 30 * 24 * time.Hour

// holdYoung keeps an account's new contact from proving anything until an officer has settled whose it
// is: somebody else claimed the number while the contact was new.
func holdYoung(tx *store.Tx, account lancar.ID) error {
	until, err := markedUntil(tx, youngMark(account))
	if err != nil || until.IsZero() {
		return err
	}
	return mark(tx, heldMark(account), tx.Now.Add(heldFor))
}

// unholdYoung lets go of it.
func unholdYoung(tx *store.Tx, account lancar.ID) error {
	return errors.Join(unmark(tx, heldMark(account)), unmark(tx, youngMark(account)))
}

func heldMark(account lancar.ID) string { return "held " + string(account) }

// youngTx notes, once a wait, that somebody entered with a contact that proves nothing yet, and has its
// account and the contacts before told.
func (i *Identity) youngTx(tx *store.Tx, a attempt) error {
	before, err := markedUntil(tx, youngMark(a.account))
	if err != nil || !before.IsZero() {
		return err
	}
	until := tx.Now.Add(i.limits.Contact)
	if err := mark(tx, youngMark(a.account), until); err != nil {
		return err
	}
	if err := i.HappenedTx(tx, a.account, contactYoung, mask(a.claim.To)); err != nil {
		return err
	}
	plain, err := json.Marshal(warning{a.account, a.subject, a.claim.Number, a.region, a.claim.To, hours(i.limits.Contact)})
	if err != nil {
		return err
	}
	sealed, err := i.ring.Seal(plain, []byte(queueYoung))
	if err != nil {
		return err
	}
	return i.queue.EnqueueTx(tx, jobs.Job{Region: a.region, Queue: queueYoung, Payload: sealed})
}

func youngMark(account lancar.ID) string { return "young " + string(account) }

// NewContact says until when, at the latest, the account's sign-ins count for less because their contact
// is new in the register; zero for one that is not.
func (i *Identity) NewContact(ctx context.Context, s Session) (until time.Time, err error) {
	if s.Level > Typed {
		return until, nil
	}
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		young, err := markedUntil(tx, youngMark(s.Account))
		if err != nil {
			return err
		}
		held, err := markedUntil(tx, heldMark(s.Account))
		until = latest(young, held)
		return err
	})
	return until, err
}

// warnBefore tells the other contacts that the register has, and had before.
func (i *Identity) warnBefore(ctx context.Context, j jobs.Job) error {
	plain, err := i.ring.Open(j.Payload, []byte(queueYoung))
	if err != nil {
		return err
	}
	var w warning
	if err := json.Unmarshal(plain, &w); err != nil {
		return err
	}
	purpose := lancar.Text{"id": "Memberi tahu kontak Anda yang lain bahwa ada yang masuk dengan kontak baru", "en": "Telling your other contacts that somebody signs in with a new one"}
	names := []string{"email", "phone", "email_previous", "phone_previous"}
	var g access.Grant
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		g, err = i.access.OpenTx(tx, access.Request{Who: lancar.TheSystem("sign-in"), Subject: w.Subject, Region: w.Region, Purpose: purpose, Ground: access.PublicDuty(),
			What: []string{access.Contact, access.Register + "/population"}})
		return err
	})
	if err != nil {
		return err
	}
	got, err := i.exchange.Read(ctx, g, exchange.Question{Source: "population", Key: w.Number, Names: names, Subject: w.Subject, Region: w.Region,
		Who: lancar.TheSystem("sign-in"), Purpose: purpose})
	if err != nil {
		return err // the job tries again
	}
	var to []notify.Address
	for _, name := range names {
		if a, err := contact(got[name]); err == nil && a != w.To {
			to = append(to, a)
		}
	}
	if len(to) == 0 {
		return nil
	}
	return i.db.Write(ctx, func(tx *store.Tx) error { return i.notify.SendTx(tx, warningBefore(w, to)) })
}

func warningBefore(w warning, to []notify.Address) notify.Message {
	return notify.Message{Region: w.Region, To: to, Lang: "id", Secret: true,
		Title: lancar.Text{"id": "Ada yang masuk atas nama Anda dengan kontak baru", "en": "Somebody signed in in your name with a new contact"},
		Body: lancar.Text{
			"id": "Seseorang masuk dengan nomor, nama, dan tanggal lahir Anda lewat kontak yang baru tercatat di data kependudukan: " + mask(w.To) + "\nSelama " + w.Hours + " jam sejak itu data Anda dari register belum terbuka baginya.\n\nItu Anda? Tidak perlu berbuat apa-apa. Bukan Anda? Masuk dengan kontak ini sekarang: kami menahannya, dan petugas memeriksa siapa pemiliknya. Atau datang ke kantor dukcapil dengan kartu Anda.",
			"en": "Somebody signed in with your number, name and date of birth through a contact that is new in the population register: " + mask(w.To) + "\nFor " + w.Hours + " hours from then your data from registers stays closed to them.\n\nWas it you? You need not do anything. It was not you? Sign in with this contact now: we hold it up, and an officer looks into whose account it is. Or visit the civil registry office with your card.",
		},
		Short: lancar.Text{"id": "Ada yang masuk atas nama Anda lewat " + mask(w.To) + ". Bukan Anda? Masuk dengan nomor ini, atau datang ke kantor dukcapil dengan kartu Anda.",
			"en": "Somebody signed in in your name through " + mask(w.To) + ". Not you? Sign in with this number, or visit the civil registry office with your card."}}
}

// hours says how long without a day, which is another one in another zone.
func hours(d time.Duration) string { return strconv.Itoa(int((d + time.Hour - 1) / time.Hour)) }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
