package mandate_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/notify"
)

// The people of these tests. Maria is Tia's mother, Yosef a neighbour, Opa died, Lukas is on
// another card.
const (
	maria = "5315044609970001"
	tia   = "5315044205180002"
	yosef = "5315040101850002"
	opa   = "5315040303400003"
	lukas = "5315040505900004"
	nib   = "9000000000017"
)

// world is a node's identity with mail, telephone and registers of its own.
type world struct {
	t      testing.TB
	db     *store.DB
	queue  *jobs.Queue
	access *access.Access
	id     *identity.Identity
	m      *mandate.Mandates

	mu   sync.Mutex
	at   time.Time
	sent map[string][]string
	pop  map[string]map[string]string // "source key" → fields
	down bool
	idle bool // machines are stopped
}

// works is the word of the register of machines.
func (w *world) works(*store.Tx, lancar.ID) error {
	if w.idle {
		return lancar.Fail(lancar.Forbidden, "machine", "Mesin ini dihentikan.", "This machine was stopped.")
	}
	return nil
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

func (w *world) Send(_ context.Context, to, title, text, _ string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent[to] = append(w.sent[to], title+"\n"+text)
	return nil
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// code is the last code that reached an address, "" if none did.
func (w *world) code(to string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, text := range slices.Backward(w.sent[to]) {
		if code := sixDigits.FindString(text); code != "" {
			return code
		}
	}
	return ""
}

func (w *world) last(to string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.sent[to]); n > 0 {
		return w.sent[to][n-1]
	}
	return ""
}

// heard says whether any message to an address has the text.
func (w *world) heard(to, text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Contains(strings.Join(w.sent[to], "\n"), text)
}

func (w *world) count(to string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.sent[to])
}

func (w *world) set(record, field, value string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pop[record][field] = value
}

