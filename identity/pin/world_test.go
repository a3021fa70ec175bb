package pin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/pin"
	"lancar/internal/store"
	"lancar/notify"
	"lancar/test/outside"
)

const (
	maria = "5315044609970001"
	yosef = "5315040101850002"
	good  = "805193"
)

var begun = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

var people = outside.Records{
	"population " + maria: {"name": "MARIA ELISABETH", "birth_date": "1997-09-06", "email": "maria@example.com", "phone": "+6281234567890"},
	"population " + yosef: {"name": "YOSEF", "birth_date": "1985-01-01", "email": "yosef@example.com"},
}

type world struct {
	*outside.Node
	*pin.Pins
	t *testing.T
}

// each runs fn in a new world on each engine.
func each(t *testing.T, fn func(*world)) {
	outside.Each(t, begun, people, func(t *testing.T, out *outside.World) { fn(newWorld(t, out)) })
}

func newWorld(t *testing.T, out *outside.World) *world {
	n := out.Node(identity.Limits{}, notify.Email, notify.Phone)
	return &world{Node: n, Pins: pin.New(n.DB, n.Ring, n.Identity), t: t}
}

// device is a browser of somebody: what it keeps between requests.
type device struct {
	*world
	identity.Browser
	s     identity.Session
	token string
}

func (w *world) device(name string) *device {
	return &device{world: w, Browser: identity.Browser{Address: "192.0.2.1", Host: "localhost", Device: name}}
}

// signIn signs a person in on this device, as the portal does it.
func (d *device) signIn(nik string) *device {
	d.t.Helper()
	to := d.Record("population " + nik)["email"]
	a, err := d.Identity.Start(d.t.Context(), d.Claim(nik, to))
	d.Must(err)
	d.Drain()
	d.token, d.s, err = d.Identity.Confirm(d.t.Context(), identity.Confirmation{Attempt: a.ID, Code: d.Code(to), Address: d.Address, Host: d.Host, Device: d.Device, Before: d.token, Key: d.Key})
	d.Must(err)
	return d
}

// set sets a PIN here, and keeps the device's secret.
func (d *device) set(digits string) error {
	key, err := d.Pins.Set(d.t.Context(), d.s, d.Browser, digits, digits)
	if err == nil {
		d.Key = key
	}
	return err
}

// give gives a PIN for the release of the number in one request.
func (d *device) give(digits, request string) error {
	return d.Confirm(d.t.Context(), d.s, d.Browser, digits, number(request))
}

func number(request string) identity.Release { return identity.Release{What: "number", For: request} }

// release lets the number out, as the provider does.
func (d *device) release(r identity.Release) error {
	return d.DB.Write(d.t.Context(), func(tx *store.Tx) error { return d.Identity.ReleaseTx(tx, d.s, r) })
}

// refused fails unless the error has this code and field.
func (w *world) refused(err error, code lancar.Code, field string) {
	w.t.Helper()
	e, ok := err.(*lancar.Error)
	if !ok || e.Code != code || e.Field != field {
		w.t.Fatalf("got %v, want %s on %q", err, code, field)
	}
	if said := err.Error() + fmt.Sprint(e.Text); strings.Contains(said, good) || strings.Contains(said, "112358") {
		w.t.Fatalf("an error holds a PIN: %s", said)
	}
}

func (w *world) told(text string) {
	w.t.Helper()
	w.Drain()
	if !w.Told("maria@example.com", text) {
		w.t.Fatalf("she was not told %q: %q", text, w.Mail("maria@example.com"))
	}
}
