package jobs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"lancar"
	"lancar/internal/store"
)

const (
	pollEvery  = 200 * time.Millisecond
	sweepEvery = 30 * time.Second
)

// Run works until ctx ends, with that many workers, and returns when what was begun is done.
func (q *Queue) Run(ctx context.Context, workers int) {
	todo := make(chan Job)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range todo {
				q.guard(context.WithoutCancel(ctx), j)
				q.release(j.ID)
			}
		})
	}
	q.dispatch(ctx, todo)
	close(todo)
	wg.Wait()
}

// dispatch looks for due jobs whenever poked and at every poll, and hands them out.
func (q *Queue) dispatch(ctx context.Context, todo chan<- Job) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var swept time.Time
	for {
		if time.Since(swept) > sweepEvery {
			swept = time.Now()
			q.note(q.sweep(ctx))
		}
		q.note(q.schedule(ctx))
		jobs, err := q.due(ctx)
		q.note(err)
		// Several nodes see the same list: each starts somewhere else.
		rand.Shuffle(len(jobs), func(a, b int) { jobs[a], jobs[b] = jobs[b], jobs[a] })
		handed := 0
		for _, j := range jobs {
			if _, ok := q.handlers[j.Queue]; !ok || !q.hold(j.ID) {
				continue
			}
			handed++
			select {
			case todo <- j:
			case <-ctx.Done():
				q.release(j.ID)
				return
			}
		}
		if handed > 0 && len(jobs) == dueLimit {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-q.poke:
			// Whoever poked has not committed yet.
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// schedule enqueues this interval's run of everything periodic; other nodes do the same and
// Dedup lets one through.
func (q *Queue) schedule(ctx context.Context) error {
	if len(q.periodic) == 0 {
		return nil
	}
	if q.slots == nil {
		q.slots = make([]lancar.ID, len(q.periodic))
	}
	now := q.db.Now()
	var due []periodic
	for i, p := range q.periodic {
		if at := slot(p, now); q.slots[i] != at { // one look per slot is enough for this node
			q.slots[i] = at
			due = append(due, p)
		}
	}
	if len(due) == 0 {
		return nil
	}
	return q.db.Write(ctx, func(tx *store.Tx) error {
		for _, p := range due {
			if err := q.EnqueueTx(tx, Job{Region: "00", Queue: p.queue, Dedup: string(slot(p, now))}); err != nil {
				return err
			}
		}
		return nil
	})
}

func slot(p periodic, now time.Time) lancar.ID {
	return lancar.ID(fmt.Sprintf("%s@%d", p.queue, now.Truncate(p.every).Unix()))
}

func (q *Queue) note(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		q.failed(Job{Queue: "jobs"}, err)
	}
}

// guard runs a job and survives its panic, which counts as a failed attempt.
func (q *Queue) guard(ctx context.Context, j Job) (ran bool) {
	defer func() {
		if p := recover(); p != nil {
			ran = true
			q.settle(ctx, j, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	ran, _ = q.run(ctx, j)
	return ran
}

// Drain runs what is due, one by one, until nothing is; jobs that become due later stay. For
// tests and for commands that end.
func (q *Queue) Drain(ctx context.Context) error {
	for range 100_000 {
		jobs, err := q.due(ctx)
		if err != nil {
			return err
		}
		ran := 0
		for _, j := range jobs {
			if q.guard(ctx, j) {
				ran++
			}
		}
		if ran == 0 {
			return nil
		}
	}
	return errors.New("jobs: draining does not end")
}
