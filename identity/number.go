package identity

import (
	"context"
	"encoding/json"
	"strings"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/internal/store"
)

// A person's number is an attribute of the account. When it changes, the account keeps the subject
// under which everything is filed, and the new number leads to it: nothing is lost and nothing is
// filed anew. The old number leads there for ever; whether it still signs in is the register's word.

// NewNumber says whose number changed, and into which.
type NewNumber struct {
	Region   string // of the officer's office
	Old, New string // identity numbers
}

// ChangeNumber gives a resident's account a new identity number, on the word of an officer in
// [ClaimRole] to whom the person showed both cards, and of the register: it must have the holder's
// name and birth date under the new number. Nobody does so for themself or their family, nor onto a
// number that has an account. The person is told on all channels.
func (i *Identity) ChangeNumber(ctx context.Context, officer lancar.Actor, n NewNumber) error {
	if err := maySettle(officer, n.Region); err != nil {
		return err
	}
	drop := strings.NewReplacer(" ", "", ".", "", "-", "")
	n.Old, n.New = drop.Replace(n.Old), drop.Replace(n.New)
	for field, number := range map[string]string{"old": n.Old, "new": n.New} {
		if !ValidNIK(number) {
			return lancar.Fail(lancar.Invalid, field, "NIK terdiri dari 16 angka, seperti di KTP. Periksa lagi.", "The identity number has 16 digits, as on the card. Please check.")
		}
	}
	h, family, err := i.holderFor(ctx, officer, n)
	if err != nil {
		return err
	}
	answers, err := i.exchange.Match(ctx, exchange.Question{Source: "population", Key: n.New, Subject: h.Subject, Region: n.Region, Who: officer,
		Fields: map[string]string{"name": h.Name, "birth_date": h.BirthDate}, Purpose: numberPurpose()})
	if err != nil {
		return err
	}
	if answers["name"] != exchange.Matches || answers["birth_date"] != exchange.Matches {
		return lancar.Fail(lancar.Invalid, "new", "Data kependudukan tidak mencatat nama dan tanggal lahir pemilik akun di nomor baru itu.",
			"The population register does not have the holder's name and birth date under the new number.")
	}
	return i.db.Write(ctx, func(tx *store.Tx) error {
		if err := i.unconflicted(tx, officer, h.Subject, family); err != nil {
			return err
		}
		return i.rebind(tx, officer, h, n)
	})
}

// holderFor opens the account of the old number for the officer, which is a look, and asks the
// register for the family card.
func (i *Identity) holderFor(ctx context.Context, officer lancar.Actor, n NewNumber) (h Holder, family string, err error) {
	var g access.Grant
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		account, err := accountBySubject(tx, i.ring.Subject("nik", n.Old))
		if err == store.ErrNone || err == nil && account.Kind != Resident {
			return lancar.Fail(lancar.NotFound, "old", "Tidak ada akun dengan nomor lama itu.", "There is no account with that old number.")
		}
		if err != nil {
			return err
		}
		g, err = i.access.OpenTx(tx, access.Request{Who: officer, Subject: account.Subject, Region: n.Region, Purpose: numberPurpose(), Ground: access.PublicDuty(),
			What: []string{access.Identity, access.Number, access.Register + "/population"}})
		if err != nil {
			return err
		}
		h, err = i.HolderTx(tx, g)
		return err
	})
	if err != nil {
		return h, "", err
	}
	got, err := i.exchange.Read(ctx, g, exchange.Question{Source: "population", Key: n.New, Names: []string{"family_card"}, Subject: h.Subject,
		Region: n.Region, Who: officer, Purpose: numberPurpose()})
	return h, got["family_card"], err
}

func numberPurpose() lancar.Text {
	return lancar.Text{"id": "Mengganti nomor identitas di akun Anda", "en": "Changing the identity number of your account"}
}

// rebind lets the new number lead to the account, and keeps it as the holder's.
func (i *Identity) rebind(tx *store.Tx, officer lancar.Actor, h Holder, n NewNumber) error {
	account, err := accountBySubject(tx, h.Subject)
	if err != nil {
		return err
	}
	subject := i.ring.Subject("nik", n.New)
	taken, err := accountBySubject(tx, subject)
	if err != nil && err != store.ErrNone {
		return err
	}
	if err == nil {
		if taken.ID == account.ID && h.Number == n.New {
			return nil // it is done
		}
		if taken.ID != account.ID {
			return errNumberTaken()
		}
	}
	if now, err := i.openHolder(tx, account); err != nil || now.Number != h.Number { // what the register confirmed is no longer who is there
		return orElse(err, errChanged())
	}
	plain, err := json.Marshal(Holder{Number: n.New, Nation: h.Nation, Name: h.Name, BirthDate: h.BirthDate})
	if err != nil {
		return err
	}
	sealed, err := i.ring.SealTx(tx, accountOwner(account.ID), plain, []byte("identity_accounts "+string(account.ID)))
	if err != nil {
		return err
	}
	if mine, err := claimNumber(tx, account.ID, subject, officer.ID); err != nil || !mine {
		return orElse(err, errNumberTaken())
	}
	if kept, err := updateHolder(tx, account.ID, account.sealed, sealed); err != nil || !kept {
		return orElse(err, errChanged())
	}
	return i.HappenedTx(tx, account.ID, NumberChanged, "***"+n.New[12:])
}

// orElse is err, or why where there is none.
func orElse(err, why error) error {
	if err != nil {
		return err
	}
	return why
}

func errNumberTaken() error {
	return lancar.Fail(lancar.Conflict, "new", "Nomor baru itu sudah punya akun. Dua akun tidak digabung di sini.", "The new number has an account already. Two accounts are not joined here.")
}

func errChanged() error {
	return lancar.Fail(lancar.Conflict, "old", "Nomor akun ini baru saja diganti petugas lain. Baca lagi.", "Another officer has just changed the number of this account. Read it again.")
}

func errInUse() error {
	return lancar.Fail(lancar.Conflict, "", "Data ini sedang dipakai di tempat lain. Coba lagi.", "This is in use elsewhere. Please try again.")
}
