package publiclog

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

// BenchmarkCheckpoint measures leaves that reach a signed checkpoint, 512 callers at a time.
func BenchmarkCheckpoint(b *testing.B) {
	run := func(b *testing.B, db *store.DB) {
		l, _ := open(b, db)
		ctx, stop := context.WithCancel(b.Context())
		ended := make(chan struct{})
		go func() { l.Run(ctx); close(ended) }()
		var left atomic.Int64
		left.Store(int64(b.N))
		var callers sync.WaitGroup
		b.ResetTimer()
		start := time.Now()
		for range 512 {
			callers.Go(func() {
				for left.Add(-1) >= 0 {
					if _, _, err := l.Append(ctx, region, Leaf{Kind: Private, Record: []byte(`{"type":"case.submitted"}`)}); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		callers.Wait()
		b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "leaves/s")
		stop()
		<-ended
	}
	b.Run("sqlite", func(b *testing.B) { run(b, storetest.Open(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, storetest.OpenURL(b, storetest.PostgresURL(b), time.Now)) })
}
