package oidc_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
)

func machineForm() url.Values { return url.Values{"grant_type": {"client_credentials"}} }

func TestClientAssertionsAreHeldToTheLetter(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.app(nil), w.app(nil)
		send := func(assertion string, more ...string) reply {
			f := machineForm()
			f.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
			f.Set("client_assertion", assertion)
			for i := 0; i < len(more); i += 2 {
				f.Set(more[i], more[i+1])
			}
			return w.post("/oauth/token", nil, f)
		}
		for name, change := range map[string]func(map[string]any){
			"no jti":              func(c map[string]any) { delete(c, "jti") },
			"no exp":              func(c map[string]any) { delete(c, "exp") },
			"expired":             func(c map[string]any) { c["exp"] = w.Now().Add(-11 * time.Second).Unix() },
			"lives for a day":     func(c map[string]any) { c["exp"] = w.Now().Add(24 * time.Hour).Unix() },
			"from the future":     func(c map[string]any) { c["iat"] = w.Now().Add(time.Minute).Unix() },
			"not yet":             func(c map[string]any) { c["nbf"] = w.Now().Add(time.Minute).Unix() },
			"for somebody else":   func(c map[string]any) { c["aud"] = "https://other.example" },
			"for nobody":          func(c map[string]any) { delete(c, "aud") },
			"another issuer":      func(c map[string]any) { c["iss"] = b.ID },
			"another's name":      func(c map[string]any) { c["iss"], c["sub"] = b.ID, b.ID },
			"nobody's name":       func(c map[string]any) { c["iss"], c["sub"] = "x", "x" },
			"a date that is none": func(c map[string]any) { c["exp"] = "soon" },
		} {
			if r := send(a.assertion(change)); r.status != 401 || r.get("error") != "invalid_client" {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
		}
		for name, change := range map[string]func(map[string]any){
			"the token endpoint as aud": func(c map[string]any) { c["aud"] = w.provider.Issuer() + "/oauth/token" },
			"a list of aud":             func(c map[string]any) { c["aud"] = []string{w.provider.Issuer()} },
			"a clock a little ahead": func(c map[string]any) {
				c["iat"], c["nbf"] = w.Now().Add(8*time.Second).Unix(), w.Now().Add(8*time.Second).Unix()
			},
			"a clock a little behind":     func(c map[string]any) { c["exp"] = w.Now().Add(-5 * time.Second).Unix() },
			"an hour":                     func(c map[string]any) { c["exp"] = w.Now().Add(time.Hour).Unix() }, // Authlib
			"a date with a fraction of s": func(c map[string]any) { c["exp"] = float64(w.Now().Unix()) + 30.5 },
		} {
			if r := send(a.assertion(change)); r.status != 200 {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
		}
		once := a.assertion(nil)
		if r := send(once); r.status != 200 {
			t.Fatal(r.text)
		}
		send(once).wants(t, 401, "invalid_client")
		spent := a.assertion(nil)
		send(spent, "scope", "no.such").wants(t, 400, "invalid_scope")
		send(spent).wants(t, 401, "invalid_client") // a refused request uses its assertion up, too
		send(a.assertion(nil), "client_id", string(b.ID)).wants(t, 401, "invalid_client")
		send(a.assertion(nil), "client_secret", "x").wants(t, 400, "invalid_request")
	})
}

