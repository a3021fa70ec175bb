package machine_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/internal/store"
	"lancar/notify"
	"lancar/test/outside"
)

// world is a node's register of machines with an office of four, and copies of it on request.
type world struct {
	*outside.Node
	t     *testing.T
	m     *machine.Machines
	staff []identity.Employee
}

// pass lets time pass; the watch of machines runs after.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.Pass(d)
	w.watch()
}

func (w *world) watch() {
	w.t.Helper()
	w.Must(w.DB.Write(w.t.Context(), w.m.WatchTx))
	w.Drain()
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
func each(t *testing.T, fn func(*world)) {
	outside.Each(t, begun, nil, func(t *testing.T, out *outside.World) { fn(newWorld(t, out)) })
}

// once runs fn on SQLite alone: for what does not depend on the engine.
func once(t *testing.T, fn func(*world)) { fn(newWorld(t, outside.Once(t, begun, nil))) }

var begun = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, out *outside.World) *world {
	w := &world{t: t, staff: staff()}
	w.Node, w.m = node(out)
	w.hire()
	return w
}

// node is one more copy of the rooms on the same database.
func node(out *outside.World) (*outside.Node, *machine.Machines) {
	n := out.Node(identity.Limits{}, notify.Email)
	return n, machine.New(n.DB, n.Queue, n.Ring, n.Identity, machine.Config{})
}

func (w *world) hire() {
	w.t.Helper()
	accounts, err := w.Identity.SaveEmployees(w.t.Context(), w.staff)
	w.Must(err)
	_, err = w.Identity.Dismiss(w.t.Context(), accounts)
	w.Must(err)
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
			w.Must(w.DB.Read(w.t.Context(), func(tx *store.Tx) error {
				return tx.QueryRow(`SELECT account FROM identity_officers WHERE name = $1`, e.Name).Scan((*string)(&a.ID))
			}))
			return a
		}
	}
	w.t.Fatal("nobody has number " + number)
	return lancar.Actor{}
}

func (w *world) mail(number string) string {
	w.Drain()
	return strings.Join(w.Mail(number+"@kantor.example"), "\n")
}

func (w *world) proposal(stage machine.Stage) machine.Proposal {
	return machine.Proposal{Kind: machine.Bot, Stage: stage, Name: "Pengingat izin", Purpose: lancar.Text{"id": "Mengingatkan pemohon yang izinnya hampir habis.", "en": "Reminds applicants whose permit is about to end."},
		Wish: machine.Wish{Scopes: []string{"cases.read", "messages.send"}, Budget: 1000, Peak: 100, Expires: w.Now().Add(300 * 24 * time.Hour)}}
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
	w.Must(err)
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
	w.Must(err)
	m, err = w.m.Approve(w.t.Context(), w.actor("1003"), m.ID, m.Version)
	w.Must(err)
	return m
}

// use counts one call, as a token endpoint would.
func (w *world) use(u machine.Use) (m machine.Machine, err error) {
	err = w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
		m, err = w.m.UseTx(tx, u)
		return err
	})
	return m, err
}

type grant = access.Grant

func (w *world) bind(account lancar.ID, subject string) {
	w.t.Helper()
	w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := w.Access.BindTx(tx, account, subject)
		return err
	}))
}
