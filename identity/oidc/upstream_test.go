package oidc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/identity/upstream"
)

// national makes this very provider the national one: an app of it that may see numbers, and the
// part that signs people in there.
func (w *world) national() (*app, *upstream.Upstream) {
	w.Helper()
	const back = "https://daerah.example/signin/national/back"
	a := w.app(func(c *oidc.Client) {
		c.Redirects, c.Scopes, c.Grants = []string{back}, []string{"openid", "profile", "nik"}, []string{"authorization_code"}
	})
	second := w.officer("1003", identity.Superior)
	w.Must(w.provider.Submit(w.Context(), engineer, a.ID))
	w.Must(w.provider.Approve(w.Context(), second, a.ID, 2, true))
	w.provider.ForgetForTest()
	u, err := upstream.New(w.DB, w.Ring, w.Identity, upstream.Config{Issuer: w.provider.Issuer(), ClientID: string(a.ID), Key: a.key.(*ecdsa.PrivateKey), KeyID: "k1", Redirect: back,
		Scopes: []string{"profile", "nik"}, Levels: map[string]identity.Level{identity.ACR(2): identity.Verified}})
	w.Must(err)
	return a, u
}

func (w *world) there(u *upstream.Upstream, s identity.Session) (back url.Values, cookie string) {
	w.Helper()
	address, cookie, err := u.Begin(w.Context(), "/me", false)
	w.Must(err)
	to, err := url.Parse(address)
	w.Must(err)
	request, refused, _ := w.authorize(to.Query())
	if request == "" {
		w.Fatal(refused)
	}
	return w.agree(request, s), cookie
}

func TestPeopleSignInAtANationalProvider(t *testing.T) {
	once(t, func(w *world) {
		_, u := w.national()
		s := w.signIn(maria)
		back, cookie := w.there(u, s)
		p, err := u.Finish(t.Context(), back, cookie)
		w.Must(err)
		if p.Number != maria || p.Name != "MARIA ELISABETH" || p.BirthDate != "1997-09-06" || p.Level != identity.Verified || p.To != "/me" {
			t.Fatalf("%+v", p)
		}
		_, here, err := u.Enter(t.Context(), p, identity.Browser{Host: "daerah.example", Address: "192.0.2.1", Device: "Firefox"}, "id")
		w.Must(err)
		if here.Account != s.Account || here.Level != identity.Verified {
			t.Fatal("one person, two accounts")
		}
		if _, err := u.Finish(t.Context(), back, cookie); lancar.CodeOf(err) != lancar.Invalid {
			t.Fatal("an answer is taken twice: ", err)
		}
		new := upstream.Person{Number: "5315044609970003", Name: "Anna  Baru", BirthDate: "1997-09-06", Level: identity.Verified}
		_, first, err := u.Enter(t.Context(), new, identity.Browser{Host: "daerah.example", Device: "Firefox"}, "id")
		w.Must(err)
		if _, again, err := u.Enter(t.Context(), new, identity.Browser{Host: "daerah.example", Device: "Firefox"}, "id"); err != nil || again.Account != first.Account {
			t.Fatal("a second account: ", err)
		}
		new.Name = "ORANG LAIN"
		if _, _, err := u.Enter(t.Context(), new, identity.Browser{}, "id"); lancar.CodeOf(err) != lancar.Conflict {
			t.Fatal("another name opens the account: ", err)
		}
	})
}

func TestANationalSignInIsFinishedByWhoBeganItAndByNobodyElse(t *testing.T) {
	once(t, func(w *world) {
		_, u := w.national()
		s := w.signIn(maria)
		for name, spoil := range map[string]func(q url.Values, cookie string) string{
			"another browser": func(_ url.Values, _ string) string { _, c, _ := u.Begin(t.Context(), "/", false); return c },
			"no cookie":       func(url.Values, string) string { return "" },
			"forged cookie":   func(_ url.Values, c string) string { return strings.ToUpper(c) },
			"another state":   func(q url.Values, c string) string { q.Set("state", "x"); return c },
			"mix-up":          func(q url.Values, c string) string { q.Set("iss", "https://evil.example"); return c },
			"no iss":          func(q url.Values, c string) string { q.Del("iss"); return c },
			"injected code": func(q url.Values, c string) string {
				other, _ := w.there(u, s)
				q.Set("code", other.Get("code"))
				return c
			},
			"refused":  func(q url.Values, c string) string { q.Set("error", "access_denied"); return c },
			"too late": func(_ url.Values, c string) string { w.Pass(21 * time.Minute); return c },
		} {
			back, cookie := w.there(u, s)
			if p, err := u.Finish(t.Context(), back, spoil(back, cookie)); lancar.CodeOf(err) != lancar.Invalid {
				t.Errorf("%s: %v %v", name, p, err)
			}
		}
		for _, curve := range []elliptic.Curve{elliptic.P384(), elliptic.P521()} {
			key, err := ecdsa.GenerateKey(curve, rand.Reader)
			w.Must(err)
			if _, err := upstream.New(w.DB, w.Ring, w.Identity, upstream.Config{Issuer: "https://i.example", ClientID: "c", Redirect: "https://d.example/", Key: key}); err != nil {
				t.Error(err)
			}
		}
		weak, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
		w.Must(err)
		if _, err := upstream.New(w.DB, w.Ring, w.Identity, upstream.Config{Issuer: "https://i.example", ClientID: "c", Redirect: "https://d.example/", Key: weak}); err == nil {
			t.Error("a weak curve")
		}
	})
}

// Who sits down at a browser that is still signed in over there has not proven themself here: what
// asks for a fresh proof goes by when it was given.
func TestASilentNationalSignInIsNoFreshProof(t *testing.T) {
	once(t, func(w *world) {
		_, u := w.national()
		s := w.signIn(maria)
		w.there(u, s) // she agreed when she had just proven herself
		w.Pass(30 * time.Minute)
		back, cookie := w.there(u, s)
		p, err := u.Finish(t.Context(), back, cookie)
		w.Must(err)
		_, here, err := u.Enter(t.Context(), p, identity.Browser{Host: "daerah.example", Address: "192.0.2.1", Device: "Firefox"}, "id")
		w.Must(err)
		if here.Fresh(w.Now(), 15*time.Minute) {
			t.Errorf("proven %v ago counts as now", w.Now().Sub(s.Authenticated))
		}
		address, _, err := u.Begin(t.Context(), "/me", true)
		w.Must(err)
		to, err := url.Parse(address)
		w.Must(err)
		request, _, _ := w.authorize(to.Query())
		if next, err := w.provider.Pending(t.Context(), request, s); err != nil || next.Step != oidc.Fresh {
			t.Errorf("nobody is asked again there: %v %v", next.Step, err)
		}
	})
}