func TestForgedTokensAreRefused(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(nil)
		body := map[string]any{"iss": a.ID, "sub": a.ID, "aud": w.provider.Issuer(), "jti": unique(), "exp": w.Now().Add(time.Minute).Unix()}
		payload, _ := json.Marshal(body)
		enc := base64.RawURLEncoding.EncodeToString
		good := a.assertion(nil)
		parts := strings.Split(good, ".")
		public, _ := x509.MarshalPKIXPublicKey(a.key.Public())
		hmac, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: public}, nil)
		w.Must(err)
		signed, err := hmac.Sign(payload)
		w.Must(err)
		confused, _ := signed.CompactSerialize()
		crypter, err := jose.NewEncrypter(jose.A128GCM, jose.Recipient{Algorithm: jose.ECDH_ES, Key: a.key.Public()}, nil)
		w.Must(err)
		sealed, err := crypter.Encrypt(payload)
		w.Must(err)
		jwe, _ := sealed.CompactSerialize()
		stranger := *a
		stranger.key, _ = newKey(t, "ES256")
		extended := func(name jose.HeaderKey, value any) string {
			by, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: a.key}, (&jose.SignerOptions{}).WithHeader(name, value))
			w.Must(err)
			signed, err := by.Sign(payload)
			w.Must(err)
			text, err := signed.CompactSerialize()
			w.Must(err)
			return text
		}
		for name, text := range map[string]string{
			"alg none":            enc([]byte(`{"alg":"none"}`)) + "." + enc(payload) + ".",
			"alg none, signed":    enc([]byte(`{"alg":"none"}`)) + "." + parts[1] + "." + parts[2],
			"HMAC by public key":  confused,
			"another key":         stranger.assertion(nil),
			"embedded key":        jws(t, stranger.key, jose.ES256, "JWT", true, body),
			"changed payload":     parts[0] + "." + enc(payload) + "." + parts[2],
			"no signature":        parts[0] + "." + parts[1] + ".",
			"encrypted":           jwe,
			"not a token":         "a.b.c",
			"dots":                strings.Repeat(".", 5000),
			"huge":                strings.Repeat("a", 40000),
			"critical extension":  enc([]byte(`{"alg":"ES256","crit":["x"],"x":1}`)) + "." + parts[1] + "." + parts[2],
			"critical, signed":    extended("crit", []string{"x"}),
			"critical, known":     extended("crit", []string{"exp"}),
			"payload as it is":    extended("b64", false),
			"four parts":          good + "." + parts[2],
			"JSON serialization":  `{"payload":"` + parts[1] + `","signatures":[]}`,
			"a signature of zero": parts[0] + "." + parts[1] + "." + enc(make([]byte, 64)),
		} {
			f := machineForm()
			f.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
			f.Set("client_assertion", text)
			if r := w.post("/oauth/token", nil, f); r.status != 401 || r.get("error") != "invalid_client" {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
			if r := a.userinfo(text, nil); r.status != 401 && r.status != 400 {
				t.Errorf("userinfo with %s: %d", name, r.status)
			}
		}
		got := a.login(w.signIn(maria), "openid")
		if r := a.userinfo(got.get("id_token"), nil); r.status != 401 {
			t.Error("an ID token passed for an access token")
		}
		f := machineForm()
		f.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		f.Set("client_assertion", got.get("access_token"))
		w.post("/oauth/token", nil, f).wants(t, 401, "invalid_client")
	})
}

func TestTwoWhoComeAtOnceWithOneProofGetOneToken(t *testing.T) {
	each(t, func(w *world) {
		a := w.app(nil)
		code := a.code(w.signIn(maria), "openid offline_access")
		assertion := a.assertion(nil)
		var wg sync.WaitGroup
		var mu sync.Mutex
		tokens, codes := 0, 0
		for range 8 {
			wg.Go(func() {
				f := machineForm()
				f.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
				f.Set("client_assertion", assertion)
				r := w.post("/oauth/token", nil, f)
				s := a.redeem(code)
				mu.Lock()
				defer mu.Unlock()
				if r.status == 200 {
					tokens++
				}
				if s.status == 200 {
					codes++
				}
			})
		}
		wg.Wait()
		if tokens != 1 || codes != 1 {
			t.Fatalf("%d tokens by one assertion, %d by one code", tokens, codes)
		}
	})
}

