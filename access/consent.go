package access

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// Consent is what a person agreed to give to an app. It is never changed, only ended; the one in
// force is the newest that has not ended and whose time has not run out.
//
//lancar:personal
type Consent struct {
	ID      lancar.ID
	Subject string
	Account lancar.ID
	To      string      // the app: a client's or machine's id
	Name    lancar.Text // the app's name, as the person was shown it
	Kinds   []string    // scopes and claims agreed to
	Purpose lancar.Text // what for, as the person was shown it
	At      time.Time
	Until   time.Time // zero: until it is withdrawn
	Ended   time.Time // zero: not ended
}

// EventWithdrawn says that a person took back what they had agreed to; its payload is a
// [Withdrawal]. Whoever issued anything on that agreement revokes it. The agreement itself is
// over before the event: what asks [Access.AgreedTx] in its own transaction needs not wait for it.
const EventWithdrawn = "access.withdrawn"

// Withdrawal is the payload of [EventWithdrawn], as JSON.
type Withdrawal struct {
	ID      lancar.ID `json:"id"`
	Subject string    `json:"subject"`
	Account lancar.ID `json:"account"`
	To      string    `json:"to"`
}

// Covers says whether a kind (a scope or claim) was agreed to.
func (c Consent) Covers(kind string) bool {
	for _, k := range c.Kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// InForce says whether the agreement stands at that time.
func (c Consent) InForce(now time.Time) bool {
	return c.Ended.IsZero() && (c.Until.IsZero() || now.Before(c.Until))
}

// AgreeTx remembers what the grant's own person agrees to, from now on. It ends an older agreement
// with the same app: who wants the union of both hands it in. Name, kinds and purpose must not be
// empty; ID, Subject, Account, At and Ended are set here.
func (a *Access) AgreeTx(tx *store.Tx, own Grant, c Consent) (Consent, error) {
	if !own.themself() {
		return Consent{}, errNotOwn()
	}
	c.Kinds = sorted(c.Kinds)
	switch {
	case c.To == "" || len(c.Kinds) == 0 || c.Name.In("id") == "" || c.Purpose.In("id") == "":
		return Consent{}, lancar.Fail(lancar.Invalid, "consent", "Persetujuan harus menyebut aplikasi, datanya dan tujuannya.", "An agreement must say to which app, which data and what for.")
	case strings.ContainsAny(strings.Join(c.Kinds, ""), ", "):
		return Consent{}, lancar.Fail(lancar.Invalid, "kinds", "Nama data tidak sah.", "A kind's name may not hold a space or a comma.")
	case !c.Until.IsZero() && !c.Until.After(tx.Now):
		return Consent{}, lancar.Fail(lancar.Invalid, "until", "Masa persetujuan sudah lewat.", "The agreement would be over already.")
	}
	c.ID, c.Subject, c.Account, c.At, c.Ended = lancar.NewID(tx.Now), own.subject, own.account, tx.Now, time.Time{}
	if _, err := endConsentTo(tx, own.subject, c.To); err != nil {
		return Consent{}, err
	}
	if first, err := insertConsent(tx, c); first || err != nil {
		return c, err
	}
	other, err := consentInForce(tx, own.subject, c.To) // agreed in another window just now
	if err == nil && !slices.Equal(other.Kinds, c.Kinds) {
		err = lancar.Fail(lancar.Conflict, "", "Anda baru saja menyetujui ini di jendela lain. Muat ulang halaman.", "You have just agreed to this in another window. Reload the page.")
	}
	return other, err
}

// AgreedTx returns the agreement between a person and an app that is in force now, false if there
// is none. It opens nothing of the person's record. Read in the transaction that relies on it.
func (a *Access) AgreedTx(tx *store.Tx, subject, to string) (Consent, bool, error) {
	c, err := consentInForce(tx, subject, to)
	if err == store.ErrNone || err == nil && !c.InForce(tx.Now) {
		return Consent{}, false, nil
	}
	return c, err == nil, err
}

// Consents returns what the grant's own person agreed to, newest first: the hundred newest, ended
// ones among them.
func (a *Access) Consents(ctx context.Context, own Grant) (list []Consent, err error) {
	if !own.themself() {
		return nil, errNotOwn()
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		list, err = consentsOf(tx, own.subject)
		return err
	})
	return list, err
}

// Withdraw ends an agreement at the person's own wish, at once, and tells so with
// [EventWithdrawn]. Ending it twice is ending it once; lancar.NotFound for somebody else's.
func (a *Access) Withdraw(ctx context.Context, own Grant, id lancar.ID) error {
	if !own.themself() {
		return errNotOwn()
	}
	return a.db.Write(ctx, func(tx *store.Tx) error {
		c, err := consentByID(tx, own.subject, id)
		if err == store.ErrNone {
			return lancar.Fail(lancar.NotFound, "id", "Persetujuan itu tidak ada.", "There is no such agreement.")
		}
		if err != nil || !c.Ended.IsZero() {
			return err
		}
		n, err := endConsent(tx, own.subject, id)
		if err != nil || n == 0 {
			return err
		}
		return a.emitWithdrawn(tx, c)
	})
}

func (a *Access) emitWithdrawn(tx *store.Tx, c Consent) error {
	w := Withdrawal{c.ID, c.Subject, c.Account, c.To}
	if a.ends != nil {
		if err := a.ends(tx, w); err != nil {
			return err
		}
	}
	payload, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return a.queue.EmitTx(tx, jobs.Event{Name: EventWithdrawn, Key: string(c.ID), Payload: payload})
}

func errNotOwn() error {
	return lancar.Fail(lancar.Forbidden, "", "Hanya pemilik data yang dapat melakukan ini.", "Only the person themself can do this.")
}
