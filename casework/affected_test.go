package casework_test

import (
	"testing"
	"time"

	"lancar"
	"lancar/access/breach"
	"lancar/internal/store"
)

// Whose case a breach concerns, and whether a case is somebody's own and open, is asked of the cases
// themselves.
func TestWhomABreachConcernsAndWhoBroughtACase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.staff()
		who, other := w.person(maria), w.person(yosef)
		c := w.submit(who, free)
		w.run()
		pick := func(p breach.Pick) (subjects []string, err error) {
			err = w.DB.Read(t.Context(), func(tx *store.Tx) (err error) {
				subjects, err = w.Cases.AffectedTx(tx, p)
				return err
			})
			return subjects, err
		}
		from, until := w.Now().Add(-time.Hour), w.Now().Add(time.Hour)
		for name, p := range map[string]breach.Pick{"its number": {Region: "00", Cases: []string{c.Number}}, "its service": {Region: "00", Service: free, From: from, Until: until}} {
			if got, err := pick(p); err != nil || len(got) != 1 || got[0] != who.Subject {
				t.Errorf("by %s: %v %v", name, got, err)
			}
		}
		for name, p := range map[string]breach.Pick{"another time": {Region: "00", Service: free, From: from.Add(-time.Hour), Until: from}, "another region": {Region: "99", Service: free, From: from, Until: until}} {
			if got, err := pick(p); err != nil || len(got) != 0 {
				t.Errorf("by %s: %v %v", name, got, err)
			}
		}
		for _, number := range []string{c.Number, "5315-AAAAA-AAAAA", "nonsense"} {
			_, err := pick(breach.Pick{Region: "99", Cases: []string{number}})
			w.Refused(err, lancar.Invalid)
		}
		brought := func(account, id lancar.ID) (ok bool) {
			w.Must(w.DB.Read(t.Context(), func(tx *store.Tx) (err error) {
				ok, err = w.Cases.BroughtTx(tx, account, id)
				return err
			}))
			return ok
		}
		if !brought(who.Account, c.ID) || brought(other.Account, c.ID) || brought(who.Account, "none") {
			t.Error("whose open case it is")
		}
		w.Must(w.Cases.Withdraw(t.Context(), who, c.Number, w.read(who, c.Number).Version, ""))
		if brought(who.Account, c.ID) {
			t.Error("a case that is over counts as open, before any list has caught up")
		}
	})
}