func TestNothingIsSentToAnAddressThatIsNotTheApps(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(nil)
		for name, change := range map[string]func(url.Values){
			"another host":   func(q url.Values) { q.Set("redirect_uri", "https://evil.example/cb") },
			"a longer path":  func(q url.Values) { q.Set("redirect_uri", callback+"/../x") },
			"a query":        func(q url.Values) { q.Set("redirect_uri", callback+"?x=1") },
			"a fragment":     func(q url.Values) { q.Set("redirect_uri", callback+"#x") },
			"user info":      func(q url.Values) { q.Set("redirect_uri", "https://app.example@evil.example/cb") },
			"another case":   func(q url.Values) { q.Set("redirect_uri", strings.ToUpper(callback)) },
			"no scheme":      func(q url.Values) { q.Set("redirect_uri", "//app.example/cb") },
			"a script":       func(q url.Values) { q.Set("redirect_uri", "javascript:alert(1)") },
			"twice":          func(q url.Values) { q.Add("redirect_uri", "https://evil.example/cb") },
			"an unknown app": func(q url.Values) { q.Set("client_id", "nobody") },
			"two apps":       func(q url.Values) { q.Add("client_id", "nobody") },
			"a request_uri": func(q url.Values) {
				q.Set("request_uri", "https://evil.example/request")
				q.Set("redirect_uri", "https://evil.example/cb")
			},
			"a made-up pushed": func(q url.Values) { q.Set("request_uri", "urn:ietf:params:oauth:request_uri:x") },
		} {
			w.page = nil
			q := a.want("openid")
			change(q)
			_, _, r := w.authorize(q)
			if r.header.Get("Location") != "" || w.page == nil {
				t.Errorf("%s: sent to %s", name, r.header.Get("Location"))
			}
		}
		public := w.app(func(c *oidc.Client) {
			c.Auth, c.JWKS, c.Grants, c.Redirects = oidc.None, "", []string{"authorization_code"}, []string{"http://127.0.0.1/cb", "com.example.app:/cb"}
			c.Sector = "app"
		})
		for to, ok := range map[string]bool{"http://127.0.0.1:50123/cb": true, "com.example.app:/cb": true, "http://127.0.0.1:50123/other": false, "http://127.0.0.1:99999999/cb": false, "http://127.0.0.1.evil.example/cb": false,
			"http://127.0.0.1:5@evil.example/cb": false, "https://127.0.0.1:50123/cb": false, "com.example.app:/cb2": false} {
			q := public.want("openid")
			q.Set("redirect_uri", to)
			request, _, _ := w.authorize(q)
			if (request != "") != ok {
				t.Errorf("%s: %v", to, !ok)
			}
		}
	})
}

func TestRequestsThatAreWrongGoBackWithTheRightError(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(nil)
		for name, c := range map[string]struct {
			change func(url.Values)
			code   string
		}{
			"no PKCE":            {func(q url.Values) { q.Del("code_challenge") }, "invalid_request"},
			"plain PKCE":         {func(q url.Values) { q.Set("code_challenge_method", "plain") }, "invalid_request"},
			"PKCE by default":    {func(q url.Values) { q.Del("code_challenge_method") }, "invalid_request"},
			"a short challenge":  {func(q url.Values) { q.Set("code_challenge", "abc") }, "invalid_request"},
			"implicit":           {func(q url.Values) { q.Set("response_type", "id_token") }, "unsupported_response_type"},
			"hybrid":             {func(q url.Values) { q.Set("response_type", "code id_token") }, "unsupported_response_type"},
			"no response_type":   {func(q url.Values) { q.Del("response_type") }, "invalid_request"},
			"fragment":           {func(q url.Values) { q.Set("response_mode", "fragment") }, "invalid_request"},
			"prompt none, login": {func(q url.Values) { q.Set("prompt", "none login") }, "invalid_request"},
			"a wrong prompt":     {func(q url.Values) { q.Set("prompt", "dance") }, "invalid_request"},
			"a wrong max_age":    {func(q url.Values) { q.Set("max_age", "-1") }, "invalid_request"},
			"a scope not ours":   {func(q url.Values) { q.Set("scope", "phone") }, "invalid_scope"},
			"a resource not its": {func(q url.Values) { q.Set("resource", "https://other.example") }, "invalid_target"},
			"claims no JSON":     {func(q url.Values) { q.Set("claims", "{") }, "invalid_request"},
			"giant claims": {func(q url.Values) {
				q.Set("claims", `{"userinfo":{"name":{"values":["`+strings.Repeat("x", 9000)+`"]}}}`)
			}, "invalid_request"},
			"many claims": {func(q url.Values) { q.Set("claims", `{"userinfo":{`+manyClaims(100)+`}}`) }, "invalid_request"},
			"many values": {func(q url.Values) {
				q.Set("claims", `{"id_token":{"acr":{"values":[`+strings.Repeat(`"x",`, 50)+`"x"]}}}`)
			}, "invalid_request"},
			"a repeated state": {func(q url.Values) { q.Add("nonce", "second") }, "invalid_request"},
			"a forged hint":    {func(q url.Values) { q.Set("id_token_hint", a.assertion(nil)) }, "invalid_request"},
			"a huge parameter": {func(q url.Values) { q.Set("login_hint", strings.Repeat("x", 5000)) }, "invalid_request"},
		} {
			q := a.want("openid")
			c.change(q)
			_, back, r := w.authorize(q)
			if back.Get("error") != c.code || back.Get("iss") != w.provider.Issuer() || back.Get("state") != q.Get("state") {
				t.Errorf("%s: %d %v", name, r.status, back)
			}
		}
	})
}

