package identity_test

import (
	"fmt"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
)

func TestSessionsEndWhenIdleOldOrSignedOut(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		token, _ := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		for range 3 {
			w.Pass(13 * 24 * time.Hour) // used in between, it lives on
			if _, err := w.Identity.Session(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		w.Pass(15 * 24 * time.Hour)
		_, err := w.Identity.Session(t.Context(), token)
		w.Refused(err, lancar.Unauthenticated)

		token, _ = w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		other, s2 := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		devices, err := w.Identity.Devices(t.Context(), s2)
		if err != nil || len(devices) != 2 || devices[0].Device != "Firefox" {
			t.Fatalf("%+v %v", devices, err)
		}
		w.Must(w.Identity.SignOut(t.Context(), token))
		_, err = w.Identity.Session(t.Context(), token)
		w.Refused(err, lancar.Unauthenticated)
		if _, err = w.Identity.Session(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		w.Must(w.Identity.SignOutEverywhere(t.Context(), s2))
		_, err = w.Identity.Session(t.Context(), other)
		w.Refused(err, lancar.Unauthenticated)
		_, err = w.Identity.Session(t.Context(), "guess")
		w.Refused(err, lancar.Unauthenticated)
	})
}

func TestAnotherHostGetsASessionOnceByTicket(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		token, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		ticket, err := w.Identity.Handoff(t.Context(), s, "ntt.localhost")
		w.Must(err)
		_, _, err = w.Identity.Redeem(t.Context(), ticket, "evil.example", "Firefox", "")
		w.Refused(err, lancar.Unauthenticated)
		there, s2, err := w.Identity.Redeem(t.Context(), ticket, "ntt.localhost", "Firefox", "")
		if err != nil || s2.Account != s.Account || !s2.RegisterContact || s2.Host != "ntt.localhost" || there == token {
			t.Fatalf("%+v %v", s2, err)
		}
		_, _, err = w.Identity.Redeem(t.Context(), ticket, "ntt.localhost", "Firefox", "")
		w.Refused(err, lancar.Unauthenticated)
		late, err := w.Identity.Handoff(t.Context(), s, "ntt.localhost")
		w.Must(err)
		w.Pass(61 * time.Second)
		_, _, err = w.Identity.Redeem(t.Context(), late, "ntt.localhost", "Firefox", "")
		w.Refused(err, lancar.Unauthenticated)
		w.Must(w.Identity.SignOut(t.Context(), there)) // signing out there signs out here
		_, err = w.Identity.Session(t.Context(), token)
		w.Refused(err, lancar.Unauthenticated)
	})
}

// A phone that two people share: whoever signs in takes the place of who was there, on every host.
func TestSigningInEndsTheSessionBefore(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		hers, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		ticket, err := w.Identity.Handoff(t.Context(), s, "ntt.localhost")
		w.Must(err)
		there, _, err := w.Identity.Redeem(t.Context(), ticket, "ntt.localhost", "Firefox", "")
		w.Must(err)
		elsewhere, _ := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")

		again, err := w.Identity.Handoff(t.Context(), s, "ntt.localhost")
		w.Must(err)
		now, _, err := w.Identity.Redeem(t.Context(), again, "ntt.localhost", "Firefox", there)
		w.Must(err)
		_, err = w.Identity.Session(t.Context(), there)
		w.Refused(err, lancar.Unauthenticated)
		if _, err := w.Identity.Session(t.Context(), hers); err != nil {
			t.Fatalf("coming back to a host ended the sign-in itself: %v", err)
		}

		his, s2 := w.signInOver(w.Claim(yosef, "yosef@example.com"), "yosef@example.com", hers)
		for _, token := range []string{hers, now} {
			_, err = w.Identity.Session(t.Context(), token)
			w.Refused(err, lancar.Unauthenticated)
		}
		for _, token := range []string{his, elsewhere} { // her own phone stays signed in
			if _, err := w.Identity.Session(t.Context(), token); err != nil {
				t.Error(err)
			}
		}
		ticket, err = w.Identity.Handoff(t.Context(), s2, "ntt.localhost")
		w.Must(err)
		_, _, err = w.Identity.Redeem(t.Context(), ticket, "ntt.localhost", "Firefox", elsewhere)
		w.Must(err)
		_, err = w.Identity.Session(t.Context(), elsewhere)
		w.Refused(err, lancar.Unauthenticated)
	})
}

