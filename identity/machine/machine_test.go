package machine_test

import (
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/internal/store"
	"lancar/migrations"
	"lancar/test/outside"
)

func TestAMachineOfProductionWorksOnceASecondHumanSaysSo(t *testing.T) {
	each(t, func(w *world) {
		m, err := w.m.Register(t.Context(), w.actor("1001"), w.proposal(machine.Production))
		w.Must(err)
		if w.m.Alive(t.Context(), m.ID) {
			t.Fatal("it works before anybody approved it")
		}
		for who, actor := range map[string]lancar.Actor{
			"its owner, who is a superior too":        w.actor("1001", identity.Superior),
			"its owner under another employee number": w.actor("1006"),
			"her husband":                       w.actor("1007"),
			"somebody of whom nobody knows who": w.actor("1008"),
			"a colleague without that role":     w.actor("1002"),
			"a session that claims a role":      w.actor("1002", identity.Superior),
		} {
			if _, err := w.m.Approve(t.Context(), actor, m.ID, m.Version); lancar.CodeOf(err) != lancar.Forbidden && lancar.CodeOf(err) != lancar.NotFound {
				t.Errorf("%s approved it: %v", who, err)
			}
		}
		_, err = w.m.Approve(t.Context(), w.actor("1005"), m.ID, m.Version)
		w.Refused(err, lancar.NotFound) // another agency learns nothing of it
		_, err = w.m.Approve(t.Context(), w.actor("1003"), m.ID, m.Version+1)
		w.Refused(err, lancar.Conflict)
		m, err = w.m.Approve(t.Context(), w.actor("1003"), m.ID, m.Version)
		w.Must(err)
		if !w.m.Alive(t.Context(), m.ID) {
			t.Fatalf("approved, but %s", m.State)
		}
		actor, err := w.m.Admit(t.Context(), machine.Use{Machine: m.ID, Scope: "cases.read", Address: "192.0.2.7"})
		w.Must(err)
		if actor.Kind != lancar.Machine || actor.Name != "Pengingat izin" || actor.Agency != agency || actor.Region != place {
			t.Errorf("the actor is %+v", actor)
		}
		_, err = w.m.Admit(t.Context(), machine.Use{Machine: m.ID, Scope: "cases.files"})
		w.Refused(err, lancar.Forbidden)
		_, err = w.m.Admit(t.Context(), machine.Use{Machine: "no-such", Scope: "cases.read"})
		w.Refused(err, lancar.Unauthenticated)
	})
}

func TestMoreNeedsTheSecondPersonAgainLessDoesNot(t *testing.T) {
	each(t, func(w *world) {
		m := w.working()
		rita := w.actor("1001")
		more := machine.Wish{Scopes: []string{"cases.read", "cases.files", "messages.send"}, Budget: 9000, Peak: 100, Expires: m.Expires}
		m, err := w.m.Want(t.Context(), rita, m.ID, more)
		w.Must(err)
		if m.May("cases.files") || m.Wanted == nil {
			t.Fatal("it has what nobody approved")
		}
		_, err = w.m.Approve(t.Context(), w.actor("1001", identity.Superior), m.ID, m.Version)
		w.Refused(err, lancar.Forbidden)
		m, err = w.m.Approve(t.Context(), w.actor("1004"), m.ID, m.Version)
		w.Must(err)
		if !m.May("cases.files") || m.Budget != 9000 || m.Wanted != nil {
			t.Fatalf("it was not given: %+v", m)
		}
		less := machine.Wish{Scopes: []string{"cases.read"}, Budget: 10, Peak: 10, Expires: m.Expires}
		m, err = w.m.Want(t.Context(), rita, m.ID, less)
		w.Must(err)
		if m.May("cases.files") || m.Budget != 10 || m.Wanted != nil {
			t.Fatalf("less waits: %+v", m)
		}
		_, err = w.m.Want(t.Context(), w.actor("1002"), m.ID, less)
		w.Refused(err, lancar.Forbidden)
		_, err = w.m.Want(t.Context(), rita, m.ID, machine.Wish{Scopes: []string{"everything"}, Budget: 1, Peak: 1, Expires: m.Expires})
		w.Refused(err, lancar.Invalid)
		_, err = w.m.Want(t.Context(), rita, m.ID, machine.Wish{Scopes: []string{"cases.read"}, Budget: 1, Peak: 1, Expires: w.Now().Add(400 * 24 * time.Hour)})
		w.Refused(err, lancar.Invalid)
	})
}

