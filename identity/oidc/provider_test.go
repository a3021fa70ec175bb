package oidc_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
)

func (w *world) get(path string) reply {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), "GET", w.provider.Issuer()+path, nil)
	w.Must(err)
	return w.do(req)
}

func TestTheProviderDescribesItselfAlikeOnEveryHost(t *testing.T) {
	once(t, func(w *world) {
		for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
			req, err := http.NewRequestWithContext(t.Context(), "GET", w.provider.Issuer()+path, nil)
			w.Must(err)
			req.Host = "ntt.localhost"
			r := w.do(req)
			if r.get("issuer") != w.provider.Issuer() || r.header.Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(r.get("token_endpoint"), w.provider.Issuer()+"/") {
				t.Fatal(r.text)
			}
			for _, word := range []string{`"none"]`, "implicit", "password", "HS256", "id_token token"} {
				if strings.Contains(r.text, word) && word != `"none"]` {
					t.Errorf("it offers %s", word)
				}
			}
		}
		req, err := http.NewRequestWithContext(t.Context(), "OPTIONS", w.provider.Issuer()+"/oauth/token", nil)
		w.Must(err)
		if r := w.do(req); r.status != 204 || !strings.Contains(r.header.Get("Access-Control-Allow-Headers"), "DPoP") {
			t.Fatal(r.status, r.header)
		}
	})
}

func TestKeysArePublishedBeforeTheySignAndStayAfter(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		kids := func() (out []string) {
			var set jose.JSONWebKeySet
			w.Must(json.Unmarshal([]byte(w.get("/oauth/jwks").text), &set))
			for _, k := range set.Keys {
				if !k.IsPublic() || k.Use != "sig" {
					t.Fatal("a key that must not be published")
				}
				out = append(out, k.KeyID)
			}
			return out
		}
		kid := func(token string) string {
			parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
			w.Must(err)
			return parsed.Signatures[0].Protected.KeyID
		}
		rotate := func() {
			w.Drain()
			w.Must(w.provider.RotateForTest(t.Context()))
		}
		first := kid(a.login(s, "openid").get("access_token"))
		w.Pass(24 * 24 * time.Hour)
		s = w.signIn(maria)
		rotate()
		w.Pass(time.Minute)
		if list := kids(); len(list) != 2 || kid(a.login(s, "openid").get("access_token")) != first {
			t.Fatal("the next key is not there yet, or signs already: ", list)
		}
		w.Pass(6*24*time.Hour + time.Minute)
		s = w.signIn(maria)
		late := a.login(s, "openid")
		if list := kids(); !slices.Contains(list, first) || kid(late.get("access_token")) == first || !a.active(late.get("access_token")) {
			t.Fatal("the next key does not sign, or the last one is gone too early: ", list)
		}
		w.Pass(3 * 24 * time.Hour)
		rotate()
		w.Pass(time.Minute)
		if list := kids(); slices.Contains(list, first) {
			t.Fatal("an old key stays")
		}
		w.provider = oidc.New(oidc.Rooms{DB: w.DB, Queue: w.queue2(), Keys: w.Ring, Identity: w.Identity, Access: w.Access, Log: slog.New(slog.DiscardHandler)}, oidc.Config{Issuer: w.provider.Issuer(), Sandbox: true}) // another copy of the node on the same database
		if got := a.login(w.signIn(maria), "openid"); !slices.Contains(kids(), kid(got.get("access_token"))) {
			t.Fatal("the copy has keys of its own")
		}
	})
}

