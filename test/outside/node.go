package outside

import (
	"path/filepath"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// Base is the address that stands in what a [Node] sends.
const Base = "http://lancar.test"

// Node is the low rooms of one node in its world. Each call of [World.Node] makes one; copies of a
// node share a database and a ring.
type Node struct {
	*World
	Queue    *jobs.Queue
	Ring     *keys.Ring
	Access   *access.Access
	Notify   *notify.Notify
	Exchange *exchange.Exchange
	Identity *identity.Identity
}

// keyRing is the ring of all nodes of this world, in a folder of the test's own, for the nation and one
// province.
func (w *World) keyRing() *keys.Ring {
	w.t.Helper()
	if w.ring == nil {
		var err error
		w.ring, err = keys.Create(filepath.Join(w.t.TempDir(), "keys"), keys.Options{Regions: []string{"00", "53"}, Origin: "lancar.test", Now: w.Now()})
		w.Must(err)
	}
	return w.ring
}

// Node makes the rooms. The post carries these channels, or mail and telephone where none is named.
func (w *World) Node(limits identity.Limits, channels ...notify.Channel) *Node {
	w.t.Helper()
	senders := map[notify.Channel]notify.Sender{notify.Email: w.Post, notify.Phone: w.Post}
	if len(channels) > 0 {
		clear(senders)
	}
	for _, c := range channels {
		if senders[c] = w.Post; c == notify.WhatsApp {
			senders[c] = w.Chat()
		}
	}
	n := &Node{World: w, Ring: w.keyRing(), Queue: jobs.New(w.DB, func(j jobs.Job, err error) { w.t.Logf("job %s: %v", j.Queue, err) })}
	n.Access = access.New(w.DB, n.Queue, n.Ring)
	n.Notify = notify.New(w.DB, n.Queue, n.Ring, senders, func(_, path string) string { return Base + path })
	var err error
	n.Exchange, err = exchange.New(w.DB, n.Queue, n.Ring, n.Access, w.Config)
	w.Must(err)
	n.Identity = identity.New(w.DB, n.Queue, n.Ring, n.Access, n.Notify, n.Exchange, limits)
	n.Queue.SubscribeMany(access.EventRow, "access", n.Access.SeenTx)
	return n
}

// Drain lets the jobs run that are due.
func (n *Node) Drain() {
	n.t.Helper()
	n.Must(n.Queue.Drain(n.t.Context()))
}

// Claim is how the resident with this number begins to sign in with a contact: with the name and
// birth date of their record.
func (w *World) Claim(nik, contact string) identity.Claim {
	p := w.Record("population " + nik)
	return identity.Claim{Kind: identity.Resident, Number: nik, Name: p["name"], BirthDate: p["birth_date"], Contact: contact, Region: "53.15", Address: "192.0.2.1", Lang: "id"}
}

// SignIn goes the whole way of a resident who signs in with a contact: the browser's token and the
// session, or why the code that came, or none, does not open one.
func (n *Node) SignIn(nik, contact string) (token string, s identity.Session, err error) {
	n.t.Helper()
	a, err := n.Identity.Start(n.t.Context(), n.Claim(nik, contact))
	n.Must(err)
	n.Drain()
	return n.Identity.Confirm(n.t.Context(), identity.Confirmation{Attempt: a.ID, Code: n.Code(contact), Address: "192.0.2.1", Host: "localhost", Device: "Firefox"})
}

// Person signs a resident in with the mail address that the population register has of them.
func (n *Node) Person(nik string) identity.Session {
	n.t.Helper()
	_, s, err := n.SignIn(nik, n.Record("population " + nik)["email"])
	n.Must(err)
	return s
}

// Own is the grant of somebody with an account to see what is held about them, what registers hold too
// where register says so.
func (n *Node) Own(account lancar.ID, subject string, register bool) (g access.Grant) {
	n.t.Helper()
	n.Must(n.DB.Read(n.t.Context(), func(tx *store.Tx) (err error) {
		g, err = n.Access.OwnTx(tx, account, subject, register)
		return err
	}))
	return g
}
