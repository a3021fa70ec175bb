package oidc_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lancar/identity"
	"lancar/identity/oidc"
)

// leave opens /oauth/logout as a browser would; request is what the portal's page gets.
func (w *world) leave(q url.Values) (request string, r reply) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), "GET", w.provider.Issuer()+"/oauth/logout?"+q.Encode(), nil)
	w.Must(err)
	r = w.do(req)
	to, err := url.Parse(r.header.Get("Location"))
	w.Must(err)
	return to.Query().Get("request"), r
}

func (w *world) leaving(request string, s identity.Session) oidc.Leaving {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), "GET", "/", nil)
	w.Must(err)
	l, err := w.provider.Leaving(req, request, s)
	w.Must(err)
	return l
}

func TestAnAppSignsItsPersonOutAndNobodyElseDoes(t *testing.T) {
	once(t, func(w *world) {
		const bye = "https://app.example/bye?x=1"
		a := w.app(func(c *oidc.Client) { c.LogoutTo = []string{bye} })
		s, other := w.signIn(maria), w.signIn(yosef)
		id := a.login(s, "openid").get("id_token")
		request, _ := w.leave(url.Values{"id_token_hint": {id}, "post_logout_redirect_uri": {bye}, "state": {"a b"}})
		if l := w.leaving(request, s); l.Ask || l.To != bye+"&state=a+b" || l.App["id"] != "Klinik Sehat" {
			t.Fatalf("%+v", l)
		}
		if l := w.leaving(request, other); !l.Ask {
			t.Fatal("one person's token signs another out")
		}
		if l := w.leaving(request, identity.Session{}); l.Ask || l.To == "" {
			t.Fatal("nobody is signed in, and is asked")
		}
		for name, q := range map[string]url.Values{"nothing": {}, "an app alone": {"client_id": {string(a.ID)}, "post_logout_redirect_uri": {bye}}} {
			request, _ := w.leave(q)
			if l := w.leaving(request, s); !l.Ask {
				t.Errorf("%s signs out silently", name)
			}
		}
		if l := w.leaving("", s); !l.Ask {
			t.Error("an empty request signs out silently")
		}
		w.Pass(time.Hour) // an expired ID token is still a hint
		if request, _ := w.leave(url.Values{"id_token_hint": {id}}); w.leaving(request, s).Ask {
			t.Error("an expired hint is none")
		}
		b := w.app(nil)
		for name, q := range map[string]url.Values{
			"another address":     {"id_token_hint": {id}, "post_logout_redirect_uri": {"https://evil.example/"}},
			"almost the address":  {"id_token_hint": {id}, "post_logout_redirect_uri": {bye + "2"}},
			"an address alone":    {"post_logout_redirect_uri": {bye}},
			"another app's token": {"id_token_hint": {id}, "client_id": {string(b.ID)}},
			"a forged token":      {"id_token_hint": {id[:len(id)-8] + "AAAAAAAA"}},
			"an access token":     {"id_token_hint": {a.login(s, "openid").get("access_token") + "x"}},
		} {
			w.page = nil
			if request, r := w.leave(q); request != "" || w.page == nil || strings.Contains(r.header.Get("Location"), "evil") {
				t.Errorf("%s: %d %s", name, r.status, r.header.Get("Location"))
			}
		}
	})
}

func TestAppsAreToldWhenASignInEnds(t *testing.T) {
	each(t, func(w *world) {
		told := make(chan string, 10)
		down := true
		rp := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if down {
				down = false
				rw.WriteHeader(503)
				return
			}
			told <- r.FormValue("logout_token")
		}))
		defer rp.Close()
		a := w.app(func(c *oidc.Client) { c.LogoutURI = rp.URL + "/gone" })
		s := w.signIn(maria)
		short, long := a.login(s, "openid"), a.login(s, "openid offline_access")
		again := w.signIn(maria) // another device
		stays := a.login(again, "openid")
		w.Must(w.Identity.SignOutDevice(t.Context(), again, s.ID))
		_ = w.Queue.Drain(t.Context())
		w.Pass(2 * time.Second)
		w.Drain()
		token := w.claims(<-told)
		id := w.claims(short.get("id_token"))
		events, _ := token["events"].(map[string]any)
		if token["sub"] != id["sub"] || token["sid"] != id["sid"] || token["aud"] != string(a.ID) || token["nonce"] != nil || token["jti"] == nil || events["http://schemas.openid.net/event/backchannel-logout"] == nil {
			t.Fatal(token)
		}
		if a.active(short.get("access_token")) || !a.active(long.get("refresh_token")) || !a.active(stays.get("access_token")) {
			t.Fatal("what is offline and what is of another device stays, the rest ends")
		}
		if list, err := w.provider.Troubles(t.Context(), engineer, a.ID); err != nil || len(list) == 0 {
			t.Fatal("the failure is not visible: ", err)
		}
		w.Must(w.Identity.SignOutEverywhere(t.Context(), again))
		w.Drain()
		if a.active(long.get("refresh_token")) || a.active(stays.get("access_token")) || len(told) == 0 {
			t.Fatal("signing out everywhere leaves something")
		}
	})
}