func manyClaims(n int) string {
	var out []string
	for i := range n {
		out = append(out, `"c`+big.NewInt(int64(i)).String()+`":null`)
	}
	return strings.Join(out, ",")
}

func TestRequestObjects(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(func(c *oidc.Client) { c.SignedOnly = true })
		object := func(change func(map[string]any)) url.Values {
			body := map[string]any{"iss": a.ID, "aud": w.provider.Issuer(), "exp": w.Now().Add(5 * time.Minute).Unix(), "nbf": w.Now().Unix()}
			for k, v := range a.want("openid") {
				body[k] = v[0]
			}
			body["max_age"], body["claims"] = 300, map[string]any{"userinfo": map[string]any{"name": nil}}
			if change != nil {
				change(body)
			}
			return url.Values{"client_id": {string(a.ID)}, "request": {jws(t, a.key, a.alg, "oauth-authz-req+jwt", false, body)}}
		}
		if request, back, _ := w.authorize(object(nil)); request == "" {
			t.Fatal(back, w.page)
		}
		if _, back, _ := w.authorize(a.want("openid")); back.Get("error") != "invalid_request" {
			t.Fatal("an unsigned request: ", back)
		}
		q := object(nil)
		q.Set("redirect_uri", "https://evil.example") // beside the object nothing counts
		if request, _, _ := w.authorize(q); request == "" {
			t.Fatal("what stands beside an object must not matter")
		}
		for name, change := range map[string]func(map[string]any){
			"expired":            func(b map[string]any) { b["exp"] = w.Now().Add(-time.Minute).Unix() },
			"for ever":           func(b map[string]any) { delete(b, "exp") },
			"not yet":            func(b map[string]any) { b["nbf"] = w.Now().Add(time.Minute).Unix() },
			"for another":        func(b map[string]any) { b["aud"] = "https://other.example" },
			"by another":         func(b map[string]any) { b["iss"] = "x" },
			"another client_id":  func(b map[string]any) { b["client_id"] = "x" },
			"a client assertion": func(b map[string]any) { b["sub"] = a.ID },
			"an object in it":    func(b map[string]any) { b["request"] = "x" },
			"another address":    func(b map[string]any) { b["redirect_uri"] = "https://evil.example" },
		} {
			w.page = nil
			if request, _, r := w.authorize(object(change)); request != "" || w.page == nil {
				t.Errorf("%s: %s", name, r.header.Get("Location"))
			}
		}
		pushed, r := a.push(object(nil))
		if request, _, _ := w.authorize(pushed); request == "" {
			t.Fatal("pushed: ", r.text)
		}
	})
}

