package identity_test

import (
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
)

const mariaNew = "5371044609970002"

// The number of a person changes: the account, its subject and what is filed under it stay.
func TestANumberChangesAndNothingIsLost(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		officer := lancar.Actor{Kind: lancar.Officer, ID: "o", Name: "Adriana", Role: identity.ClaimRole, Agency: "dukcapil", Region: "53.15"}
		change := identity.NewNumber{Region: "53.15", Old: maria, New: mariaNew}
		w.Refused(w.Identity.ChangeNumber(t.Context(), lancar.Actor{Kind: lancar.Person, ID: s.Account}, change), lancar.Forbidden)
		w.Refused(w.Identity.ChangeNumber(t.Context(), officer, change), lancar.Invalid) // the register has no such number
		w.SetRecord("population "+mariaNew, map[string]string{"name": "MARIA ELISABETH", "birth_date": "1997-09-06", "email": "maria@example.com", "family_card": "5371040101850003"})
		cousin, err := w.Identity.SaveEmployee(t.Context(), identity.Employee{Number: "198609262015051010", Name: "Agus", Mail: "agus@kantor.example", FamilyCard: "5371040101850003"})
		w.Must(err)
		family := officer
		family.ID = cousin
		w.Refused(w.Identity.ChangeNumber(t.Context(), family, change), lancar.Forbidden)
		_, his := w.signIn(w.Claim(yosef, "yosef@example.com"), "yosef@example.com")
		w.Refused(w.Identity.ChangeNumber(t.Context(), officer, identity.NewNumber{Region: "53.15", Old: maria, New: yosef}), lancar.Invalid)
		w.Must(w.Identity.ChangeNumber(t.Context(), officer, change))
		w.Must(w.Identity.ChangeNumber(t.Context(), officer, change)) // twice is once
		w.Drain()
		w.told("maria@example.com", "Nomor identitas Anda diganti")

		c := w.Claim(mariaNew, "maria@example.com")
		_, in := w.signIn(c, "maria@example.com")
		if in.Account != s.Account || in.Subject != s.Subject || in.Level != identity.Verified || in.Account == his.Account {
			t.Fatalf("%+v", in)
		}
		var h identity.Holder
		w.Must(w.DB.Read(t.Context(), func(tx *store.Tx) (err error) { h, err = w.Identity.HolderTx(tx, in.Own); return err }))
		if h.Number != mariaNew || h.Subject != s.Subject {
			t.Fatalf("%+v", h)
		}
		rows, _, err := w.Access.Rows(t.Context(), in.Own, "")
		w.Must(err)
		changed, signIns := 0, 0
		for _, r := range rows {
			if r.Purpose["en"] == "Changing the identity number of your account" {
				changed++
			}
			if r.Purpose["en"] == "Making sure who signs in with your number" {
				signIns++
			}
		}
		if changed == 0 || signIns != 2 {
			t.Errorf("%d looks at the change, %d at sign-ins: %+v", changed, signIns, rows)
		}
	})
}

// A visitor's passport was read: the account counts for more, by any contact it had then.
func TestAProofRaisesTheAccountAsItStands(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		c := identity.Claim{Kind: identity.Visitor, Contact: "anna@example.com", Address: "192.0.2.9", Lang: "en", Number: "X00000001", Nation: "AUS", Name: "Emma Testerly", BirthDate: "1991-04-12"}
		token, s := w.signIn(c, "anna@example.com")
		prove := func(p identity.Proof) error {
			return w.DB.Write(t.Context(), func(tx *store.Tx) error { return w.Identity.ProveTx(tx, s, p) })
		}
		w.Refused(prove(identity.Proof{Level: identity.Strong, Evidence: "document:1"}), lancar.Invalid)
		w.Refused(prove(identity.Proof{Level: identity.Verified}), lancar.Invalid)
		w.Pass(time.Second)
		w.Must(prove(identity.Proof{Level: identity.Verified, Evidence: "document:1"}))
		now, err := w.Identity.Session(t.Context(), token)
		if err != nil || now.Level != identity.Verified {
			t.Fatalf("%+v %v", now, err)
		}
		p, dev := w.passkeys(), newAuthenticator(t)
		w.add(p, dev, now)
		if _, in, err := w.enter(p, dev.sign(w.offer(p)), ""); err != nil || in.Level != identity.Strong || !in.Own.Covers(access.Case) {
			t.Fatalf("%+v %v", in, err)
		}
		if _, in := w.signIn(c, "anna@example.com"); in.Level != identity.Verified {
			t.Fatalf("%+v", in)
		}
		w.Must(w.Identity.SignOut(t.Context(), token))
		w.Refused(prove(identity.Proof{Level: identity.Verified, Evidence: "document:2"}), lancar.Unauthenticated)
	})
}
