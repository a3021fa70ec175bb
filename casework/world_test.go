package casework_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
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
	"lancar/casework"
	"lancar/catalog"
	"lancar/document"
	"lancar/exchange"
	"lancar/identity"
	"lancar/identity/mandate"
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
	stall = "lapak-pasar"
	free  = "uji-gratis"
	kin   = "uji-keluarga" // the same, for which the family card is known
	tax   = "pajak-bumi-bangunan"
)

// world is a node with everything real but what lies outside the process: registers and bank
// answer over their own protocols or faces.
type world struct {
	t        testing.TB
	db       *store.DB
	queue    *jobs.Queue
	ring     *keys.Ring
	log      *publiclog.Log
	access   *access.Access
	id       *identity.Identity
	mandates *mandate.Mandates
	docs     *document.Documents
	charges  *payment.Charges
	catalog  *catalog.Catalog
	regions  *region.Regions
	cases    *casework.Cases
	exchange *exchange.Exchange
	bank     *bank

	mu   sync.Mutex
	at   time.Time
	down map[string]bool // registers
	sent map[string][]string
	pop  map[string]map[string]string

	saved bool                              // see altered
	heard func(*store.Tx, jobs.Event) error // in place of the room, when a register answers late
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

// Send takes the mail and the telephone of the outside world.
func (w *world) Send(_ context.Context, to, title, text, _ string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent[to] = append(w.sent[to], title+"\n"+text)
	return nil
}

func (w *world) mail(to string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.sent[to]...)
}

// register answers /SOURCE/match and /SOURCE/read.
func (w *world) register(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	source, verb, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if w.down[source] {
		rw.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var q struct {
		Key    string          `json:"key"`
		Fields json.RawMessage `json:"fields"`
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	have := w.pop[source+" "+q.Key]
	if have == nil && verb == "read" {
		rw.WriteHeader(http.StatusNotFound)
		return
	}
	out := map[string]string{}
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
			switch {
			case have[f] == "":
				out[f] = "unknown"
			case have[f] == v:
				out[f] = "match"
			default:
				out[f] = "nomatch"
			}
		}
	}
	_ = json.NewEncoder(rw).Encode(map[string]any{"fields": out}) // the client notices
}

// bank is the acquirer: it makes codes and knows which were paid.
type bank struct {
	mu    sync.Mutex
	now   func() time.Time
	asked map[string]int64
	paid  map[string]time.Time
}

func (b *bank) Generate(_ context.Context, a payment.Ask) (payment.Code, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked[a.Reference] = a.Amount.Amount
	payload, err := qris.Dynamic(qris.Merchant{Domain: "ID.CO.UJI.WWW", MPAN: "936009990000000001", ID: a.Treasury.MerchantID, Class: "URE", NMID: "ID0000000000000",
		Category: "9399", Name: a.Treasury.Merchant, City: a.Treasury.City, Postcode: "00000"},
		qris.Bill{Amount: a.Amount.Amount, Number: a.Reference[:20], Terminal: "UJI"})
	return payment.Code{Payload: payload, Merchant: a.Treasury.Merchant}, err
}

func (b *bank) Return(context.Context, payment.Giving) (string, error) {
	return "", lancar.Fail(lancar.Gone, "", "", "no")
}

func (b *bank) Query(_ context.Context, reference string) (payment.Report, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, paid := b.paid[reference]
	return payment.Report{Reference: reference, Acquirer: "B" + reference, Receipt: "R" + reference, Paid: paid, PaidAt: at,
		Amount: lancar.Money{Amount: b.asked[reference], Currency: "IDR"}}, nil
}

