package interop

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// What follows plays the essential requests of the OpenID Foundation's test plans, module by module,
// against a conformance run, and asserts what the modules assert. It is no substitute for the suite:
// it tells at once when a change would fail there.

// rp is a client of the suite.
type rp struct {
	*run
	testing.TB
	ID       string         `json:"client_id"`
	Secret   string         `json:"client_secret"`
	Auth     string         `json:"token_endpoint_auth_method"`
	Redirect []string       `json:"redirect_uris"`
	Manage   string         `json:"registration_client_uri"`
	Token    string         `json:"registration_access_token"`
	key      crypto.Signer  // of its assertions and signed requests
	dpop     crypto.Signer  // nil: none
	tls      *http.Client   // with its certificate, for the second port
	verifier string         // of the last request; "" sends no PKCE
	mode     string         // response_mode; "" leaves it out
	last     url.Values     // the last authorization request
	claims   map[string]any // of the last ID token
	head     map[string]any // and its header
}

// reply is an answer.
type reply struct {
	status int
	head   http.Header
	text   string
	body   map[string]any
}

func (r reply) get(name string) string { s, _ := r.body[name].(string); return s }

// wants is what every refusing module asserts: the status, and one of these errors as JSON.
func (r reply) wants(t testing.TB, status int, codes ...string) {
	t.Helper()
	for _, code := range codes {
		if r.status == status && r.get("error") == code {
			return
		}
	}
	t.Errorf("got %d %s, want %d and one of %v", r.status, r.text, status, codes)
}

func (r reply) ok(t testing.TB, status int) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("got %d %s, want %d", r.status, r.text, status)
	}
	return r
}

func (c *rp) send(h *http.Client, method, address string, head http.Header, body string) reply {
	c.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	maps.Copy(req.Header, head)
	res, err := h.Do(req)
	if err != nil {
		c.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.Fatal(err)
	}
	r := reply{status: res.StatusCode, head: res.Header, text: string(text)}
	_ = json.Unmarshal(text, &r.body)
	return r
}

// post calls an endpoint as the client, proving itself as it is registered. change, which may be nil,
// spoils the request before it goes.
func (c *rp) post(path string, form url.Values, change func(http.Header, url.Values)) reply {
	c.Helper()
	h, base := c.http, c.Issuer
	if c.tls != nil {
		h, base = c.tls, c.MTLS
	}
	head := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	switch c.Auth {
	case "client_secret_basic":
		head.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(c.ID)+":"+url.QueryEscape(c.Secret))))
	case "client_secret_post":
		form.Set("client_id", c.ID)
		form.Set("client_secret", c.Secret)
	case "private_key_jwt":
		c.assert(form, nil)
	default:
		form.Set("client_id", c.ID)
	}
	if c.dpop != nil {
		head.Set("DPoP", c.proof("POST", base+path, "", nil))
	}
	if change != nil {
		change(head, form)
	}
	return c.send(h, "POST", base+path, head, form.Encode())
}

// assert puts a client assertion into a form; change may spoil it.
func (c *rp) assert(form url.Values, change func(map[string]any)) {
	now := time.Now().Unix()
	body := map[string]any{"iss": c.ID, "sub": c.ID, "aud": c.Issuer, "jti": rand.Text(), "iat": now, "exp": now + 60}
	if change != nil {
		change(body)
	}
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	form.Set("client_assertion", c.sign(c.key, algorithm(c.key), map[string]any{"kid": "k1"}, body))
}

// proof is a DPoP proof; change may spoil its header and claims.
func (c *rp) proof(method, address, token string, change func(head, body map[string]any)) string {
	head := map[string]any{"typ": "dpop+jwt", "jwk": jose.JSONWebKey{Key: c.dpop.Public()}}
	body := map[string]any{"jti": rand.Text(), "htm": method, "htu": address, "iat": time.Now().Unix()}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		body["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if change != nil {
		change(head, body)
	}
	return c.sign(c.dpop, algorithm(c.dpop), head, body)
}

