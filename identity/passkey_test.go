package identity_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/passkey"
)

func TestAPasskeySignsInWithoutANumberAtTheHighestLevel(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		if s.Level != identity.Verified || !s.Authenticated.Equal(w.Now()) || s.Methods[0] != "otp" {
			t.Fatalf("%+v", s)
		}
		w.add(p, dev, s)
		w.Drain()
		w.told("maria@example.com", "HP saya")
		if bytes.Contains(dev.handle, []byte(maria)) || len(dev.handle) != 43 || string(dev.handle) == string(s.Account) {
			t.Fatalf("handle %q", dev.handle)
		}
		token, in, err := w.enter(p, dev.sign(w.offer(p)), "")
		w.Must(err)
		if in.Account != s.Account || in.Level != identity.Strong || !in.RegisterContact || strings.Join(in.Methods, " ") != "hwk user mfa" {
			t.Fatalf("%+v", in)
		}
		again, err := w.Identity.Session(t.Context(), token)
		if err != nil || again.Level != identity.Strong || identity.ACR(again.Level) != "urn:lancar:acr:3" {
			t.Fatalf("%+v %v", again, err)
		}
		list, err := p.List(t.Context(), in)
		if err != nil || len(list) != 1 || list[0].Name != "HP saya" || list[0].Used.IsZero() {
			t.Fatalf("%+v %v", list, err)
		}
		w.Must(p.Rename(t.Context(), in, list[0].ID, "  Tablet  ibu "))
		w.Pass(time.Second)
		w.Must(p.Remove(t.Context(), in, list[0].ID))
		_, _, err = w.enter(p, dev.sign(w.offer(p)), "")
		w.Refused(err, lancar.Invalid)
		happened, err := w.Identity.Happenings(t.Context(), in)
		if err != nil || len(happened) != 2 || happened[0].What != identity.PasskeyGone || happened[0].Detail != "Tablet ibu" {
			t.Fatalf("%+v %v", happened, err)
		}
	})
}

func TestAPasskeyCountsAsTheSessionThatAddedIt(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		_, s := w.signIn(w.Claim(yosef, "yosef@example.com"), "yosef@example.com") // the register has no contact of his
		w.add(p, dev, s)
		_, in, err := w.enter(p, dev.sign(w.offer(p)), "")
		if err != nil || in.Level != identity.Typed || in.RegisterContact {
			t.Fatalf("%+v %v", in, err)
		}
		w.SetField("population "+yosef, "email", "yosef@example.com") // now it has
		before, _ := w.signIn(w.Claim(yosef, "yosef@example.com"), "yosef@example.com")
		_, in, err = w.enter(p, dev.sign(w.offer(p)), before)
		if err != nil || in.Level != identity.Strong {
			t.Fatalf("used in a verified session: %+v %v", in, err)
		}
		if _, in, err = w.enter(p, dev.sign(w.offer(p)), ""); err != nil || in.Level != identity.Strong {
			t.Fatalf("and from then on: %+v %v", in, err)
		}
	})
}

func TestForgedAndReplayedAnswersAreRefusedAlike(t *testing.T) {
	each(t, identity.Limits{GuessesAddress: 1000}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.add(p, dev, s)
		try := func(name string, a passkey.Answer) {
			t.Helper()
			_, _, err := w.enter(p, a, "")
			if err == nil || err.Error() != "invalid passkey: This passkey cannot be used here. Try again, or sign in with a code." {
				t.Errorf("%s: %v", name, err)
			}
		}
		used := dev.sign(w.offer(p))
		_, _, err := w.enter(p, used, "")
		w.Must(err)
		try("replayed", used)
		with := func(change func(*authenticator)) passkey.Answer {
			copied := *dev
			change(&copied)
			dev.counter++
			copied.counter = dev.counter
			return copied.sign(w.offer(p))
		}
		try("another origin", with(func(a *authenticator) { a.origin = "https://lancar.example.evil.example" }))
		try("a region's host", with(func(a *authenticator) { a.origin = "https://ntt.lancar.example" }))
		try("another relying party", with(func(a *authenticator) { a.rp = "evil.example" }))
		try("nobody verified", with(func(a *authenticator) { a.flags = 1 }))
		try("another's handle", with(func(a *authenticator) { a.handle = []byte("somebody") }))
		try("no handle", with(func(a *authenticator) { a.handle = nil }))
		try("another key", with(func(a *authenticator) { a.key = newAuthenticator(t).key }))
		try("unknown key", newAuthenticator(t).sign(w.offer(p)))
		try("now synchronised", with(func(a *authenticator) { a.flags = 1 | 4 | 8 }))
		late := dev.sign(w.offer(p))
		w.Pass(5 * time.Minute)
		try("late", late)
		mixed := dev.sign(w.offer(p))
		mixed.State = w.offer(p).State
		try("another challenge", mixed)
		mixed.State = "x"
		try("no state", mixed)
		try("nothing", passkey.Answer{})
		try("too much", passkey.Answer{Response: make([]byte, 1<<20)})
		_, _, err = w.enter(p, dev.sign(w.offer(p)), "")
		w.Must(err)
	})
}

