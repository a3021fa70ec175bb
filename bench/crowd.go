package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	clients = 16
	span    = 5 * time.Second
)

// rate is how fast 16 clients did their work.
type rate struct {
	perSecond     float64
	p50, p95, p99 time.Duration
}

func (r rate) String() string {
	return fmt.Sprintf("%.0f/s p50 %.1f p95 %.1f p99 %.1f ms", r.perSecond, ms(r.p50), ms(r.p95), ms(r.p99))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// crowd has 16 clients do piece after piece of the work while there is more, each as enter lets it in,
// until its end; it returns the first error. Both sides of every ratio use it.
func crowd(ctx context.Context, more func(i int) bool, enter func() (work func(i int) error, end func() error, err error)) (rate, error) {
	var (
		next  atomic.Int64
		wg    sync.WaitGroup
		mu    sync.Mutex
		took  []time.Duration
		first error
	)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	client := func() (mine []time.Duration, err error) {
		work, end, err := enter()
		if err != nil {
			return nil, err
		}
		defer end()
		for i := int(next.Add(1) - 1); more(i) && ctx.Err() == nil; i = int(next.Add(1) - 1) {
			at := time.Now()
			if err := work(i); err != nil {
				return mine, err
			}
			mine = append(mine, time.Since(at))
		}
		return mine, nil
	}
	start := time.Now()
	for range clients {
		wg.Go(func() {
			mine, err := client()
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			if err != nil && first == nil {
				first = err
				stop()
			}
		})
	}
	wg.Wait()
	all := time.Since(start)
	if first != nil || len(took) == 0 {
		return rate{}, fmt.Errorf("after %d answers: %w", len(took), first)
	}
	slices.Sort(took)
	at := func(p int) time.Duration { return took[(len(took)-1)*p/100] }
	return rate{float64(len(took)) / all.Seconds(), at(50), at(95), at(99)}, nil
}
