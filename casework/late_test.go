package casework_test

import (
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/catalog/flow"
)

// The law has decided: an officer who comes before the system does cannot refuse, ask, or send
// the case round once more.
func TestNobodyDecidesAfterTheLawHas(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		c := w.submit(who, stall)
		w.pay(who, c)
		o, task := w.task(reviewers, c.Number)
		w.mu.Lock()
		w.at = task.Due // 24:00 of the last day
		w.mu.Unlock()
		n, v := c.Number, task.Version
		def := w.catalog.Service(stall)
		w.refused(w.cases.Refuse(t.Context(), o, n, v, casework.Refusal{Ground: def.Refusal[0].ID, Reason: "Terlambat."}), lancar.Conflict)
		w.refused(w.cases.Ask(t.Context(), o, n, v, casework.Ask{Requirement: def.Requirements[0].ID, Reason: "Perbaiki."}), lancar.Conflict)
		w.refused(w.cases.Recuse(t.Context(), o, n, v, "Berhalangan."), lancar.Conflict)
		w.refused(w.cases.Grant(t.Context(), o, n, v, ""), lancar.Conflict)
		w.pass(time.Minute)
		w.run()
		if got := w.read(who, n); got.State != flow.Granted || got.How != "deemed" {
			t.Fatalf("%s %s", got.State, got.How)
		}
		w.verified()
	})
}

func TestWhatOfficersWriteIsBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		c := w.submit(who, stall)
		w.pay(who, c)
		o, task := w.task(reviewers, c.Number)
		def := w.catalog.Service(stall)
		for _, text := range []string{strings.Repeat("a", 4001), "\xff"} {
			w.refused(w.cases.Refuse(t.Context(), o, c.Number, task.Version, casework.Refusal{Ground: def.Refusal[0].ID, Reason: text}), lancar.Invalid)
			w.refused(w.cases.Grant(t.Context(), o, c.Number, task.Version, text), lancar.Invalid)
			w.refused(w.cases.Ask(t.Context(), o, c.Number, task.Version, casework.Ask{Requirement: def.Requirements[0].ID, Reason: text}), lancar.Invalid)
			w.refused(w.cases.Recuse(t.Context(), o, c.Number, task.Version, text), lancar.Invalid)
		}
	})
}
