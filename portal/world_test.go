package portal

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/casework"
	"lancar/catalog"
	"lancar/document"
	"lancar/exchange"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/identity/oidc"
	"lancar/identity/upstream"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/serve"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/notify"
	"lancar/payment"
	"lancar/payment/qris"
	"lancar/publiclog"
	"lancar/services"
)

// world is a node behind a real HTTP server. Only what lies outside the process is simulated:
// registers over HTTP, mail, and the bank behind its face.
type world struct {
	oidc     *oidc.Provider
	access   *access.Access
	t        *testing.T
	db       *store.DB
	queue    *jobs.Queue
	log      *publiclog.Log
	id       *identity.Identity
	machines *machine.Machines
	mandates *mandate.Mandates
	cases    *casework.Cases
	charges  *payment.Charges
	base     string // of the server
	mu       sync.Mutex
	at       time.Time
	down     bool // the registers
	mails    []string
	records  map[string]map[string]string
	codes    map[string]payment.Ask
	services fs.FS
	paid     bool
	ring     *keys.Ring
	host     string // of the portal, "" for 127.0.0.1
	national func(home string) *upstream.Upstream
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

// Send is the mail of the outside world.
func (w *world) Send(_ context.Context, _, title, text, _ string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mails = append(w.mails, title+"\n"+text)
	return nil
}

// Generate and Query are the bank.
func (w *world) Generate(_ context.Context, a payment.Ask) (payment.Code, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.codes[a.Reference] = a
	payload, err := qris.Dynamic(qris.Merchant{Domain: "ID.CO.UJI.WWW", MPAN: "936009990000000001", ID: a.Treasury.MerchantID, Class: "URE",
		NMID: "ID0000000000000", Category: "9399", Name: a.Treasury.Merchant, City: a.Treasury.City, Postcode: "00000"},
		qris.Bill{Amount: a.Amount.Amount, Number: a.Reference[:20], Terminal: "UJI"})
	return payment.Code{Payload: payload, Merchant: a.Treasury.Merchant}, err
}

func (w *world) Return(context.Context, payment.Giving) (string, error) {
	return "", lancar.Fail(lancar.Gone, "", "", "no")
}

func (w *world) Query(_ context.Context, reference string) (payment.Report, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.codes[reference]
	return payment.Report{Reference: reference, Acquirer: "B" + reference, Receipt: "R" + reference, Paid: w.paid, PaidAt: w.at, Amount: a.Amount}, nil
}

func (w *world) register(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	source, verb, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	var q struct {
		Key    string
		Fields json.RawMessage
	}
	if json.NewDecoder(r.Body).Decode(&q) != nil || w.down {
		rw.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	have, out := w.records[source+" "+q.Key], map[string]string{}
	if have == nil && verb == "read" {
		rw.WriteHeader(http.StatusNotFound)
		return
	}
	var names []string
	var typed map[string]string
	if json.Unmarshal(q.Fields, &names) == nil {
		for _, f := range names {
			out[f] = have[f]
		}
	} else if json.Unmarshal(q.Fields, &typed) == nil {
		for f, v := range typed {
			if out[f] = "nomatch"; have[f] == "" {
				out[f] = "unknown"
			} else if have[f] == v {
				out[f] = "match"
			}
		}
	}
	json.NewEncoder(rw).Encode(map[string]any{"fields": out})
}

func newWorld(t *testing.T) *world { return newWorldOf(t, services.FS) }

// newWorldOf is a world with these services.
func newWorldOf(t *testing.T, of fs.FS) *world { return newWorldAt(t, of, "", nil) }

// newWorldAt is one on a host of its own, where people may sign in at a national provider.
func newWorldAt(t *testing.T, of fs.FS, host string, national func(w *world, home string) *upstream.Upstream) *world {
	w := &world{host: host, t: t, services: of, at: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), codes: map[string]payment.Ask{}, records: map[string]map[string]string{
		"population 5315044609970001": {"name": "MARIA GORETI JEHALUT", "birth_date": "1997-09-06", "email": "maria@example.com", "address": "JL. SOEKARNO HATTA 12", "domicile": "53.15.05.1025"},
		"population 5315040101850002": {"name": "YOSEF", "birth_date": "1985-01-01", "email": "yosef@example.com", "domicile": "53.15.05.1025"},
		"oss 5315044609970001":        {"nib": "9000000000017", "business_name": "KOPI TABE", "status": "active"},
	}}
	w.db = storetest.OpenAt(t, w.now)
	dir := t.TempDir()
	ring, err := keys.Create(filepath.Join(dir, "keys"), keys.Options{Regions: []string{"00", "53"}, Origin: "lancar.test", Now: w.at})
	w.must(err)
	if w.ring = ring; national != nil {
		w.national = func(home string) *upstream.Upstream { return national(w, home) }
	}
	token := filepath.Join(dir, "token")
	w.must(os.WriteFile(token, []byte("token\n"), 0o600))
	registers := httptest.NewServer(http.HandlerFunc(w.register))
	t.Cleanup(registers.Close)
	w.open(ring, exchange.Config{URL: registers.URL, TokenFile: token})
	return w
}

// open makes the rooms and the server, as app does.
func (w *world) open(ring *keys.Ring, registers exchange.Config) {
	w.queue = jobs.New(w.db, func(j jobs.Job, err error) { w.t.Logf("job %s: %v", j.Queue, err) })
	w.log = publiclog.New(w.db, w.queue, ring, publiclog.Config{})
	acc := access.New(w.db, w.queue, ring)
	w.access = acc
	note := notify.New(w.db, w.queue, ring, map[notify.Channel]notify.Sender{notify.Email: w}, func(_, path string) string { return "http://localhost" + path })
	exch, err := exchange.New(w.db, w.queue, ring, acc, registers)
	w.must(err)
	w.id = identity.New(w.db, w.queue, ring, acc, note, exch, identity.Limits{})
	w.machines = machine.New(w.db, w.queue, ring, w.id, machine.Config{})
	w.mandates = mandate.New(w.db, w.queue, ring, acc, note, exch, w.id, mandate.Config{})
	docs, err := document.New(w.db, w.queue, ring, w.log, document.Config{CheckBase: "http://localhost"})
	w.must(err)
	packs, err := sharedRegions()
	w.must(err)
	w.charges = payment.New(w.db, w.queue, ring, packs, w.access, w.id, w, payment.Bank{})
	cat, _, err := catalog.Open(w.t.Context(), w.db, w.services)
	w.must(err)
	w.cases = casework.New(casework.Rooms{DB: w.db, Queue: w.queue, Keys: ring, Log: w.log, Regions: packs, Access: acc, Identity: w.id, Mandates: w.mandates,
		Exchange: exch, Catalog: cat, Documents: docs, Charges: w.charges, Base: "http://localhost"})
	w.queue.Subscribe(access.EventRow, "seen", acc.SeenTx)
	w.queue.Subscribe(publiclog.EventSequenced, "casework", w.cases.Sequenced)
	w.queue.Subscribe(payment.EventSettled, "casework", w.cases.Settled)
	w.queue.Subscribe(payment.EventExpired, "casework", w.cases.Expired)
	w.queue.Subscribe(payment.EventRefundDue, "casework", w.cases.RefundDue)
	w.queue.Subscribe(payment.EventRefunded, "casework", w.cases.Refunded)
	w.queue.Subscribe(payment.EventRefundRefused, "casework", w.cases.RefundRefused)
	w.queue.Subscribe(exchange.EventAnswered, "casework", w.cases.Answered)
	w.queue.Subscribe(document.EventIssued, "list", docs.ListTx)
	log := slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	server := httptest.NewUnstartedServer(nil)
	home := &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}
	if w.host != "" {
		home.Host = w.host + ":" + home.Port()
	}
	var national *upstream.Upstream
	if w.national != nil {
		national = w.national(home.String())
	}
	var p *Portal
	w.oidc = oidc.New(oidc.Rooms{DB: w.db, Queue: w.queue, Keys: ring, Identity: w.id, Access: acc, Machines: w.machines, Log: log}, oidc.Config{Issuer: home.String(), Sandbox: true,
		Sorry: func(rw http.ResponseWriter, r *http.Request, err error) { p.Apologise(rw, r, err) }})
	w.queue.Subscribe(access.EventWithdrawn, "oidc", w.oidc.Withdrawn)
	p, err = New(Deps{OIDC: w.oidc, National: national, Regions: packs, Catalog: cat, Finder: catalog.NewFinder(cat), Identity: w.id, Machines: w.machines, Mandates: w.mandates, Access: acc, Notify: note, Cases: w.cases,
		Charges: w.charges, Documents: docs, PublicLog: w.log, Clock: w.now, Logger: log, Home: home, Rehearsal: true,
		Checks: serve.NewLimiter(0.001, 8), Registers: func(id string) lancar.Text { s, _ := exch.Source(id); return s.Name }})
	w.must(err)
	mux := http.NewServeMux()
	for _, path := range oidc.Paths() {
		mux.Handle(path, w.oidc.Handler())
	}
	mux.Handle("/", p.Handler())
	server.Config.Handler = serve.Wrap(mux, serve.Options{Log: log, MaxBody: 13 << 20})
	server.Start()
	w.t.Cleanup(server.Close)
	w.base = home.String()
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// run lets everything happen that is due.
func (w *world) run() {
	w.t.Helper()
	for range 6 {
		w.must(w.queue.Drain(w.t.Context()))
		_, err := w.log.Sequence(w.t.Context())
		w.must(err)
	}
}

// browser is one person's browser. It checks every page that it is shown.
type browser struct {
	*world
	http   *http.Client
	url    string // of the page that is open
	body   string
	code   int
	header http.Header // of the last answer
	most   int         // bytes of the heaviest page, compressed
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &browser{world: w, http: &http.Client{Jar: jar}}
}

func (b *browser) do(r *http.Request) {
	b.t.Helper()
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := b.http.Do(r)
	b.must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	b.must(err)
	w := &httptest.ResponseRecorder{Body: bytes.NewBuffer(raw)}
	b.url, b.code, b.body, b.header = resp.Request.URL.Path, resp.StatusCode, plain(b.t, w), resp.Header
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		b.most = max(b.most, len(raw))
		checkPage(b.t, r.Method+" "+b.url, b.body, b.code)
		if strings.Contains(b.body, "5315044609970001") {
			b.t.Errorf("%s shows a whole identity number", b.url)
		}
	}
}

