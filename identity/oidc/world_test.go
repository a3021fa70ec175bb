package oidc_test

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/identity/oidc"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/test/outside"
)

const (
	maria = "5315044609970001"
	yosef = "5315040101850002"
)

var people = outside.Records{
	"population " + maria: {"name": "MARIA ELISABETH", "birth_date": "1997-09-06", "email": "maria@example.com"},
	"population " + yosef: {"name": "YOSEF", "birth_date": "1985-01-01", "email": "yosef@example.com"},
}

// world is a node with its provider behind real HTTP, and the outside it speaks to.
type world struct {
	testing.TB
	T testing.TB // the same, where a value is wanted
	*outside.Node
	machines *machine.Machines
	mandates *mandate.Mandates
	provider *oidc.Provider
	server   *httptest.Server
	http     *http.Client

	mu   sync.Mutex
	page error // what a person was last shown

	cookies map[lancar.ID]string // session → its token
	cookie  string               // of the browser that authorize is
}

var begun = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

// each runs fn in a new world on each engine.
func each(t *testing.T, fn func(*world)) {
	t.Parallel()
	outside.Each(t, begun, people, func(t *testing.T, out *outside.World) { fn(newWorld(t, out, false)) })
}

// once runs fn on SQLite alone: for what does not depend on the engine.
func once(t *testing.T, fn func(*world)) { onceTLS(t, false, fn) }

func onceTLS(t *testing.T, tls bool, fn func(*world)) {
	t.Parallel()
	fn(newWorld(t, outside.Once(t, begun, people), tls))
}

func newWorld(t testing.TB, out *outside.World, withTLS bool) *world {
	w := &world{TB: t, T: t, Node: out.Node(identity.Limits{}), cookies: map[lancar.ID]string{}}
	w.machines = machine.New(w.DB, w.Queue, w.Ring, w.Identity, machine.Config{})
	w.mandates = mandate.New(w.DB, w.Queue, w.Ring, w.Access, w.Notify, w.Exchange, w.Identity, mandate.Config{})
	for n, id := range []lancar.ID{engineer.ID, "0000000000000000000000000000bbbb", "0000000000000000000000000000cccc"} {
		w.Must(w.DB.Write(w.Context(), func(tx *store.Tx) error {
			return tx.Queue(`INSERT INTO identity_officers (account, number, name, subject, family) VALUES ($1, $1, 'Petugas', $2, $3) ON CONFLICT DO NOTHING`, string(id), w.Ring.Subject("nik", fmt.Sprint(n)), w.Ring.Subject("family", fmt.Sprint(n)))
		}))
	}
	w.serve(withTLS)
	w.Access.AtWithdrawal(w.provider.WithdrawnTx)
	w.Queue.Subscribe(access.EventWithdrawn, "oidc", w.provider.Withdrawn)
	w.Identity.AtSignOut(w.provider.SignedOutTx)
	w.Queue.Subscribe(identity.EventSignedOut, "oidc", w.provider.SignedOut)
	w.Queue.Subscribe(identity.EventLeft, "oidc", w.provider.Left)
	return w
}

func (w *world) serve(withTLS bool) {
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.provider.Handler().ServeHTTP(rw, r) }))
	scheme := "http://"
	if withTLS {
		scheme = "https://"
		w.server.TLS = wantCertificates()
		w.server.StartTLS()
	} else {
		w.server.Start()
	}
	w.Cleanup(w.server.Close)
	w.http = w.server.Client()
	w.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	w.provider = oidc.New(oidc.Rooms{DB: w.DB, Queue: w.Queue, Keys: w.Ring, Identity: w.Identity, Access: w.Access, Mandates: w.mandates, Machines: w.machines, Log: slog.New(slog.DiscardHandler)},
		oidc.Config{Issuer: scheme + w.server.Listener.Addr().String(), MTLS: map[bool]string{true: scheme + w.server.Listener.Addr().String()}[withTLS], Sandbox: true, Inside: true, Sorry: func(rw http.ResponseWriter, _ *http.Request, err error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.page = err
			rw.WriteHeader(http.StatusUnprocessableEntity)
		}})
}

// signIn signs a person in, at level 2.
func (w *world) signIn(number string) identity.Session {
	w.Helper()
	token, s, err := w.SignIn(number, w.Record("population " + number)["email"])
	w.Must(err)
	w.cookies[s.ID] = token
	return s
}

// app is a foreign client, written from the standards alone.
type app struct {
	*world
	oidc.Client
	secret string
	key    crypto.Signer
	kid    string // of its assertions, "" for k1
	alg    jose.SignatureAlgorithm
	proof  *ecdsa.PrivateKey // signs DPoP proofs; nil for none
	nonce  string            // the server's last DPoP nonce
	verify string            // PKCE verifier of the last request
}

