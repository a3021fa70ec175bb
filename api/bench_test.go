package api_test

import (
	"testing"
	"time"

	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/test/outside"
)

// BenchmarkRead is one look of an agent at a case under its mandate: token, mandate, machine and
// budget are asked, the look is written down once, and the case is opened.
func BenchmarkRead(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			clock := outside.NewClock(monday)
			var db *store.DB
			if engine == "sqlite" {
				db = storetest.OpenAt(b, clock.Now)
			} else {
				db = storetest.OpenURL(b, storetest.PostgresURL(b), clock.Now)
			}
			w := newTown(b, outside.Over(b, clock, db, registers))
			s := w.Person(maria)
			c := w.agentWithin(s, 2000, machineScopes...)
			m := c.gives(s, 0)
			at := c.acts(m.ID).filled()
			c.want(202, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001"))
			w.agrees(s)
			number := c.want(201, c.call("POST", at+"/submit", nil, "Idempotency-Key", "kirim-0001")).str("case", "number")
			b.ResetTimer()
			for i := range b.N {
				if i%500 == 0 {
					w.Pass(time.Minute)
					c.acts(m.ID)
				}
				c.want(200, c.call("GET", "/api/v1/cases/"+number, nil))
			}
		})
	}
}
