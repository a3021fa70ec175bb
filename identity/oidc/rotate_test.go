package oidc_test

import (
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/internal/store"
)

// admitted is an app in production whose officer, and two superiors, are real.
func (w *world) admitted() (a *app, owner, head, other lancar.Actor) {
	w.Helper()
	owner, head, other = w.officer("3001", "engineer"), w.officer("3002", identity.Superior), w.officer("3003", identity.Superior)
	a = &app{world: w}
	a.key, a.alg = newKey(w.TB, "ES256")
	var err error
	a.Client, _, err = w.provider.Register(w.Context(), owner, oidc.Client{Name: lancar.Text{"id": "Klinik Sehat"}, AgencyName: lancar.Text{"id": "Dinas Kesehatan"}, Purpose: lancar.Text{"id": "Mengisi pendaftaran pasien"},
		Redirects: []string{callback}, Scopes: []string{"openid", "profile"}, Auth: oidc.PrivateKeyJWT, JWKS: jwks(w.TB, a.key.Public())})
	w.Must(err)
	w.Must(w.provider.Submit(w.Context(), owner, a.ID))
	w.Must(w.provider.Approve(w.Context(), head, a.ID, 2, false))
	w.provider.ForgetForTest()
	return a, owner, head, other
}

// pushes says whether the app, with the key it has, is let in.
func (a *app) pushes() bool {
	a.Helper()
	a.provider.ForgetForTest()
	return a.call("/oauth/par", a.want("openid")).status == 201
}

func join(w testing.TB, sets ...string) string {
	w.Helper()
	var keys []string
	for _, s := range sets {
		keys = append(keys, strings.TrimSuffix(strings.TrimPrefix(s, `{"keys":[`), `]}`))
	}
	return `{"keys":[` + strings.Join(keys, ",") + `]}`
}

func TestNewKeysOfAnAppInProductionTakeASecondPerson(t *testing.T) {
	each(t, func(w *world) {
		a, owner, head, other := w.admitted()
		key, _ := newKey(t, "ES256")
		mine := w.registered(a.ID)
		old, fresh := mine.JWKS, jwks(t, key.Public())
		moved := mine
		moved.Redirects = []string{"https://evil.example/cb"}
		if err := w.provider.Change(t.Context(), owner, moved); lancar.CodeOf(err) != lancar.Conflict {
			w.Fatal("redirects in production: ", err)
		}
		mine.JWKS = join(t, old, fresh)
		w.Must(w.provider.Change(t.Context(), owner, mine))
		stranger := &app{world: w, Client: a.Client, key: key, alg: a.alg}
		if !a.pushes() || stranger.pushes() {
			w.Fatal("one officer alone changed the keys")
		}
		now := w.registered(a.ID)
		if now.Wanted == nil || now.Wanted.JWKS != mine.JWKS || now.Wanted.Officer != owner.ID || now.JWKS != old {
			w.Fatalf("%+v", now.Wanted)
		}
		wider := owner
		wider.Role = identity.Superior
		unknown := head
		unknown.ID = "0000000000000000000000000000eeee"
		for name, by := range map[string]lancar.Actor{"who wants them": owner, "who wants them, in another role": wider, "a colleague": w.officer("3004", "engineer"), "somebody of whom nobody knows who": unknown} {
			if err := w.provider.SettleKeys(t.Context(), by, a.ID, now.Version, true); lancar.CodeOf(err) != lancar.Forbidden {
				w.Errorf("%s: %v", name, err)
			}
		}
		if err := w.provider.SettleKeys(t.Context(), head, a.ID, now.Version-1, true); lancar.CodeOf(err) != lancar.Conflict {
			w.Error("unseen: ", err)
		}
		w.Must(w.provider.SettleKeys(t.Context(), head, a.ID, now.Version, true))
		if !a.pushes() || !stranger.pushes() {
			w.Fatal("the new keys do not count, or the old ones no more")
		}
		mine = w.registered(a.ID)
		mine.JWKS = fresh
		w.Must(w.provider.Change(t.Context(), owner, mine)) // less, at once
		if a.pushes() || !stranger.pushes() {
			w.Fatal("an old key is not taken away at once")
		}
		mine = w.registered(a.ID)
		mine.JWKS = old
		w.Must(w.provider.Change(t.Context(), head, mine))
		now = w.registered(a.ID)
		w.Must(w.provider.SettleKeys(t.Context(), other, a.ID, now.Version, false))
		if w.registered(a.ID).Wanted != nil || a.pushes() {
			w.Fatal("dropped keys count")
		}
	})
}

// An engineer leaves: the app goes on for two weeks, in which a colleague can take it over; what the
// engineer kept of it is worth nothing.
func TestAnAppWhoseOfficerLeftIsTakenOverOrStops(t *testing.T) {
	each(t, func(w *world) {
		a, owner, head, _ := w.admitted()
		colleague, elsewhere := w.officer("3005", "engineer"), head
		if err := w.provider.Adopt(t.Context(), colleague, a.ID); lancar.CodeOf(err) != lancar.Conflict {
			w.Fatal("an app is taken from who answers for it: ", err)
		}
		w.dismiss(owner)
		w.Pass(2 * time.Minute)
		w.watch()
		c := w.registered(a.ID)
		if want := w.Now().Add(13 * 24 * time.Hour); c.Stops.Before(want) || !a.pushes() {
			w.Fatalf("it stops %s", c.Stops)
		}
		if !strings.Contains(w.LastMail("3002@dinkes.example"), "tanpa penanggung jawab") {
			w.Errorf("nobody is told: %q", w.LastMail("3002@dinkes.example"))
		}
		elsewhere.Agency = "dukcapil"
		if err := w.provider.Adopt(t.Context(), elsewhere, a.ID); lancar.CodeOf(err) != lancar.NotFound {
			w.Error(err)
		}
		if err := w.provider.Adopt(t.Context(), owner, a.ID); lancar.CodeOf(err) != lancar.Forbidden {
			w.Error("who left takes it over: ", err)
		}
		w.Must(w.provider.Adopt(t.Context(), colleague, a.ID))
		if c := w.registered(a.ID); c.Officer != colleague.ID || !c.Stops.IsZero() || c.Stage != oidc.Production {
			w.Fatalf("%+v", c)
		}
		w.Pass(20 * 24 * time.Hour)
		w.watch()
		if !a.pushes() {
			w.Fatal("it stopped although somebody answers for it")
		}
		w.dismiss(colleague)
		for range 2 {
			w.Pass(15 * 24 * time.Hour)
			w.watch()
		}
		if c := w.registered(a.ID); c.Stage != oidc.Ended || a.pushes() {
			w.Fatalf("it goes on without anybody: %+v", c.Stage)
		}
	})
}

// dismiss takes an officer's roles away.
func (w *world) dismiss(o lancar.Actor) {
	w.Helper()
	w.Must(w.DB.Write(w.Context(), func(tx *store.Tx) error {
		return tx.Queue(`DELETE FROM identity_roles WHERE account = $1`, string(o.ID))
	}))
}

func (w *world) watch() {
	w.Helper()
	w.Must(w.provider.WatchForTest(w.Context()))
	w.Drain()
}