func TestACopiedKeyIsNoticedAndRefusedForGood(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		w.add(p, dev, s)
		thief := *dev
		for range 3 {
			_, _, err := w.enter(p, dev.sign(w.offer(p)), "")
			w.Must(err)
		}
		_, _, err := w.enter(p, thief.sign(w.offer(p)), "")
		w.Refused(err, lancar.Invalid)
		w.Drain()
		w.told("maria@example.com", "mungkin disalin")
		_, _, err = w.enter(p, dev.sign(w.offer(p)), "")
		w.Refused(err, lancar.Invalid)
		list, err := p.List(t.Context(), s)
		if err != nil || len(list) != 1 || !list[0].Copied {
			t.Fatalf("%+v %v", list, err)
		}
		w.Must(p.Remove(t.Context(), s, list[0].ID)) // a code is still a way in
	})
}

func TestAStolenCookieAddsNoPasskey(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		token, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		o, err := p.OfferNew(t.Context(), s)
		w.Must(err)
		other, s2 := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		_, err = p.Add(t.Context(), s2, dev.make(o), "", "Firefox")
		w.Refused(err, lancar.Invalid) // the challenge belongs to another session
		w.Pass(16 * time.Minute)
		_, err = p.OfferNew(t.Context(), s2)
		w.Refused(err, lancar.Forbidden)
		_, err = p.Add(t.Context(), s, dev.make(o), "", "Firefox")
		w.Refused(err, lancar.Forbidden)
		if list, err := p.List(t.Context(), s2); err != nil || len(list) != 0 {
			t.Fatalf("%+v %v", list, err)
		}
		w.Must(w.Identity.SignOut(t.Context(), token))
		w.Must(w.Identity.SignOut(t.Context(), other))
		_, err = p.OfferNew(t.Context(), s)
		w.Refused(err, lancar.Unauthenticated)
	})
}

func TestAnotherAccountsPasskeyIsNotTouched(t *testing.T) {
	once(t, identity.Limits{}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		_, s := w.signIn(w.Claim(maria, "maria@example.com"), "maria@example.com")
		k := w.add(p, dev, s)
		_, his := w.signIn(w.Claim(yosef, "yosef@example.com"), "yosef@example.com")
		w.Refused(p.Rename(t.Context(), his, k.ID, "mine"), lancar.NotFound)
		w.Refused(p.Remove(t.Context(), his, k.ID), lancar.NotFound)
		o, err := p.OfferNew(t.Context(), his)
		w.Must(err)
		_, err = p.Add(t.Context(), his, dev.make(o), "", "Firefox") // the same key for a second account
		w.Refused(err, lancar.Invalid)
	})
}

func TestOfficersUsePasskeysAndKeepTheirRole(t *testing.T) {
	each(t, identity.Limits{}, func(w *world) {
		p, dev := w.passkeys(), newAuthenticator(t)
		e := identity.Employee{Number: "198609262015051001", Name: "Adriana Tefa", Mail: "adriana@kantor.example", Roles: []identity.Role{
			{Role: identity.Reviewer, Agency: "dpmptsp", Region: "53.15"}, {Role: identity.Decider, Agency: "dpmptsp", Region: "53.15"}}}
		_, err := w.Identity.SaveEmployee(t.Context(), e)
		w.Must(err)
		a, err := w.Identity.OfficerStart(t.Context(), e.Number, "192.0.2.1", "id")
		w.Must(err)
		w.Drain()
		token, _, err := w.confirm(a.ID, w.Code(e.Mail))
		w.Must(err)
		token, s, err := w.Identity.ChooseRole(t.Context(), token, e.Roles[1])
		w.Must(err)
		w.add(p, dev, s)
		w.Drain()
		w.told(e.Mail, "/office/devices")
		_, in, err := w.enter(p, dev.sign(w.offer(p)), token)
		if err != nil || in.Kind != identity.Officer || in.Level != identity.Strong || in.RegisterContact || in.Actor.Role != identity.Decider || in.Actor.Name != e.Name {
			t.Fatalf("%+v %v", in, err)
		}
		_, err = w.Identity.Dismiss(t.Context(), nil)
		w.Must(err)
		_, _, err = w.enter(p, dev.sign(w.offer(p)), "")
		w.Refused(err, lancar.Invalid)
	})
}
