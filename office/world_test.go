package office

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"image"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
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

	"lancar"
	"lancar/access"
	"lancar/access/breach"
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
	"lancar/internal/serve"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/notify"
	"lancar/payment"
	"lancar/publiclog"
	"lancar/region"
	"lancar/region/places"
	"lancar/regions"
	"lancar/services"
)

const (
	maria = "5315044609970001"
	opa   = "5315040303400003" // who died
	slug  = "uji-kantor"
)

// world is a node behind the office's door, everything real but mail and registers.
type world struct {
	Breaches *breach.Breaches
	t        *testing.T
	db       *store.DB
	queue    *jobs.Queue
	log      *publiclog.Log
	access   *access.Access
	id       *identity.Identity
	cases    *casework.Cases
	charges  *payment.Charges
	machines *machine.Machines
	mandates *mandate.Mandates
	apps     *oidc.Provider
	server   *httptest.Server

	mu   sync.Mutex
	at   time.Time
	sent map[string][]string
	fail map[string]bool // addresses whose mail is refused
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// Send is the outside world's mail and telephone.
func (w *world) Send(_ context.Context, to, title, text, _ string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail[to] {
		return io.ErrUnexpectedEOF
	}
	w.sent[to] = append(w.sent[to], title+"\n"+text)
	return nil
}

func (w *world) mail(to string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.sent[to], "\n")
}

