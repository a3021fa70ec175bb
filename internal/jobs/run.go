package jobs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"lancar"
	"lancar/internal/store"
)

const (
	pollEvery  = 200 * time.Millisecond
	sweepEvery = 30 * time.Second
	gather     = 10 * time.Millisecond // from a poke to the look for work
	batchMost  = 16                    // jobs that share a transaction
	crowd      = 2                     // writes under way beyond which jobs let others go first
	patience   = 250 * time.Millisecond
)

// Run works until ctx ends, with that many workers, and returns when what was begun is done.
func (q *Queue) Run(ctx context.Context, workers int) {
	todo := make(chan []Job)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for batch := range todo {
				q.work(context.WithoutCancel(ctx), batch)
				q.release(batch)
			}
		})
	}
	q.dispatch(ctx, todo)
	close(todo)
	wg.Wait()
}

// dispatch looks for due jobs whenever poked and at every poll, and hands them out.
func (q *Queue) dispatch(ctx context.Context, todo chan<- []Job) {
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
		batches := q.batches(jobs)
		for i, b := range batches {
			select {
			case todo <- b:
			case <-ctx.Done():
				for _, b := range batches[i:] {
					q.release(b)
				}
				return
			}
		}
		if len(batches) > 0 && len(jobs) == dueLimit {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-q.poke:
			// Whoever poked has not committed yet, and others are about to.
			time.Sleep(gather)
		}
	}
}

// batches holds what no worker of this node has and cuts it into what one worker does at a time.
func (q *Queue) batches(jobs []Job) (out [][]Job) {
	open := map[string]int{} // queue → its batch that still has room
	for _, j := range jobs {
		h, ok := q.handlers[j.Queue]
		if !ok || !q.hold(j.ID) {
			continue
		}
		if i, ok := open[j.Queue]; ok && len(out[i]) < batchMost {
			out[i] = append(out[i], j)
			continue
		}
		if h.many && j.Attempt == 0 { // what failed before runs alone
			open[j.Queue] = len(out)
		}
		out = append(out, []Job{j})
	}
	for _, b := range out { // in one order, so that two nodes with the same jobs never wait for each other
		slices.SortFunc(b, func(a, b Job) int { return strings.Compare(a.Region+string(a.ID), b.Region+string(b.ID)) })
	}
	return out
}

// work does a batch; when it fails as one, each of its jobs runs by itself and settles by itself.
func (q *Queue) work(ctx context.Context, batch []Job) {
	defer q.yield(batch[0])()
	if len(batch) > 1 && q.together(ctx, batch) {
		return
	}
	for _, j := range batch {
		q.guard(ctx, j)
	}
}

// yield lets people who wait for an answer go before what can follow: in a crowd of writes a job
// waits. After patience it goes, so that a lasting crowd holds nothing up: work in the database by
// one worker at a time, so that it holds the crowd up by little; outside work, which may take long,
// beside it. The caller calls done after the work.
func (q *Queue) yield(j Job) (done func()) {
	for q.db.Writing() > crowd {
		if q.db.Now().Sub(j.RunAt) >= patience {
			if q.handlers[j.Queue].tx == nil {
				break
			}
			select {
			case q.late <- struct{}{}:
				return func() { <-q.late }
			default:
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return func() {}
}

func (q *Queue) together(ctx context.Context, batch []Job) (ok bool) {
	defer func() {
		if recover() != nil { // it comes again when the job runs alone, and is told there
			ok = false
		}
	}()
	return q.runMany(ctx, batch) == nil
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
