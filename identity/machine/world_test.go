package machine_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/notify"
)

// post is the outside world's mail: what reached whom.
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

// world is a node's register of machines with an office of four, and copies of it on request.
type world struct {
	t      *testing.T
	db     *store.DB
	ring   *keys.Ring
	queue  *jobs.Queue
	id     *identity.Identity
	access *access.Access
	m      *machine.Machines
	post   *post
	staff  []identity.Employee

	mu sync.Mutex
	at time.Time
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

// pass lets time pass; the watch of machines runs after.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.mu.Lock()
	w.at = w.at.Add(d)
	w.mu.Unlock()
	w.watch()
}

func (w *world) watch() {
	w.t.Helper()
	w.must(w.db.Write(w.t.Context(), w.m.WatchTx))
	w.must(w.queue.Drain(w.t.Context()))
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

const (
	place  = "53.15"
	agency = "dpmptsp"
)

// The office: Rita owns machines, Andi is her colleague, Siti the superior, Budi answers for machines,
// Oto has an office elsewhere. Rita's second employee number belongs to the same human
// being, Yos is her husband, and nobody knows who 1008 is.
func staff() []identity.Employee {
	one := func(number, nik string, roles ...identity.Role) identity.Employee {
		return identity.Employee{Number: number, Name: "Petugas " + number, Mail: number + "@kantor.example", NIK: nik, Roles: roles}
	}
	family := func(e identity.Employee) identity.Employee {
		e.FamilyCard = "5315040101100001"
		return e
	}
	here := func(role string) identity.Role { return identity.Role{Role: role, Agency: agency, Region: place} }
	return []identity.Employee{
		family(one("1001", "5315040101850001", here(identity.Reviewer), here(identity.Superior))),
		one("1002", "5315040101850002", here(identity.Reviewer)),
		one("1003", "5315040101850003", here(identity.Superior)),
		one("1004", "5315040101850004", here(machine.Role)),
		one("1005", "5315040101850005", identity.Role{Role: machine.Role, Agency: "dinkes", Region: place}),
		one("1006", "5315040101850001", here(machine.Role)),
		family(one("1007", "5315040101850007", here(machine.Role))),
		one("1008", "", here(machine.Role)),
	}
}

// each runs fn in a new world on each engine.
func each(t *testing.T, fn func(*world)) { on(t, storetest.EachAt, fn) }

// once runs fn on SQLite alone: for what does not depend on the engine.
func once(t *testing.T, fn func(*world)) {
	on(t, func(t *testing.T, clock lancar.Clock, fn func(*testing.T, *store.DB)) {
		fn(t, storetest.OpenAt(t, clock))
	}, fn)
}

func on(t *testing.T, engines func(*testing.T, lancar.Clock, func(*testing.T, *store.DB)), fn func(*world)) {
	w := &world{at: begun}
	engines(t, func() time.Time { return w.now() }, func(t *testing.T, db *store.DB) {
		w = newWorld(t, db)
		fn(w)
	})
}

var begun = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, db *store.DB) *world {
	w := &world{t: t, db: db, at: begun, post: &post{sent: map[string][]string{}}, staff: staff()}
	var err error
	w.ring, err = keys.Create(filepath.Join(t.TempDir(), "keys"), keys.Options{Origin: "lancar.test", Now: begun})
	w.must(err)
	w.queue, w.access, w.id, w.m = w.node()
	w.hire()
	return w
}

// node is one more copy of the rooms on the same database.
func (w *world) node() (*jobs.Queue, *access.Access, *identity.Identity, *machine.Machines) {
	queue := jobs.New(w.db, func(j jobs.Job, err error) { w.t.Logf("job %s: %v", j.Queue, err) })
	acc := access.New(w.db, queue, w.ring)
	note := notify.New(w.db, queue, w.ring, map[notify.Channel]notify.Sender{notify.Email: w.post}, func(_, path string) string { return path })
	id := identity.New(w.db, queue, w.ring, acc, note, nil, identity.Limits{})
	return queue, acc, id, machine.New(w.db, queue, w.ring, id, machine.Config{})
}