// testServices are the market stall as it is, and a free one with two officers' steps and no
// deemed approval.
func testServices(t testing.TB) fs.FS {
	out := fstest.MapFS{}
	for _, dir := range []string{"common", stall, tax} {
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
	for name, text := range freeService {
		out[free+"/"+name] = &fstest.MapFile{Data: []byte(text)}
		out[kin+"/"+name] = &fstest.MapFile{Data: []byte(strings.Replace(text, "applicant: [nik,", "applicant: [family_card, nik,", 1))}
	}
	return out
}

// testPacks are the regions, with the free service launched.
var testPacks = sync.OnceValue(func() *region.Regions { return packsWith("") })

// packsWith are the same with one more local holiday in 53.15.
func packsWith(holiday string) *region.Regions {
	out := fstest.MapFS{}
	if holiday != "" {
		out["53.15/holidays.yaml"] = &fstest.MapFile{Data: []byte("source: uji\nholidays:\n  - {date: " + holiday + ", name: {id: Libur, en: Holiday}, kind: local, status: skb}\n")}
	}
	err := fs.WalkDir(regions.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(regions.FS, name)
		if name == "53.15/region.yaml" {
			b = []byte(strings.Replace(string(b), "\nservices:\n", "\nservices:\n  "+free+": {from: 2026-01-05}\n  "+kin+": {from: 2026-01-05}\n", 1))
		}
		out[name] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		panic(err)
	}
	table, err := places.Open()
	if err != nil {
		panic(err)
	}
	rs, err := region.Load(out, table)
	if err != nil {
		panic(err)
	}
	return rs
}

// each runs fn in a new world on each engine; it is Monday morning.
func each(t *testing.T, fn func(*testing.T, *world)) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	w := &world{at: start}
	storetest.EachAt(t, func() time.Time { return w.now() }, func(t *testing.T, db *store.DB) {
		w = newWorld(t, db, start)
		fn(t, w)
	})
}

func newWorld(t testing.TB, db *store.DB, start time.Time) *world {
	w := &world{t: t, db: db, at: start, down: map[string]bool{}, sent: map[string][]string{}, pop: map[string]map[string]string{
		"population " + maria: {"nik": maria, "name": "MARIA GORETI JEHALUT", "birth_date": "1997-09-06", "email": "maria@example.com", "phone": "+6281234567890",
			"address": "JL. SOEKARNO HATTA 12", "domicile": "53.15.05.1025", "family_card": "5315040101100001"},
		"population " + yosef: {"nik": yosef, "name": "YOSEF", "birth_date": "1985-01-01", "email": "yosef@example.com", "phone": "+6281234567891",
			"address": "JL. MAWAR 3", "domicile": "53.15.05.1025", "family_card": "5315040101100002"},
		"property 531505102500100230": {"nop": "531505102500100230", "village": "53.15.05.1025", "year": "2026", "pbb": "125000", "arrears": "25000", "due_date": "2026-12-31", "paid": "no"},
		"oss " + maria:                {"nib": "9000000000017", "business_name": "KOPI TABE", "status": "active"},
	}}
	dir := t.TempDir()
	var err error
	w.ring, err = keys.Create(filepath.Join(dir, "keys"), keys.Options{Regions: []string{"00", "53"}, Origin: "lancar.test", Now: start})
	w.must(err)
	token := filepath.Join(dir, "token")
	w.must(os.WriteFile(token, []byte("t0ken\n"), 0o600))
	server := httptest.NewServer(http.HandlerFunc(w.register))
	t.Cleanup(server.Close)
	w.queue = jobs.New(db, func(j jobs.Job, err error) { t.Logf("job %s: %v", j.Queue, err) })
	w.log = publiclog.New(db, w.queue, w.ring, publiclog.Config{})
	w.access = access.New(db, w.queue, w.ring)
	note := notify.New(db, w.queue, w.ring, map[notify.Channel]notify.Sender{notify.Email: w, notify.Phone: w}, func(_, path string) string { return "http://lancar.test" + path })
	exch, err := exchange.New(db, w.queue, w.ring, w.access, exchange.Config{URL: server.URL, TokenFile: token})
	w.must(err)
	w.id = identity.New(db, w.queue, w.ring, w.access, note, exch, identity.Limits{})
	w.mandates = mandate.New(db, w.queue, w.ring, w.access, note, exch, w.id, mandate.Config{})
	w.docs, err = document.New(db, w.queue, w.ring, w.log, document.Config{CheckBase: "http://lancar.test"})
	w.must(err)
	w.regions = testPacks()
	w.bank = &bank{now: w.now, asked: map[string]int64{}, paid: map[string]time.Time{}}
	w.charges = payment.New(db, w.queue, w.ring, w.regions, w.access, w.id, w.bank, payment.Bank{})
	cat, problems, err := catalog.Open(t.Context(), db, testServices(t))
	w.must(err)
	for _, p := range problems {
		t.Error(p)
	}
	w.catalog, w.exchange = cat, exch
	w.cases = w.restarted(w.queue, w.regions)
	w.queue.Subscribe(access.EventRow, "seen", w.access.SeenTx)
	w.queue.Subscribe(publiclog.EventSequenced, "casework", w.cases.Sequenced)
	w.queue.Subscribe(payment.EventSettled, "casework", w.cases.Settled)
	w.queue.Subscribe(payment.EventExpired, "casework", w.cases.Expired)
	w.queue.Subscribe(payment.EventRefundDue, "casework", w.cases.RefundDue)
	w.queue.Subscribe(payment.EventRefunded, "casework", w.cases.Refunded)
	w.queue.Subscribe(payment.EventRefundRefused, "casework", w.cases.RefundRefused)
	w.queue.Subscribe(exchange.EventAnswered, "casework", func(tx *store.Tx, e jobs.Event) error {
		if w.heard != nil {
			return w.heard(tx, e)
		}
		return w.cases.Answered(tx, e)
	})
	w.queue.Subscribe(document.EventIssued, "list", w.docs.ListTx)
	return w
}

