package access

import (
	"context"
	"encoding/json"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// Cases hands the room the question it cannot answer itself: whether this account brought this
// case and it is still open. While the use of a person's data is restricted, an officer or machine
// looks only for such a case, or on an agreement that the person gave after the restriction.
// Without it no case passes. Called once, by app, before anything is served.
func (a *Access) Cases(open func(tx *store.Tx, account, id lancar.ID) (bool, error)) {
	a.brought = open
}

// permitted refuses a look on an agreement that is not in force, and one that a restriction stops.
func (a *Access) permitted(tx *store.Tx, r Request) error {
	var agreed Consent
	if r.Consent != "" {
		c, ok, err := a.AgreedTx(tx, r.Subject, r.Consent)
		if err != nil {
			return err
		}
		if !ok {
			return lancar.Fail(lancar.Forbidden, "", "Tidak ada persetujuan pemilik data yang masih berlaku.", "There is no agreement of this person that is in force.")
		}
		agreed = c
	}
	if r.Who.Kind != lancar.Officer && r.Who.Kind != lancar.Machine {
		return nil // the person's own doing: what the node does for them, or who acts for them
	}
	since, err := restrictedSince(tx, r.Subject)
	if err != nil || since.IsZero() || agreed.At.After(since) {
		return err
	}
	ok, err := a.broughtTx(tx, r)
	if err != nil || ok {
		return err
	}
	return lancar.Fail(lancar.Forbidden, "", "Pemilik data meminta pemrosesan datanya dibatasi.",
		"This person has asked that the use of their data be restricted.")
}

func (a *Access) broughtTx(tx *store.Tx, r Request) (bool, error) {
	if r.Case == "" || a.brought == nil {
		return false, nil
	}
	account, err := accountOf(tx, r.Subject)
	if err == store.ErrNone {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return a.brought(tx, account, r.Case)
}

// Unrestrict ends a restriction at the person's own wish, at once.
func (a *Access) Unrestrict(ctx context.Context, own Grant) error {
	if !own.themself() {
		return errNotOwn()
	}
	return a.db.Write(ctx, func(tx *store.Tx) error { return deleteRestriction(tx, own.subject) })
}

// Restricted says since when the use of the person's data is restricted, the zero time if it is not.
func (a *Access) Restricted(ctx context.Context, own Grant) (since time.Time, err error) {
	if !own.themself() {
		return time.Time{}, errNotOwn()
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		since, err = restrictedSince(tx, own.subject)
		return err
	})
	return since, err
}

// EraseTx destroys what this room holds about a person and need not keep: the words of closed
// requests, and agreements, which end. That somebody looked or asked, and when, stays. It
// subscribes to [EventErase].
func (a *Access) EraseTx(tx *store.Tx, e jobs.Event) error {
	var n Notice
	if err := json.Unmarshal(e.Payload, &n); err != nil {
		return jobs.Dead(err)
	}
	consents, err := consentsOf(tx, n.Subject)
	if err != nil {
		return err
	}
	for _, c := range consents {
		if !c.Ended.IsZero() {
			continue
		}
		if _, err := endConsent(tx, c.Subject, c.ID); err != nil {
			return err
		}
		if err := a.emitWithdrawn(tx, c); err != nil {
			return err
		}
	}
	asks, err := closedAsks(tx, n.Subject)
	if err != nil {
		return err
	}
	for _, id := range asks {
		if err := a.ring.DestroyTx(tx, askOwner(id)); err != nil {
			return err
		}
	}
	if err := a.ring.DestroyTx(tx, owner(n.Subject)); err != nil {
		return err
	}
	if err := forgetLooks(tx, n.Subject); err != nil {
		return err
	}
	return deleteRestriction(tx, n.Subject)
}