// register is the population register: it matches and reads one person.
func register(rw http.ResponseWriter, r *http.Request) {
	people := map[string]map[string]string{
		maria: {"nik": maria, "name": "MARIA GORETI JEHALUT", "birth_date": "1997-09-06", "email": "maria@example.com", "domicile": "53.15.05.1025", "living": "yes"},
		opa:   {"nik": opa, "name": "OPA JEHALUT", "birth_date": "1940-03-03", "living": "no"},
	}
	var q struct {
		Key    string          `json:"key"`
		Fields json.RawMessage `json:"fields"`
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || people[q.Key] == nil {
		rw.WriteHeader(http.StatusNotFound)
		return
	}
	have, out := people[q.Key], map[string]string{}
	var names []string
	var typed map[string]string
	if json.Unmarshal(q.Fields, &names) == nil {
		for _, f := range names {
			out[f] = have[f]
		}
	} else if json.Unmarshal(q.Fields, &typed) == nil {
		for f, v := range typed {
			switch have[f] {
			case "":
				out[f] = "unknown"
			case v:
				out[f] = "match"
			default:
				out[f] = "nomatch"
			}
		}
	}
	_ = json.NewEncoder(rw).Encode(map[string]any{"fields": out}) // the client notices
}

// testRegions are the packs, with the test service launched.
var testRegions = sync.OnceValue(func() *region.Regions {
	out := copied(regions.FS, ".")
	pack := string(out["53.15/region.yaml"].Data)
	out["53.15/region.yaml"].Data = []byte(strings.Replace(pack, "\nservices:\n", "\nservices:\n  "+slug+": {from: 2026-01-05}\n", 1))
	table, err := places.Open()
	if err != nil {
		panic(err)
	}
	rs, err := region.Load(out, table)
	if err != nil {
		panic(err)
	}
	return rs
})

func copied(from fs.FS, dir string) fstest.MapFS {
	out := fstest.MapFS{}
	err := fs.WalkDir(from, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(from, name)
		out[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		panic(err)
	}
	return out
}

// newWorld is a fresh node on a Monday morning.
func newWorld(t *testing.T) *world {
	t.Parallel()
	start := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	w := &world{t: t, at: start, sent: map[string][]string{}, fail: map[string]bool{}}
	w.db = storetest.OpenAt(t, w.now)
	dir := t.TempDir()
	ring, err := keys.Create(filepath.Join(dir, "keys"), keys.Options{Regions: []string{"00", "53"}, Origin: "lancar.test", Now: start})
	w.must(err)
	token := filepath.Join(dir, "token")
	w.must(os.WriteFile(token, []byte("t0ken\n"), 0o600))
	outside := httptest.NewServer(http.HandlerFunc(register))
	t.Cleanup(outside.Close)
	w.queue = jobs.New(w.db, func(jobs.Job, error) {})
	w.log = publiclog.New(w.db, w.queue, ring, publiclog.Config{})
	w.access = access.New(w.db, w.queue, ring)
	note := notify.New(w.db, w.queue, ring, map[notify.Channel]notify.Sender{notify.Email: w, notify.Phone: w}, func(_, path string) string { return "http://lancar.test" + path })
	exch, err := exchange.New(w.db, w.queue, ring, w.access, exchange.Config{URL: outside.URL, TokenFile: token})
	w.must(err)
	w.id = identity.New(w.db, w.queue, ring, w.access, note, exch, identity.Limits{})
	w.mandates = mandate.New(w.db, w.queue, ring, w.access, note, exch, w.id, mandate.Config{})
	w.machines = machine.New(w.db, w.queue, ring, w.id, machine.Config{})
	docs, err := document.New(w.db, w.queue, ring, w.log, document.Config{CheckBase: "http://lancar.test"})
	w.must(err)
	list := copied(services.FS, "common")
	for name, text := range testService {
		list[slug+"/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	cat, problems, err := catalog.Open(t.Context(), w.db, list)
	w.must(err)
	for _, p := range problems {
		t.Error(p)
	}
	rs := testRegions()
	w.charges = payment.New(w.db, w.queue, ring, rs, w.access, w.id, theTill(), payment.Bank{Key: &theTill().key.PublicKey, Partner: "node"})
	w.cases = casework.New(casework.Rooms{DB: w.db, Queue: w.queue, Keys: ring, Log: w.log, Regions: rs, Access: w.access, Identity: w.id, Mandates: w.mandates, Exchange: exch,
		Catalog: cat, Documents: docs, Charges: w.charges, Base: "http://lancar.test"})
	w.queue.Subscribe(access.EventRow, "seen", w.access.SeenTx)
	w.access.Register(nil, []access.Rule{w.id.Retention(), note.Retention()})
	w.access.Declare(w.cases.Processing)
	w.queue.Subscribe(publiclog.EventSequenced, "casework", w.cases.Sequenced)
	w.queue.Subscribe(document.EventIssued, "list", docs.ListTx)
	w.apps = oidc.New(oidc.Rooms{DB: w.db, Queue: w.queue, Keys: ring, Identity: w.id, Access: w.access, Machines: w.machines, Log: slog.New(slog.DiscardHandler)}, oidc.Config{Issuer: "https://masuk.example", Sandbox: true})
	breaches := breach.New(w.db, w.queue, w.cases.AffectedTx, w.id.SecondTx)
	w.Breaches = breaches
	w.open(Deps{Regions: rs, Catalog: cat, Identity: w.id, Mandates: w.mandates, Access: w.access, Breaches: breaches, Notify: note, Cases: w.cases, Charges: w.charges, Machines: w.machines, OIDC: w.apps, Documents: docs, PublicLog: w.log, Queue: w.queue,
		Registers: func(id string) lancar.Text { s, _ := exch.Source(id); return s.Name }, Clock: w.now, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Rehearsal: true})
	return w
}

// open puts the door on the network, behind the middleware that every door has.
func (w *world) open(d Deps) {
	var o *Office
	serving := func(rw http.ResponseWriter, r *http.Request) { o.Handler().ServeHTTP(rw, r) }
	w.server = httptest.NewServer(serve.Wrap(http.HandlerFunc(serving), serve.Options{Log: d.Logger, Metrics: serve.NewMetrics(), Limiter: serve.NewLimiter(1000, 1000), MaxBody: 1 << 20}))
	w.t.Cleanup(w.server.Close)
	d.Home, _ = url.Parse(w.server.URL)
	var err error
	o, err = New(d)
	w.must(err)
}

// run lets everything happen that is due.
func (w *world) run() {
	w.t.Helper()
	for range 12 {
		w.must(w.db.Write(w.t.Context(), func(tx *store.Tx) error {
			return w.queue.EnqueueTx(tx, jobs.Job{Region: "00", Queue: "casework.sweep"})
		}))
		w.must(w.queue.Drain(w.t.Context()))
		n, err := w.log.Sequence(w.t.Context())
		w.must(err)
		if n == 0 {
			w.must(w.queue.Drain(w.t.Context()))
			return
		}
		w.pass(2 * time.Second)
	}
}

// hire makes an officer of the office in Labuan Bajo with these roles.
func (w *world) hire(number, name string, roles ...string) lancar.ID {
	w.t.Helper()
	e := identity.Employee{Number: number, Name: name, Mail: number + "@kantor.example", NIK: number[2:]}
	for _, r := range roles {
		e.Roles = append(e.Roles, identity.Role{Role: r, Agency: "dpmptsp", Region: "53.15"})
	}
	id, err := w.id.SaveEmployee(w.t.Context(), e)
	w.must(err)
	return id
}

// The officers of the office, by employee number.
const (
	anna  = "198001012005011001" // reviewer
	beni  = "198001012005011002" // decider
	clara = "198001012005011003" // decider
	domi  = "197001011995011001" // signer, and data rights and accounts
	elis  = "196501011990011001" // superior
)

// staff puts an office together and its rosters into the log.
func (w *world) staff() {
	w.t.Helper()
	rosters := map[string][]lancar.ID{}
	for _, o := range []struct{ number, name, roles string }{{anna, "Anna Bahagia", "reviewer"}, {beni, "Beni Damai", "decider"}, {clara, "Clara Teduh", "decider"},
		{domi, "Domi Jujur", "signer dpo claims"}, {elis, "Elis Tegas", "superior"}} {
		roles := strings.Fields(o.roles)
		id := w.hire(o.number, o.name, roles...)
		for _, r := range roles {
			rosters[r] = append(rosters[r], id)
		}
	}
	for _, role := range []string{"reviewer", "decider", "signer"} {
		w.must(w.cases.SetRoster(w.t.Context(), "53.15", "dpmptsp", role, rosters[role]))
	}
	w.run()
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

func (w *world) code(to string) string {
	all := sixDigits.FindAllString(w.mail(to), -1)
	if len(all) == 0 {
		w.t.Fatalf("no code reached %s", to)
	}
	return all[len(all)-1]
}

// person signs the applicant in.
func (w *world) person() (casework.Applicant, identity.Session) {
	w.t.Helper()
	a, err := w.id.Start(w.t.Context(), identity.Claim{Kind: identity.Resident, Number: maria, Name: "MARIA GORETI JEHALUT", BirthDate: "1997-09-06", Contact: "maria@example.com",
		Region: "53.15", Address: "192.0.2.1", Lang: "id"})
	w.must(err)
	w.must(w.queue.Drain(w.t.Context()))
	_, s, err := w.id.Confirm(w.t.Context(), identity.Confirmation{Attempt: a.ID, Code: w.code("maria@example.com"), Address: "192.0.2.1", Host: "localhost", Device: "Firefox"})
	w.must(err)
	return casework.Applicant{Account: s.Account, Subject: s.Subject, Lang: "id", Register: s.RegisterContact}, s
}

// apply brings a complete application to its first officer.
func (w *world) apply(who casework.Applicant) string {
	w.t.Helper()
	number := w.submit(who)
	w.run()
	return number
}

// submit sends a complete application.
func (w *world) submit(who casework.Applicant) string {
	w.t.Helper()
	d, err := w.cases.StartDraft(w.t.Context(), who, slug, "53.15.05.1025")
	w.must(err)
	d, err = w.cases.SaveStep(w.t.Context(), who, d.ID, d.Version, "check", map[string]string{"village": "53.15.05.1025", "note": "Lapak <kopi> & teh", "extra": "SALAH SEKALI"})
	w.must(err)
	var b bytes.Buffer
	w.must(png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 20, 20))))
	_, err = w.cases.Attach(w.t.Context(), who, d.ID, casework.Upload{Field: "paper", Name: "foto \"lapak\".png", Data: b.Bytes()})
	w.must(err)
	c, err := w.cases.Submit(w.t.Context(), who, casework.Submission{Draft: d.ID})
	w.must(err)
	return c.Number
}

// browser is one officer's browser.
type browser struct {
	*world
	client *http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	w.must(err)
	return &browser{world: w, client: &http.Client{Jar: jar}}
}

// page is an answer that was read whole.
type page struct {
	*testing.T
	status int
	path   string // where redirects led
	header http.Header
	body   string
}

func (b *browser) read(r *http.Response, err error) page {
	b.t.Helper()
	b.must(err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	b.must(err)
	p := page{b.t, r.StatusCode, r.Request.URL.RequestURI(), r.Header, string(body)}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		clean(b.t, p)
	}
	return p
}

func (b *browser) get(path string) page {
	b.t.Helper()
	return b.read(b.client.Get(b.server.URL + path))
}

func (b *browser) post(path string, form url.Values) page {
	b.t.Helper()
	return b.read(b.client.PostForm(b.server.URL+path, form))
}

// has fails unless every text stands on the page, as a reader sees it.
func (p page) has(texts ...string) page {
	p.Helper()
	for _, text := range texts {
		if !strings.Contains(html.UnescapeString(p.body), text) {
			p.Errorf("%s (%d) does not say %q:\n%s", p.path, p.status, text, visible(p.body))
		}
	}
	return p
}

func (p page) lacks(texts ...string) page {
	p.Helper()
	for _, text := range texts {
		if strings.Contains(html.UnescapeString(p.body), text) {
			p.Errorf("%s (%d) says %q", p.path, p.status, text)
		}
	}
	return p
}

func (p page) is(status int) page {
	p.Helper()
	if p.status != status {
		p.Fatalf("%s answered %d, want %d:\n%s", p.path, p.status, status, visible(p.body))
	}
	return p
}

var tags = regexp.MustCompile(`(?s)<svg class="defs".*?</svg>|<[^>]*>`)

func visible(body string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(body, " "))), " ")
}

