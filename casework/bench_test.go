package casework_test

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/test/outside"
)

// BenchmarkSubmit is durable submissions of a charged service by 16 clients, without HTTP: compare
// with pgbench on the same server.
func BenchmarkSubmit(b *testing.B) {
	for name, open := range map[string]func() *store.DB{
		"sqlite":   func() *store.DB { return storetest.OpenAt(b, time.Now) },
		"postgres": func() *store.DB { return storetest.OpenURL(b, storetest.PostgresURL(b), time.Now) },
	} {
		b.Run(name, func(b *testing.B) {
			if name == "postgres" && os.Getenv("LANCAR_TEST_POSTGRES") == "" {
				b.Skip("LANCAR_TEST_POSTGRES is not set")
			}
			w := newWorld(b, outside.Over(b, outside.NewClock(time.Now()), open(), records))
			who := w.person(maria)
			drafts := w.parked(who, b.N)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range 16 {
				wg.Go(func() {
					for i := next.Add(1) - 1; i < int64(len(drafts)); i = next.Add(1) - 1 {
						if _, err := w.Cases.Submit(b.Context(), who, casework.Submission{Draft: drafts[i]}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submits/s")
		})
	}
}

// parked prepares n drafts of one person that are all ready to be submitted.
func (w *world) parked(who casework.Applicant, n int) (ids []lancar.ID) {
	w.t.Helper()
	do := func(sql string) {
		w.t.Helper()
		w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(sql); return err }))
	}
	for range n {
		ids = append(ids, w.draft(who, stall).ID)
		do(`UPDATE casework_drafts SET state = 'expired' WHERE state = 'open'`)
	}
	do(`DROP INDEX casework_drafts_open`)
	do(`UPDATE casework_drafts SET state = 'open', number = ''`)
	return ids
}

// BenchmarkLists is one page of an officer's inbox and of a citizen's list, at 10,000 and at
// 1,000,000 cases: kept in order, they must cost the same.
func BenchmarkLists(b *testing.B) {
	worlds := map[string]*world{}
	engines := map[string]func() *store.DB{"sqlite": func() *store.DB { return storetest.OpenAt(b, time.Now) }}
	if os.Getenv("LANCAR_TEST_POSTGRES") != "" {
		engines["postgres"] = func() *store.DB { return storetest.OpenURL(b, storetest.PostgresURL(b), time.Now) }
	}
	for _, list := range []string{"inbox", "mine"} {
		for engine, open := range engines {
			for _, n := range []int{10_000, 1_000_000} {
				b.Run(fmt.Sprintf("%s/%s/%d", list, engine, n), func(b *testing.B) {
					name := fmt.Sprint(engine, n)
					if worlds[name] == nil {
						worlds[name] = newWorld(b, outside.Over(b, outside.NewClock(time.Now()), open(), records))
						worlds[name].filled(n)
					}
					worlds[name].page(b, list, n)
				})
			}
		}
	}
}

// page reads a page of as many officers or people and reports the 95th percentile.
func (w *world) page(b *testing.B, list string, n int) {
	var took []time.Duration
	for i := range 2 * b.N { // the first half warms up
		who := i % b.N * 7919 % (n / perOfficer)
		begin := time.Now()
		if list == "inbox" {
			box, err := w.Cases.Inbox(b.Context(), lancar.Actor{Kind: lancar.Officer, ID: lancar.ID(fmt.Sprint("o", who)), Role: "reviewer", Region: "53.15", Agency: "dpmptsp"}, casework.Look{})
			if err != nil || len(box.Tasks) != 25 || box.Total != perOfficer || box.Next == "" {
				b.Fatalf("%d tasks of %d, %v", len(box.Tasks), box.Total, err)
			}
		} else {
			mine, _, err := w.Cases.Mine(b.Context(), casework.Applicant{Account: lancar.ID(fmt.Sprint("a", who)), Subject: fmt.Sprint("s", who)}, "")
			if err != nil || len(mine) != 20 {
				b.Fatalf("%d cases, %v", len(mine), err)
			}
		}
		if took = append(took, time.Since(begin)); i == b.N-1 {
			took = nil
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}

// perOfficer is how many cases each officer and each citizen of the lists has.
const perOfficer = 50

// filled puts n cases into the projections, spread over officers and citizens.
func (w *world) filled(n int) {
	w.t.Helper()
	w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
		const count = `WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1)`
		for sql, rows := range map[string]int{
			count + ` INSERT INTO casework_inbox (region, case_region, case_id, agency, role, officer, due_at, number, service, state, step, flagged, version)
				SELECT '53.15', '53.15', 'c' || CAST(i AS TEXT), 'dpmptsp', 'reviewer', 'o' || CAST(i % ($1 / 50 + 1) AS TEXT), 1764000000000000 + i * 7919 % 1000003 * 1000000,
				'5315-' || CAST(i AS TEXT), 'lapak-pasar', 'review', 'review', 0, 3 FROM n`: n - 1,
			count + ` INSERT INTO casework_mine (account, region, case_id, number, service, state, due_at, changed_at, version)
				SELECT 'a' || CAST(i % ($1 / 50 + 1) AS TEXT), '53.15', 'c' || CAST(i AS TEXT), '5315-' || CAST(i AS TEXT), 'lapak-pasar', 'review', 0, 1764000000000000 + i, 3 FROM n`: n - 1,
			count + ` INSERT INTO casework_totals (region, key, n) SELECT '53.15', 'officer:o' || CAST(i AS TEXT), 50 FROM n`: n/perOfficer - 1,
		} {
			if _, err := tx.Exec(sql, int64(rows)); err != nil {
				return err
			}
		}
		for i := range n / perOfficer {
			if _, err := w.Access.BindTx(tx, lancar.ID(fmt.Sprint("a", i)), fmt.Sprint("s", i)); err != nil {
				return err
			}
		}
		for _, table := range []string{"casework_inbox", "casework_mine", "casework_totals", "access_people"} {
			if _, err := tx.Exec("ANALYZE " + table); err != nil {
				return err
			}
		}
		return nil
	}))
}