func (w *world) hire() {
	w.t.Helper()
	accounts, err := w.id.SaveEmployees(w.t.Context(), w.staff)
	w.must(err)
	_, err = w.id.Dismiss(w.t.Context(), accounts)
	w.must(err)
}

// leave takes an officer off the list of the personnel register.
func (w *world) leave(number string) {
	w.t.Helper()
	for i, e := range w.staff {
		if e.Number == number {
			w.staff = append(w.staff[:i:i], w.staff[i+1:]...)
			break
		}
	}
	w.hire()
}

// actor is an officer acting in their first office, or in the role named.
func (w *world) actor(number string, role ...string) lancar.Actor {
	w.t.Helper()
	for _, e := range staff() {
		if e.Number == number {
			a := lancar.Actor{Kind: lancar.Officer, Name: e.Name, Role: e.Roles[0].Role, Agency: e.Roles[0].Agency, Region: e.Roles[0].Region}
			if len(role) > 0 {
				a.Role = role[0]
			}
			w.must(w.db.Read(w.t.Context(), func(tx *store.Tx) error {
				return tx.QueryRow(`SELECT account FROM identity_officers WHERE name = $1`, e.Name).Scan((*string)(&a.ID))
			}))
			return a
		}
	}
	w.t.Fatal("nobody has number " + number)
	return lancar.Actor{}
}

func (w *world) mail(number string) string {
	w.must(w.queue.Drain(w.t.Context()))
	w.post.mu.Lock()
	defer w.post.mu.Unlock()
	return strings.Join(w.post.sent[number+"@kantor.example"], "\n")
}

func (w *world) proposal(stage machine.Stage) machine.Proposal {
	return machine.Proposal{Kind: machine.Bot, Stage: stage, Name: "Pengingat izin", Purpose: lancar.Text{"id": "Mengingatkan pemohon yang izinnya hampir habis.", "en": "Reminds applicants whose permit is about to end."},
		Wish: machine.Wish{Scopes: []string{"cases.read", "messages.send"}, Budget: 1000, Peak: 100, Expires: w.now().Add(300 * 24 * time.Hour)}}
}

// jwk is a fresh public key as people paste it.
func jwk(kid string) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	e := base64.RawURLEncoding.EncodeToString
	return fmt.Sprintf(`{"kty":"EC","crv":"P-256","kid":%q,"x":%q,"y":%q}`, kid, e(point[1:33]), e(point[33:]))
}

func (w *world) keys(text string) []machine.Key {
	w.t.Helper()
	list, err := machine.ReadKeys(text)
	w.must(err)
	return list
}

// working is a machine that Rita (1001) owns and Siti (1003) approved.
func (w *world) working(change ...func(*machine.Proposal)) machine.Machine {
	w.t.Helper()
	p := w.proposal(machine.Production)
	for _, c := range change {
		c(&p)
	}
	m, err := w.m.Register(w.t.Context(), w.actor("1001"), p)
	w.must(err)
	m, err = w.m.Approve(w.t.Context(), w.actor("1003"), m.ID, m.Version)
	w.must(err)
	return m
}

// use counts one call, as a token endpoint would.
func (w *world) use(u machine.Use) (m machine.Machine, err error) {
	err = w.db.Write(w.t.Context(), func(tx *store.Tx) error {
		m, err = w.m.UseTx(tx, u)
		return err
	})
	return m, err
}

type grant = access.Grant

func (w *world) bind(account lancar.ID, subject string) {
	w.t.Helper()
	w.must(w.db.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := w.access.BindTx(tx, account, subject)
		return err
	}))
}

func (w *world) own(account lancar.ID, subject string) (g access.Grant) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		g, err = w.access.OwnTx(tx, account, subject, true)
		return err
	}))
	return g
}