// hidden is the value of a hidden field of the page.
func (p page) hidden(name string) string {
	p.Helper()
	m := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]*)"`).FindStringSubmatch(p.body)
	if m == nil {
		p.Fatalf("%s has no hidden %s:\n%s", p.path, name, visible(p.body))
	}
	return html.UnescapeString(m[1])
}

// enter signs an officer in, in the role named where they have several.
func (w *world) enter(number, role string) *browser {
	w.t.Helper()
	b := w.browser()
	p := b.post("/office/signin", url.Values{"number": {number}, "to": {"/office"}}).is(200)
	w.must(w.queue.Drain(w.t.Context()))
	p = b.post("/office/signin/code", url.Values{"attempt": {p.hidden("attempt")}, "code": {w.code(number + "@kantor.example")}, "to": {"/office"}}).is(200)
	if strings.HasPrefix(p.path, "/office/role") {
		p = b.post("/office/role", url.Values{"role": {role + "/dpmptsp/53.15"}, "to": {"/office"}}).is(200)
	}
	if !strings.HasPrefix(p.path, "/office") || strings.Contains(p.path, "signin") {
		w.t.Fatalf("signing in led to %s", p.path)
	}
	return b
}

// holder is the browser of whoever of these officers has the case as a task.
func (w *world) holder(number string, among map[string]*browser) *browser {
	w.t.Helper()
	for _, b := range among {
		if strings.Contains(b.get("/office").body, number) {
			return b
		}
	}
	w.t.Fatalf("nobody has %s", number)
	return nil
}