func TestEveryAlgorithmAndForm(t *testing.T) {
	once(t, func(w *world) {
		s := w.signIn(maria)
		for _, alg := range []string{"ES256", "EdDSA", "PS256"} {
			a := w.app(func(c *oidc.Client) { c.IDTokenAlg, c.UserinfoAlg, c.Opaque = alg, alg, true })
			a.key, a.alg = newKey(t, alg)
			c := a.Client
			c.JWKS = jwks(t, a.key.Public())
			w.Must(w.provider.Change(t.Context(), engineer, c))
			w.provider.ForgetForTest()
			got := a.login(s, "openid profile offline_access")
			if got.status != 200 || !strings.HasPrefix(got.get("access_token"), "a.") {
				t.Fatal(alg, got.text)
			}
			id := w.claims(got.get("id_token"))
			info := a.userinfo(got.get("access_token"), nil)
			if info.header.Get("Content-Type") != "application/jwt" {
				t.Fatal(info.header)
			}
			signed := w.claims(info.text)
			if signed["sub"] != id["sub"] || signed["name"] != "MARIA ELISABETH" || signed["aud"] != string(a.ID) {
				t.Fatal(signed)
			}
			if !a.active(got.get("access_token")) || a.active(got.get("access_token")+"x") {
				t.Fatal("introspection of an opaque token")
			}
		}
	})
}

func TestAPersonIsAnotherOneToEachSector(t *testing.T) {
	once(t, func(w *world) {
		s := w.signIn(maria)
		sub := func(change func(*oidc.Client)) any {
			return w.claims(w.app(change).login(s, "openid").get("id_token"))["sub"]
		}
		here := sub(nil)
		there := sub(func(c *oidc.Client) { c.Sector = "other.example" })
		public := sub(func(c *oidc.Client) { c.Subject = "public" })
		if here != sub(nil) || here == there || here == public || public != sub(func(c *oidc.Client) { c.Subject, c.Sector = "public", "x" }) {
			t.Fatal(here, there, public)
		}
		stranger := engineer
		stranger.Agency = "dukcapil"
		a := w.app(func(c *oidc.Client) { c.Sector = "other.example" })
		spy := *a
		c := a.Client
		c.ID = ""
		var err error
		spy.Client, _, err = w.provider.Register(t.Context(), stranger, c)
		w.Must(err)
		if sub := w.claims(spy.login(s, "openid").get("id_token"))["sub"]; sub == there {
			t.Fatal("another agency's client knows the person by the same name")
		}
		if text, _ := public.(string); strings.Contains(text, string(s.Account)) || strings.Contains(text, s.Subject) {
			t.Fatal("the pseudonym names the account")
		}
	})
}

func TestIdentityNumbersAreForAgreedClientsAlone(t *testing.T) {
	once(t, func(w *world) {
		s := w.signIn(maria)
		a := w.app(func(c *oidc.Client) { c.Scopes, c.Grants = append(c.Scopes, "nik"), []string{"authorization_code"} })
		if _, back, _ := w.authorize(a.want("openid nik")); back.Get("error") != "invalid_scope" {
			t.Fatal(back)
		}
		q := a.want("openid")
		q.Set("claims", `{"userinfo":{"nik":{"essential":true}}}`)
		request, _, _ := w.authorize(q)
		if p, err := w.provider.Pending(t.Context(), request, s); err != nil || len(p.Needed) != 1 {
			t.Fatal("the claims parameter is a back door: ", p.Needed, err)
		}
		w.Must(w.provider.Submit(t.Context(), engineer, a.ID))
		if err := w.provider.Approve(t.Context(), engineer, a.ID, 2, true); lancar.CodeOf(err) != lancar.Forbidden {
			t.Fatal("who registered it approved it: ", err)
		}
		second := engineer
		second.ID = "0000000000000000000000000000bbbb"
		if err := w.provider.Approve(t.Context(), second, a.ID, 2, true); lancar.CodeOf(err) != lancar.Forbidden {
			t.Errorf("a colleague without the role approves: %v", err)
		}
		second.Role = identity.Superior
		elsewhere := second
		elsewhere.Agency = "dukcapil"
		if err := w.provider.Approve(t.Context(), elsewhere, a.ID, 2, true); lancar.CodeOf(err) != lancar.NotFound {
			t.Fatal(err)
		}
		w.Must(w.provider.Approve(t.Context(), second, a.ID, 2, true))
		w.provider.ForgetForTest()
		got := a.login(s, "openid nik")
		if info := a.userinfo(got.get("access_token"), nil); info.get("nik") != maria || info.get("name") != "" {
			t.Fatal(info.text)
		}
		changed := a.Client
		changed.Redirects = []string{"https://evil.example/cb"}
		changed.Numbers = true
		if err := w.provider.Change(t.Context(), engineer, changed); lancar.CodeOf(err) != lancar.Conflict {
			t.Fatal("what was approved was changed: ", err)
		}
	})
}

