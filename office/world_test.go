package office

import (
	"bytes"
	"html"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
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
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/internal/jobs"
	"lancar/internal/serve"
	"lancar/internal/store"
	"lancar/payment"
	"lancar/region"
	"lancar/services"
	"lancar/test/counter"
	"lancar/test/outside"
)

const (
	maria = "5315044609970001"
	opa   = "5315040303400003" // who died
	slug  = "uji-kantor"
)

// world is a node behind the office's door, everything real but what lies outside the process.
type world struct {
	*counter.Counter
	t        *testing.T
	Breaches *breach.Breaches
	apps     *oidc.Provider
	server   *httptest.Server
}

var records = outside.Records{
	"population " + maria: {"nik": maria, "name": "MARIA GORETI JEHALUT", "birth_date": "1997-09-06", "email": "maria@example.com", "domicile": "53.15.05.1025", "living": "yes"},
	"population " + opa:   {"nik": opa, "name": "OPA JEHALUT", "birth_date": "1940-03-03", "living": "no"},
}

// testRegions are the packs, with the test service launched.
var testRegions = sync.OnceValue(func() *region.Regions { return outside.PacksWith(nil, slug) })

// newWorld is a fresh node on a Monday morning.
func newWorld(t *testing.T) *world {
	t.Parallel()
	list := outside.Copied(services.FS, "common")
	for name, text := range testService {
		list[slug+"/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	node := outside.Once(t, time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), records).Node(identity.Limits{})
	w := &world{Counter: counter.New(t, node, list, testRegions(), payment.Bank{Key: &outside.BankKey().PublicKey, Partner: "node"}), t: t}
	w.Access.Register(nil, []access.Rule{w.Identity.Retention(), w.Notify.Retention()})
	w.Access.Declare(w.Cases.Processing)
	w.apps = oidc.New(oidc.Rooms{DB: w.DB, Queue: w.Queue, Keys: w.Ring, Identity: w.Identity, Access: w.Access, Machines: w.Machines, Log: slog.New(slog.DiscardHandler)}, oidc.Config{Issuer: "https://masuk.example", Sandbox: true})
	w.Breaches = breach.New(w.DB, w.Queue, w.Cases.AffectedTx, w.Identity.SecondTx)
	w.open(Deps{Regions: w.Regions, Catalog: w.Catalog, Identity: w.Identity, Mandates: w.Mandates, Access: w.Access, Breaches: w.Breaches, Notify: w.Notify, Cases: w.Cases, Charges: w.Charges, Machines: w.Machines, OIDC: w.apps,
		Documents: w.Documents, PublicLog: w.PublicLog, Queue: w.Queue, Registers: func(id string) lancar.Text { s, _ := w.Exchange.Source(id); return s.Name }, Clock: w.Now, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Rehearsal: true})
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
	w.Must(err)
}

// run lets everything happen that is due.
func (w *world) run() {
	w.t.Helper()
	for range 12 {
		w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
			return w.Queue.EnqueueTx(tx, jobs.Job{Region: "00", Queue: "casework.sweep"})
		}))
		w.Must(w.Queue.Drain(w.t.Context()))
		n, err := w.PublicLog.Sequence(w.t.Context())
		w.Must(err)
		if n == 0 {
			w.Must(w.Queue.Drain(w.t.Context()))
			return
		}
		w.Pass(2 * time.Second)
	}
}

// hire makes an officer of the office in Labuan Bajo with these roles.
func (w *world) hire(number, name string, roles ...string) lancar.ID {
	w.t.Helper()
	e := identity.Employee{Number: number, Name: name, Mail: number + "@kantor.example", NIK: number[2:]}
	for _, r := range roles {
		e.Roles = append(e.Roles, identity.Role{Role: r, Agency: "dpmptsp", Region: "53.15"})
	}
	id, err := w.Identity.SaveEmployee(w.t.Context(), e)
	w.Must(err)
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
		w.Must(w.Cases.SetRoster(w.t.Context(), "53.15", "dpmptsp", role, rosters[role]))
	}
	w.run()
}

// person signs the applicant in.
func (w *world) person() (casework.Applicant, identity.Session) {
	w.t.Helper()
	s := w.Person(maria)
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
	d, err := w.Cases.StartDraft(w.t.Context(), who, slug, "53.15.05.1025")
	w.Must(err)
	d, err = w.Cases.SaveStep(w.t.Context(), who, d.ID, d.Version, "check", map[string]string{"village": "53.15.05.1025", "note": "Lapak <kopi> & teh", "extra": "SALAH SEKALI"})
	w.Must(err)
	var b bytes.Buffer
	w.Must(png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 20, 20))))
	_, err = w.Cases.Attach(w.t.Context(), who, d.ID, casework.Upload{Field: "paper", Name: "foto \"lapak\".png", Data: b.Bytes()})
	w.Must(err)
	c, err := w.Cases.Submit(w.t.Context(), who, casework.Submission{Draft: d.ID})
	w.Must(err)
	return c.Number
}

// browser is one officer's browser.
type browser struct {
	*world
	client *http.Client
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	w.Must(err)
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
	b.Must(err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	b.Must(err)
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
	w.Must(w.Queue.Drain(w.t.Context()))
	p = b.post("/office/signin/code", url.Values{"attempt": {p.hidden("attempt")}, "code": {w.Code(number + "@kantor.example")}, "to": {"/office"}}).is(200)
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
