package oidc_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/identity/oidc"
)

func TestAnAppPublishesItsKeys(t *testing.T) {
	once(t, func(w *world) {
		var set, asked atomic.Value
		asked.Store(0)
		host := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			asked.Store(asked.Load().(int) + 1)
			if r.URL.Path == "/moved" {
				http.Redirect(rw, r, "/keys", http.StatusFound)
				return
			}
			_, _ = rw.Write([]byte(set.Load().(string)))
		}))
		defer host.Close()
		key, alg := newKey(t, "ES256")
		set.Store(jwks(t, key.Public()))
		a, r := w.dynamic(map[string]any{"jwks": nil, "jwks_uri": host.URL + "/keys", "grant_types": []string{"authorization_code", "client_credentials"}, "scope": "openid permits.read"})
		if r.status != 201 || r.get("jwks_uri") != host.URL+"/keys" || asked.Load() != 0 {
			t.Fatal(r.text)
		}
		a.key, a.alg = key, alg
		token := func() reply { return a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}}) }
		for range 3 {
			if r := token(); r.status != 200 {
				t.Fatal(r.text)
			}
		}
		if asked.Load() != 1 {
			t.Fatal("keys are kept for a while: fetched ", asked.Load())
		}
		next, _ := newKey(t, "ES256")
		renamed, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: next.Public(), KeyID: "k2", Use: "sig"}}})
		w.Must(err)
		set.Store(string(renamed))
		a.key, a.kid = next, "k2"
		token().wants(t, 401, "invalid_client") // asked a moment ago: whoever makes key ids up costs nothing
		w.provider.AgePublishedForTest()
		if r := token(); r.status != 200 || asked.Load() != 2 {
			t.Fatal(r.text, asked.Load())
		}
		for name, at := range map[string]string{"moved": host.URL + "/moved", "nowhere": "http://127.0.0.1:1/keys"} {
			b, _ := w.dynamic(map[string]any{"jwks": nil, "jwks_uri": at})
			b.key, b.kid = next, "k2"
			if r := b.call("/oauth/par", b.want("openid")); r.status != 401 || r.get("error") != "invalid_client" {
				t.Error(name, r.text)
			}
		}
		for name, body := range map[string]map[string]any{
			"beside jwks": {"jwks_uri": host.URL + "/keys"},
			"plain http":  {"jwks": nil, "jwks_uri": "http://keys.example/jwks"},
			"a file":      {"jwks": nil, "jwks_uri": "file:///etc/passwd"},
		} {
			if _, r := w.dynamic(body); r.get("error") != "invalid_client_metadata" {
				t.Error(name, r.status, r.text)
			}
		}
		app := w.app(func(c *oidc.Client) { c.JWKS, c.KeysAt = "", host.URL+"/keys" })
		if err := w.provider.Submit(t.Context(), engineer, app.ID); lancar.CodeOf(err) != lancar.Invalid {
			t.Fatal("in production two officers change keys: ", err)
		}
	})
}

func TestASectorIsItsKeepers(t *testing.T) {
	once(t, func(w *world) {
		list := `["https://one.example/cb","https://two.example/cb","` + callback + `"]`
		host := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(list)) }))
		defer host.Close()
		s := w.signIn(maria)
		sub := func(first string) string {
			t.Helper()
			a, r := w.dynamic(map[string]any{"redirect_uris": []string{first, "https://two.example/cb", callback}, "sector_identifier_uri": host.URL + "/sector"})
			if r.status != 201 || r.get("sector_identifier_uri") == "" {
				t.Fatal(r.text)
			}
			got := a.login(s, "openid")
			return w.claims(got.get("id_token"))["sub"].(string)
		}
		if sub("https://one.example/cb") != sub("https://two.example/cb") {
			t.Fatal("one sector, one pseudonym")
		}
		if _, r := w.dynamic(map[string]any{"redirect_uris": []string{callback, "https://evil.example/cb"}, "sector_identifier_uri": host.URL + "/sector"}); r.get("error") != "invalid_client_metadata" {
			t.Fatal("who is not on the list: ", r.text)
		}
		if _, r := w.dynamic(map[string]any{"redirect_uris": []string{callback, "https://one.example/cb"}}); r.status != 400 {
			t.Fatal("several hosts without a sector: ", r.text)
		}
	})
}

func TestWhoHoldsNoSecretUsesPKCE(t *testing.T) {
	once(t, func(w *world) {
		if _, r := w.dynamic(map[string]any{"jwks": nil, "token_endpoint_auth_method": "none", "certification_basic": true}); r.status != 400 {
			t.Fatal("PKCE was waived for a public client: ", r.text)
		}
		a, _ := w.dynamic(map[string]any{"certification_basic": true})
		q := a.want("openid")
		q.Del("code_challenge")
		if request, back, _ := w.authorize(q); request == "" {
			t.Fatal(back)
		}
		b, _ := w.dynamic(nil)
		q = b.want("openid")
		q.Del("code_challenge")
		if _, back, _ := w.authorize(q); back.Get("error") != "invalid_request" {
			t.Fatal(back)
		}
	})
}

func TestTheDraftOfFAPI2LetsAssertionsNameEndpoints(t *testing.T) {
	once(t, func(w *world) {
		for draft, want := range map[bool]int{true: 201, false: 401} {
			a, r := w.dynamic(map[string]any{"fapi2_security_profile": true, "fapi2_implementers_draft": draft, "dpop_bound_access_tokens": true})
			if r.status != 201 {
				t.Fatal(r.text)
			}
			for _, aud := range []any{w.provider.Issuer() + "/oauth/par", w.provider.Issuer() + "/oauth/token", []string{w.provider.Issuer(), "https://other.example"}} {
				form := a.want("openid")
				form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
				form.Set("client_assertion", a.assertion(func(b map[string]any) { b["aud"] = aud }))
				if r := w.post("/oauth/par", nil, form); r.status != want {
					t.Error(draft, aud, r.text)
				}
			}
		}
	})
}

func TestOnlyADemonstrationCallsIntoItsOwnNetwork(t *testing.T) {
	once(t, func(w *world) {
		asked := 0
		host := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			asked++
			_, _ = rw.Write([]byte(`["` + callback + `"]`))
		}))
		defer host.Close()
		roots := x509.NewCertPool()
		roots.AddCert(host.Certificate())
		for inside, want := range map[bool]int{false: 0, true: 1} {
			asked = 0
			p := oidc.New(oidc.Rooms{DB: w.DB, Queue: w.queue2(), Keys: w.Ring, Identity: w.Identity, Access: w.Access, Log: slog.New(slog.DiscardHandler)},
				oidc.Config{Issuer: "https://x.example", Sandbox: true, Inside: inside, CallTLS: &tls.Config{RootCAs: roots}})
			key, _ := newKey(t, "ES256")
			_, _, err := p.Register(t.Context(), engineer, oidc.Client{Name: lancar.Text{"id": "A"}, Purpose: lancar.Text{"id": "A"}, Redirects: []string{callback}, Auth: oidc.PrivateKeyJWT,
				JWKS: jwks(t, key.Public()), SectorAt: host.URL + "/sector"})
			if asked != want || (err == nil) != inside {
				t.Error(inside, asked, err)
			}
		}
	})
}
