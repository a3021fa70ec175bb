package oidc_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity/oidc"
)

// What clients that we did not write, and certifiers, took us to task for.

func TestAnEssentialLevelComesBackAsItWasNamedOrNotAtAll(t *testing.T) {
	once(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria) // level 2
		w.cookie = w.cookies[s.ID]
		if got := a.login(s, "openid"); got.status != 200 {
			t.Fatal(got.text)
		}
		for values, want := range map[string]string{
			`["urn:lancar:acr:2"]`:                    "urn:lancar:acr:2",
			`["urn:lancar:acr:1"]`:                    "urn:lancar:acr:1",
			`["urn:lancar:acr:3","urn:lancar:acr:2"]`: "urn:lancar:acr:2",
			`["urn:lancar:acr:3"]`:                    "",
			`["urn:other:gold"]`:                      "",
		} {
			q := a.want("openid")
			q.Set("prompt", "none")
			q.Set("claims", `{"id_token":{"acr":{"essential":true,"values":`+values+`}}}`)
			_, back, _ := w.authorize(q)
			if want == "" {
				if back.Get("error") != "unmet_authentication_requirements" {
					t.Errorf("%s: %v", values, back)
				}
				continue
			}
			if got := w.claims(a.redeem(back.Get("code")).get("id_token"))["acr"]; got != want {
				t.Errorf("%s: %v %v", values, got, back)
			}
		}
	})
}

func TestScriptsOfOtherSitesReachTheOpenEndpointsAlone(t *testing.T) {
	once(t, func(w *world) {
		ask := func(path string) reply {
			req, err := http.NewRequestWithContext(w.Context(), "OPTIONS", w.provider.Issuer()+path, nil)
			w.Must(err)
			req.Header.Set("Origin", "https://spa.example")
			req.Header.Set("Access-Control-Request-Method", "POST")
			return w.do(req)
		}
		for _, path := range []string{"/.well-known/openid-configuration", "/oauth/jwks", "/oauth/par", "/oauth/token", "/oauth/userinfo", "/oauth/revoke"} {
			if r := ask(path); r.status != http.StatusNoContent || r.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Error(path, r.status, r.header)
			}
		}
		for _, path := range []string{"/oauth/authorize", "/oauth/logout", "/oauth/register", "/oauth/introspect", "/oauth/bc-authorize"} {
			if r := ask(path); r.header.Get("Access-Control-Allow-Origin") != "" {
				t.Error(path, r.status, r.header)
			}
		}
		a := w.app(nil)
		if r := a.call("/oauth/par", a.want("openid")); r.status != 201 || r.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Error(r.status, r.header)
		}
	})
}

func TestWhatIsMissingIsCalledMissing(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(func(c *oidc.Client) {
			c.Grants = []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba"}
		})
		for _, grant := range a.Grants {
			a.call("/oauth/token", url.Values{"grant_type": {grant}}).wants(t, 400, "invalid_request")
		}
		for _, address := range []string{"/oauth/userinfo", "/oauth/register/x"} { // who brings nothing is told how, not what is wrong (RFC 6750 section 3.1)
			req, err := http.NewRequestWithContext(w.Context(), "GET", w.provider.Issuer()+address, nil)
			w.Must(err)
			if r := w.do(req); r.status != 401 || r.header.Get("WWW-Authenticate") != `Bearer realm="lancar"` {
				t.Error(address, r.status, r.header)
			}
		}
		spent := a.want("openid")
		spent.Set("request_uri", "urn:x")
		spent.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		spent.Set("client_assertion", a.assertion(nil))
		w.post("/oauth/par", nil, spent).wants(t, 400, "invalid_request")
		spent.Del("request_uri")
		w.post("/oauth/par", nil, spent).wants(t, 401, "invalid_client") // a refused request uses its assertion up
	})
}

