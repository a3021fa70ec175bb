package oidc_test

import (
	"net/url"
	"testing"
	"time"

	"lancar/identity/mandate"
	"lancar/identity/oidc"
)

const (
	exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessType    = "urn:ietf:params:oauth:token-type:access_token"
	mandateType   = "urn:lancar:token-type:mandate"
	archive       = "https://arsip.example/api"
	mill          = "https://gudang.example/api"
)

func (a *app) exchange(token, kind string, more url.Values) reply {
	a.Helper()
	q := url.Values{"grant_type": {exchangeGrant}, "subject_token": {token}, "subject_token_type": {kind}}
	for k, v := range more {
		q[k] = v
	}
	return a.call("/oauth/token", q)
}

func TestAServiceExchangesAPersonsTokenForANarrowerOne(t *testing.T) {
	each(t, func(w *world) {
		front := w.app(func(c *oidc.Client) {
			c.Grants, c.Resources = []string{"authorization_code", "refresh_token", exchangeGrant}, []string{archive}
		})
		back := w.app(func(c *oidc.Client) {
			c.Grants, c.Resources, c.Server, c.Scopes = []string{exchangeGrant}, []string{archive, mill}, true, []string{"profile"}
		})
		stranger := w.app(func(c *oidc.Client) { c.Grants, c.Resources = []string{exchangeGrant}, []string{archive} })
		s := w.signIn(maria)
		got := front.login(s, "openid profile email")
		token := got.get("access_token")
		one := front.exchange(token, accessType, url.Values{"resource": {archive}})
		if one.status != 200 || one.get("issued_token_type") != accessType || one.get("refresh_token")+one.get("id_token") != "" {
			t.Fatal(one.text)
		}
		c := w.claims(one.get("access_token"))
		act, _ := c["act"].(map[string]any)
		if c["aud"] != archive || c["scope"] != "profile email" || act["sub"] != string(front.ID) || c["sub"] == w.claims(token)["sub"] {
			t.Fatal(c)
		}
		w.Pass(time.Minute)
		two := back.exchange(one.get("access_token"), accessType, url.Values{"resource": {mill}})
		if two.status != 200 || two.body["expires_in"].(float64) > 240 {
			t.Fatal("it lives longer than what it came from: ", two.text)
		}
		d := w.claims(two.get("access_token"))
		outer, _ := d["act"].(map[string]any)
		inner, _ := outer["act"].(map[string]any)
		if d["scope"] != "profile" || d["sub"] == c["sub"] || outer["sub"] != string(back.ID) || inner["sub"] != string(front.ID) {
			t.Fatal(d)
		}
		front.exchange(token, accessType, nil).wants(t, 400, "invalid_target")
		front.exchange(token, accessType, url.Values{"resource": {mill}}).wants(t, 400, "invalid_target")
		back.exchange(one.get("access_token"), accessType, url.Values{"resource": {archive, mill}}).wants(t, 400, "invalid_target")
		front.exchange(token, accessType, url.Values{"resource": {archive}, "scope": {"phone"}}).wants(t, 400, "invalid_scope")
		stranger.exchange(token, accessType, url.Values{"resource": {archive}}).wants(t, 400, "invalid_request")
		back.exchange(token, accessType, url.Values{"resource": {archive}}).wants(t, 400, "invalid_request") // not sent to it
		front.exchange(got.get("id_token"), accessType, url.Values{"resource": {archive}}).wants(t, 400, "invalid_request")
		front.exchange("x", "urn:ietf:params:oauth:token-type:saml2", url.Values{"resource": {archive}}).wants(t, 400, "invalid_request")
		if r := front.userinfo(one.get("access_token"), nil); r.status != 403 {
			t.Fatal("an exchanged token opens userinfo: ", r.status)
		}
		stranger.call("/oauth/revoke", url.Values{"token": {token}})
		if !back.active(two.get("access_token")) {
			t.Fatal("a stranger's revocation ends what is not theirs")
		}
		front.call("/oauth/revoke", url.Values{"token": {token}})
		if front.active(one.get("access_token")) || back.active(two.get("access_token")) {
			t.Fatal("what was exchanged outlives what it came from")
		}
		front.exchange(token, accessType, url.Values{"resource": {archive}}).wants(t, 400, "invalid_request")
		again := front.login(s, "openid profile")
		three := front.exchange(again.get("access_token"), accessType, url.Values{"resource": {archive}})
		w.Must(withdrawAll(w, s)) // no job has run
		if front.active(three.get("access_token")) {
			t.Fatal("it outlives the agreement")
		}
	})
}