func TestPromptsAgesAndLevels(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(nil)
		s := w.signIn(maria)
		step := func(change func(url.Values), s identity.Session) oidc.Pending {
			t.Helper()
			q := a.want("openid")
			change(q)
			request, back, _ := w.authorize(q)
			if request == "" {
				t.Fatal(back)
			}
			p, err := w.provider.Pending(t.Context(), request, s)
			w.Must(err)
			return p
		}
		set := func(name, value string) func(url.Values) { return func(q url.Values) { q.Set(name, value) } }
		back := func(p oidc.Pending) string {
			u, _ := url.Parse(p.Response.URL)
			return string(p.Step) + " " + u.Query().Get("error")
		}
		if p := step(set("prompt", "none"), identity.Session{}); back(p) != "back login_required" {
			t.Fatal(back(p))
		}
		if p := step(set("prompt", "none"), s); back(p) != "back consent_required" {
			t.Fatal(back(p))
		}
		got := a.login(s, "openid")
		if p := step(set("prompt", "none"), s); p.Step != oidc.Go {
			t.Fatal(p.Step)
		}
		if p := step(set("prompt", "consent"), s); p.Step != oidc.Agree {
			t.Fatal(p.Step)
		}
		if p := step(set("prompt", "select_account"), s); p.Step != oidc.Agree || !p.Switch {
			t.Fatal(p.Step)
		}
		if p := step(set("id_token_hint", got.get("id_token")), s); p.Step != oidc.Go {
			t.Fatal(p.Step)
		}
		if p := step(set("id_token_hint", got.get("id_token")), w.signIn(yosef)); back(p) != "back login_required" {
			t.Fatal("somebody else goes on as her: ", back(p))
		}
		if p := step(set("claims", `{"id_token":{"sub":{"value":"somebody"}}}`), s); back(p) != "back login_required" {
			t.Fatal(back(p))
		}
		w.Pass(time.Hour)
		if p := step(set("prompt", "login"), s); p.Step != oidc.Fresh {
			t.Fatal(p.Step)
		}
		if p := step(set("max_age", "60"), s); p.Step != oidc.Fresh {
			t.Fatal(p.Step)
		}
		if p := step(set("max_age", "0"), s); p.Step != oidc.Fresh {
			t.Fatal(p.Step)
		}
		if p := step(set("max_age", "86400"), s); p.Step != oidc.Go {
			t.Fatal(p.Step)
		}
		if p := step(set("acr_values", "urn:lancar:acr:3"), s); p.Step != oidc.Rise || p.Level != 3 {
			t.Fatal(p.Step, p.Level)
		}
		q := a.want("openid")
		q.Set("claims", `{"id_token":{"acr":{"essential":true,"values":["urn:lancar:acr:3"]}}}`)
		request, _, _ := w.authorize(q)
		first, err := w.provider.Pending(t.Context(), request, s)
		w.Must(err)
		if _, err := w.provider.Decide(t.Context(), request, s, nil); err == nil {
			t.Fatal("a code without the level that was essential")
		}
		second, err := w.provider.Pending(t.Context(), request, s)
		if err != nil || first.Step != oidc.Rise || back(second) != "back unmet_authentication_requirements" {
			t.Fatal(first.Step, back(second), err)
		}
	})
}

func TestMutualTLS(t *testing.T) {
	onceTLS(t, true, func(w *world) {
		mine, other := clientCertificate(t), clientCertificate(t)
		leaf, err := x509.ParseCertificate(mine.Certificate[0])
		w.Must(err)
		a := w.app(func(c *oidc.Client) {
			c.Auth, c.CertBound = oidc.SelfSignedTLS, true
			set, _ := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: leaf.PublicKey, Certificates: []*x509.Certificate{leaf}, KeyID: "t"}}})
			c.JWKS = string(set)
		})
		with := func(c *tls.Certificate) *app {
			transport := w.server.Client().Transport.(*http.Transport).Clone()
			if c != nil {
				transport.TLSClientConfig.Certificates = []tls.Certificate{*c}
			}
			client := *w.server.Client()
			client.Transport = transport
			w.http = &client
			return a
		}
		with(nil).call("/oauth/token", machineForm()).wants(t, 401, "invalid_client")
		with(&other).call("/oauth/token", machineForm()).wants(t, 401, "invalid_client")
		got := with(&mine).login(w.signIn(maria), "openid")
		if got.status != 200 {
			t.Fatal(got.text)
		}
		token := got.get("access_token")
		cnf, _ := w.claims(token)["cnf"].(map[string]any)
		if cnf["x5t#S256"] == nil {
			t.Fatal(w.claims(token))
		}
		if r := with(&mine).userinfo(token, nil); r.status != 200 {
			t.Fatal(r.text)
		}
		for _, c := range []*tls.Certificate{nil, &other} {
			if r := with(c).userinfo(token, nil); r.status != 401 {
				t.Fatal("a stolen token works without its certificate")
			}
		}
		header := func(r *http.Request) { r.Header.Set("X-Client-Cert", "anything") }
		if r := with(nil).userinfo(token, header); r.status != 401 {
			t.Fatal("a header passed for a certificate")
		}
	})
}

