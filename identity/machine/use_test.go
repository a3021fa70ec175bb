package machine_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lancar"
	"lancar/identity/machine"
)

func TestABudgetHoldsOverAllCopies(t *testing.T) {
	each(t, func(w *world) {
		m := w.working(func(p *machine.Proposal) { p.Budget, p.Peak = 1000, 1000 })
		var in atomic.Int64
		var wg sync.WaitGroup
		for range 3 {
			_, copied := node(w.World)
			for range 4 {
				wg.Go(func() {
					for range 110 {
						_, err := copied.Admit(t.Context(), machine.Use{Machine: m.ID, Scope: "cases.read"})
						var over machine.Over
						switch {
						case err == nil:
							in.Add(1)
						case lancar.CodeOf(err) != lancar.TooMany || !errors.As(err, &over) || !over.Opens.After(w.Now()):
							t.Error(err)
							return
						}
					}
				})
			}
		}
		wg.Wait()
		if n := in.Load(); n > 1000 || n < 900 {
			t.Errorf("%d of 1000 calls were let in", n)
		}
		_, err := w.use(machine.Use{Machine: m.ID})
		w.Refused(err, lancar.TooMany)
		w.pass(24 * time.Hour)
		_, err = w.use(machine.Use{Machine: m.ID})
		w.Must(err)
	})
}

func TestAPeakOpensWithTheNextMinute(t *testing.T) {
	once(t, func(w *world) {
		m := w.working(func(p *machine.Proposal) { p.Budget, p.Peak = 100, 3 })
		for range 3 {
			_, err := w.use(machine.Use{Machine: m.ID})
			w.Must(err)
		}
		_, err := w.use(machine.Use{Machine: m.ID})
		w.Refused(err, lancar.TooMany)
		var over machine.Over
		if !errors.As(err, &over) || over.Opens.Sub(w.Now()) > time.Minute {
			t.Errorf("it opens at %s", over.Opens)
		}
		w.pass(time.Minute)
		_, err = w.use(machine.Use{Machine: m.ID})
		w.Must(err)
	})
}

func TestWhatANodeHeldAndNobodyUsedComesBack(t *testing.T) {
	each(t, func(w *world) {
		m := w.working(func(p *machine.Proposal) { p.Budget, p.Peak = 5000, 5000 })
		_, busy := node(w.World)
		for range 20 {
			_, err := busy.Admit(t.Context(), machine.Use{Machine: m.ID, Scope: "cases.read"})
			w.Must(err)
		}
		for end := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) { // a lot may be on its way
			w.Must(busy.Flush(t.Context()))
			sheet, err := w.m.Sheet(t.Context(), w.actor("1001"), m.ID)
			w.Must(err)
			if sheet.Today == 20 {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("%d calls are counted of 20", sheet.Today)
			}
		}
	})
}

func TestLastUseIsKnownOfMachineAndKey(t *testing.T) {
	each(t, func(w *world) {
		key := w.keys(jwk("k"))
		m := w.working(func(p *machine.Proposal) { p.Keys = key })
		for range 5 {
			_, err := w.use(machine.Use{Machine: m.ID, Key: key[0].Thumb, Address: "192.0.2.77"})
			w.Must(err)
			_, err = w.m.Admit(t.Context(), machine.Use{Machine: m.ID, Scope: "cases.read", Address: "192.0.2.77"})
			w.Must(err)
		}
		w.Must(w.m.Flush(t.Context()))
		sheet, err := w.m.Sheet(t.Context(), w.actor("1002"), m.ID)
		w.Must(err)
		if !sheet.LastUsed.Equal(w.Now()) || !sheet.Keys[0].LastUsed.Equal(w.Now()) {
			t.Errorf("last used %s, its key %s", sheet.LastUsed, sheet.Keys[0].LastUsed)
		}
		if len(sheet.Uses) != 2 || sheet.Uses[1].Scope != "cases.read" || sheet.Uses[1].Calls != 5 {
			t.Errorf("uses: %+v", sheet.Uses)
		}
	})
}