func TestAMachineActsUnderAMandateUntilItIsTakenBack(t *testing.T) {
	each(t, func(w *world) {
		a, _, head := w.machine(1000, 100)
		s := w.signIn(maria)
		give := func() mandate.Mandate {
			m, err := w.mandates.Agent(t.Context(), s, mandate.AgentGift{Machine: a.ID, Name: "Asisten", Scope: mandate.Scope{Verbs: []mandate.Verb{mandate.See}},
				Until: w.Now().Add(48 * time.Hour), Errand: "Memantau permohonan", Region: "53.15"})
			w.Must(err)
			return m
		}
		m := give()
		here := url.Values{"resource": {w.provider.Issuer()}, "scope": {"cases.read"}}
		got := a.exchange(string(m.ID), mandateType, here)
		if got.status != 200 || got.body["expires_in"].(float64) > 60 {
			t.Fatal(got.text)
		}
		c := w.claims(got.get("access_token"))
		act, _ := c["act"].(map[string]any)
		if act["sub"] != string(a.ID) || act["mandate"] != string(m.ID) || c["sub"] == string(s.Account) || c["sub"] == string(a.ID) || c["scope"] != "cases.read" {
			t.Fatal(c)
		}
		if !a.active(got.get("access_token")) {
			t.Fatal("not active")
		}
		a.exchange("0000000000000000000000000000beef", mandateType, here).wants(t, 400, "invalid_request")
		a.exchange(string(m.ID), mandateType, url.Values{"resource": {"https://elsewhere.example"}}).wants(t, 400, "invalid_target")
		a.exchange(string(m.ID), mandateType, url.Values{"resource": {w.provider.Issuer()}, "scope": {"cases.files"}}).wants(t, 400, "invalid_scope")
		if r := a.exchange(string(m.ID), mandateType, url.Values{"resource": {w.provider.Issuer()}}); r.status != 200 || r.get("scope") != "cases.read services.read" {
			t.Fatal("who names no scope gets those that the mandate reaches: ", r.text)
		}
		other := w.app(func(c *oidc.Client) { c.Grants = []string{exchangeGrant} })
		other.exchange(string(m.ID), mandateType, url.Values{"resource": {w.provider.Issuer()}}).wants(t, 400, "invalid_request")
		w.Must(w.mandates.Revoke(t.Context(), s, m.ID))
		if a.active(got.get("access_token")) {
			t.Fatal("the token outlives the mandate")
		}
		a.exchange(string(m.ID), mandateType, here).wants(t, 400, "invalid_request")
		n := give()
		got = a.exchange(string(n.ID), mandateType, here)
		if got.status != 200 {
			t.Fatal(got.text)
		}
		_, err := w.machines.Stop(t.Context(), head, a.ID, "kunci bocor")
		w.Must(err)
		time.Sleep(1100 * time.Millisecond)
		if r := a.userinfo(got.get("access_token"), nil); r.status != 401 {
			t.Fatal("the token outlives the machine: ", r.status)
		}
	})
}

// A token under a mandate stays about the person it is for, however often it is exchanged, and says
// to which services the mandate is limited.
func TestATokenUnderAMandateIsAboutItsPrincipal(t *testing.T) {
	once(t, func(w *world) {
		second := "https://arsip.example/lain"
		w.serves(archive, second)
		front := w.app(func(c *oidc.Client) {
			c.Grants, c.Resources = []string{"authorization_code", exchangeGrant}, []string{archive, second}
			c.Scopes = []string{"openid", "profile", "mandates", "permits.read", "register.read"}
		})
		holder, principal := w.signIn(maria), w.signIn(yosef)
		m, err := w.mandates.Offer(t.Context(), principal, mandate.Gift{Number: maria, Name: "MARIA ELISABETH", Scope: mandate.Scope{Verbs: []mandate.Verb{mandate.See}, Services: []string{"akta-lahir"}},
			Until: w.Now().Add(48 * time.Hour), Errand: "Melihat", Region: "53.15"})
		w.Must(err)
		w.Must(w.mandates.Accept(t.Context(), holder, m.ID))
		sub := func(r reply) any {
			if r.status != 200 {
				t.Fatal(r.text)
			}
			return w.claims(r.get("access_token"))["sub"]
		}
		want := sub(front.exchange(front.login(principal, "openid profile").get("access_token"), accessType, url.Values{"resource": {second}}))
		plain := url.Values{"resource": {archive}, "actor_token": {front.login(holder, "openid profile").get("access_token")}, "actor_token_type": {accessType}, "scope": {"permits.read"}}
		front.exchange(string(m.ID), mandateType, plain).wants(t, 400, "invalid_request") // to which the holder never agreed
		under := url.Values{"resource": {archive}, "actor_token": {front.login(holder, "openid profile mandates").get("access_token")}, "actor_token_type": {accessType}, "scope": {"permits.read"}}
		one := front.exchange(string(m.ID), mandateType, under)
		if sub(one) != want {
			t.Fatal("not about the principal: ", one.text)
		}
		act, _ := w.claims(one.get("access_token"))["act"].(map[string]any)
		if only, _ := act["services"].([]any); len(only) != 1 || only[0] != "akta-lahir" {
			t.Errorf("the token hides the mandate's limits: %v", act)
		}
		if two := front.exchange(one.get("access_token"), accessType, url.Values{"resource": {second}}); sub(two) != want {
			t.Fatal("exchanged again it is about the holder")
		}
		under.Set("scope", "register.read")
		front.exchange(string(m.ID), mandateType, under).wants(t, 400, "invalid_scope")
	})
}