// A request object that cannot be believed is answered where the plain parameters say, if that is an
// address of the app: its engineer reads why.
func TestABrokenRequestObjectGoesBackToTheApp(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(nil)
		object := func(change map[string]any) string {
			body := map[string]any{"iss": a.ID, "aud": w.provider.Issuer(), "exp": w.Now().Add(time.Minute).Unix()}
			for name, values := range a.want("openid") {
				body[name] = values[0]
			}
			maps.Copy(body, change)
			return jws(t, a.key, a.alg, "oauth-authz-req+jwt", false, body)
		}
		for name, text := range map[string]string{
			"alg none":       "eyJhbGciOiJub25lIn0." + strings.Split(object(nil), ".")[1] + ".",
			"a stranger's":   strings.Join(append(strings.Split(object(nil), ".")[:2], strings.Split(object(map[string]any{"state": "y"}), ".")[2]), "."),
			"for another":    object(map[string]any{"aud": "https://other.example"}),
			"expired":        object(map[string]any{"exp": w.Now().Add(-time.Minute).Unix()}),
			"another client": object(map[string]any{"client_id": "x"}),
			"encrypted":      "eyJhbGciOiJQQkVTMi1IUzI1NitBMTI4S1ciLCJlbmMiOiJBMTI4R0NNIiwicDJjIjoyMDAwMDAwMDAwLCJwMnMiOiJBQUFBIn0.AAAA.AAAA.AAAA.AAAA",
		} {
			q := a.want("openid")
			q.Set("request", text)
			_, back, r := w.authorize(q)
			if back.Get("error") != "invalid_request_object" || back.Get("state") != q.Get("state") || !strings.HasPrefix(r.header.Get("Location"), callback+"?") {
				t.Errorf("%s: %s", name, r.header.Get("Location"))
			}
			w.page = nil
			q.Set("redirect_uri", "https://evil.example/cb")
			if _, _, r := w.authorize(q); r.header.Get("Location") != "" || w.page == nil {
				t.Errorf("%s: sent to %s", name, r.header.Get("Location"))
			}
		}
		w.page = nil
		q := a.want("openid")
		q.Set("request", object(map[string]any{"redirect_uri": "https://evil.example/cb"})) // what is signed counts
		if _, _, r := w.authorize(q); r.header.Get("Location") != "" || w.page == nil {
			t.Error("sent to", r.header.Get("Location"))
		}
		w.provider.ProductionForTest() // where nobody looked at the app's addresses, no error goes there either
		for name, value := range map[string]string{"request": "x.y.z", "request_uri": "https://app.example/request"} {
			w.page = nil
			q := a.want("openid")
			q.Set(name, value)
			if _, _, r := w.authorize(q); r.header.Get("Location") != "" || w.page == nil {
				t.Errorf("%s: sent to %s", name, r.header.Get("Location"))
			}
		}
	})
}

// This machine and a native app's own scheme are hosts of nobody: they need no sector to unite them, and
// make no two apps siblings.
func TestANativeAppMayComeBackInTwoWays(t *testing.T) {
	once(t, func(w *world) {
		s := w.signIn(maria)
		native := func(redirects ...string) *app {
			return w.app(func(c *oidc.Client) {
				c.Auth, c.JWKS, c.Grants, c.Redirects = oidc.None, "", []string{"authorization_code"}, redirects
			})
		}
		sub := func(a *app, to string) any {
			q := a.want("openid")
			q.Set("redirect_uri", to)
			request, _, _ := w.authorize(q)
			code := w.agree(request, s).Get("code")
			return w.claims(a.call("/oauth/token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {to}, "code_verifier": {a.verify}}).get("id_token"))["sub"]
		}
		one, two := native("http://127.0.0.1/cb", "com.example.one:/cb"), native("http://127.0.0.1/cb", "com.example.two:/cb")
		if a, b, c := sub(one, "http://127.0.0.1:5011/cb"), sub(one, "com.example.one:/cb"), sub(two, "http://127.0.0.1:5011/cb"); a == nil || a != b || a == c {
			t.Error(a, b, c)
		}
		both := native("http://localhost:3000/cb", "https://app.example/cb")
		if a, b := sub(both, "http://localhost:3000/cb"), sub(native("https://app.example/cb"), "https://app.example/cb"); a == nil || a != b {
			t.Error("the app's host stands for it: ", a, b)
		}
		if _, _, err := w.provider.Register(w.Context(), engineer, func() oidc.Client {
			c := both.Client
			c.Redirects = slices.Concat(c.Redirects, []string{"https://other.example/cb"})
			return c
		}()); err == nil {
			t.Error("two hosts without a sector")
		}
	})
}

// What people decide by must be what they read: no letters that hide or turn others around, no book.
func TestAnAppsNameIsWhatPeopleRead(t *testing.T) {
	once(t, func(w *world) {
		for name, good := range map[string]bool{"Klinik Sehat": true, "Klínik ✓ 健康": true, "Lancar\u202egnp.exe": false, "a\nb": false, "x\x00y": false, "Lan\u200bcar": false, strings.Repeat("é", 80): true, strings.Repeat("e", 81): false} {
			_, _, err := w.provider.Register(w.Context(), engineer, oidc.Client{Name: lancar.Text{"id": name}, Purpose: lancar.Text{"id": "Mengisi\r\npendaftaran"}, Redirects: []string{callback}, Scopes: []string{"openid"}, Auth: oidc.None})
			if (err == nil) != good {
				t.Errorf("%q: %v", name, err)
			}
		}
		if _, _, err := w.provider.Register(w.Context(), engineer, oidc.Client{Name: lancar.Text{"id": "x"}, Purpose: lancar.Text{"id": "ya", "en": strings.Repeat("x", 301)}, Redirects: []string{callback}, Scopes: []string{"openid"}, Auth: oidc.None}); err == nil {
			t.Error("a purpose that nobody reads to its end")
		}
	})
}

// A key that takes us long is nobody's: a public client's number is no secret, so anybody may bring a proof.
func TestAProofByAGiantKeyCostsNothing(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(func(c *oidc.Client) { c.Auth, c.JWKS, c.Grants = oidc.None, "", []string{"authorization_code"} })
		part := func(v any) string {
			text, err := json.Marshal(v)
			w.Must(err)
			return base64.RawURLEncoding.EncodeToString(text)
		}
		giant := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("\xff", 8000)))
		proof := part(map[string]any{"typ": "dpop+jwt", "alg": "PS256", "jwk": map[string]any{"kty": "RSA", "n": giant, "e": "AQAB"}}) + "." +
			part(map[string]any{"jti": "x", "htm": "POST", "htu": w.provider.Issuer() + "/oauth/par", "iat": w.Now().Unix()}) + "." + giant
		began := time.Now()
		for range 20 {
			w.post("/oauth/par", http.Header{"Dpop": {proof}}, a.want("openid")).wants(t, 400, "invalid_dpop_proof")
		}
		if took := time.Since(began); took > 2*time.Second { // 64 Kibit take 120 ms and more, each
			t.Error(took)
		}
	})
}

