package casework_test

import (
	"testing"

	"lancar"
	"lancar/catalog/flow"
)

// A signer who is away does not hold a decided case for ever: another is drawn, and the decision
// is taken once more.
func TestASignerWhoIsAwayHoldsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, signers := w.staff()
		who, c := w.paid()
		o, task := w.task(reviewers, c.Number)
		w.Must(w.Cases.Grant(t.Context(), o, c.Number, task.Version, ""))
		w.run()
		first, _ := w.task(signers, c.Number)
		w.Must(w.Cases.SetAbsent(t.Context(), lancar.TheSystem("test"), "53.15", first.ID, true))
		w.run()
		got := w.read(who, c.Number)
		if got.State != flow.Review || got.Decision != nil {
			t.Fatalf("%s %+v", got.State, got.Decision)
		}
		o, task = w.task(reviewers, c.Number)
		w.Must(w.Cases.Grant(t.Context(), o, c.Number, task.Version, ""))
		w.run()
		second, task := w.task(signers, c.Number)
		if second.ID == first.ID {
			t.Fatal("the one who is away is to sign")
		}
		w.Must(w.Cases.Sign(t.Context(), second, c.Number, task.Version))
		w.run()
		if got := w.read(who, c.Number); got.State != flow.Granted {
			t.Fatal(got.State)
		}
		w.verified()
	})
}

// Who takes an officer out of draws is written down, once, and in the log.
func TestAbsencesHaveAnAuthor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		superior := lancar.Actor{Kind: lancar.Officer, ID: "superior", Region: "53.15"}
		for _, absent := range []bool{true, true, false} {
			w.Must(w.Cases.SetAbsent(t.Context(), superior, "53.15", reviewers[0].ID, absent))
		}
		w.run()
		list, err := w.Cases.Absences(t.Context(), "53.15", 10)
		w.Must(err)
		if len(list) != 2 || list[0].Absent == list[1].Absent { // of one instant: in no order
			t.Fatalf("%+v", list)
		}
		for _, a := range list {
			if a.By != "superior" || a.Account != reviewers[0].ID {
				t.Fatalf("%+v", a)
			}
			if _, ok, err := w.PublicLog.Position(t.Context(), "53.15", a.Leaf); err != nil || !ok {
				t.Fatalf("it is not in the log: %v", err)
			}
		}
	})
}
