package casework_test

import (
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
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
			w := newWorld(b, open(), time.Now())
			who := w.person(maria)
			drafts := w.parked(who, b.N)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range 16 {
				wg.Go(func() {
					for i := next.Add(1) - 1; i < int64(len(drafts)); i = next.Add(1) - 1 {
						if _, err := w.cases.Submit(b.Context(), who, casework.Submission{Draft: drafts[i]}); err != nil {
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
		w.must(w.db.Write(w.t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(sql); return err }))
	}
	for range n {
		ids = append(ids, w.draft(who, stall).ID)
		do(`UPDATE casework_drafts SET state = 'expired' WHERE state = 'open'`)
	}
	do(`DROP INDEX casework_drafts_open`)
	do(`UPDATE casework_drafts SET state = 'open', number = ''`)
	return ids
}
