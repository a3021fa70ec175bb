package identity_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/notify"
)

const (
	maria = "5315044609970001"
	yosef = "5315040101850002"
)

// post is the outside world's mail and telephone: what reached whom.
type post struct {
	mu   sync.Mutex
	sent map[string][]string
}

func (p *post) Send(_ context.Context, to, title, text, _ string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent[to] = append(p.sent[to], title+"\n"+text)
	return nil
}

// chat is the same by WhatsApp.
type chat struct{ *post }

func (c chat) Send(ctx context.Context, to, title, text, key string) error {
	return c.post.Send(ctx, "chat "+to, title, text, key)
}

var sixDigits = regexp.MustCompile(`\b(\d{10}|\d{6})\b`) // ten while somebody guesses

// code is the last code that reached an address, "" if none did.
func (p *post) code(to string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.sent[to]); n > 0 {
		return sixDigits.FindString(p.sent[to][n-1])
	}
	return ""
}

func (p *post) count(to string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sent[to])
}

type world struct {
	t      *testing.T
	db     *store.DB
	queue  *jobs.Queue
	ring   *keys.Ring
	access *access.Access
	id     *identity.Identity
	post   *post

	mu    sync.Mutex
	at    time.Time
	down  bool // the register
	asked int

	meanwhile func() // what happens while the register thinks
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

var population = map[string]map[string]string{
	maria: {"name": "MARIA ELISABETH", "birth_date": "1997-09-06", "email": "maria@example.com", "phone": "+6281234567890"},
	yosef: {"name": "YOSEF", "birth_date": "1985-01-01"},
}

// thinks lets happen what happens while the register thinks.
func (w *world) thinks() {
	w.mu.Lock()
	meanwhile := w.meanwhile
	w.mu.Unlock()
	if meanwhile != nil {
		meanwhile()
	}
}

// register answers as a population register does: match, no match or unknown, never a value.
func (w *world) register(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.asked++
	down := w.down
	w.mu.Unlock()
	w.thinks()
	if down {
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
	out, names, typed := map[string]string{}, []string{}, map[string]string{}
	if json.Unmarshal(q.Fields, &names) == nil { // a reading
		for _, f := range names {
			if have := population[q.Key][f]; have != "" {
				out[f] = have
			}
		}
	} else if json.Unmarshal(q.Fields, &typed) != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	for f, v := range typed {
		switch have := population[q.Key][f]; {
		case have == "":
			out[f] = "unknown"
		case have == v:
			out[f] = "match"
		default:
			out[f] = "nomatch"
		}
	}
	_ = json.NewEncoder(rw).Encode(map[string]any{"fields": out}) // the client notices
}

// each runs fn in a new world on each engine.
func each(t *testing.T, limits identity.Limits, fn func(*world)) { on(t, storetest.EachAt, limits, fn) }

// once runs fn on SQLite alone: for what does not depend on the engine.
func once(t *testing.T, limits identity.Limits, fn func(*world)) {
	on(t, func(t *testing.T, clock lancar.Clock, fn func(*testing.T, *store.DB)) {
		fn(t, storetest.OpenAt(t, clock))
	}, limits, fn)
}

func on(t *testing.T, engines func(*testing.T, lancar.Clock, func(*testing.T, *store.DB)), limits identity.Limits, fn func(*world)) {
	w := &world{at: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)}
	engines(t, func() time.Time { return w.now() }, func(t *testing.T, db *store.DB) {
		w = &world{t: t, db: db, at: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC), post: &post{sent: map[string][]string{}}}
		dir := t.TempDir()
		ring, err := keys.Create(filepath.Join(dir, "keys"), keys.Options{Origin: "lancar.test", Now: w.at})
		w.must(err)
		w.ring = ring
		token := filepath.Join(dir, "token")
		w.must(os.WriteFile(token, []byte("t0ken\n"), 0o600))
		server := httptest.NewServer(http.HandlerFunc(w.register))
		t.Cleanup(server.Close)
		w.queue = jobs.New(db, func(j jobs.Job, err error) { t.Logf("job %s: %v", j.Queue, err) })
		w.access = access.New(db, w.queue, ring)
		note := notify.New(db, w.queue, ring, map[notify.Channel]notify.Sender{notify.Email: w.post, notify.Phone: w.post, notify.WhatsApp: chat{w.post}}, func(_, path string) string { return path })
		exch, err := exchange.New(db, w.queue, ring, w.access, exchange.Config{URL: server.URL, TokenFile: token})
		w.must(err)
		w.id = identity.New(db, w.queue, ring, w.access, note, exch, limits)
		w.queue.Subscribe(access.EventRow, "seen", w.access.SeenTx)
		fn(w)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) drain() {
	w.t.Helper()
	w.must(w.queue.Drain(w.t.Context()))
}

func claim(number, contact string) identity.Claim {
	return identity.Claim{Kind: identity.Resident, Number: number, Name: population[number]["name"], BirthDate: population[number]["birth_date"],
		Contact: contact, Region: "53.15", Address: "192.0.2.1", Lang: "id"}
}

// start begins a sign-in and lets the jobs run.
func (w *world) start(c identity.Claim) identity.Attempt {
	w.t.Helper()
	a, err := w.id.Start(w.t.Context(), c)
	w.must(err)
	w.drain()
	return a
}

func (w *world) confirm(attempt, code string) (string, identity.Session, error) {
	return w.id.Confirm(w.t.Context(), identity.Confirmation{Attempt: attempt, Code: code, Address: "192.0.2.1", Host: "localhost", Device: "Firefox"})
}

// signIn goes the whole way.
func (w *world) signIn(c identity.Claim, address string) (string, identity.Session) {
	w.t.Helper()
	token, s, err := w.confirm(w.start(c).ID, w.post.code(address))
	w.must(err)
	return token, s
}

// signInOver does so in a browser that still holds a session.
func (w *world) signInOver(c identity.Claim, address, before string) (string, identity.Session) {
	w.t.Helper()
	a := w.start(c)
	token, s, err := w.id.Confirm(w.t.Context(), identity.Confirmation{Attempt: a.ID, Code: w.post.code(address), Address: "192.0.2.1", Host: "localhost", Device: "Firefox", Before: before})
	w.must(err)
	return token, s
}

func (w *world) refused(err error, code lancar.Code) {
	w.t.Helper()
	if lancar.CodeOf(err) != code {
		w.t.Fatalf("got %v, want %s", err, code)
	}
}

// told fails unless some message to an address says this; messages arrive in any order.
func (w *world) told(to, text string) {
	w.t.Helper()
	w.post.mu.Lock()
	defer w.post.mu.Unlock()
	for _, m := range w.post.sent[to] {
		if strings.Contains(m, text) {
			return
		}
	}
	w.t.Fatalf("%s was not told %q: %q", to, text, w.post.sent[to])
}
