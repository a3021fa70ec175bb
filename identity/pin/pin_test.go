package pin_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/pin"
	"lancar/internal/store"
	"lancar/test/outside"
)

func TestAPinReleasesOneThingOnce(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Chrome di Android").signIn(maria)
		w.Must(d.release(number("r0"))) // freshly signed in, no PIN here
		w.Must(d.set(good))
		w.told("PIN dibuat di perangkat")
		w.refused(d.release(number("r1")), lancar.Forbidden, "pin")
		w.Must(d.give(good, "r1"))
		w.refused(d.release(number("r2")), lancar.Forbidden, "pin")
		w.Must(d.release(number("r1")))
		w.refused(d.release(number("r1")), lancar.Forbidden, "pin")

		w.Must(d.give(good, "r3"))
		w.Pass(5 * time.Minute)
		w.refused(d.release(number("r3")), lancar.Forbidden, "pin")

		files := identity.Release{What: "documents"} // one PIN for some minutes
		w.Must(d.Confirm(t.Context(), d.s, d.Browser, good, files))
		w.Must(d.release(files))
		w.Pass(9 * time.Minute)
		w.Must(d.release(files))
		w.Pass(time.Minute)
		w.refused(d.release(files), lancar.Forbidden, "pin")

		d.signIn(maria) // the next sign-in on this device is asked too, however fresh
		w.refused(d.release(number("r4")), lancar.Forbidden, "pin")
		list, here, err := d.List(t.Context(), d.s, d.Browser)
		if err != nil || here != pin.Set || len(list) != 1 || !list[0].Here || list[0].Browser != "Chrome di Android" || list[0].Used.IsZero() {
			t.Fatalf("%+v %s %v", list, here, err)
		}
	})
}

func TestWhoHasNoPinMustHaveProvenThemselfWithinTenMinutes(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Firefox").signIn(maria)
		w.Pass(10 * time.Minute)
		w.Must(d.release(number("r1")))
		w.Pass(time.Second)
		w.refused(d.release(number("r1")), lancar.Forbidden, "fresh")
		w.refused(d.set(good), lancar.Forbidden, "fresh")
		w.Must(w.Identity.SignOut(t.Context(), d.token))
		w.Refused(d.release(number("r1")), lancar.Unauthenticated)
		w.Refused(d.set(good), lancar.Unauthenticated)
	})
}

func TestTheFifthWrongPinEndsIt(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Chrome di Android").signIn(maria)
		w.Must(d.set(good))
		for n := range 4 {
			err := d.give("805194", "r")
			w.refused(err, lancar.Invalid, "pin")
			if left := fmt.Sprint(4 - n); !strings.Contains(err.(*lancar.Error).Text["id"], "Masih ada "+left) {
				t.Fatal(err)
			}
		}
		w.Must(d.give(good, "r")) // the right one begins to count anew
		w.Must(d.release(number("r")))
		for _, bad := range []string{"80519", "8051933", "80519x", "", "٨٠٥١٩٣"} { // no PIN, so no try
			w.refused(d.give(bad, "r"), lancar.Invalid, "pin")
		}
		for range 4 {
			w.refused(d.give("000000", "r"), lancar.Invalid, "pin")
		}
		w.refused(d.give("805194", "r"), lancar.Forbidden, "fresh")
		w.told("PIN salah lima kali")
		w.told("Chrome di Android")
		w.refused(d.give(good, "r"), lancar.Forbidden, "fresh")
		w.refused(d.release(number("r")), lancar.Forbidden, "fresh") // however fresh this session is
		w.refused(d.set("602814"), lancar.Forbidden, "fresh")
		d.signIn(maria)
		w.Must(d.release(number("r")))
		w.Must(d.set("602814"))
		w.Must(d.give("602814", "r"))
	})
}

// However many guess at once, on two copies of the node, five are looked at.
func TestParallelGuessesAreFive(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Firefox").signIn(maria)
		w.Must(d.set(good))
		other := w.Node.World.Node(identity.Limits{})
		copies := []*pin.Pins{w.Pins, pin.New(other.DB, other.Ring, other.Identity)}
		var mu sync.Mutex
		var wg sync.WaitGroup
		answers := map[string]int{}
		for n := range 40 {
			wg.Go(func() {
				err := copies[n%2].Confirm(t.Context(), d.s, d.Browser, fmt.Sprintf("%06d", 314159+n), number("r"))
				mu.Lock()
				defer mu.Unlock()
				answers[string(lancar.CodeOf(err))+" "+err.(*lancar.Error).Field]++
			})
		}
		wg.Wait()
		if answers["invalid pin"] != 4 || answers["forbidden fresh"] != 36 {
			t.Fatal(answers)
		}
		w.refused(d.give(good, "r"), lancar.Forbidden, "fresh")
		w.Drain()
		if n := strings.Count(fmt.Sprint(w.Mail("maria@example.com")), "PIN salah lima kali"); n != 1 {
			t.Fatalf("told %d times", n)
		}
	})
}

