package identity

import (
	"encoding/json"

	"lancar"
	"lancar/internal/store"
	"lancar/notify"
)

// SubjectOf is the subject under which everything about this person or company is filed.
func (i *Identity) SubjectOf(h Holder) string {
	switch h.Kind {
	case Visitor:
		return i.ring.Subject("passport", h.Nation+h.Number)
	case Company:
		return i.ring.Subject("nib", h.Number)
	}
	return i.ring.Subject("nik", h.Number)
}

// PrincipalTx is the account of somebody for whom another acts, made if there is none: it has no
// contact, so nobody signs in with it until the register vouches for theirs. What h says must have
// been proven by the caller. h.Subject is ignored.
func (i *Identity) PrincipalTx(tx *store.Tx, h Holder, lang string) (account lancar.ID, subject string, err error) {
	subject = i.SubjectOf(h)
	known, err := accountBySubject(tx, subject)
	if err == nil {
		subject = known.Subject // a number that changed leads to what is filed under the first
	}
	if err != store.ErrNone {
		return known.ID, known.Subject, err // whose number changed keeps the subject of before
	}
	id := lancar.NewID(tx.Now)
	bound, err := i.access.BindTx(tx, id, subject)
	if err == nil && !bound {
		err = errInUse()
	}
	if err != nil {
		return "", "", err
	}
	plain, err := json.Marshal(Holder{Number: h.Number, Nation: h.Nation, Name: h.Name, BirthDate: h.BirthDate})
	if err != nil {
		return "", "", err
	}
	sealed, err := i.ring.SealTx(tx, accountOwner(id), plain, []byte("identity_accounts "+string(id)))
	if err != nil {
		return "", "", err
	}
	return id, subject, insertAccount(tx, accountRow{ID: id, Kind: h.Kind, Subject: subject, Lang: lang, sealed: sealed})
}

// AccountOfTx is the open account to which the subject of a number leads, with the subject under which
// it is filed; "" and the subject itself if there is none.
func (i *Identity) AccountOfTx(tx *store.Tx, subject string) (account lancar.ID, filed string, err error) {
	a, err := accountBySubject(tx, subject)
	if err == store.ErrNone {
		return "", subject, nil
	}
	return a.ID, a.Subject, err
}

// ReachableTx says whether the account has a proven contact, to which a message could go.
func (i *Identity) ReachableTx(tx *store.Tx, account lancar.ID) (bool, error) {
	to, err := i.addresses(tx, account)
	return len(to) > 0, err
}

// ReadContact reads an e-mail address or a mobile number as people write it, and masks it.
func (i *Identity) ReadContact(s string) (to notify.Address, masked string, err error) {
	to, err = contact(s)
	return to, mask(to), err
}

// ActTx notes for whom the browser of this session acts from now on, on every host of its sign-in:
// a mandate's id, "" for the person themself.
func (i *Identity) ActTx(tx *store.Tx, s Session, mandate lancar.ID) error {
	return updateActing(tx, s.ID, mandate)
}
