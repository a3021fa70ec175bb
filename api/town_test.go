package api_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/access"
	"lancar/api"
	"lancar/casework"
	"lancar/catalog"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/identity/oidc"
	"lancar/internal/store"
	"lancar/payment"
	"lancar/services"
	"lancar/test/counter"
	"lancar/test/outside"
)

const (
	maria = "5315044609970001"
	yosef = "5315040101850002"
	petra = "5315044202850003" // whose business number was revoked
	tia   = "5315044205180002" // maria's daughter
	stall = "lapak-pasar"
)

// registers is what the outside knows.
var registers = outside.Records{
	"population " + maria: {"nik": maria, "name": "MARIA GORETI JEHALUT", "birth_date": "1997-09-06", "email": "maria@example.com", "phone": "+6281234567890",
		"address": "JL. SOEKARNO HATTA 12", "domicile": "53.15.05.1025", "family_card": "5315040101100001"},
	"population " + yosef: {"nik": yosef, "name": "YOSEF", "birth_date": "1985-01-01", "email": "yosef@example.com", "phone": "+6281234567891",
		"address": "JL. MAWAR 3", "domicile": "53.15.05.1025", "family_card": "5315040101100002"},
	"oss " + maria: {"nib": "9000000000017", "business_name": "KOPI TABE", "status": "active"},
	"population " + petra: {"nik": petra, "name": "PETRA", "birth_date": "1985-02-02", "email": "petra@example.com", "phone": "+6281234567892",
		"address": "JL. MELATI 4", "domicile": "53.15.05.1025", "family_card": "5315040101100003"},
	"population " + tia: {"nik": tia, "name": "TIA JEHALUT", "birth_date": "2018-05-02", "family_card": "5315040101100001", "relation": "ANAK",
		"mother_name": "MARIA GORETI JEHALUT", "father_name": "YOSEF", "address": "JL. SOEKARNO HATTA 12", "domicile": "53.15.05.1025", "living": "yes"},
	"oss " + petra: {"nib": "9000000000033", "business_name": "KUE PETRA", "status": "revoked"},
	"oss " + yosef: {"nib": "9000000000025", "business_name": "IKAN YOSEF", "status": "active"},
}

// town is a whole node behind real HTTP: every room that an application passes, and the API.
type town struct {
	testing.TB
	*counter.Counter
	provider *oidc.Provider
	server   *httptest.Server
}

var monday = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// eachTown runs fn in a new town on each engine; it is Monday morning.
func eachTown(t *testing.T, fn func(*town)) {
	t.Parallel()
	outside.Each(t, monday, registers, func(t *testing.T, out *outside.World) { fn(newTown(t, out)) })
}

func newTown(t testing.TB, out *outside.World) *town {
	return newTownOf(t, out, outside.Copied(services.FS, "common", stall))
}

// newTownOf is one with these services.
func newTownOf(t testing.TB, out *outside.World, offers fstest.MapFS) *town {
	w := &town{TB: t, Counter: counter.New(t, out.Node(identity.Limits{}), offers, outside.Packs(), payment.Bank{})}
	mux := http.NewServeMux()
	w.server = httptest.NewServer(mux)
	t.Cleanup(w.server.Close)
	w.provider = oidc.New(oidc.Rooms{DB: w.DB, Queue: w.Queue, Keys: w.Ring, Identity: w.Identity, Access: w.Access, Mandates: w.Mandates, Machines: w.Machines, Log: slog.New(slog.DiscardHandler)},
		oidc.Config{Issuer: w.server.URL, Sandbox: true})
	mux.Handle("/oauth/", w.provider.Handler())
	api.Mount(mux, api.Deps{Clock: w.Now, Regions: w.Regions, Catalog: w.Catalog, Finder: catalog.NewFinder(w.Catalog), Base: func(string) string { return w.server.URL }, Admit: w.provider.Require, Machines: w.Machines,
		Mandates: w.Mandates, Enter: w.provider.Enter, Cases: w.Cases, Access: w.Access, Documents: w.Documents, Log: slog.New(slog.NewTextHandler(testWriter{t}, nil))})
	w.Queue.Subscribe(access.EventWithdrawn, "oidc", w.provider.Withdrawn)
	return w
}