const callback = "https://app.example/cb"

var engineer = lancar.Actor{Kind: lancar.Officer, ID: "0000000000000000000000000000aaaa", Agency: "dinkes", Region: "53.15", Role: "engineer"}

// app registers a client with private_key_jwt, changed by change.
func (w *world) app(change func(*oidc.Client)) *app {
	w.Helper()
	a := &app{world: w}
	a.key, a.alg = newKey(w.TB, "ES256")
	c := oidc.Client{Name: lancar.Text{"id": "Klinik Sehat"}, AgencyName: lancar.Text{"id": "Dinas Kesehatan"}, Purpose: lancar.Text{"id": "Mengisi pendaftaran pasien"},
		Grants: []string{"authorization_code", "refresh_token", "client_credentials"}, Redirects: []string{callback}, Scopes: []string{"openid", "profile", "email", "offline_access", "permits.read"},
		Auth: oidc.PrivateKeyJWT, JWKS: jwks(w.TB, a.key.Public())}
	if change != nil {
		change(&c)
	}
	var err error
	a.Client, a.secret, err = w.provider.Register(w.Context(), engineer, c)
	w.Must(err)
	return a
}

func newKey(t testing.TB, alg string) (crypto.Signer, jose.SignatureAlgorithm) {
	t.Helper()
	switch alg {
	case "EdDSA":
		_, k, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k, jose.EdDSA
	case "PS256":
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		return k, jose.PS256
	}
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k, jose.ES256
}

func jwks(t testing.TB, public crypto.PublicKey) string {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: "k1", Use: "sig"}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// jws signs a JWT with what a header may add.
func jws(t testing.TB, key any, alg jose.SignatureAlgorithm, typ string, embed bool, body map[string]any) string {
	t.Helper()
	return jwsBy(t, "k1", key, alg, typ, embed, body)
}

// jwsBy names the key in the header.
func jwsBy(t testing.TB, kid string, key any, alg jose.SignatureAlgorithm, typ string, embed bool, body map[string]any) string {
	t.Helper()
	o := (&jose.SignerOptions{EmbedJWK: embed}).WithType(jose.ContentType(typ))
	if !embed {
		o = o.WithHeader("kid", kid)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, o)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func unique() string { return rand.Text() }

// assertion is a client assertion; change may spoil it.
func (a *app) assertion(change func(map[string]any)) string {
	body := map[string]any{"iss": a.ID, "sub": a.ID, "aud": a.provider.Issuer(), "jti": unique(), "iat": a.Now().Unix(), "exp": a.Now().Add(time.Minute).Unix()}
	if change != nil {
		change(body)
	}
	return jwsBy(a.TB, cmp.Or(a.kid, "k1"), a.key, a.alg, "JWT", false, body)
}

// dpop is a DPoP proof; change may spoil it.
func (a *app) dpop(method, address, token string, change func(map[string]any)) string {
	body := map[string]any{"jti": unique(), "htm": method, "htu": address, "iat": a.Now().Unix()}
	if a.nonce != "" {
		body["nonce"] = a.nonce
	}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		body["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if change != nil {
		change(body)
	}
	return jws(a.TB, a.proof, jose.ES256, "dpop+jwt", true, body)
}

// reply is an answer of the provider.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

func (r reply) get(name string) string { s, _ := r.body[name].(string); return s }

// post calls an endpoint with whatever form says, and nothing more.
func (w *world) post(path string, head http.Header, form url.Values) reply {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), "POST", w.provider.Issuer()+path, strings.NewReader(form.Encode()))
	w.Must(err)
	for k, v := range head {
		req.Header[k] = v
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(req)
}

func (w *world) do(req *http.Request) reply {
	w.Helper()
	res, err := w.http.Do(req)
	w.Must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	w.Must(err)
	r := reply{status: res.StatusCode, header: res.Header, text: string(text)}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		w.Must(json.NewDecoder(bytes.NewReader(text)).Decode(&r.body))
	}
	return r
}

// call authenticates and calls.
func (a *app) call(path string, form url.Values) reply {
	a.Helper()
	head := http.Header{}
	switch a.Auth {
	case oidc.PrivateKeyJWT:
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", a.assertion(nil))
	case oidc.SecretBasic:
		head.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(string(a.ID)+":"+a.secret)))
	case oidc.SecretPost:
		form.Set("client_id", string(a.ID))
		form.Set("client_secret", a.secret)
	default:
		form.Set("client_id", string(a.ID))
	}
	if a.proof != nil {
		head.Set("DPoP", a.dpop("POST", a.provider.Issuer()+path, "", nil))
	}
	r := a.post(path, head, form)
	if n := r.header.Get("DPoP-Nonce"); n != "" && a.proof != nil {
		a.nonce = n
	}
	return r
}