func TestAnOwnerWhoLeavesLeavesAnOrphanThatStops(t *testing.T) {
	each(t, func(w *world) {
		m := w.working()
		rita, andi, oto := w.actor("1001"), w.actor("1002"), w.actor("1005")
		w.leave("1001")
		w.watch()
		_, err := w.m.Stop(t.Context(), rita, m.ID, "")
		w.Refused(err, lancar.NotFound) // a session that outlived the office moves nothing
		m, err = w.m.ByID(t.Context(), andi, m.ID)
		w.Must(err)
		if m.State != machine.Orphaned || m.Stops.Sub(w.Now()) != 14*24*time.Hour {
			t.Fatalf("it is %s until %s", m.State, m.Stops)
		}
		if !w.m.Alive(t.Context(), m.ID) {
			t.Error("the service stopped on the spot")
		}
		for _, head := range []string{"1003", "1004"} {
			if !contains(w.mail(head), "tanpa pemilik") {
				t.Errorf("%s heard nothing: %q", head, w.mail(head))
			}
		}
		_, err = w.m.Adopt(t.Context(), oto, m.ID)
		w.Refused(err, lancar.NotFound)
		_, err = w.m.Adopt(t.Context(), rita, m.ID)
		w.Refused(err, lancar.NotFound)
		_, err = w.m.Adopt(t.Context(), lancar.Actor{Kind: lancar.Officer, ID: oto.ID, Role: identity.Reviewer, Agency: agency, Region: place}, m.ID)
		w.Refused(err, lancar.NotFound)

		other := w.orphanOf("1002")
		w.pass(time.Hour)
		m, err = w.m.Adopt(t.Context(), w.actor("1003"), m.ID)
		w.Must(err)
		if m.State != machine.Active || m.Owner != w.actor("1003").ID || !m.Stops.IsZero() {
			t.Fatalf("adopted, but %+v", m)
		}
		w.pass(15 * 24 * time.Hour)
		if !w.m.Alive(t.Context(), m.ID) {
			t.Error("the adopted one stopped")
		}
		m, err = w.m.ByID(t.Context(), w.actor("1003"), other)
		w.Must(err)
		if m.State != machine.Stopped || w.m.Alive(t.Context(), other) {
			t.Errorf("the orphan that nobody took is %s", m.State)
		}
	})
}

// orphanOf gives an officer a machine, and takes the officer away.
func (w *world) orphanOf(number string) lancar.ID {
	w.t.Helper()
	m, err := w.m.Register(w.t.Context(), w.actor(number), w.proposal(machine.Sandbox))
	w.Must(err)
	w.leave(number)
	return m.ID
}

func TestAnOrphanStopsOnItsDateEvenIfNoJobRuns(t *testing.T) {
	once(t, func(w *world) {
		m := w.working()
		w.leave("1001")
		w.watch()
		w.Pass(14 * 24 * time.Hour)
		if w.m.Alive(t.Context(), m.ID) {
			t.Error("it works beyond its date")
		}
		_, err := w.use(machine.Use{Machine: m.ID})
		w.Refused(err, lancar.Unauthenticated)
	})
}

func TestAStopReachesEveryCopyWithinASecond(t *testing.T) {
	each(t, func(w *world) {
		var copies []*machine.Machines
		for range 3 {
			_, m := node(w.World)
			copies = append(copies, m)
		}
		m := w.working()
		for _, c := range copies {
			if !c.Alive(t.Context(), m.ID) {
				t.Fatal("a copy does not know it")
			}
		}
		_, err := copies[0].Stop(t.Context(), w.actor("1004"), m.ID, "kuncinya bocor")
		w.Must(err)
		stopped := time.Now()
		if copies[0].Alive(t.Context(), m.ID) {
			t.Error("the copy that stopped it goes on")
		}
		for i, c := range copies {
			for c.Alive(t.Context(), m.ID) {
				if time.Since(stopped) > 2*time.Second { // one, and a busy machine
					t.Fatalf("copy %d lets it in %s after the stop", i, time.Since(stopped))
				}
				time.Sleep(10 * time.Millisecond)
			}
		}
		_, err = w.m.Resume(t.Context(), w.actor("1001"), m.ID)
		w.Refused(err, lancar.Conflict)
		if !contains(w.mail("1001"), "dihentikan") {
			t.Error("the owner was not told")
		}
	})
}