// restarted is the room made anew over the same database, with these regions.
func (w *world) restarted(queue *jobs.Queue, rs *region.Regions) *casework.Cases {
	return casework.New(casework.Rooms{DB: w.db, Queue: queue, Keys: w.ring, Log: w.log, Regions: rs, Access: w.access, Identity: w.id, Mandates: w.mandates,
		Exchange: w.exchange, Catalog: w.catalog, Documents: w.docs, Charges: w.charges, Base: "http://lancar.test"})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) refused(err error, code lancar.Code) {
	w.t.Helper()
	if lancar.CodeOf(err) != code {
		w.t.Fatalf("got %v, want %s", err, code)
	}
}

// run lets everything happen that is due: jobs, the log's sequencer, the clock's sweep.
func (w *world) run() {
	w.t.Helper()
	for range 12 {
		w.must(w.db.Write(w.t.Context(), func(tx *store.Tx) error {
			for _, q := range []string{"casework.sweep", "casework.drafts", "payment.due"} {
				if err := w.queue.EnqueueTx(tx, jobs.Job{Region: "00", Queue: q}); err != nil {
					return err
				}
			}
			return nil
		}))
		w.must(w.queue.Drain(w.t.Context()))
		n, err := w.log.Sequence(w.t.Context())
		w.must(err)
		ready, dead, err := w.queue.Counts(w.t.Context())
		w.must(err)
		if dead > 0 {
			stuck, _ := w.queue.Stuck(w.t.Context(), 5)
			w.t.Fatalf("dead jobs: %+v", stuck)
		}
		if n == 0 && ready == 0 {
			return
		}
		w.pass(2 * time.Second)
	}
}