func algorithm(key crypto.Signer) string {
	switch key.(type) {
	case ed25519.PrivateKey:
		return "EdDSA"
	case *rsa.PrivateKey:
		return "PS256"
	}
	return "ES256"
}

func newKey(kind string) crypto.Signer {
	var k crypto.Signer
	var err error
	switch kind {
	case "PS256", "RS256":
		k, err = rsa.GenerateKey(rand.Reader, 2048)
	case "EdDSA":
		_, k, err = ed25519.GenerateKey(rand.Reader)
	default:
		k, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		panic(err)
	}
	return k
}

// sign makes a JWT by hand, so that its header can be anything.
func (c *rp) sign(key crypto.Signer, alg string, head, body map[string]any) string {
	head = maps.Clone(head)
	head["alg"] = alg
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			c.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	input := part(head) + "." + part(body)
	if alg == "none" {
		return input + "."
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(rawSign(c, key, alg, input))
}

func rawSign(t testing.TB, key crypto.Signer, alg, input string) []byte {
	sum := sha256.Sum256([]byte(input))
	var out []byte
	var err error
	switch k := key.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(k, []byte(input))
	case *rsa.PrivateKey:
		if alg == "RS256" {
			out, err = rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
		} else {
			out, err = rsa.SignPSS(rand.Reader, k, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
	case *ecdsa.PrivateKey:
		r, s, serr := ecdsa.Sign(rand.Reader, k, sum[:])
		if err = serr; err == nil {
			out = make([]byte, 64)
			r.FillBytes(out[:32])
			s.FillBytes(out[32:])
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func keySet(key crypto.Signer, alg string) map[string]any {
	return map[string]any{"keys": []any{jose.JSONWebKey{Key: key.Public(), KeyID: "k1", Algorithm: alg, Use: "sig"}}}
}

// wish is an authorization request as the suite makes it; PKCE only when the client has a verifier.
func (c *rp) wish(scope string) url.Values {
	c.last = url.Values{"client_id": {c.ID}, "redirect_uri": {c.Redirect[0]}, "scope": {scope}, "state": {rand.Text()}, "nonce": {rand.Text()}, "response_type": {"code"}}
	if c.mode != "" {
		c.last.Set("response_mode", c.mode)
	}
	if c.dpop != nil {
		c.pkce(c.last)
	}
	return c.last
}

func (c *rp) pkce(q url.Values) {
	c.verifier = rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(c.verifier))
	q.Set("code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]))
	q.Set("code_challenge_method", "S256")
}

func (c *rp) address(q url.Values) string { return c.Issuer + "/oauth/authorize?" + q.Encode() }

// walk follows the browser from an address: it signs in and agrees where it is asked to, and ends at
// the app's address or at a page of ours.
func (p *person) walk(t testing.TB, to string, form url.Values) url.Values {
	t.Helper()
	p.open(t, to, form)
	for range 5 {
		posted := p.posted()
		switch {
		case posted != nil:
			return posted
		case !strings.HasPrefix(p.at.String(), p.Issuer):
			return p.at.Query()
		case p.at.Path == "/signin":
			p.signed++
			p.signIn(t)
		case p.at.Path == "/consent":
			p.open(t, p.Issuer+"/consent", url.Values{"request": {p.hidden(t, "request")}, "agree": {"yes"}})
		default:
			return nil
		}
	}
	t.Fatal("no end at ", p.at)
	return nil
}

// posted is what a page of response_mode form_post posts to the app by itself; nil: it is no such page.
func (p *person) posted() url.Values {
	to := regexp.MustCompile(`<form [^>]*action="(https://[^"]*)"`).FindStringSubmatch(p.page)
	if to == nil || strings.HasPrefix(to[1], p.Issuer) || !strings.Contains(p.page, "data-go") && !strings.Contains(p.page, "document.forms[0].submit()") {
		return nil
	}
	got := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(p.page, -1) {
		got.Set(m[1], html.UnescapeString(m[2]))
	}
	p.page = ""
	return got
}

// login is the flow that nearly every module begins with: the answer's state and iss are checked, then
// the code is traded and the ID token verified by the keys that were published before.
func (c *rp) login(p *person, q url.Values) reply {
	c.Helper()
	return c.trade(c.code(p, q))
}

func (c *rp) code(p *person, q url.Values) string {
	c.Helper()
	got := p.walk(c, c.address(q), nil)
	if here := strings.HasPrefix(p.at.String(), p.Issuer); here != (q.Get("response_mode") == "form_post") {
		c.Fatal("answered by the wrong response_mode at ", p.at)
	}
	if got.Get("code") == "" || got.Get("state") != c.last.Get("state") || got.Get("iss") != c.Issuer {
		c.Fatalf("authorization response: %v at %s", got, p.at)
	}
	return got.Get("code")
}

func (c *rp) trade(code string) reply {
	c.Helper()
	r := c.redeem(code, nil).ok(c, 200)
	if r.head.Get("Cache-Control") != "no-store" || r.get("access_token") == "" || r.body["expires_in"] == nil {
		c.Fatal(r.text, r.head)
	}
	c.verify(r.get("id_token"))
	if n := c.last.Get("nonce"); c.claims["nonce"] != n && n != "" {
		c.Fatal("nonce: ", c.claims)
	}
	return r
}

func (c *rp) redeem(code string, change func(http.Header, url.Values)) reply {
	c.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {c.Redirect[0]}}
	if c.verifier != "" {
		form.Set("code_verifier", c.verifier)
	}
	return c.post("/oauth/token", form, change)
}

func (c *rp) verify(text string) {
	c.Helper()
	jws, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.PS256, jose.RS256})
	if err != nil {
		c.Fatal(err, text)
	}
	known := c.jwks.Key(jws.Signatures[0].Protected.KeyID)
	if len(known) != 1 || known[0].Algorithm != jws.Signatures[0].Protected.Algorithm {
		c.Fatal("signed by a key that was not published before: ", jws.Signatures[0].Protected)
	}
	payload, err := jws.Verify(known[0])
	c.claims, c.head = nil, map[string]any{"alg": known[0].Algorithm, "kid": known[0].KeyID}
	if err != nil || json.Unmarshal(payload, &c.claims) != nil || c.claims["iss"] != c.Issuer || c.claims["aud"] != c.ID || c.claims["sub"] == "" || c.claims["exp"] == nil || c.claims["iat"] == nil {
		c.Fatal(err, c.claims)
	}
}

// info calls userinfo; change may spoil the request.
func (c *rp) info(token string, change func(http.Header)) reply {
	c.Helper()
	h, at := c.http, c.Issuer+"/oauth/userinfo"
	if c.tls != nil {
		h, at = c.tls, c.MTLS+"/oauth/userinfo"
	}
	head := http.Header{"Authorization": {"Bearer " + token}}
	if c.dpop != nil {
		head.Set("Authorization", "DPoP "+token)
		head.Set("DPoP", c.proof("GET", at, token, nil))
	}
	if change != nil {
		change(head)
	}
	return c.send(h, "GET", at, head, "")
}

// withCertificate is a browserless client for the second port.
func (r *run) withCertificate(cert tls.Certificate) *http.Client {
	base := r.http.Transport.(*http.Transport).TLSClientConfig.Clone()
	base.Certificates = []tls.Certificate{cert}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: base}, Timeout: 20 * time.Second}
}

func unique() string { return rand.Text() }

func privateJWK(key crypto.Signer) any { return jose.JSONWebKey{Key: key} }

func thumbprint(t testing.TB, key crypto.Signer) string {
	t.Helper()
	k := jose.JSONWebKey{Key: key.Public()}
	sum, err := k.Thumbprint(crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// certificateJWK is a certificate's key with the certificate beside it (x5c).
func certificateJWK(t testing.TB, cert tls.Certificate) jose.JSONWebKey {
	t.Helper()
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: leaf.PublicKey, Certificates: []*x509.Certificate{leaf}}
}