type testWriter struct{ testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.Logf("%s", b)
	return len(b), nil
}

// code is the code in the last message to an address that has one after some words.
func (w *town) code(to, says string) (code string) {
	w.Helper()
	w.Drain()
	for _, m := range w.Mail(to) {
		if _, rest, ok := strings.Cut(m, says); ok && outside.CodeIn(rest) != "" {
			code = outside.CodeIn(rest)
		}
	}
	return code
}

func newKey(t testing.TB) (*ecdsa.PrivateKey, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(jose.JSONWebKey{Key: key.Public(), KeyID: "k1"})
	if err != nil {
		t.Fatal(err)
	}
	return key, string(text)
}

func (w *town) sign(key *ecdsa.PrivateKey, opts *jose.SignerOptions, claims map[string]any) string {
	w.Helper()
	payload, err := json.Marshal(claims)
	w.Must(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, opts)
	w.Must(err)
	signed, err := signer.Sign(payload)
	w.Must(err)
	text, err := signed.CompactSerialize()
	w.Must(err)
	return text
}

// caller speaks to the town as one machine or app.
type caller struct {
	*town
	id    lancar.ID
	key   *ecdsa.PrivateKey
	token string
	proof *ecdsa.PrivateKey // DPoP, nil for a plain bearer

	resource string // that the token is asked for, "" for this node
}

// agent registers a person's agent.
func (w *town) agent(s identity.Session, scopes ...string) *caller {
	return w.agentWithin(s, 1000, scopes...)
}

// agentWithin is one that may call so often in a minute.
func (w *town) agentWithin(s identity.Session, peak int, scopes ...string) *caller {
	w.Helper()
	key, text := newKey(w)
	list, err := machine.ReadKeys(text)
	w.Must(err)
	m, err := w.Machines.RegisterAgent(w.Context(), s.Own, machine.Proposal{Stage: machine.Production, Name: "Asisten Maria", Keys: list,
		Purpose: lancar.Text{"id": "Mengurus izin lapak untuk saya.", "en": "Sees to my stall permit for me."},
		Wish:    machine.Wish{Scopes: scopes, Budget: 2000, Peak: peak, Expires: w.Now().Add(100 * 24 * time.Hour)}})
	w.Must(err)
	return &caller{town: w, id: m.ID, key: key}
}

// service registers and approves nothing: a sandbox machine of an office.
func (w *town) service(region, agency string) *caller {
	w.Helper()
	account, err := w.Identity.SaveEmployee(w.Context(), identity.Employee{Number: "19800101200501100" + region, Name: "Rita", Mail: "rita@kantor.example", Roles: []identity.Role{{Role: identity.Reviewer, Agency: agency, Region: region}}})
	w.Must(err)
	key, text := newKey(w)
	list, err := machine.ReadKeys(text)
	w.Must(err)
	m, err := w.Machines.Register(w.Context(), lancar.Actor{Kind: lancar.Officer, ID: account, Role: identity.Reviewer, Agency: agency, Region: region},
		machine.Proposal{Kind: machine.Service, Stage: machine.Sandbox, Name: "Sistem pasar", Keys: list, Purpose: lancar.Text{"id": "Menampilkan keadaan permohonan lapak.", "en": "Shows how stall applications stand."},
			Wish: machine.Wish{Scopes: []string{"cases.read"}, Budget: 2000, Peak: 1000, Expires: w.Now().Add(100 * 24 * time.Hour)}})
	w.Must(err)
	return &caller{town: w, id: m.ID, key: key}
}

var machineScopes = []string{"cases.read", "cases.answers", "cases.prepare", "cases.submit", "cases.reply", "payments.make"}

// gives has a person give their agent a mandate.
func (c *caller) gives(s identity.Session, most int64, verbs ...mandate.Verb) mandate.Mandate {
	c.Helper()
	if len(verbs) == 0 {
		verbs = []mandate.Verb{mandate.See, mandate.Draft, mandate.Submit, mandate.Pay, mandate.Answer}
	}
	m, err := c.Mandates.Agent(c.Context(), s, mandate.AgentGift{Machine: c.id, Name: "Asisten Maria", Until: c.Now().Add(7 * 24 * time.Hour), Region: "53.15",
		Scope: mandate.Scope{Services: []string{stall}, Verbs: verbs, Most: lancar.Rupiah(most)}})
	c.Must(err)
	return m
}

