package casework_test

import (
	"testing"

	"lancar/casework"
)

// What is typed about somebody else must not tell which numbers exist, names cannot be tried out,
// and whose record was asked sees it.
func TestSomebodyElsesRecordIsNoOracle(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		who, other := w.person(maria), w.person(yosef)
		d := w.draft(who, free)
		try := func(nik, name string) string {
			t.Helper()
			got, err := w.Cases.SaveStep(t.Context(), who, d.ID, d.Version, "check", map[string]string{"mother_nik": nik, "mother_name": name})
			w.Must(err)
			d = got
			return d.Facts["mother_name"].State
		}
		if real, none := try(yosef, "SITI"), try("5315044609970099", "SITI"); real != "nomatch" || none != real {
			t.Fatalf("a number that exists says %q, another %q", real, none)
		}
		if got := try(yosef, "YOSEF"); got != "confirmed" {
			t.Fatal(got)
		}
		w.run()
		rows, _, err := w.Access.Rows(t.Context(), w.own(other), "")
		w.Must(err)
		seen := 0
		for _, r := range rows {
			if r.Purpose["en"] == "Checking what somebody else's application says about you" {
				seen++
			}
		}
		if seen != 2 {
			t.Fatalf("who was asked about twice sees it %d times: %+v", seen, rows)
		}
		last := ""
		for range 70 {
			if last = try(yosef, "BUDI"); last == "unchecked" {
				break
			}
			try(yosef, "ANI")
		}
		if last != "unchecked" {
			t.Fatal("names can be tried out without end")
		}
		_, err = w.Cases.Submit(t.Context(), who, casework.Submission{Draft: d.ID}) // all the same
		w.Must(err)
	})
}