// Forty at once, one of them right: either it was among the first five, or it opened nothing.
func TestARightPinAmongGuessesCountsOnlyInTime(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Firefox").signIn(maria)
		w.Must(d.set(good))
		var wg sync.WaitGroup
		right := make(chan error, 1)
		for n := range 20 {
			wg.Go(func() {
				guess := fmt.Sprintf("%06d", 314159+n)
				if n == 19 {
					right <- d.give(good, "r")
					return
				}
				if d.give(guess, "r") == nil {
					t.Errorf("%s opened it", guess)
				}
			})
		}
		wg.Wait()
		if opened := <-right == nil; opened {
			list, _, err := d.List(t.Context(), d.s, d.Browser) // burned since, by the others
			if err != nil || len(list) != 0 {
				t.Fatal(list, err)
			}
		}
		w.refused(d.release(number("r")), lancar.Forbidden, "fresh")
	})
}

func TestOneOccasionIsUsedOnceByWhoeverComesFirst(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Firefox").signIn(maria)
		w.Must(d.set(good))
		w.Must(d.give(good, "r"))
		var wg sync.WaitGroup
		let := make(chan bool, 8)
		for range cap(let) {
			wg.Go(func() { let <- d.release(number("r")) == nil })
		}
		wg.Wait()
		close(let)
		n := 0
		for ok := range let {
			if ok {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("released %d times", n)
		}
	})
}

func TestNobodyElseUsesThePinNorItsTries(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Chrome di Android").signIn(maria)
		w.Must(d.set(good))
		whole := func() { // all five tries are still hers
			t.Helper()
			for range 4 {
				w.refused(d.give("112358", "x"), lancar.Invalid, "pin")
			}
			w.Must(d.give(good, "x"))
			w.Must(d.release(number("x")))
		}
		thief := *d // the session's cookie, stolen; not the device's
		thief.Key = ""
		for range 20 {
			w.refused(thief.give("112358", "r"), lancar.Forbidden, "fresh")
		}
		w.refused(thief.give(good, "r"), lancar.Forbidden, "fresh")
		w.refused(thief.release(number("r")), lancar.Forbidden, "pin")
		w.refused(thief.set("602814"), lancar.Forbidden, "fresh")
		whole()

		thief.Key = "another device's secret, of the right length"
		w.refused(thief.give(good, "r"), lancar.Forbidden, "fresh")
		w.refused(thief.set("602814"), lancar.Forbidden, "fresh")
		whole()

		his := w.device("Chrome di Android") // somebody else's session on the same device
		his.Key = d.Key
		his.signIn(yosef)
		for range 20 {
			w.refused(his.give(good, "r"), lancar.Forbidden, "fresh")
		}
		w.Must(his.set("719305"))
		w.refused(his.give(good, "r"), lancar.Invalid, "pin")
		w.Must(his.give("719305", "r"))
		whole()

		second := w.device("Firefox").signIn(maria) // her own other device
		w.Must(second.release(number("r")))
		w.Must(second.set("602814"))
		w.refused(second.give(good, "r"), lancar.Invalid, "pin")
		mixed := *second
		mixed.Key = d.Key
		w.refused(mixed.give(good, "r"), lancar.Forbidden, "fresh")
		whole()
	})
}

func TestAPermissionBelongsToItsSignIn(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Firefox").signIn(maria)
		w.Must(d.set(good))
		w.Must(d.give(good, "r"))
		ticket, err := w.Identity.Handoff(t.Context(), d.s, "ntt.localhost")
		w.Must(err)
		handed := *d
		_, handed.s, err = w.Identity.Redeem(t.Context(), ticket, "ntt.localhost", "Firefox", "")
		w.Must(err)
		second := w.device("Firefox")
		second.Key = d.Key
		second.signIn(maria)
		w.refused(second.release(number("r")), lancar.Forbidden, "pin")
		w.Must(handed.release(number("r"))) // a region's host of the same sign-in
		w.refused(handed.release(number("r")), lancar.Forbidden, "pin")
	})
}