// days lets a machine work as it does: ten calls at nine in the morning, Jakarta, each day.
func (w *world) days(m machine.Machine, n int) {
	w.t.Helper()
	for range n {
		for range 10 {
			_, err := w.m.Admit(w.t.Context(), machine.Use{Machine: m.ID, Scope: "cases.read", Address: "192.0.2.1"})
			w.Must(err)
		}
		w.Must(w.m.Flush(w.t.Context()))
		w.pass(24 * time.Hour)
	}
}

func (w *world) alarms(m machine.Machine) map[machine.Rule]int {
	w.t.Helper()
	sheet, err := w.m.Sheet(w.t.Context(), w.actor("1003"), m.ID)
	w.Must(err)
	out := map[machine.Rule]int{}
	for _, a := range sheet.Alarms {
		out[a.Rule]++
		if a.Words()["id"] == "" || a.Words()["en"] == "" {
			w.t.Errorf("%s has no words", a.Rule)
		}
	}
	return out
}

func TestUnusualUseRaisesOneAlarmADay(t *testing.T) {
	each(t, func(w *world) {
		m := w.working(func(p *machine.Proposal) { p.Budget, p.Peak = 100_000, 50_000 })
		w.days(m, 10)
		if got := w.alarms(m); len(got) != 0 {
			t.Fatalf("usual use raised %v", got)
		}
		for range 3 {
			for range 120 {
				_, err := w.m.Admit(t.Context(), machine.Use{Machine: m.ID, Scope: "cases.read", Address: "192.0.2.99"}) // a neighbour's address is no news
				w.Must(err)
			}
			w.Must(w.m.Flush(t.Context()))
		}
		if got := w.alarms(m); len(got) != 1 || got[machine.RuleRate] != 1 {
			t.Fatalf("a rush raised %v", got)
		}
		w.pass(12 * time.Hour)
		for range 2 {
			_, err := w.m.Admit(t.Context(), machine.Use{Machine: m.ID, Scope: "messages.send", Address: "198.51.100.4"})
			w.Must(err)
			w.Must(w.m.Flush(t.Context()))
		}
		got := w.alarms(m)
		for _, r := range []machine.Rule{machine.RuleNet, machine.RuleHour, machine.RuleScope} {
			if got[r] != 1 {
				t.Errorf("%s rang %d times", r, got[r])
			}
		}
		for _, who := range []string{"1001", "1003", "1004"} {
			if !contains(w.mail(who), "tidak biasa") {
				t.Errorf("%s was not told", who)
			}
		}
	})
}

func TestAnUnusedMachineIsProposedForRemoval(t *testing.T) {
	once(t, func(w *world) {
		m := w.working()
		w.pass(91 * 24 * time.Hour)
		m, err := w.m.ByID(t.Context(), w.actor("1001"), m.ID)
		w.Must(err)
		if m.Unused.IsZero() || !contains(w.mail("1001"), "lama tidak dipakai") {
			t.Fatal("nobody asks whether it is needed")
		}
		m, err = w.m.Keep(t.Context(), w.actor("1001"), m.ID)
		w.Must(err)
		w.pass(24 * time.Hour)
		m, err = w.m.ByID(t.Context(), w.actor("1001"), m.ID)
		w.Must(err)
		if !m.Unused.IsZero() {
			t.Error("it is asked again the next day")
		}
		w.pass(91 * 24 * time.Hour)
		_, err = w.m.Admit(t.Context(), machine.Use{Machine: m.ID, Scope: "cases.read"})
		w.Must(err) // proposed, not stopped
		w.Must(w.m.Flush(t.Context()))
		m, err = w.m.ByID(t.Context(), w.actor("1001"), m.ID)
		w.Must(err)
		if !m.Unused.IsZero() {
			t.Error("used again, and still proposed for removal")
		}
	})
}