func (b *browser) get(path string) {
	b.t.Helper()
	r, err := http.NewRequest("GET", b.base+path, nil)
	b.must(err)
	b.do(r)
}

// post sends a form; names and values in turn.
func (b *browser) post(path string, fields ...string) {
	b.t.Helper()
	v := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequest("POST", b.base+path, strings.NewReader(v.Encode()))
	b.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	b.do(r)
}

// forged sends a form as another site makes this browser do.
func (b *browser) forged(path string, fields ...string) {
	b.t.Helper()
	v := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequest("POST", b.base+path, strings.NewReader(v.Encode()))
	b.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.do(r)
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// upload sends a form with one file.
func (b *browser) upload(path, field, name string, data []byte, fields ...string) {
	b.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		m.WriteField(fields[i], fields[i+1])
	}
	part, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + field + `"; filename="` + name + `"`}})
	b.must(err)
	part.Write(data)
	m.Close()
	r, err := http.NewRequest("POST", b.base+path, &body)
	b.must(err)
	r.Header.Set("Content-Type", m.FormDataContentType())
	b.do(r)
}

// find is the first group of the pattern on the page.
func (b *browser) find(pattern string) string {
	b.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(b.body)
	if m == nil {
		b.t.Fatalf("%s (%d) has no %s: %.1500s", b.url, b.code, pattern, b.text())
	}
	return m[1]
}