func TestEasyPinsAreRefused(t *testing.T) {
	w := newWorld(t, outside.Once(t, begun, people))
	d := w.device("Firefox").signIn(maria)
	for _, easy := range []string{"111111", "000000", "123456", "654321", "012345", "789012", "210987", "121212", "123123", "112233",
		"060997", "090697", "970906", "199709", "091997", "061997", "691997", "199769", "531504", "460997", "970001", "504460"} {
		w.refused(d.set(easy), lancar.Invalid, "pin")
	}
	for _, bad := range []string{"", "80519", "8051930", "80 193", "80519a"} {
		w.refused(d.set(bad), lancar.Invalid, "pin")
	}
	_, err := d.Pins.Set(t.Context(), d.s, d.Browser, good, "805194")
	w.refused(err, lancar.Invalid, "again")
	if w.Drain(); strings.Contains(fmt.Sprint(w.Mail("")), "PIN") {
		t.Fatal("she was told of a PIN that was not set")
	}
	w.Must(d.set(good))
}

func TestChangingAndRemoving(t *testing.T) {
	each(t, func(w *world) {
		d, second := w.device("Chrome di Android").signIn(maria), w.device("Firefox").signIn(maria)
		w.Must(d.set(good))
		w.refused(d.set("602814"), lancar.Conflict, "")
		change := func(old, new string) error { return d.Change(t.Context(), d.s, d.Browser, old, new, new) }
		w.refused(change("602814", "719305"), lancar.Invalid, "old")
		w.refused(change(good, "123456"), lancar.Invalid, "pin")
		w.Pass(time.Hour) // the old one is proof enough
		w.Must(change(good, "719305"))
		w.told("PIN perangkat diganti")
		w.refused(d.give(good, "r"), lancar.Invalid, "pin")
		w.Must(d.give("719305", "r"))

		list, here, err := second.List(t.Context(), second.s, second.Browser)
		if err != nil || here != pin.None || len(list) != 1 || list[0].Here {
			t.Fatalf("%+v %s %v", list, here, err)
		}
		w.refused(second.Remove(t.Context(), second.s, second.Browser, list[0].ID), lancar.Forbidden, "fresh")
		his := w.device("Edge").signIn(yosef)
		w.refused(his.Remove(t.Context(), his.s, his.Browser, list[0].ID), lancar.NotFound, "")
		second.signIn(maria)
		w.Must(second.Remove(t.Context(), second.s, second.Browser, list[0].ID))
		w.told("PIN perangkat dihapus")
		w.refused(d.release(number("r")), lancar.Forbidden, "fresh") // not even what was confirmed before

		d.signIn(maria)
		w.Must(d.set(good))
		list, _, err = d.List(t.Context(), d.s, d.Browser)
		w.Must(err)
		w.Pass(time.Hour)
		w.Must(d.Remove(t.Context(), d.s, d.Browser, list[0].ID)) // it opens nothing: no more is asked
		w.refused(d.release(number("r")), lancar.Forbidden, "fresh")
		w.refused(d.set("602814"), lancar.Forbidden, "fresh")
		for range 5 {
			w.refused(change(good, "602814"), lancar.Forbidden, "fresh")
		}
	})
}

func TestWrongOldPinsCountLikeAnyOther(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Firefox").signIn(maria)
		w.Must(d.set(good))
		for range 2 {
			w.refused(d.Change(t.Context(), d.s, d.Browser, "112358", "719305", "719305"), lancar.Invalid, "old")
			w.refused(d.give("112358", "r"), lancar.Invalid, "pin")
		}
		w.refused(d.Change(t.Context(), d.s, d.Browser, "112358", "719305", "719305"), lancar.Forbidden, "fresh")
		w.refused(d.give(good, "r"), lancar.Forbidden, "fresh")
	})
}

