package casework_test

import (
	"testing"

	"lancar"
)

func TestWithdrawingDoesNotShopForAnOfficer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		var first lancar.ID
		for range 5 {
			number, o, _ := w.reviewed(who, reviewers)
			if first == "" {
				first = o.ID
			}
			if o.ID != first {
				t.Fatal("sent again, it came to other hands")
			}
			w.Must(w.Cases.Withdraw(t.Context(), who, number, w.read(who, number).Version, ""))
			w.run()
		}
		// Who may not be drawn any more is not: the case goes to somebody else.
		w.Must(w.Cases.SetAbsent(t.Context(), lancar.TheSystem("test"), "53.15", first, true))
		if _, o, _ := w.reviewed(who, reviewers); o.ID == first {
			t.Fatal("drawn although absent")
		}
		w.verified()
	})
}
