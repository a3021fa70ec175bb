package identity

import (
	"strings"

	"lancar"
	"lancar/internal/store"
)

// EnterVouchedTx opens a session for somebody whom another provider has signed in (identity/upstream):
// a resident by number, name and birth date, in the account of that number, which is made if there is
// none; e.Account is ignored: one person has one account, whichever way they come.
// lancar.Conflict when the account's name or birth date differ: then an officer decides who is who.
func (i *Identity) EnterVouchedTx(tx *store.Tx, e Entry, who Holder, lang string) (token string, s Session, err error) {
	h := Holder{Kind: Resident, Number: who.Number, Nation: "IDN", Name: strings.ToUpper(strings.Join(strings.Fields(who.Name), " ")), BirthDate: who.BirthDate}
	if !ValidNIK(h.Number) || h.Name == "" || h.BirthDate == "" || e.Level < Typed || e.Level > Strong {
		return "", Session{}, lancar.Fail(lancar.Invalid, "upstream", "Penyedia identitas tidak memberi data yang lengkap.", "The identity provider did not give complete data.")
	}
	known, err := accountBySubject(tx, i.SubjectOf(h))
	if err != nil && err != store.ErrNone {
		return "", Session{}, err
	}
	id := known.ID
	if err == nil {
		holder, err := i.openHolder(tx, known)
		if err != nil {
			return "", Session{}, err
		}
		if holder.Name != h.Name || holder.BirthDate != h.BirthDate {
			return "", Session{}, lancar.Fail(lancar.Conflict, "upstream", "Nama atau tanggal lahir dari penyedia identitas berbeda dari akun Anda. Datang ke kantor dukcapil dengan kartu Anda.",
				"The name or birth date from the identity provider differs from your account. Visit the civil registry office with your card.")
		}
	} else if id, _, err = i.PrincipalTx(tx, h, lang); err != nil {
		return "", Session{}, err
	}
	e.Account = id
	return i.EnterTx(tx, e)
}
