package mandate_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/test/outside"
)

func (w *world) claim() mandate.HelpClaim {
	return mandate.HelpClaim{Number: yosef, Name: "Yosef", BirthDate: "1985-01-01", Contact: "0812 3456 7891", Errand: "Sewa lapak pasar",
		Scope: mandate.Scope{Services: []string{"lapak"}, Verbs: []mandate.Verb{mandate.See, mandate.Draft, mandate.Submit}}, Until: w.Now().AddDate(0, 0, 1), Region: "53.15", Lang: "id"}
}

func TestANeighbourAgreesByTheirOwnCode(t *testing.T) {
	each(t, func(w *world) {
		helper := w.Person(maria)
		a, err := w.m.Help(t.Context(), helper, w.claim())
		w.Must(err)
		w.Drain()
		act := mandate.Act{Verb: mandate.Submit, Service: "lapak", Ref: "d/1"}
		w.Refused(w.use(helper.Account, a.ID, act), lancar.NotFound) // nothing without the code
		w.Refused(w.m.ActFor(t.Context(), helper, a.ID), lancar.NotFound)
		text := w.LastMail("+6281234567891")
		if !strings.Contains(text, "MARIA SARABITI") || w.Code("+6281234567891") == "" {
			t.Fatalf("the neighbour was not told who asks: %q", text)
		}
		m, err := w.m.Confirm(t.Context(), helper, a.ID, w.Code("+6281234567891"))
		w.Must(err)
		if m.State != mandate.Active {
			t.Fatal(m.State)
		}
		w.Must(w.use(helper.Account, a.ID, act))
		_, err = w.m.Confirm(t.Context(), helper, a.ID, w.Code("+6281234567891"))
		w.Refused(err, lancar.Conflict)
		neighbour := w.Person(yosef) // signs in for the first time, and finds what was done
		if neighbour.Account != m.Principal.Account {
			t.Fatal("another account")
		}
		given, err := w.m.Of(t.Context(), neighbour.Own)
		w.Must(err)
		_, did, err := w.m.Did(t.Context(), neighbour, given[0].ID, "")
		w.Must(err)
		if len(given) != 1 || given[0].Holder.Name != "MARIA SARABITI" || given[0].Errand != "Sewa lapak pasar" || len(did) != 1 {
			t.Errorf("%+v %+v", given, did)
		}
		w.Pass(48 * time.Hour)
		w.Refused(w.use(helper.Account, a.ID, act), lancar.Gone)
	})
}

// A helper has the neighbour's contact changed in the register the day before: it is no way to the code.
// Where the register does not say since when, the mandate stands and opens no register.
func TestAContactChangedTheDayBeforeGivesNoMandate(t *testing.T) {
	each(t, func(w *world) {
		helper := w.Person(maria)
		w.SetField("population "+yosef, "phone_since", w.Now().AddDate(0, 0, -1).Format(time.DateOnly))
		_, err := w.m.Help(t.Context(), helper, w.claim())
		w.Must(err)
		w.Drain()
		if code := w.Code("+6281234567891"); code != "" {
			t.Fatal("a code went to the new contact")
		}
		w.SetField("population "+yosef, "phone_since", outside.Unsaid)
		a, err := w.m.Help(t.Context(), helper, w.claim())
		w.Must(err)
		w.Drain()
		m, err := w.m.Confirm(t.Context(), helper, a.ID, w.Code("+6281234567891"))
		w.Must(err)
		if m.State != mandate.Active || m.Register {
			t.Fatalf("%+v", m)
		}
	})
}

func TestAHelperWithoutTheNeighbourGetsNothing(t *testing.T) {
	each(t, func(w *world) {
		helper := w.Person(maria)
		own := w.claim()
		own.Contact = "maria@example.com" // the helper's own
		a, err := w.m.Help(t.Context(), helper, own)
		w.Must(err)
		before := len(w.Mail("maria@example.com"))
		w.Drain()
		if len(w.Mail("maria@example.com")) != before {
			t.Error("a code went to the helper")
		}
		right, err := w.m.Help(t.Context(), helper, w.claim())
		w.Must(err)
		if (a.Contact == "") != (right.Contact == "") || a.Expires.IsZero() {
			t.Error("the answer tells whether it was true")
		}
		w.Drain()
		code := w.Code("+6281234567891")
		_, err = w.m.Confirm(t.Context(), helper, a.ID, code) // of another request
		w.Refused(err, lancar.Invalid)
		_, err = w.m.Confirm(t.Context(), w.Person(lukas), right.ID, code) // somebody else types it
		w.Refused(err, lancar.NotFound)
		for i := range 6 {
			wrong := fmt.Sprintf("%06d", i)
			if wrong == code {
				continue
			}
			_, err := w.m.Confirm(t.Context(), helper, right.ID, wrong)
			w.Refused(err, lancar.Invalid)
		}
		_, err = w.m.Confirm(t.Context(), helper, right.ID, code) // five tries are over
		w.Refused(err, lancar.Invalid)
	})
}