func TestAStopDuringUseHoldsForWhoeverAsksAfterIt(t *testing.T) {
	each(t, func(w *world) {
		m := w.working(func(p *machine.Proposal) { p.Budget, p.Peak = 1_000_000, 500_000 })
		var stopped atomic.Bool
		var late atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 60 {
					after := stopped.Load()
					if _, err := w.use(machine.Use{Machine: m.ID, Scope: "cases.read"}); err == nil && after {
						late.Add(1)
					}
				}
			})
		}
		_, err := w.m.Stop(t.Context(), w.actor("1001"), m.ID, "")
		w.Must(err)
		stopped.Store(true)
		wg.Wait()
		if n := late.Load(); n > 0 {
			t.Errorf("%d tokens after the stop", n)
		}
	})
}

func TestAllMachinesOfAnOfficeStopWithOneButton(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.working(), w.working()
		p := w.proposal(machine.Sandbox)
		elsewhere, err := w.m.Register(t.Context(), w.actor("1005"), p)
		w.Must(err)
		_, err = w.m.StopAll(t.Context(), w.actor("1002"), "saya mau")
		w.Refused(err, lancar.Forbidden)
		_, err = w.m.StopAll(t.Context(), w.actor("1003"), " ")
		w.Refused(err, lancar.Invalid)
		n, err := w.m.StopAll(t.Context(), w.actor("1003"), "kebocoran")
		w.Must(err)
		if n != 2 || w.m.Alive(t.Context(), a.ID) || w.m.Alive(t.Context(), b.ID) {
			t.Errorf("%d stopped", n)
		}
		if !w.m.Alive(t.Context(), elsewhere.ID) {
			t.Error("another agency's machine stopped too")
		}
	})
}

func TestAPauseIsLiftedByWhoMadeIt(t *testing.T) {
	once(t, func(w *world) {
		m := w.working()
		rita, siti := w.actor("1001"), w.actor("1003")
		_, err := w.m.Pause(t.Context(), siti, m.ID, "diperiksa dulu")
		w.Must(err)
		if w.m.Alive(t.Context(), m.ID) {
			t.Error("it works while paused")
		}
		_, err = w.m.Resume(t.Context(), rita, m.ID)
		w.Refused(err, lancar.Forbidden)
		w.leave("1001")
		w.watch() // an orphan that was paused does not work either
		if w.m.Alive(t.Context(), m.ID) {
			t.Error("the orphan works")
		}
		m, err = w.m.Adopt(t.Context(), w.actor("1002"), m.ID)
		w.Must(err)
		if m.State != machine.Paused {
			t.Errorf("adoption lifted the pause: %s", m.State)
		}
		m, err = w.m.Resume(t.Context(), siti, m.ID)
		w.Must(err)
		if m.State != machine.Active {
			t.Errorf("it is %s", m.State)
		}
	})
}

func TestWhenTheDatabaseDoesNotAnswerNothingIsAlive(t *testing.T) {
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "lancar.db"), func() time.Time { return begun })
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), migrations.FS); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, outside.Over(t, outside.NewClock(begun), db, nil))
	m := w.working()
	if !w.m.Alive(t.Context(), m.ID) {
		t.Fatal("it is not alive")
	}
	w.Must(db.Close())
	time.Sleep(time.Second)
	if w.m.Alive(t.Context(), m.ID) {
		t.Error("a node that knows nothing lets it in")
	}
}

func TestAMachineEndsOnItsLastDay(t *testing.T) {
	once(t, func(w *world) {
		m := w.working()
		w.SetClock(m.Expires)
		if w.m.Alive(t.Context(), m.ID) {
			t.Error("it works after its last day")
		}
		w.watch()
		m, err := w.m.ByID(t.Context(), w.actor("1001"), m.ID)
		w.Must(err)
		if m.State != machine.Expired {
			t.Errorf("it is %s", m.State)
		}
		var steps int
		w.Must(w.DB.Read(t.Context(), func(tx *store.Tx) error {
			return tx.QueryRow(`SELECT COUNT(version) FROM identity_machine_steps WHERE machine = $1`, string(m.ID)).Scan(&steps)
		}))
		if steps != 3 {
			t.Errorf("%d steps are kept, not three", steps)
		}
	})
}