// An app keeps its person's ID token for as long as they are signed in, which is longer than the key that
// signed it is published.
func TestAnOldIDTokenIsStillAHint(t *testing.T) {
	each(t, func(w *world) {
		a := w.app(func(c *oidc.Client) { c.LogoutTo = []string{"https://app.example/bye"} })
		old := a.login(w.signIn(maria), "openid").get("id_token")
		later := func(days int) url.Values {
			for range days / 10 {
				w.Pass(10 * 24 * time.Hour)
				w.Drain()
				w.Must(w.provider.RotateForTest(w.Context()))
			}
			s := w.signIn(maria)
			a.login(s, "openid")
			w.cookie = w.cookies[s.ID]
			q := a.want("openid")
			q.Set("prompt", "none")
			q.Set("id_token_hint", old)
			_, back, _ := w.authorize(q)
			return back
		}
		leave := func() string {
			q := url.Values{"id_token_hint": {old}, "post_logout_redirect_uri": {"https://app.example/bye"}}
			req, err := http.NewRequestWithContext(w.Context(), "GET", w.provider.Issuer()+"/oauth/logout?"+q.Encode(), nil)
			w.Must(err)
			return w.do(req).header.Get("Location")
		}
		if back := later(60); back.Get("code") == "" || !strings.Contains(leave(), "/logout?request=") {
			t.Error("after two months: ", back, leave())
		}
		if n := w.provider.PrivateKeysForTest(w.Context()); n != 1 && n != 2 {
			t.Errorf("%d private halves are kept", n)
		}
		if back := later(50); back.Get("error") != "invalid_request" || leave() != "" {
			t.Error("for ever: ", back, leave())
		}
	})
}

// An app publishes keys for others beside those for us; keys that we do not take are passed over, but a
// secret one never, and a new one counts as new also where we cannot read it.
func TestAKeySetMayHoldKeysForOthers(t *testing.T) {
	once(t, func(w *world) {
		for name, other := range map[string]string{
			"for encryption":  `{"kty":"EC","crv":"P-384","use":"enc","x":"AAAA","y":"AAAA"}`,
			"another curve":   `{"kty":"OKP","crv":"X25519","use":"enc","x":"Z-9s_7Wq6f1nHL0RQz6_pZtrHVu3ykNP9qcNgUxhQ2E"}`,
			"of days to come": `{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"}`,
		} {
			mine := func(a *app) string {
				return strings.Replace(jwks(t, a.key.Public()), `{"keys":[`, `{"keys":[`+other+`,`, 1)
			}
			a := &app{world: w}
			a.key, a.alg = newKey(t, "ES256")
			reg := w.app(func(c *oidc.Client) { c.JWKS = mine(a) })
			a.Client = reg.Client
			if r := a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}}); r.status != 200 {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
			if oidc.FewerKeysForTest(jwks(t, a.key.Public()), mine(a)) || !oidc.FewerKeysForTest(mine(a), jwks(t, a.key.Public())) {
				t.Errorf("%s: no new key", name)
			}
			c := reg.Client
			c.JWKS = strings.Replace(mine(a), `"kty"`, `"d":"AAAA","priv":"AAAA","kty"`, 1)
			if _, _, err := w.provider.Register(w.Context(), engineer, c); err == nil {
				t.Errorf("%s: a secret key is kept", name)
			}
			c.JWKS = `{"keys":[` + other + `]}`
			if _, _, err := w.provider.Register(w.Context(), engineer, c); err == nil {
				t.Errorf("%s: no key is left", name)
			}
		}
	})
}

func TestAnAppMayAskForNoncesAndOpaqueTokens(t *testing.T) {
	once(t, func(w *world) {
		a, r := w.dynamic(map[string]any{"dpop_nonce_required": true, "opaque_access_tokens": true, "dpop_bound_access_tokens": true})
		if r.status != 201 || r.body["dpop_nonce_required"] != true || r.body["opaque_access_tokens"] != true {
			t.Fatal(r.status, r.text)
		}
		a.proof, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		code := a.code(w.signIn(maria), "openid")
		a.nonce = ""
		a.redeem(code).wants(t, 400, "use_dpop_nonce") // it holds the nonce; call keeps it
		if got := a.redeem(code); got.status != 200 || got.get("token_type") != "DPoP" || strings.Count(got.get("access_token"), ".") != 1 {
			t.Fatal(got.text)
		}
	})
}