func TestAPersonMayLeaveOutWhatIsOptional(t *testing.T) {
	once(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		ask := func(kinds ...string) reply {
			q := a.want("openid")
			q.Set("claims", `{"userinfo":{"name":{"essential":true},"email":null},"id_token":{"birthdate":null}}`)
			q.Set("prompt", "consent")
			request, _, _ := w.authorize(q)
			return a.redeem(w.agree(request, s, kinds...).Get("code"))
		}
		got := ask()
		least := got.get("access_token")
		if info := a.userinfo(got.get("access_token"), nil); info.get("name") == "" || info.get("email") != "" || w.claims(got.get("id_token"))["birthdate"] != nil {
			t.Fatal(info.text)
		}
		got = ask("email", "birthdate", "nik")
		before := got.get("access_token")
		if info := a.userinfo(least, nil); info.get("email") != "" {
			t.Fatal("an older token learns what was agreed to later: ", info.text)
		}
		if info := a.userinfo(got.get("access_token"), nil); info.get("email") == "" || info.get("nik") != "" || w.claims(got.get("id_token"))["birthdate"] != "1997-09-06" {
			t.Fatal(info.text, w.claims(got.get("id_token")))
		}
		ask()
		if info := a.userinfo(before, nil); info.get("email") != "" || info.get("name") == "" {
			t.Fatal("what was left out the next time is still told: ", info.text)
		}
	})
}

func TestTokensAreRevokedAndToldOfToTheRightOnes(t *testing.T) {
	each(t, func(w *world) {
		s := w.signIn(maria)
		a := w.app(func(c *oidc.Client) { c.Resources = []string{"https://api.example"} })
		other := w.app(nil)
		server := w.app(func(c *oidc.Client) {
			c.Grants, c.Redirects, c.Server, c.Resources = []string{"client_credentials"}, nil, true, []string{"https://api.example"}
		})
		q := a.want("openid offline_access")
		q.Set("resource", "https://api.example")
		request, _, _ := w.authorize(q)
		got := a.redeem(w.agree(request, s).Get("code"))
		token := got.get("access_token")
		if !a.active(token) || !server.active(token) || other.active(token) || other.active(got.get("refresh_token")) {
			t.Fatal("the wrong ones are told")
		}
		other.call("/oauth/revoke", url.Values{"token": {token}})
		other.call("/oauth/revoke", url.Values{"token": {got.get("refresh_token")}})
		if !a.active(token) {
			t.Fatal("another client revoked it")
		}
		if r := a.call("/oauth/revoke", url.Values{"token": {token}}); r.status != 200 || server.active(token) || !a.active(got.get("refresh_token")) {
			t.Fatal(r.text)
		}
		again := a.refresh(got.get("refresh_token"))
		if r := a.call("/oauth/revoke", url.Values{"token": {again.get("refresh_token")}}); r.status != 200 || a.active(again.get("access_token")) || server.active(again.get("access_token")) {
			t.Fatal("the family lives: ", r.text)
		}
		if r := a.call("/oauth/revoke", url.Values{"token": {"unknown"}}); r.status != 200 {
			t.Fatal(r.text)
		}
		a.call("/oauth/revoke", url.Values{}).wants(t, 400, "invalid_request")
	})
}