// verified says that projections, chains and the log agree.
func (w *world) verified() {
	w.t.Helper()
	w.must(w.cases.Verify(w.t.Context()))
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// person signs somebody in.
func (w *world) person(nik string) casework.Applicant {
	w.t.Helper()
	s := w.session(nik)
	return casework.Applicant{Account: s.Account, Subject: s.Subject, Lang: "id", Register: s.RegisterContact}
}

func (w *world) session(nik string) identity.Session {
	w.t.Helper()
	p := w.pop["population "+nik]
	a, err := w.id.Start(w.t.Context(), identity.Claim{Kind: identity.Resident, Number: nik, Name: p["name"], BirthDate: p["birth_date"], Contact: p["email"],
		Region: "53.15", Address: "192.0.2.1", Lang: "id"})
	w.must(err)
	w.must(w.queue.Drain(w.t.Context()))
	mails := w.mail(p["email"])
	if len(mails) == 0 {
		w.t.Fatal("no code came")
	}
	_, s, err := w.id.Confirm(w.t.Context(), identity.Confirmation{Attempt: a.ID, Code: sixDigits.FindString(mails[len(mails)-1]), Address: "192.0.2.1", Host: "localhost", Device: "Firefox"})
	w.must(err)
	return s
}

// officer hires one and puts them on the roster of their role.
func (w *world) officer(number, name, role string) lancar.Actor {
	w.t.Helper()
	account, err := w.id.SaveEmployee(w.t.Context(), identity.Employee{Number: number, Name: name, Mail: number + "@kantor.example", NIK: number[2:], Roles: []identity.Role{{Role: role, Agency: "dpmptsp", Region: "53.15"}}})
	w.must(err)
	return lancar.Actor{Kind: lancar.Officer, ID: account, Name: name, Role: role, Region: "53.15", Agency: "dpmptsp"}
}

// staff is an office of three reviewers and two signers, logged.
func (w *world) staff() (reviewers, signers []lancar.Actor) {
	w.t.Helper()
	for i, name := range []string{"Anastasia", "Benediktus", "Clara"} {
		reviewers = append(reviewers, w.officer("19800101200501100"+string(rune('1'+i)), name, "reviewer"))
	}
	for i, name := range []string{"Dominikus", "Elisabet"} {
		signers = append(signers, w.officer("19700101199501100"+string(rune('1'+i)), name, "signer"))
	}
	w.rosters()
	w.run()
	return reviewers, signers
}

func (w *world) rosters() {
	w.t.Helper()
	all, err := w.id.Rosters(w.t.Context())
	w.must(err)
	for _, r := range all {
		list, err := w.id.Roster(w.t.Context(), r.Region, r.Agency, r.Role)
		w.must(err)
		var accounts []lancar.ID
		for _, o := range list {
			accounts = append(accounts, o.Account)
		}
		w.must(w.cases.SetRoster(w.t.Context(), r.Region, r.Agency, r.Role, accounts))
	}
}

// whose finds the officer with this account.
func whose(list []lancar.Actor, box func(lancar.Actor) casework.Inbox, number string) (lancar.Actor, casework.Task) {
	for _, o := range list {
		for _, t := range box(o).Tasks {
			if t.Number == number {
				return o, t
			}
		}
	}
	return lancar.Actor{}, casework.Task{}
}

func (w *world) inbox(o lancar.Actor) casework.Inbox {
	w.t.Helper()
	box, err := w.cases.Inbox(w.t.Context(), o, casework.Look{Limit: 100})
	w.must(err)
	return box
}

// task is who has the case now, and how it looks in their inbox.
func (w *world) task(list []lancar.Actor, number string) (lancar.Actor, casework.Task) {
	w.t.Helper()
	o, t := whose(list, w.inbox, number)
	if o.ID == "" {
		w.t.Fatalf("nobody has case %s", number)
	}
	return o, t
}

// draft fills in a whole application for the service.
func (w *world) draft(who casework.Applicant, slug string) casework.Draft {
	w.t.Helper()
	d, err := w.cases.StartDraft(w.t.Context(), who, slug, "53.15.05.1025")
	w.must(err)
	answers := map[string]string{"applicant.phone": "081234567890", "market": "53.15.05.1025", "market_name": "Pasar Baru", "size": "6", "start": "2027-02-01", "months": "6", "goods": "food"}
	if slug == free || slug == kin {
		answers = map[string]string{"village": "53.15.05.1025", "note": "Mohon diproses"}
	}
	d, err = w.cases.SaveStep(w.t.Context(), who, d.ID, d.Version, "check", answers)
	w.must(err)
	if slug == stall {
		_, err = w.cases.Attach(w.t.Context(), who, d.ID, casework.Upload{Field: "goods_photo", Name: "kopi.jpg", Data: picture()})
		w.must(err)
	}
	return d
}

func (w *world) submit(who casework.Applicant, slug string) casework.Case {
	w.t.Helper()
	d := w.draft(who, slug)
	got, err := w.cases.Submit(w.t.Context(), who, casework.Submission{Draft: d.ID})
	w.must(err)
	return got
}

// pay has the bank take the money of a case and the node learn of it.
func (w *world) pay(who casework.Applicant, c casework.Case) {
	w.t.Helper()
	code, err := w.charges.Code(w.t.Context(), w.own(who), c.Region, c.Charge)
	w.must(err)
	w.bank.mu.Lock()
	w.bank.paid[code.Reference] = w.now()
	w.bank.mu.Unlock()
	_, err = w.charges.Recheck(w.t.Context(), w.own(who), c.Region, c.Charge)
	w.must(err)
	w.run()
}

// read is the case as its applicant sees it.
func (w *world) read(who casework.Applicant, number string) casework.Case {
	w.t.Helper()
	got, err := w.cases.Case(w.t.Context(), who, number)
	w.must(err)
	return got
}

// own is a person's permission to read about themselves.
func (w *world) own(who casework.Applicant) (g access.Grant) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		g, err = w.access.OwnTx(tx, who.Account, who.Subject, who.Register)
		return err
	}))
	return g
}