func TestACodeIsLateAfterTenMinutes(t *testing.T) {
	each(t, func(w *world) {
		helper := w.Person(maria)
		a, err := w.m.Help(t.Context(), helper, w.claim())
		w.Must(err)
		w.Drain()
		code := w.Code("+6281234567891")
		w.Pass(11 * time.Minute)
		w.sweep()
		if _, err := w.m.Confirm(t.Context(), helper, a.ID, code); err == nil {
			t.Error("a late code was taken")
		}
	})
}

func TestAHelperCannotFloodANeighbour(t *testing.T) {
	each(t, func(w *world) {
		for _, helper := range []identity.Session{w.Person(maria), w.Person(lukas)} {
			for range 10 {
				_, err := w.m.Help(t.Context(), helper, w.claim())
				w.Must(err)
			}
			_, err := w.m.Help(t.Context(), helper, w.claim())
			w.Refused(err, lancar.TooMany)
		}
		w.Drain()
		if n := len(w.Mail("+6281234567891")); n != 5 {
			t.Errorf("%d codes reached the neighbour", n)
		}
	})
}

func TestTheNeighbourWhoSignsInHearsOnTheirOwnContactsAndDeclines(t *testing.T) {
	each(t, func(w *world) {
		neighbour := w.Person(yosef)
		w.SetField("population "+yosef, "phone", "+6289999999999") // changed by an attacker the day before
		helper := w.Person(lukas)
		c := w.claim()
		c.Contact = "+6289999999999"
		a, err := w.m.Help(t.Context(), helper, c)
		w.Must(err)
		w.Drain()
		if !w.Told("yosef@example.com", "LUKAS meminta bertindak") || strings.Contains(w.LastMail("yosef@example.com"), "Kode kuasa") {
			t.Fatal("the neighbour did not hear of it")
		}
		w.Must(w.m.Revoke(t.Context(), neighbour, a.ID))
		_, err = w.m.Confirm(t.Context(), helper, a.ID, w.Code("+6289999999999"))
		w.Refused(err, lancar.Conflict)
	})
}

func TestAnOfficerHelpsAtTheCounterButNotThemself(t *testing.T) {
	each(t, func(w *world) {
		o := w.officer("198001012005011001", yosef, "")
		s := identity.Session{Account: o.ID, Kind: identity.Officer, Actor: o, Level: identity.Verified}
		_, err := w.m.Help(t.Context(), s, w.claim())
		w.Refused(err, lancar.Forbidden)
		other := w.officer("198001012005011002", "", "")
		s = identity.Session{Account: other.ID, Kind: identity.Officer, Actor: other, Level: identity.Verified}
		a, err := w.m.Help(t.Context(), s, w.claim())
		w.Must(err)
		w.Drain()
		_, err = w.m.Confirm(t.Context(), s, a.ID, w.Code("+6281234567891"))
		w.Must(err)
		w.Must(w.use(other.ID, a.ID, mandate.Act{Verb: mandate.Submit, Service: "lapak", Ref: "x"}))
		moved := identity.Employee{Number: "198001012005011002", Name: "Petugas", Mail: "198001012005011002@kantor.example", Roles: []identity.Role{{Role: identity.ClaimRole, Agency: "inspektorat", Region: "53.71"}}}
		_, err = w.Identity.SaveEmployee(t.Context(), moved)
		w.Must(err)
		w.Refused(w.use(other.ID, a.ID, mandate.Act{Verb: mandate.Submit, Service: "lapak", Ref: "y"}), lancar.Gone) // another office now
		moved.Roles = nil
		_, err = w.Identity.SaveEmployee(t.Context(), moved)
		w.Must(err)
		w.Refused(w.use(other.ID, a.ID, mandate.Act{Verb: mandate.See, Ref: "z"}), lancar.Gone)
	})
}

// A revocation and a thousand acts at once: every act that stands was done before it.
func TestARevocationRacesWithUse(t *testing.T) {
	each(t, func(w *world) {
		maria, yosef := w.Person(maria), w.Person(yosef)
		m := w.given(yosef, maria, mandate.Scope{Verbs: mandate.Verbs()})
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for n := range 8 {
					err := w.use(maria.Account, m, mandate.Act{Verb: mandate.Submit, Ref: fmt.Sprint(i, n)})
					if code := lancar.CodeOf(err); err != nil && code != lancar.Gone {
						t.Errorf("%v", err)
					}
				}
			})
		}
		wg.Go(func() { w.Must(w.m.Revoke(t.Context(), yosef, m)) })
		wg.Wait()
		w.Refused(w.use(maria.Account, m, mandate.Act{Verb: mandate.Submit, Ref: "after"}), lancar.Gone)
	})
}
