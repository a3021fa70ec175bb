package mandate_test

import (
	"strconv"
	"testing"
	"time"

	"lancar/identity/mandate"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/test/outside"
)

// BenchmarkMandate is what acting for somebody adds to a request: asking whether one may (a page), and
// doing it (one durable commit with nothing else in it).
func BenchmarkMandate(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		open := func(b *testing.B) *world {
			if engine == "sqlite" {
				return newWorld(b, outside.Over(b, outside.NewClock(time.Now()), storetest.Open(b), people()))
			}
			return newWorld(b, outside.Over(b, outside.NewClock(time.Now()), storetest.OpenURL(b, storetest.PostgresURL(b), time.Now), people()))
		}
		b.Run(engine+"/check", func(b *testing.B) {
			w := open(b)
			s, m := w.mother()
			for b.Loop() {
				if _, err := w.m.Check(b.Context(), s.Account, m.ID, mandate.Act{Verb: mandate.See}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(engine+"/acting", func(b *testing.B) {
			w := open(b)
			s, m := w.mother()
			s.Mandate = m.ID
			for b.Loop() {
				if _, err := w.m.Acting(b.Context(), s); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(engine+"/use", func(b *testing.B) {
			w := open(b)
			s, m := w.mother()
			n := 0
			for b.Loop() {
				n++
				if err := w.use(s.Account, m.ID, mandate.Act{Verb: mandate.Submit, Service: "kia", Ref: strconv.Itoa(n)}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(engine+"/commit", func(b *testing.B) { // the limit: a commit that writes one line and checks nothing
			w := open(b)
			n := 0
			for b.Loop() {
				n++
				err := w.DB.Write(b.Context(), func(tx *store.Tx) error {
					_, err := tx.Exec(`INSERT INTO identity_limits (name, slot, n, ends_at) VALUES ($1, 0, 0, 0)`, "bench"+strconv.Itoa(n))
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