func (w *world) register(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		rw.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	source, verb, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	var q struct {
		Key    string          `json:"key"`
		Fields json.RawMessage `json:"fields"`
	}
	if json.NewDecoder(r.Body).Decode(&q) != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	have, out := w.pop[source+" "+q.Key], map[string]string{}
	if verb == "read" {
		var names []string
		if json.Unmarshal(q.Fields, &names) != nil || have == nil {
			rw.WriteHeader(http.StatusNotFound)
			return
		}
		for _, f := range names {
			out[f] = have[f]
		}
	} else {
		var typed map[string]string
		if json.Unmarshal(q.Fields, &typed) != nil {
			rw.WriteHeader(http.StatusBadRequest)
			return
		}
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

func people() map[string]map[string]string {
	return map[string]map[string]string{
		"population " + maria: {"nik": maria, "name": "MARIA SARABITI", "birth_date": "1997-09-06", "email": "maria@example.com", "phone": "+6281234567890",
			"family_card": "5315040101100001", "relation": "KEPALA KELUARGA", "living": "yes", "father_name": "OPA", "mother_name": "OMA"},
		"population " + tia: {"nik": tia, "name": "TIA SARABITI", "birth_date": "2018-05-02", "family_card": "5315040101100001", "relation": "ANAK",
			"father_name": "LUKAS", "mother_name": "MARIA SARABITI", "living": "yes"},
		"population " + yosef: {"nik": yosef, "name": "YOSEF", "birth_date": "1985-01-01", "email": "yosef@example.com", "phone": "+6281234567891",
			"family_card": "5315040101100002", "relation": "KEPALA KELUARGA", "living": "yes"},
		"population " + lukas: {"nik": lukas, "name": "LUKAS", "birth_date": "1990-05-05", "email": "lukas@example.com", "family_card": "5315040101100003",
			"relation": "KEPALA KELUARGA", "living": "yes"},
		"population " + opa: {"nik": opa, "name": "OPA", "birth_date": "1940-03-03", "family_card": "5315040101100001", "relation": "ORANG TUA", "living": "no"},
		"oss " + nib:        {"nib": nib, "nik": maria, "business_name": "KOPI TABE", "status": "active"},
	}
}

func each(t *testing.T, fn func(*world)) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	w := &world{at: start}
	storetest.EachAt(t, func() time.Time { return w.now() }, func(t *testing.T, db *store.DB) {
		w = newWorld(t, db, start)
		fn(w)
	})
}

func newWorld(t testing.TB, db *store.DB, start time.Time) *world {
	w := &world{t: t, db: db, at: start, sent: map[string][]string{}, pop: people()}
	dir := t.TempDir()
	ring, err := keys.Create(filepath.Join(dir, "keys"), keys.Options{Origin: "lancar.test", Now: w.at})
	w.must(err)
	token := filepath.Join(dir, "token")
	w.must(os.WriteFile(token, []byte("t0ken\n"), 0o600))
	server := httptest.NewServer(http.HandlerFunc(w.register))
	t.Cleanup(server.Close)
	w.queue = jobs.New(db, func(j jobs.Job, err error) { t.Logf("job %s: %v", j.Queue, err) })
	w.access = access.New(db, w.queue, ring)
	note := notify.New(db, w.queue, ring, map[notify.Channel]notify.Sender{notify.Email: w, notify.Phone: w}, func(_, path string) string { return path })
	exch, err := exchange.New(db, w.queue, ring, w.access, exchange.Config{URL: server.URL, TokenFile: token})
	w.must(err)
	w.id = identity.New(db, w.queue, ring, w.access, note, exch, identity.Limits{})
	w.m = mandate.New(db, w.queue, ring, w.access, note, exch, w.id, mandate.Config{Working: w.works})
	w.queue.Subscribe(access.EventRow, "access", w.access.SeenTx)
	return w
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

func (w *world) drain() {
	w.t.Helper()
	w.must(w.queue.Drain(w.t.Context()))
}

// sweep lets the system look at what is due, and everything that follows.
func (w *world) sweep() {
	w.t.Helper()
	w.must(w.db.Write(w.t.Context(), func(tx *store.Tx) error {
		return w.queue.EnqueueTx(tx, jobs.Job{Region: "00", Queue: "identity.mandates"})
	}))
	w.drain()
}

// signIn signs a resident in with this contact.
func (w *world) signIn(nik, contact string) (string, identity.Session) {
	w.t.Helper()
	token, s, err := w.try(nik, contact)
	w.must(err)
	return token, s
}

func (w *world) try(nik, contact string) (string, identity.Session, error) {
	w.t.Helper()
	p := w.pop["population "+nik]
	a, err := w.id.Start(w.t.Context(), identity.Claim{Kind: identity.Resident, Number: nik, Name: p["name"], BirthDate: p["birth_date"], Contact: contact,
		Region: "53.15", Address: "192.0.2.1", Lang: "id"})
	w.must(err)
	w.drain()
	return w.id.Confirm(w.t.Context(), identity.Confirmation{Attempt: a.ID, Code: w.code(contact), Address: "192.0.2.1", Host: "localhost", Device: "Firefox"})
}

func (w *world) person(nik string) identity.Session {
	w.t.Helper()
	_, s := w.signIn(nik, w.pop["population "+nik]["email"])
	return s
}

// officer hires one who settles accounts; nik and card are whose they are, "" for nobody of here.
func (w *world) officer(number, nik, card string) lancar.Actor {
	w.t.Helper()
	account, err := w.id.SaveEmployee(w.t.Context(), identity.Employee{Number: number, Name: "Petugas " + number, Mail: number + "@kantor.example", NIK: nik, FamilyCard: card,
		Roles: []identity.Role{{Role: identity.ClaimRole, Agency: "inspektorat", Region: "53.15"}}})
	w.must(err)
	return lancar.Actor{Kind: lancar.Officer, ID: account, Name: "Petugas", Role: identity.ClaimRole, Region: "53.15", Agency: "inspektorat"}
}

// mother is Maria with her mandate for Tia.
func (w *world) mother() (identity.Session, mandate.Mandate) {
	w.t.Helper()
	s := w.person(maria)
	m, err := w.m.Parent(w.t.Context(), s, mandate.ChildClaim{Number: tia, Name: "Tia Sarabiti", BirthDate: "2018-05-02", Region: "53.15", Lang: "id"})
	w.must(err)
	return s, m
}

// use does an act in a transaction of its own.
func (w *world) use(holder, id lancar.ID, act mandate.Act) error {
	return w.db.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := w.m.UseTx(tx, holder, id, act)
		return err
	})
}

// looks is who looked at somebody's data, newest first.
func (w *world) looks(nik string) (rows []access.Row) {
	w.t.Helper()
	w.drain()
	var own access.Grant
	w.must(w.db.Read(w.t.Context(), func(tx *store.Tx) error {
		account, _, err := w.id.AccountOfTx(tx, w.subject(nik))
		if err != nil {
			return err
		}
		own, err = w.access.OwnTx(tx, account, w.subject(nik), true)
		return err
	}))
	rows, _, err := w.access.Rows(w.t.Context(), own, "")
	w.must(err)
	return rows
}

func (w *world) subject(nik string) string {
	return w.id.SubjectOf(identity.Holder{Kind: identity.Resident, Number: nik})
}
