package pin_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"lancar/internal/store"
	"lancar/test/outside"
)

func TestVerifyFindsAlteredPins(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Firefox").signIn(maria)
		w.Must(d.set(good))
		w.Must(w.Identity.Verify(t.Context()))
		do := func(sql string) {
			t.Helper()
			w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(sql); return err }))
		}
		do("CREATE TABLE saved AS SELECT * FROM identity_pins")
		for name, sql := range map[string]string{
			"nobody told":   "UPDATE identity_pins SET set_at = set_at - 1",
			"whose":         "UPDATE identity_pins SET account = 'x'",
			"tries":         "UPDATE identity_pins SET tries = 0 - 1000",
			"used too soon": "UPDATE identity_pins SET used_at = 1",
			"one more":      "INSERT INTO identity_pins (id, account, device, verifier, browser, tries, set_at, used_at) SELECT 'x', account, 'x', verifier, browser, 0, set_at + 1, set_at + 1 FROM identity_pins",
		} {
			do(sql)
			if w.Identity.Verify(t.Context()) == nil {
				t.Errorf("%s: nothing found", name)
			}
			do("DELETE FROM identity_pins")
			do("INSERT INTO identity_pins SELECT * FROM saved")
		}
		w.Must(w.Identity.Verify(t.Context()))
	})
}

func TestThePersonSeesTheirPinsInTheirData(t *testing.T) {
	w := newWorld(t, outside.Once(t, begun, people))
	d := w.device("Chrome di Android").signIn(maria)
	w.Must(d.set(good))
	w.Must(w.DB.Read(t.Context(), func(tx *store.Tx) error {
		data, err := w.Identity.Exporter().Data(tx, d.s.Own)
		text, jerr := json.Marshal(data)
		if !strings.Contains(string(text), `"perangkat":"Chrome di Android"`) || strings.Contains(string(text), good) {
			t.Errorf("%s %v", text, jerr)
		}
		return err
	}))
}

func TestPinsThatAreNotUsedAreForgotten(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Firefox").signIn(maria)
		w.Must(d.set(good))
		sweep := func() {
			t.Helper()
			w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error { _, err := w.Identity.HappeningsRetention().Sweep(tx, 100); return err }))
		}
		for range 2 {
			w.Pass(399 * 24 * time.Hour)
			sweep()
			d.signIn(maria)
			w.refused(d.release(number("r")), "forbidden", "pin")
			w.Must(d.give(good, "r"))
		}
		w.Pass(401 * 24 * time.Hour)
		sweep()
		d.signIn(maria)
		w.Must(d.release(number("r")))
	})
}
