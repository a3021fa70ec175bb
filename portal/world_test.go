package portal

import (
	"bytes"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/identity/pin"
	"lancar/identity/upstream"
	"lancar/internal/serve"
	"lancar/notify"
	"lancar/payment"
	"lancar/services"
	"lancar/test/counter"
	"lancar/test/outside"
)

// world is a node behind a real HTTP server, everything real but what lies outside the process.
type world struct {
	*counter.Counter
	t    *testing.T
	oidc *oidc.Provider
	base string // of the server
}

var records = outside.Records{
	"population 5315044609970001": {"name": "MARIA GORETI JEHALUT", "birth_date": "1997-09-06", "email": "maria@example.com", "address": "JL. SOEKARNO HATTA 12", "domicile": "53.15.05.1025"},
	"population 5315040101850002": {"name": "YOSEF", "birth_date": "1985-01-01", "email": "yosef@example.com", "domicile": "53.15.05.1025"},
	"oss 5315044609970001":        {"nib": "9000000000017", "business_name": "KOPI TABE", "status": "active"},
}

func newWorld(t *testing.T) *world { return newWorldOf(t, services.FS) }

// newWorldOf is a world with these services.
func newWorldOf(t *testing.T, of fs.FS) *world { return newWorldAt(t, of, "", nil) }

// newWorldAt is one on a host of its own, where people may sign in at a national provider.
func newWorldAt(t *testing.T, of fs.FS, host string, national func(w *world, home string) *upstream.Upstream) *world {
	node := outside.Once(t, time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), records).Node(identity.Limits{}, notify.Email)
	w := &world{Counter: counter.New(t, node, of, outside.Packs(), payment.Bank{}), t: t}
	w.open(host, national)
	return w
}

// open makes the doors and the server, as app does.
func (w *world) open(host string, national func(w *world, home string) *upstream.Upstream) {
	log := slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	server := httptest.NewUnstartedServer(nil)
	home := &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}
	if host != "" {
		home.Host = host + ":" + home.Port()
	}
	var nation *upstream.Upstream
	if national != nil {
		nation = national(w, home.String())
	}
	var p *Portal
	w.oidc = oidc.New(oidc.Rooms{DB: w.DB, Queue: w.Queue, Keys: w.Ring, Identity: w.Identity, Access: w.Access, Machines: w.Machines, Log: log}, oidc.Config{Issuer: home.String(), Sandbox: true,
		Sorry: func(rw http.ResponseWriter, r *http.Request, err error) { p.Apologise(rw, r, err) }})
	w.Queue.Subscribe(access.EventWithdrawn, "oidc", w.oidc.Withdrawn)
	var err error
	p, err = New(Deps{Pins: pin.New(w.DB, w.Ring, w.Identity), OIDC: w.oidc, National: nation, Regions: w.Regions, Catalog: w.Catalog, Finder: catalog.NewFinder(w.Catalog), Identity: w.Identity, Machines: w.Machines, Mandates: w.Mandates, Access: w.Access, Notify: w.Notify,
		Cases: w.Cases, Charges: w.Charges, Documents: w.Documents, PublicLog: w.PublicLog, Clock: w.Now, Logger: log, Home: home, Rehearsal: true,
		Checks: serve.NewLimiter(0.001, 8), Registers: func(id string) lancar.Text { s, _ := w.Exchange.Source(id); return s.Name }})
	w.Must(err)
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

// run lets everything happen that is due.
func (w *world) run() {
	w.t.Helper()
	for range 6 {
		w.Must(w.Queue.Drain(w.t.Context()))
		_, err := w.PublicLog.Sequence(w.t.Context())
		w.Must(err)
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
	w.Must(err)
	return &browser{world: w, http: &http.Client{Jar: jar}}
}

func (b *browser) do(r *http.Request) {
	b.t.Helper()
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := b.http.Do(r)
	b.Must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	b.Must(err)
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
	b.Must(err)
	b.do(r)
}

// post sends a form; names and values in turn.
func (b *browser) post(path string, fields ...string) {
	b.t.Helper()
	b.do(b.form(path, fields))
}

// forged sends a form as another site makes this browser do.
func (b *browser) forged(path string, fields ...string) {
	b.t.Helper()
	r := b.form(path, fields)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.do(r)
}

func (b *browser) form(path string, fields []string) *http.Request {
	b.t.Helper()
	v := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	r, err := http.NewRequest("POST", b.base+path, strings.NewReader(v.Encode()))
	b.Must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
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
	b.Must(err)
	part.Write(data)
	m.Close()
	r, err := http.NewRequest("POST", b.base+path, &body)
	b.Must(err)
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
	b.signInWith(nik, b.Record("population " + nik)["email"])
}

func (b *browser) signInWith(nik, contact string) {
	b.t.Helper()
	p := b.Record("population " + nik)
	born := strings.Split(p["birth_date"], "-")
	b.get("/signin?fresh=1&to=%2Fme")
	b.post("/signin", "kind", "resident", "to", "/me", "number", nik, "name", p["name"], "contact", contact,
		"birth_date.d", born[2], "birth_date.m", born[1], "birth_date.y", born[0])
	b.shows(200, "Masukkan kode")
	attempt := b.find(`name="attempt" value="([^"]+)"`)
	b.Must(b.Queue.Drain(b.t.Context()))
	b.post("/signin/code", "attempt", attempt, "to", "/me", "code", "000000")
	b.shows(422, "Masukkan kode")
	b.post("/signin/code", "attempt", attempt, "to", "/me", "code", b.Code(contact))
	b.shows(200, "Selamat")
}