func TestSigningOutEverywhereRecoveryAndErasureRemoveAllPins(t *testing.T) {
	for name, end := range map[string]func(*world, *device){
		"signed out everywhere": func(w *world, d *device) { w.Must(w.Identity.SignOutEverywhere(w.t.Context(), d.s)) },
		"recovered": func(w *world, d *device) {
			w.SetField("population "+maria, "email", "baru@example.com")
			for range 2 {
				a, err := w.Identity.Start(w.t.Context(), w.Claim(maria, "baru@example.com"))
				w.Must(err)
				w.Drain()
				_, _, err = w.Identity.Confirm(w.t.Context(), identity.Confirmation{Attempt: a.ID, Code: w.Code("baru@example.com"), Address: "192.0.2.9", Host: "localhost", Device: "Firefox"})
				if err == nil {
					return
				}
				w.refused(err, lancar.Conflict, "recovery")
				w.Pass(73 * time.Hour)
			}
			w.t.Fatal("not recovered")
		},
		"erased": func(w *world, d *device) {
			w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error { return w.Identity.EraseTx(tx, d.s.Account) }))
		},
	} {
		each(t, func(w *world) {
			d, second := w.device("Chrome di Android").signIn(maria), w.device("Firefox").signIn(maria)
			w.Must(d.set(good))
			w.Must(second.set("719305"))
			w.Must(d.give(good, "r"))
			end(w, d)
			for _, table := range []string{"identity_pins", "identity_releases"} {
				var n int64
				w.Must(w.DB.Read(w.t.Context(), func(tx *store.Tx) error { return tx.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n) }))
				if n != 0 {
					w.t.Errorf("%s: %d rows of %s are left", name, n, table)
				}
			}
			w.Refused(d.give(good, "r"), lancar.Unauthenticated)
			w.Refused(d.release(number("r")), lancar.Unauthenticated)
		})
	}
}

func TestAPinNeedsTheRegistersContactAndAPerson(t *testing.T) {
	w := newWorld(t, outside.Once(t, begun, people))
	enter := func(account lancar.ID, level identity.Level) (s identity.Session) {
		w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) (err error) {
			_, s, err = w.Identity.EnterTx(tx, identity.Entry{Account: account, Level: level, Methods: []string{"otp"}, Browser: identity.Browser{Host: "localhost", Device: "Firefox"}})
			return err
		}))
		return s
	}
	d := w.device("Firefox").signIn(maria)
	d.s = enter(d.s.Account, identity.Typed)
	w.refused(d.set(good), lancar.Forbidden, "level")

	officer := identity.Employee{Number: "198609262015051001", Name: "Adriana Tefa", Mail: "adriana@kantor.example", Roles: []identity.Role{{Role: identity.Reviewer, Agency: "dpmptsp", Region: "53.15"}}}
	id, err := w.Identity.SaveEmployee(t.Context(), officer)
	w.Must(err)
	_ = id
	a, err := w.Identity.OfficerStart(t.Context(), officer.Number, "192.0.2.1", "id")
	w.Must(err)
	w.Drain()
	_, d.s, err = w.Identity.Confirm(t.Context(), identity.Confirmation{Attempt: a.ID, Code: w.Code(officer.Mail), Address: "192.0.2.1", Host: "localhost", Device: "Firefox"})
	w.Must(err)
	w.Refused(d.set(good), lancar.Forbidden)
	w.Refused(d.give(good, "r"), lancar.Forbidden)
	w.Refused(d.release(number("r")), lancar.Forbidden)

	d.s = identity.Session{Account: "x", Pin: "y"} // a machine has no session
	w.Refused(d.give(good, "r"), lancar.Unauthenticated)
	w.Refused(d.release(number("r")), lancar.Unauthenticated)
}

// What the database holds opens no PIN: with every key of the node each of the million still needs
// the device's secret, and the PIN stands nowhere.
func TestTheDatabaseHoldsNeitherPinNorSecret(t *testing.T) {
	each(t, func(w *world) {
		d := w.device("Firefox").signIn(maria)
		w.Must(d.set(good))
		w.Must(d.give(good, "r"))
		var device, verifier string
		w.Must(w.DB.Read(t.Context(), func(tx *store.Tx) error {
			var v []byte
			err := tx.QueryRow(`SELECT device, verifier FROM identity_pins`).Scan(&device, &v)
			verifier = string(v)
			return err
		}))
		if len(verifier) != 32 || strings.Contains(device+verifier, good) || strings.Contains(device, d.Key) {
			t.Fatalf("%q %q", device, verifier)
		}
		for _, key := range []string{"", device, string(d.s.Account)} {
			if string(w.Ring.MAC("identity pin", []byte(string(d.s.Account)+"\n"+key+"\n"+good))) == verifier {
				t.Fatal("the verifier does not need the device")
			}
		}
		if string(w.Ring.MAC("identity pin", []byte(string(d.s.Account)+"\n"+d.Key+"\n"+good))) != verifier {
			t.Fatal("the test does not know how it is made")
		}
	})
}