// post sends a form of the token endpoint with the caller's assertion.
func (c *caller) post(form url.Values) (status int, body map[string]any) {
	c.Helper()
	now := c.Now()
	assertion := c.sign(c.key, (&jose.SignerOptions{}).WithHeader("kid", "k1"), map[string]any{"iss": c.id, "sub": c.id, "aud": c.server.URL, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	form.Set("client_assertion", assertion)
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	req, err := http.NewRequestWithContext(c.Context(), http.MethodPost, c.server.URL+"/oauth/token", strings.NewReader(form.Encode()))
	c.Must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.proof != nil {
		req.Header.Set("DPoP", c.dpop(http.MethodPost, "/oauth/token", ""))
	}
	res, err := http.DefaultClient.Do(req)
	c.Must(err)
	defer res.Body.Close()
	c.Must(json.NewDecoder(res.Body).Decode(&body))
	return res.StatusCode, body
}

// acts exchanges a mandate for a token.
func (c *caller) acts(m lancar.ID) *caller {
	c.Helper()
	status, body := c.post(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {string(m)}, "subject_token_type": {"urn:lancar:token-type:mandate"}, "resource": {c.server.URL}})
	if c.token, _ = body["access_token"].(string); c.token == "" {
		c.Fatal(status, body)
	}
	return c
}

// self gets a token for the machine itself.
func (c *caller) self() *caller {
	c.Helper()
	status, body := c.post(url.Values{"grant_type": {"client_credentials"}})
	if c.token, _ = body["access_token"].(string); c.token == "" {
		c.Fatal(status, body)
	}
	return c
}

func (c *caller) dpop(method, path, token string) string {
	claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": c.server.URL + path, "iat": c.Now().Unix()}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return c.sign(c.proof, (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"), claims)
}

// reply is what the town said.
type reply struct {
	call   string
	status int
	text   string
	header http.Header
	body   map[string]any
}

