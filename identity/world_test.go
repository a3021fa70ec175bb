package identity_test

import (
	"testing"
	"time"

	"lancar/identity"
	"lancar/notify"
	"lancar/test/outside"
)

const (
	maria = "5315044609970001"
	yosef = "5315040101850002"
)

type world struct {
	*outside.Node
	t *testing.T
}

var begun = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

var population = outside.Records{
	"population " + maria: {"name": "MARIA ELISABETH", "birth_date": "1997-09-06", "email": "maria@example.com", "phone": "+6281234567890"},
	"population " + yosef: {"name": "YOSEF", "birth_date": "1985-01-01"},
}

// each runs fn in a new world on each engine.
func each(t *testing.T, limits identity.Limits, fn func(*world)) {
	outside.Each(t, begun, population, func(t *testing.T, out *outside.World) { fn(newWorld(t, out, limits)) })
}

// once runs fn on SQLite alone: for what does not depend on the engine.
func once(t *testing.T, limits identity.Limits, fn func(*world)) {
	fn(newWorld(t, outside.Once(t, begun, population), limits))
}

func newWorld(t *testing.T, out *outside.World, limits identity.Limits) *world {
	return &world{Node: out.Node(limits, notify.Email, notify.Phone, notify.WhatsApp), t: t}
}

// start begins a sign-in and lets the jobs run.
func (w *world) start(c identity.Claim) identity.Attempt {
	w.t.Helper()
	a, err := w.Identity.Start(w.t.Context(), c)
	w.Must(err)
	w.Drain()
	return a
}

func (w *world) confirm(attempt, code string) (string, identity.Session, error) {
	return w.Identity.Confirm(w.t.Context(), identity.Confirmation{Attempt: attempt, Code: code, Address: "192.0.2.1", Host: "localhost", Device: "Firefox"})
}

// signIn goes the whole way.
func (w *world) signIn(c identity.Claim, address string) (string, identity.Session) {
	w.t.Helper()
	token, s, err := w.confirm(w.start(c).ID, w.Code(address))
	w.Must(err)
	return token, s
}

// signInOver does so in a browser that still holds a session.
func (w *world) signInOver(c identity.Claim, address, before string) (string, identity.Session) {
	w.t.Helper()
	a := w.start(c)
	token, s, err := w.Identity.Confirm(w.t.Context(), identity.Confirmation{Attempt: a.ID, Code: w.Code(address), Address: "192.0.2.1", Host: "localhost", Device: "Firefox", Before: before})
	w.Must(err)
	return token, s
}

// told fails unless some message to an address says this; messages arrive in any order.
func (w *world) told(to, text string) {
	w.t.Helper()
	if !w.Told(to, text) {
		w.t.Fatalf("%s was not told %q: %q", to, text, w.Mail(to))
	}
}
