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
		who, c := w.paid()
		o, task := w.task(reviewers, c.Number)
		w.SetClock(task.Due) // 24:00 of the last day
		n, v := c.Number, task.Version
		def := w.Catalog.Service(stall)
		w.Refused(w.Cases.Refuse(t.Context(), o, n, v, casework.Refusal{Ground: def.Refusal[0].ID, Reason: "Terlambat."}), lancar.Conflict)
		w.Refused(w.Cases.Ask(t.Context(), o, n, v, casework.Ask{Requirement: def.Requirements[0].ID, Reason: "Perbaiki."}), lancar.Conflict)
		w.Refused(w.Cases.Recuse(t.Context(), o, n, v, "Berhalangan."), lancar.Conflict)
		w.Refused(w.Cases.Grant(t.Context(), o, n, v, ""), lancar.Conflict)
		w.Pass(time.Minute)
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
		_, c := w.paid()
		o, task := w.task(reviewers, c.Number)
		def := w.Catalog.Service(stall)
		for _, text := range []string{strings.Repeat("a", 4001), "\xff"} {
			w.Refused(w.Cases.Refuse(t.Context(), o, c.Number, task.Version, casework.Refusal{Ground: def.Refusal[0].ID, Reason: text}), lancar.Invalid)
			w.Refused(w.Cases.Grant(t.Context(), o, c.Number, task.Version, text), lancar.Invalid)
			w.Refused(w.Cases.Ask(t.Context(), o, c.Number, task.Version, casework.Ask{Requirement: def.Requirements[0].ID, Reason: text}), lancar.Invalid)
			w.Refused(w.Cases.Recuse(t.Context(), o, c.Number, task.Version, text), lancar.Invalid)
		}
	})
}