func (b *browser) version() string { return b.find(`name="version" value="(\d+)"`) }

// shows fails unless the page says all of these.
func (b *browser) shows(code int, words ...string) {
	b.t.Helper()
	if b.code != code {
		b.t.Fatalf("%s: %d, want %d: %.800s", b.url, b.code, code, b.text())
	}
	for _, s := range words {
		if !strings.Contains(b.body, s) {
			b.t.Fatalf("%s does not say %q: %.2000s", b.url, s, b.text())
		}
	}
}

// text is the page without its tags.
func (b *browser) text() string {
	_, main, _ := strings.Cut(b.body, "<main")
	return regexp.MustCompile(`(?s)<[^>]*>|\s+`).ReplaceAllString(main, " ")
}

func (b *browser) signIn(nik string) {
	b.t.Helper()
	b.signInWith(nik, b.records["population "+nik]["email"])
}

func (b *browser) signInWith(nik, contact string) {
	b.t.Helper()
	p := b.records["population "+nik]
	born := strings.Split(p["birth_date"], "-")
	b.get("/signin?fresh=1&to=%2Fme")
	b.post("/signin", "kind", "resident", "to", "/me", "number", nik, "name", p["name"], "contact", contact,
		"birth_date.d", born[2], "birth_date.m", born[1], "birth_date.y", born[0])
	b.shows(200, "Masukkan kode")
	attempt := b.find(`name="attempt" value="([^"]+)"`)
	b.must(b.queue.Drain(b.t.Context()))
	b.post("/signin/code", "attempt", attempt, "to", "/me", "code", "000000")
	b.shows(422, "Masukkan kode")
	mail := b.mails[len(b.mails)-1]
	b.post("/signin/code", "attempt", attempt, "to", "/me", "code", regexp.MustCompile(`\d{6}`).FindString(mail))
	b.shows(200, "Selamat")
}

func picture() []byte {
	var buf bytes.Buffer
	png.Encode(&buf, image.NewGray(image.Rect(0, 0, 32, 32)))
	return buf.Bytes()
}
