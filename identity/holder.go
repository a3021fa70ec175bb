package identity

import (
	"context"
	"encoding/json"
	"strings"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// Holder is what sign-in established about a person. It is personal.
//
//lancar:personal
type Holder struct {
	Kind            Kind
	Subject         string
	Number          string
	Nation          string // "IDN" for a resident
	Name, BirthDate string
}

// HolderTx returns who the grant's person is. The grant must cover access.Identity; Number is
// empty unless it covers access.Number too. lancar.NotFound for a person without an account.
func (i *Identity) HolderTx(tx *store.Tx, g access.Grant) (Holder, error) {
	if err := g.For(g.Subject(), access.Identity); err != nil {
		return Holder{}, err
	}
	account, err := accountBySubject(tx, g.Subject())
	if err == store.ErrNone {
		return Holder{}, lancar.Fail(lancar.NotFound, "", "Akun tidak ditemukan.", "There is no such account.")
	}
	if err != nil {
		return Holder{}, err
	}
	h, err := i.openHolder(tx, account)
	if !g.Covers(access.Number) {
		h.Number = ""
	}
	return h, err
}

// GivenName is how a page greets the grant's person: the first word of the name, "" if unknown.
func (i *Identity) GivenName(ctx context.Context, g access.Grant) (name string, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		h, err := i.HolderTx(tx, g)
		first, _, _ := strings.Cut(h.Name, " ")
		if r := []rune(strings.ToLower(first)); len(r) > 0 {
			name = strings.ToUpper(string(r[0])) + string(r[1:])
		}
		return err
	})
	return name, err
}

func (i *Identity) openHolder(tx *store.Tx, a accountRow) (Holder, error) {
	plain, err := i.ring.OpenTx(tx, accountOwner(a.ID), a.sealed, []byte("identity_accounts "+string(a.ID)))
	if err != nil {
		return Holder{}, err
	}
	h := Holder{}
	if err := json.Unmarshal(plain, &h); err != nil {
		return Holder{}, err
	}
	h.Kind, h.Subject = a.Kind, a.Subject
	return h, nil
}

func accountOwner(account lancar.ID) string { return "account:" + string(account) }