// A certificate counts by its authority and name; the name alone is nothing.
func TestCertificatesOfAnAuthority(t *testing.T) {
	onceTLS(t, true, func(w *world) {
		caKey := ecdsaKey(t)
		ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA"}, NotBefore: begun.Add(-time.Hour), NotAfter: begun.AddDate(5, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
		der, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
		w.Must(err)
		ca, err = x509.ParseCertificate(der)
		w.Must(err)
		pool := x509.NewCertPool()
		pool.AddCert(ca)
		w.provider.TrustForTest(pool)
		issue := func(name string, from *x509.Certificate, by *ecdsa.PrivateKey, until time.Time) *tls.Certificate {
			key := ecdsaKey(t)
			tpl := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: begun.Add(-time.Hour), NotAfter: until, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
			if from == nil {
				from, by = tpl, key
			}
			der, err := x509.CreateCertificate(rand.Reader, tpl, from, key.Public(), by)
			w.Must(err)
			return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
		}
		a := w.app(func(c *oidc.Client) { c.Auth, c.TLSName, c.CertBound = oidc.TLS, "CN=app", true })
		for name, c := range map[string]struct {
			with   *tls.Certificate
			status int
		}{
			"its own":            {issue("app", ca, caKey, begun.AddDate(1, 0, 0)), 200},
			"another name":       {issue("other", ca, caKey, begun.AddDate(1, 0, 0)), 401},
			"its name, unsigned": {issue("app", nil, nil, begun.AddDate(1, 0, 0)), 401},
			"expired":            {issue("app", ca, caKey, begun.Add(-time.Minute)), 401},
			"none":               {nil, 401},
		} {
			transport := w.server.Client().Transport.(*http.Transport).Clone()
			if c.with != nil {
				transport.TLSClientConfig.Certificates = []tls.Certificate{*c.with}
			}
			w.http = &http.Client{Transport: transport}
			if r := a.call("/oauth/token", machineForm()); r.status != c.status {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
		}
	})
}

func clientCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key := ecdsaKey(t)
	tpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "app"}, NotBefore: begun, NotAfter: begun.AddDate(10, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestFormsThatAreNone(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(nil)
		f := machineForm()
		f.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		f.Set("client_assertion", a.assertion(nil))
		twice := url.Values{"grant_type": {"client_credentials", "client_credentials"}}
		w.post("/oauth/token", nil, twice).wants(t, 400, "invalid_request")
		w.post("/oauth/token", nil, url.Values{"x": {strings.Repeat("y", 70000)}}).wants(t, 400, "invalid_request")
		w.post("/oauth/token", nil, url.Values{}).wants(t, 401, "invalid_client")
		req, err := http.NewRequestWithContext(t.Context(), "POST", w.provider.Issuer()+"/oauth/token?"+f.Encode(), nil)
		w.Must(err)
		w.do(req).wants(t, 400, "invalid_request") // parameters in the address do not count
		req, err = http.NewRequestWithContext(t.Context(), "POST", w.provider.Issuer()+"/oauth/token", strings.NewReader(`{"grant_type":"client_credentials"}`))
		w.Must(err)
		req.Header.Set("Content-Type", "application/json")
		w.do(req).wants(t, 400, "invalid_request")
		req, err = http.NewRequestWithContext(t.Context(), "GET", w.provider.Issuer()+"/oauth/userinfo?access_token=x", nil)
		w.Must(err)
		if r := w.do(req); r.status != 401 {
			t.Fatal(r.status)
		}
	})
}

func TestSecretsAreForTheSandboxAlone(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(func(c *oidc.Client) { c.Auth, c.Basic, c.JWKS = oidc.SecretBasic, true, "" })
		if a.secret == "" {
			t.Fatal("no secret")
		}
		q := a.want("openid")
		q.Del("code_challenge")
		q.Del("code_challenge_method")
		request, _, _ := w.authorize(q)
		code := w.agree(request, w.signIn(maria)).Get("code")
		a.verify = ""
		if got := a.redeem(code); got.status != 200 {
			t.Fatal(got.text)
		}
		a.secret = "wrong"
		a.call("/oauth/token", machineForm()).wants(t, 401, "invalid_client")
		w.post("/oauth/token", nil, url.Values{"grant_type": {"client_credentials"}, "client_id": {string(a.ID)}}).wants(t, 401, "invalid_client")
		if err := w.provider.Submit(t.Context(), engineer, a.ID); lancar.CodeOf(err) != lancar.Invalid {
			t.Fatal(err)
		}
		closed := oidc.New(oidc.Rooms{DB: w.DB, Queue: w.queue2(), Keys: w.Ring, Identity: w.Identity, Access: w.Access}, oidc.Config{Issuer: "https://x.example"})
		if _, _, err := closed.Register(t.Context(), engineer, a.Client); lancar.CodeOf(err) != lancar.Invalid {
			t.Fatal("a production node takes a secret: ", err)
		}
	})
}