func TestOfficersSignInByOfficeMailAndChooseARole(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		number := "198609262015051001"
		e := identity.Employee{Number: number, Name: "Adriana Tefa", Mail: "adriana@kantor.example", NIK: maria, FamilyCard: "5315040101850001",
			Roles: []identity.Role{{Role: identity.Reviewer, Agency: "dpmptsp", Region: "53.15"}, {Role: identity.Decider, Agency: "dpmptsp", Region: "53.15"}}}
		account, err := w.Identity.SaveEmployee(t.Context(), e)
		w.Must(err)
		start := func(n string) identity.Attempt {
			a, err := w.Identity.OfficerStart(t.Context(), n, "192.0.2.1", "id")
			w.Must(err)
			w.Drain()
			return a
		}
		w.refusedCode(start("198609262015051002").ID) // nobody: the same answer, no mail
		token, s, err := w.confirm(start(number).ID, w.Code("adriana@kantor.example"))
		if err != nil || s.Kind != identity.Officer || s.Actor.Role != "" || s.Actor.Name != "Adriana Tefa" || s.Own.Covers("case") {
			t.Fatalf("%+v %v", s, err)
		}
		_, _, err = w.Identity.ChooseRole(t.Context(), token, identity.Role{Role: identity.Superior, Agency: "dpmptsp", Region: "53.15"})
		w.Refused(err, lancar.Forbidden)
		chosen, s, err := w.Identity.ChooseRole(t.Context(), token, e.Roles[0])
		if err != nil || s.Actor.Role != identity.Reviewer || s.Actor.Region != "53.15" || chosen == token {
			t.Fatalf("%+v %v", s, err)
		}
		_, err = w.Identity.Session(t.Context(), token)
		w.Refused(err, lancar.Unauthenticated)

		roster, err := w.Identity.Roster(t.Context(), "53.15", "dpmptsp", identity.Reviewer)
		if err != nil || len(roster) != 1 || roster[0].Account != account || len(roster[0].Pseudonym) != 12 {
			t.Fatalf("%+v %v", roster, err)
		}
		e.Roles = e.Roles[1:] // the role is taken away: the open session loses it
		_, err = w.Identity.SaveEmployee(t.Context(), e)
		w.Must(err)
		s, err = w.Identity.Session(t.Context(), chosen)
		if err != nil || s.Actor.Role != "" {
			t.Fatalf("%+v %v", s.Actor, err)
		}
		w.Pass(5 * time.Hour)
		_, err = w.Identity.Session(t.Context(), chosen)
		w.Refused(err, lancar.Unauthenticated)
	})
}

func TestADismissedOfficerIsOutAtOnce(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		stays := identity.Employee{Number: "198609262015051001", Name: "Adriana Tefa", Mail: "adriana@kantor.example",
			Roles: []identity.Role{{Role: identity.Reviewer, Agency: "dpmptsp", Region: "53.15"}}}
		goes := stays
		goes.Number, goes.Name, goes.Mail = "198609262015051002", "Yosef Tefa", "yosef@kantor.example"
		accounts, err := w.Identity.SaveEmployees(t.Context(), []identity.Employee{stays, goes})
		w.Must(err)
		start := func() identity.Attempt {
			a, err := w.Identity.OfficerStart(t.Context(), goes.Number, "192.0.2.1", "id")
			w.Must(err)
			w.Drain()
			return a
		}
		token, _, err := w.confirm(start().ID, w.Code(goes.Mail))
		w.Must(err)
		gone, err := w.Identity.Dismiss(t.Context(), accounts[:1])
		w.Must(err)
		if len(gone) != 1 || len(gone[accounts[1]]) != 1 {
			t.Fatalf("%+v", gone)
		}
		_, err = w.Identity.Session(t.Context(), token)
		w.Refused(err, lancar.Unauthenticated)
		sent := len(w.Mail(goes.Mail))
		w.refusedCode(start().ID)
		if len(w.Mail(goes.Mail)) != sent {
			t.Fatal("a code was sent to somebody who left")
		}
		list, err := w.Identity.Roster(t.Context(), "53.15", "dpmptsp", identity.Reviewer)
		if err != nil || len(list) != 1 || list[0].Account != accounts[0] {
			t.Fatalf("%+v %v", list, err)
		}
	})
}

func TestNobodyShutsAnOfficerOut(t *testing.T) {
	each(t, identity.Limits{PerNumber: 5}, func(w *world) {
		e := identity.Employee{Number: "198609262015051001", Name: "Adriana Tefa", Mail: "adriana@kantor.example",
			Roles: []identity.Role{{Role: identity.Reviewer, Agency: "dpmptsp", Region: "53.15"}}}
		_, err := w.Identity.SaveEmployee(t.Context(), e)
		w.Must(err)
		office := func() error {
			a, err := w.Identity.OfficerStart(t.Context(), e.Number, "192.0.2.1", "id")
			if err == nil {
				w.Drain()
				_, _, err = w.confirm(a.ID, w.Code(e.Mail))
			}
			return err
		}
		w.Must(office())
		stopped := 0
		for n := range 20 {
			if _, err := w.Identity.OfficerStart(t.Context(), e.Number, fmt.Sprintf("198.51.100.%d", n), "id"); lancar.CodeOf(err) == lancar.TooMany {
				stopped++
			}
		}
		w.Drain()
		if stopped < 15 || len(w.Mail(e.Mail)) > 7 {
			t.Errorf("%d were stopped, %d codes sent", stopped, len(w.Mail(e.Mail)))
		}
		w.Must(office())
	})
}
