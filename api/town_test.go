package api_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/access"
	"lancar/api"
	"lancar/casework"
	"lancar/catalog"
	"lancar/document"
	"lancar/exchange"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/identity/oidc"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/notify"
	"lancar/payment"
	"lancar/payment/qris"
	"lancar/publiclog"
	"lancar/region"
	"lancar/region/places"
	"lancar/regions"
	"lancar/services"
)

const (
	maria = "5315044609970001"
	yosef = "5315040101850002"
	petra = "5315044202850003" // whose business number was revoked
	tia   = "5315044205180002" // maria's daughter
	stall = "lapak-pasar"
)

// registers is what the outside knows.
var registers = map[string]map[string]string{
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
	db       *store.DB
	queue    *jobs.Queue
	access   *access.Access
	id       *identity.Identity
	machines *machine.Machines
	mandates *mandate.Mandates
	provider *oidc.Provider
	cases    *casework.Cases
	server   *httptest.Server

	mu   sync.Mutex
	at   time.Time
	mail map[string][]string // messages to an address
}

func (w *town) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *town) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func (w *town) Send(_ context.Context, to, title, text, _ string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mail[to] = append(w.mail[to], title+"\n"+text)
	return nil
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// eachTown runs fn in a new town on each engine; it is Monday morning.
func eachTown(t *testing.T, fn func(*town)) {
	t.Parallel()
	w := &town{at: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	storetest.EachAt(t, func() time.Time { return w.now() }, func(t *testing.T, db *store.DB) {
		w = newTown(t, db, w.now())
		fn(w)
	})
}

// answer is the registers' side of an exchange.
func answer(rw http.ResponseWriter, r *http.Request) {
	source, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	var q struct {
		Key    string
		Fields json.RawMessage
	}
	_ = json.NewDecoder(r.Body).Decode(&q)
	have, out := registers[source+" "+q.Key], map[string]string{}
	var names []string
	var typed map[string]string
	if json.Unmarshal(q.Fields, &names) == nil {
		for _, f := range names {
			if have[f] != "" {
				out[f] = have[f]
			}
		}
	} else if json.Unmarshal(q.Fields, &typed) == nil {
		for f, v := range typed {
			out[f] = map[bool]string{true: "match", false: "nomatch"}[have[f] == v]
		}
	}
	_ = json.NewEncoder(rw).Encode(map[string]any{"fields": out})
}

// acquirer makes codes.
type acquirer struct{}

func (acquirer) Generate(_ context.Context, a payment.Ask) (payment.Code, error) {
	payload, err := qris.Dynamic(qris.Merchant{Domain: "ID.CO.UJI.WWW", MPAN: "936009990000000001", ID: a.Treasury.MerchantID, Class: "URE", NMID: "ID0000000000000",
		Category: "9399", Name: a.Treasury.Merchant, City: a.Treasury.City, Postcode: "00000"},
		qris.Bill{Amount: a.Amount.Amount, Number: a.Reference[:20], Terminal: "UJI"})
	return payment.Code{Payload: payload, Merchant: a.Treasury.Merchant}, err
}

func (acquirer) Query(_ context.Context, reference string) (payment.Report, error) {
	return payment.Report{Reference: reference}, nil
}

func (acquirer) Return(context.Context, payment.Giving) (string, error) {
	return "", lancar.Fail(lancar.Gone, "", "", "no")
}

var packs = sync.OnceValue(func() *region.Regions {
	table, err := places.Open()
	if err != nil {
		panic(err)
	}
	rs, err := region.Load(regions.FS, table)
	if err != nil {
		panic(err)
	}
	return rs
})

// stalls are the market stall's folder and what all services share.
func stalls(t testing.TB) fs.FS {
	out := fstest.MapFS{}
	for _, dir := range []string{"common", stall} {
		err := fs.WalkDir(services.FS, dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := fs.ReadFile(services.FS, name)
			out[name] = &fstest.MapFile{Data: b}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func newTown(t testing.TB, db *store.DB, start time.Time) *town {
	w := &town{TB: t, db: db, at: start, mail: map[string][]string{}}
	dir := t.TempDir()
	ring, err := keys.Create(filepath.Join(dir, "keys"), keys.Options{Regions: []string{"00", "53"}, Origin: "lancar.test", Now: start})
	w.must(err)
	token := filepath.Join(dir, "token")
	w.must(os.WriteFile(token, []byte("t0ken\n"), 0o600))
	outside := httptest.NewServer(http.HandlerFunc(answer))
	t.Cleanup(outside.Close)
	w.queue = jobs.New(db, func(j jobs.Job, err error) { t.Logf("job %s: %v", j.Queue, err) })
	log := publiclog.New(db, w.queue, ring, publiclog.Config{})
	w.access = access.New(db, w.queue, ring)
	note := notify.New(db, w.queue, ring, map[notify.Channel]notify.Sender{notify.Email: w, notify.Phone: w}, func(_, path string) string { return path })
	exch, err := exchange.New(db, w.queue, ring, w.access, exchange.Config{URL: outside.URL, TokenFile: token})
	w.must(err)
	w.id = identity.New(db, w.queue, ring, w.access, note, exch, identity.Limits{})
	w.machines = machine.New(db, w.queue, ring, w.id, machine.Config{})
	w.mandates = mandate.New(db, w.queue, ring, w.access, note, exch, w.id, mandate.Config{Working: func(tx *store.Tx, id lancar.ID) error {
		_, _, err := w.machines.ProofTx(tx, id)
		return err
	}})
	docs, err := document.New(db, w.queue, ring, log, document.Config{CheckBase: "http://lancar.test"})
	w.must(err)
	charges := payment.New(db, w.queue, ring, packs(), w.access, w.id, acquirer{}, payment.Bank{})
	cat, problems, err := catalog.Open(t.Context(), db, stalls(t))
	w.must(err)
	for _, p := range problems {
		t.Error(p)
	}
	w.cases = casework.New(casework.Rooms{DB: db, Queue: w.queue, Keys: ring, Log: log, Regions: packs(), Access: w.access, Identity: w.id, Mandates: w.mandates,
		Exchange: exch, Catalog: cat, Documents: docs, Charges: charges, Base: "http://lancar.test"})
	w.access.Cases(w.cases.BroughtTx)
	mux := http.NewServeMux()
	w.server = httptest.NewServer(mux)
	t.Cleanup(w.server.Close)
	w.provider = oidc.New(oidc.Rooms{DB: db, Queue: w.queue, Keys: ring, Identity: w.id, Access: w.access, Mandates: w.mandates, Machines: w.machines, Log: slog.New(slog.DiscardHandler)},
		oidc.Config{Issuer: w.server.URL, Sandbox: true})
	mux.Handle("/oauth/", w.provider.Handler())
	api.Mount(mux, api.Deps{Clock: w.now, Regions: packs(), Catalog: cat, Finder: catalog.NewFinder(cat), Base: func(string) string { return w.server.URL }, Admit: w.provider.Require, Machines: w.machines,
		Mandates: w.mandates, Enter: w.provider.Enter, Cases: w.cases, Access: w.access, Documents: docs, Log: slog.New(slog.NewTextHandler(testWriter{t}, nil))})
	w.queue.Subscribe(access.EventRow, "access", w.access.SeenTx)
	w.queue.Subscribe(access.EventWithdrawn, "oidc", w.provider.Withdrawn)
	w.queue.Subscribe(publiclog.EventSequenced, "casework", w.cases.Sequenced)
	return w
}

type testWriter struct{ testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.Logf("%s", b)
	return len(b), nil
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// code is the six digits in the last message to an address that has them and says some words.
func (w *town) code(to, says string) (code string) {
	w.Helper()
	w.must(w.queue.Drain(w.Context()))
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.mail[to] {
		if _, rest, ok := strings.Cut(m, says); ok && sixDigits.MatchString(rest) {
			code = sixDigits.FindString(rest)
		}
	}
	return code
}

// signIn signs a resident in, at level 2.
func (w *town) signIn(nik string) identity.Session {
	w.Helper()
	p := registers["population "+nik]
	a, err := w.id.Start(w.Context(), identity.Claim{Kind: identity.Resident, Number: nik, Name: p["name"], BirthDate: p["birth_date"], Contact: p["email"], Region: "53.15", Address: "192.0.2.1", Lang: "id"})
	w.must(err)
	_, s, err := w.id.Confirm(w.Context(), identity.Confirmation{Attempt: a.ID, Code: w.code(p["email"], ""), Address: "192.0.2.1", Host: "localhost", Device: "Firefox"})
	w.must(err)
	return s
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
	w.must(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, opts)
	w.must(err)
	signed, err := signer.Sign(payload)
	w.must(err)
	text, err := signed.CompactSerialize()
	w.must(err)
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
	w.must(err)
	m, err := w.machines.RegisterAgent(w.Context(), s.Own, machine.Proposal{Stage: machine.Production, Name: "Asisten Maria", Keys: list,
		Purpose: lancar.Text{"id": "Mengurus izin lapak untuk saya.", "en": "Sees to my stall permit for me."},
		Wish:    machine.Wish{Scopes: scopes, Budget: 2000, Peak: peak, Expires: w.now().Add(100 * 24 * time.Hour)}})
	w.must(err)
	return &caller{town: w, id: m.ID, key: key}
}

// service registers and approves nothing: a sandbox machine of an office.
func (w *town) service(region, agency string) *caller {
	w.Helper()
	account, err := w.id.SaveEmployee(w.Context(), identity.Employee{Number: "19800101200501100" + region, Name: "Rita", Mail: "rita@kantor.example", Roles: []identity.Role{{Role: identity.Reviewer, Agency: agency, Region: region}}})
	w.must(err)
	key, text := newKey(w)
	list, err := machine.ReadKeys(text)
	w.must(err)
	m, err := w.machines.Register(w.Context(), lancar.Actor{Kind: lancar.Officer, ID: account, Role: identity.Reviewer, Agency: agency, Region: region},
		machine.Proposal{Kind: machine.Service, Stage: machine.Sandbox, Name: "Sistem pasar", Keys: list, Purpose: lancar.Text{"id": "Menampilkan keadaan permohonan lapak.", "en": "Shows how stall applications stand."},
			Wish: machine.Wish{Scopes: []string{"cases.read"}, Budget: 2000, Peak: 1000, Expires: w.now().Add(100 * 24 * time.Hour)}})
	w.must(err)
	return &caller{town: w, id: m.ID, key: key}
}

var machineScopes = []string{"cases.read", "cases.answers", "cases.prepare", "cases.submit", "cases.reply", "payments.make"}

// gives has a person give their agent a mandate.
func (c *caller) gives(s identity.Session, most int64, verbs ...mandate.Verb) mandate.Mandate {
	c.Helper()
	if len(verbs) == 0 {
		verbs = []mandate.Verb{mandate.See, mandate.Draft, mandate.Submit, mandate.Pay, mandate.Answer}
	}
	m, err := c.mandates.Agent(c.Context(), s, mandate.AgentGift{Machine: c.id, Name: "Asisten Maria", Until: c.now().Add(7 * 24 * time.Hour), Region: "53.15",
		Scope: mandate.Scope{Services: []string{stall}, Verbs: verbs, Most: lancar.Rupiah(most)}})
	c.must(err)
	return m
}

// post sends a form of the token endpoint with the caller's assertion.
func (c *caller) post(form url.Values) (status int, body map[string]any) {
	c.Helper()
	now := c.now()
	assertion := c.sign(c.key, (&jose.SignerOptions{}).WithHeader("kid", "k1"), map[string]any{"iss": c.id, "sub": c.id, "aud": c.server.URL, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	form.Set("client_assertion", assertion)
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	req, err := http.NewRequestWithContext(c.Context(), http.MethodPost, c.server.URL+"/oauth/token", strings.NewReader(form.Encode()))
	c.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.proof != nil {
		req.Header.Set("DPoP", c.dpop(http.MethodPost, "/oauth/token", ""))
	}
	res, err := http.DefaultClient.Do(req)
	c.must(err)
	defer res.Body.Close()
	c.must(json.NewDecoder(res.Body).Decode(&body))
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
	claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": c.server.URL + path, "iat": c.now().Unix()}
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
		c.must(err)
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(c.Context(), method, c.server.URL+path, content)
	c.must(err)
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
	c.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	c.must(err)
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
	w.must(w.db.Write(w.Context(), func(tx *store.Tx) error {
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
	w.must(w.db.Write(w.Context(), func(tx *store.Tx) error {
		reg, _, err := w.provider.RegisterTx(tx, oidc.Client{Region: "53.15", Agency: "dinkes", Officer: "x", Name: lancar.Text{"id": "Aplikasi Sehat", "en": "Health app"},
			Purpose: lancar.Text{"id": "Mengurus izin dari aplikasi kesehatan", "en": "Permits from the health app"}, Grants: []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"}, Redirects: []string{"https://sehat.example/kembali"},
			Scopes: append([]string{"openid", "profile", "looks.read", "mandates"}, machineScopes...), Auth: oidc.PrivateKeyJWT, JWKS: `{"keys":[` + text + `]}`, DPoP: bound, Resources: resources})
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
	c.must(err)
	res.Body.Close()
	to, err := url.Parse(res.Header.Get("Location"))
	c.must(err)
	back, err := c.provider.Decide(c.Context(), to.Query().Get("request"), s, nil)
	c.must(err)
	to, err = url.Parse(back.URL)
	c.must(err)
	status, body := c.post(url.Values{"grant_type": {"authorization_code"}, "code": {to.Query().Get("code")}, "redirect_uri": {"https://sehat.example/kembali"}, "code_verifier": {verifier}})
	if c.token, _ = body["access_token"].(string); c.token == "" {
		c.Fatal(status, body, back.URL)
	}
	return c
}

func picture() []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30)), nil)
	return b.Bytes()
}

// filled is a draft of the stall with everything in it.
func (c *caller) filled() string {
	c.Helper()
	r := c.want(201, c.call("POST", "/api/v1/drafts", map[string]string{"service": stall, "place": "53.15.05.1025"}))
	at := r.header.Get("Location")
	c.want(200, c.call("PATCH", at, map[string]any{"version": r.at("version"), "answers": map[string]string{"applicant.phone": "081234567890", "market": "53.15.05.1025", "market_name": "Pasar Baru", "size": "6", "start": "2027-02-01", "months": "6", "goods": "food"}}))
	c.want(201, c.call("POST", at+"/files/goods_photo?name=kopi.jpg", picture()))
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