// at walks into a JSON answer: at("case", "number").
func (r reply) at(path ...string) any {
	var v any = r.body
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func (r reply) str(path ...string) string {
	s, _ := r.at(path...).(string)
	return s
}

// call sends one request with the caller's token; more are headers, name and value.
func (c *caller) call(method, path string, body any, more ...string) reply {
	c.Helper()
	var content io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case []byte:
		content, kind = bytes.NewReader(b), "application/octet-stream"
	default:
		text, err := json.Marshal(b)
		c.Must(err)
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(c.Context(), method, c.server.URL+path, content)
	c.Must(err)
	if content != nil {
		req.Header.Set("Content-Type", kind)
	}
	switch {
	case c.token == "":
	case c.proof != nil:
		req.Header.Set("Authorization", "DPoP "+c.token)
		req.Header.Set("DPoP", c.dpop(method, strings.Split(path, "?")[0], c.token))
	default:
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(more); i += 2 {
		req.Header.Set(more[i], more[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	c.Must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	c.Must(err)
	r := reply{call: method + " " + path, status: res.StatusCode, text: string(text), header: res.Header}
	_ = json.Unmarshal(text, &r.body) // some answers are no objects
	return r
}

// want fails unless the answer has this status.
func (c *caller) want(status int, r reply) reply {
	c.Helper()
	if r.status != status {
		c.Fatalf("%s: got %d, want %d: %s", r.call, r.status, status, r.text)
	}
	return r
}

// own is a person at their own page.
func own(s identity.Session) casework.Applicant {
	return casework.Applicant{Account: s.Account, Subject: s.Subject, Lang: "id", Register: s.RegisterContact, Level: s.Level}
}

// app registers an app of an agency and signs a person in to it.
func (w *town) app(s identity.Session, bound bool, scopes string) *caller {
	return w.register(bound, nil).login(s, scopes)
}

// appFor is an app whose token is for another resource than this node.
func (w *town) appFor(s identity.Session, resource, scopes string) *caller {
	_, text := newKey(w)
	w.Must(w.DB.Write(w.Context(), func(tx *store.Tx) error {
		_, _, err := w.provider.RegisterTx(tx, oidc.Client{Region: "53.15", Agency: "dinkes", Officer: "x", Name: lancar.Text{"id": "Arsip"}, Purpose: lancar.Text{"id": "Menyimpan berkas"},
			Grants: []string{"urn:ietf:params:oauth:grant-type:token-exchange"}, Server: true, Resources: []string{resource}, Auth: oidc.PrivateKeyJWT, JWKS: `{"keys":[` + text + `]}`})
		return err
	}))
	c := w.register(false, []string{resource})
	c.resource = resource
	return c.login(s, scopes)
}

func (w *town) register(bound bool, resources []string) *caller {
	w.Helper()
	key, text := newKey(w)
	c := &caller{town: w, key: key}
	w.Must(w.DB.Write(w.Context(), func(tx *store.Tx) error {
		reg, _, err := w.provider.RegisterTx(tx, oidc.Client{Region: "53.15", Agency: "dinkes", Officer: "x", Name: lancar.Text{"id": "Aplikasi Sehat", "en": "Health app"},
			Purpose: lancar.Text{"id": "Mengurus izin dari aplikasi kesehatan", "en": "Permits from the health app"}, Grants: []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"}, Redirects: []string{"https://sehat.example/kembali"},
			Scopes: append([]string{"openid", "profile", "looks.read", "mandates", "cases.withdraw"}, machineScopes...), Auth: oidc.PrivateKeyJWT, JWKS: `{"keys":[` + text + `]}`, DPoP: bound, Resources: resources})
		c.id = reg.ID
		return err
	}))
	if bound {
		c.proof, _ = newKey(w)
	}
	return c
}

// login takes the code flow; the person agrees to everything asked.
func (c *caller) login(s identity.Session, scopes string) *caller {
	c.Helper()
	verifier := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{"client_id": {string(c.id)}, "response_type": {"code"}, "redirect_uri": {"https://sehat.example/kembali"}, "scope": {scopes}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	if c.resource != "" {
		q.Set("resource", c.resource)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(c.server.URL + "/oauth/authorize?" + q.Encode())
	c.Must(err)
	res.Body.Close()
	to, err := url.Parse(res.Header.Get("Location"))
	c.Must(err)
	back, err := c.provider.Decide(c.Context(), to.Query().Get("request"), s, nil)
	c.Must(err)
	to, err = url.Parse(back.URL)
	c.Must(err)
	status, body := c.post(url.Values{"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {"https://sehat.example/kembali"}, "code_verifier": {verifier}})
	if c.token, _ = body["access_token"].(string); c.token == "" {
		c.Fatal(status, body, back.URL)
	}
	return c
}

// filled is a draft of the stall with everything in it.
func (c *caller) filled() string {
	c.Helper()
	r := c.want(201, c.call("POST", "/api/v1/drafts", map[string]string{"service": stall, "place": "53.15.05.1025"}))
	at := r.header.Get("Location")
	c.want(200, c.call("PATCH", at, map[string]any{"version": r.at("version"), "answers": map[string]string{"applicant.phone": "081234567890", "market": "53.15.05.1025", "market_name": "Pasar Baru", "size": "6", "start": "2027-02-01", "months": "6", "goods": "food"}}))
	c.want(201, c.call("POST", at+"/files/goods_photo?name=kopi.jpg", outside.Picture()))
	if r := c.want(200, c.call("GET", at+"/check", nil)); r.at("ready") != true {
		c.Fatal(r.text)
	}
	return at
}

// under exchanges a mandate that the person of an app's token holds.
func (c *caller) under(m lancar.ID, scope string) *caller {
	c.Helper()
	status, body := c.post(url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {string(m)}, "subject_token_type": {"urn:lancar:token-type:mandate"}, "resource": {c.server.URL},
		"actor_token": {c.token}, "actor_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "scope": {scope}})
	if c.token, _ = body["access_token"].(string); c.token == "" {
		c.Fatal(status, body)
	}
	return c
}
