package mandate

import (
	"context"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
)

// Line is one thing that was done under a mandate.
type Line struct {
	ID      lancar.ID
	At      time.Time
	Verb    Verb
	Service string // slug, "" where it was of none
	Ref     string // a case's number, a draft's id
	Case    lancar.ID
	Amount  lancar.Money
}

const didPage = 50

// Of lists the mandates that others have for the grant's own person, newest first, with names; over
// ones too.
func (m *Mandates) Of(ctx context.Context, own access.Grant) (list []Mandate, err error) {
	if err := own.For(own.Subject(), access.Looks); err != nil || own.Acting() {
		return nil, errNone()
	}
	return m.list(ctx, func(tx *store.Tx) ([]row, error) { return byPrincipal(tx, own.Account()) })
}

// Held lists the mandates that the signed-in person or officer holds or was offered.
func (m *Mandates) Held(ctx context.Context, s identity.Session) ([]Mandate, error) {
	return m.list(ctx, func(tx *store.Tx) ([]row, error) { return byHolder(tx, s.Account, s.Subject) })
}

func (m *Mandates) list(ctx context.Context, read func(*store.Tx) ([]row, error)) (list []Mandate, err error) {
	err = m.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := read(tx)
		if err != nil {
			return err
		}
		list = nil
		for _, r := range rows {
			if err := m.openTx(tx, &r); err != nil {
				return err
			}
			list = append(list, r.Mandate)
		}
		return nil
	})
	return list, err
}

// Did lists what was done under a mandate, newest first, a page at a time: for its principal and its
// holder. after is the last line's id of the page before.
func (m *Mandates) Did(ctx context.Context, s identity.Session, id lancar.ID, after lancar.ID) (out Mandate, lines []Line, err error) {
	if after == "" {
		after = "~"
	}
	err = m.db.Read(ctx, func(tx *store.Tx) error {
		r, err := m.partyTx(tx, s, id)
		if err != nil {
			return err
		}
		if err := m.openTx(tx, &r); err != nil {
			return err
		}
		out = r.Mandate
		lines, err = actsOf(tx, id, after, didPage)
		return err
	})
	return out, lines, err
}

// ByTx is who acted under a mandate, for a reader of what they did: the grant is for the principal's
// cases. The name is empty where the mandate was erased.
func (m *Mandates) ByTx(tx *store.Tx, g access.Grant, id lancar.ID) (Mandate, error) {
	r, err := find(tx, id)
	if err != nil {
		return Mandate{}, err
	}
	if err := g.For(r.Principal.Subject, access.Case); err != nil {
		return Mandate{}, err
	}
	err = m.openTx(tx, &r)
	return r.Mandate, err
}

// HolderTx is the account and subject of who holds a mandate, for keeping officers from what they
// or theirs had a hand in. It names nobody.
func (m *Mandates) HolderTx(tx *store.Tx, id lancar.ID) (Party, error) {
	r, err := byID(tx, id)
	if err == store.ErrNone {
		return Party{}, nil
	}
	return r.Holder, err
}

// find reads a mandate, errNone if there is none.
func find(tx *store.Tx, id lancar.ID) (row, error) {
	r, err := byID(tx, id)
	if err == store.ErrNone {
		err = errNone()
	}
	return r, err
}

// partyTx reads a mandate for somebody who is on one side of it.
func (m *Mandates) partyTx(tx *store.Tx, s identity.Session, id lancar.ID) (row, error) {
	r, err := find(tx, id)
	if err != nil {
		return r, err
	}
	offered := r.State == Offered && s.Subject != "" && r.Holder.Subject == s.Subject
	if !s.Signed() || r.Principal.Account != s.Account && r.Holder.Account != s.Account && !offered {
		return row{}, errNone()
	}
	return r, nil
}