func TestAnEngineerReadsWhatWentWrong(t *testing.T) {
	each(t, func(w *world) {
		a := w.app(nil)
		a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "scope": {"no.such"}}).wants(t, 400, "invalid_scope")
		list, err := w.provider.Troubles(t.Context(), engineer, a.ID)
		if err != nil || len(list) != 1 || list[0].Code != "invalid_scope" || list[0].Endpoint != "token" || list[0].Words["id"] == "" {
			t.Fatal(list, err)
		}
		stranger := engineer
		stranger.Agency = "dukcapil"
		if _, err := w.provider.Troubles(t.Context(), stranger, a.ID); lancar.CodeOf(err) != lancar.NotFound {
			t.Fatal(err)
		}
		mine, err := w.provider.Clients(t.Context(), engineer)
		if err != nil || len(mine) != 1 || mine[0].ID != a.ID {
			t.Fatal(mine, err)
		}
		w.Must(w.provider.End(t.Context(), engineer, a.ID))
		time.Sleep(1100 * time.Millisecond) // it holds within a second, on every copy
		a.call("/oauth/token", machineForm()).wants(t, 401, "invalid_client")
	})
}

func TestRegistrationsThatAreRefused(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(nil)
		for name, change := range map[string]func(*oidc.Client){
			"no name":          func(c *oidc.Client) { c.Name = nil },
			"no purpose":       func(c *oidc.Client) { c.Purpose = nil },
			"no redirect":      func(c *oidc.Client) { c.Redirects = nil },
			"plain http":       func(c *oidc.Client) { c.Redirects = []string{"http://app.example/cb"} },
			"a wildcard":       func(c *oidc.Client) { c.Redirects = []string{"https://*.example/cb"} },
			"a fragment":       func(c *oidc.Client) { c.Redirects = []string{"https://app.example/cb#"} },
			"a script":         func(c *oidc.Client) { c.Redirects = []string{"javascript:alert(1)"} },
			"a policy":         func(c *oidc.Client) { c.Redirects = []string{"https://app.example/cb; script-src *"} },
			"a private key":    func(c *oidc.Client) { c.JWKS = privateSet(t) },
			"a weak curve":     func(c *oidc.Client) { c.JWKS = `{"keys":[{"kty":"oct","k":"AAAA"}]}` },
			"no keys":          func(c *oidc.Client) { c.JWKS = "" },
			"alg none":         func(c *oidc.Client) { c.IDTokenAlg = "none" },
			"a machine by id":  func(c *oidc.Client) { c.Auth = oidc.None },
			"FAPI unbound":     func(c *oidc.Client) { c.FAPI = true },
			"FAPI by a secret": func(c *oidc.Client) { c.FAPI, c.DPoP, c.Auth = true, true, oidc.SecretBasic },
			"two sectors":      func(c *oidc.Client) { c.Redirects = []string{callback, "https://other.example/cb"} },
			"a relative thing": func(c *oidc.Client) { c.Resources = []string{"/api"} },
		} {
			c := a.Client
			c.ID = ""
			change(&c)
			if _, _, err := w.provider.Register(t.Context(), engineer, c); lancar.CodeOf(err) != lancar.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := w.provider.Register(t.Context(), lancar.Actor{Kind: lancar.Person, ID: "x"}, a.Client); lancar.CodeOf(err) != lancar.Forbidden {
			t.Error(err)
		}
	})
}

func privateSet(t *testing.T) string {
	k, _ := newKey(t, "ES256")
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: k, KeyID: "p"}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAnswersByForm(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(nil)
		q := a.want("openid")
		q.Set("response_mode", "form_post")
		request, _, _ := w.authorize(q)
		to, err := w.provider.Decide(t.Context(), request, w.signIn(maria), nil)
		if err != nil || to.URL != callback || len(to.Form) != 3 || to.Form[0].Name != "code" {
			t.Fatal(to, err)
		}
		q = a.want("openid")
		q.Set("response_mode", "form_post")
		q.Set("prompt", "dance")
		q.Set("state", `"><script>alert(1)</script>`)
		if _, _, r := w.authorize(q); r.status != 200 || strings.Contains(r.text, "alert(1)<") || !strings.Contains(r.text, `action="`+callback) || !strings.HasSuffix(r.text, "</form><script>document.forms[0].submit()</script>") ||
			!strings.Contains(r.header.Get("Content-Security-Policy"), "script-src 'sha256-") {
			t.Fatal(r.status, r.text)
		}
	})
}