// want is an ordinary authorization request, with a fresh PKCE verifier.
func (a *app) want(scope string) url.Values {
	a.verify = unique() + unique()
	sum := sha256.Sum256([]byte(a.verify))
	return url.Values{"client_id": {string(a.ID)}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {scope}, "state": {unique()}, "nonce": {unique()},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
}

// go_ opens /oauth/authorize as a browser would; it returns the request id of the consent page, or
// where the browser was sent instead.
func (w *world) authorize(q url.Values) (request string, back url.Values, r reply) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), "GET", w.provider.Issuer()+"/oauth/authorize?"+q.Encode(), nil)
	w.Must(err)
	if w.cookie != "" {
		req.AddCookie(identity.Cookie(w.cookie, strings.HasPrefix(w.provider.Issuer(), "https:")))
	}
	r = w.do(req)
	to, err := url.Parse(r.header.Get("Location"))
	w.Must(err)
	if to.Path == "/consent" && strings.HasPrefix(to.String(), w.provider.Issuer()) {
		return to.Query().Get("request"), nil, r
	}
	return "", to.Query(), r
}

// agree goes the person's way: signed in as s they agree to what is asked.
func (w *world) agree(request string, s identity.Session, kinds ...string) url.Values {
	w.Helper()
	to, err := w.provider.Decide(w.Context(), request, s, kinds)
	w.Must(err)
	u, err := url.Parse(to.URL)
	w.Must(err)
	return u.Query()
}

// serves registers an app that serves these addresses.
func (w *world) serves(resources ...string) *app {
	w.Helper()
	a := w.app(func(c *oidc.Client) {
		c.Grants, c.Redirects, c.Server, c.Resources = []string{"client_credentials"}, nil, true, resources
	})
	w.provider.ForgetForTest()
	return a
}

// push pushes a request and returns what the browser then brings.
func (a *app) push(q url.Values) (url.Values, reply) {
	a.Helper()
	r := a.call("/oauth/par", q)
	return url.Values{"client_id": {string(a.ID)}, "request_uri": {r.get("request_uri")}}, r
}

// login is a whole flow up to the token answer.
func (a *app) login(s identity.Session, scope string) reply {
	a.Helper()
	return a.redeem(a.code(s, scope))
}

// code is a flow up to the code.
func (a *app) code(s identity.Session, scope string) string {
	a.Helper()
	q := a.want(scope)
	if a.Pushed {
		var r reply
		if q, r = a.push(q); r.status != http.StatusCreated {
			a.Fatalf("par: %d %s", r.status, r.text)
		}
	}
	request, back, r := a.authorize(q)
	if request == "" {
		a.Fatalf("authorize: %d %v %v", r.status, back, a.page)
	}
	got := a.agree(request, s)
	if got.Get("code") == "" || got.Get("iss") != a.provider.Issuer() {
		a.Fatalf("response: %v", got)
	}
	return got.Get("code")
}

func (a *app) redeem(code string) reply {
	a.Helper()
	return a.call("/oauth/token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {a.verify}})
}

func (a *app) refresh(token string) reply {
	a.Helper()
	return a.call("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

// userinfo presents an access token.
func (a *app) userinfo(token string, change func(*http.Request)) reply {
	a.Helper()
	at := a.provider.Issuer() + "/oauth/userinfo"
	req, err := http.NewRequestWithContext(a.Context(), "GET", at, nil)
	a.Must(err)
	req.Header.Set("Authorization", "Bearer "+token)
	if a.proof != nil {
		req.Header.Set("Authorization", "DPoP "+token)
		req.Header.Set("DPoP", a.dpop("GET", at, token, nil))
	}
	if change != nil {
		change(req)
	}
	return a.do(req)
}

func (a *app) active(token string) bool {
	a.Helper()
	r := a.call("/oauth/introspect", url.Values{"token": {token}})
	is, _ := r.body["active"].(bool)
	return r.status == http.StatusOK && is
}

// claims verifies a JWT of the provider by its published keys.
func (w *world) claims(text string) map[string]any {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), "GET", w.provider.Issuer()+"/oauth/jwks", nil)
	w.Must(err)
	var set jose.JSONWebKeySet
	w.Must(json.Unmarshal([]byte(w.do(req).text), &set))
	parsed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA, jose.PS256, jose.RS256})
	w.Must(err)
	payload, err := parsed.Verify(set)
	w.Must(err)
	out := map[string]any{}
	w.Must(json.Unmarshal(payload, &out))
	return out
}

func (r reply) wants(t testing.TB, status int, code string) {
	t.Helper()
	if r.status != status || r.get("error") != code {
		t.Fatalf("got %d %s, want %d %s", r.status, r.text, status, code)
	}
}

// queue2 is a queue for a second provider in one test.
func (w *world) queue2() *jobs.Queue { return jobs.New(w.DB, nil) }
