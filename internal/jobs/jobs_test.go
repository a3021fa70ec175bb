package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

func enqueue(t *testing.T, db *store.DB, q *jobs.Queue, js ...jobs.Job) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *store.Tx) error {
		for _, j := range js {
			if err := q.EnqueueTx(tx, j); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// Two nodes with eight workers each: every job takes effect exactly once.
func TestEveryJobTakesEffectOnce(t *testing.T) {
	for name, handle := range map[string]func(*jobs.Queue, func(*store.Tx, jobs.Job) error){
		"alone":    func(q *jobs.Queue, fn func(*store.Tx, jobs.Job) error) { q.HandleTx("work", fn) },
		"together": func(q *jobs.Queue, fn func(*store.Tx, jobs.Job) error) { q.HandleManyTx("work", fn) },
	} {
		t.Run(name, func(t *testing.T) { everyJobOnce(t, handle) })
	}
}

func everyJobOnce(t *testing.T, handle func(*jobs.Queue, func(*store.Tx, jobs.Job) error)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, "CREATE TABLE effects (id TEXT NOT NULL)")
		const n = 300
		var done atomic.Int64
		node := func() *jobs.Queue {
			q := jobs.New(db, func(j jobs.Job, err error) { t.Errorf("%s: %v", j.Queue, err) })
			handle(q, func(tx *store.Tx, j jobs.Job) error {
				done.Add(1)
				return tx.Queue("INSERT INTO effects (id) VALUES ($1)", string(j.Payload))
			})
			return q
		}
		a, b := node(), node()
		for i := range n {
			enqueue(t, db, a, jobs.Job{Region: "53", Queue: "work", Payload: fmt.Append(nil, i)})
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for _, q := range []*jobs.Queue{a, b} {
			wg.Go(func() { q.Run(ctx, 8) })
		}
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && total(t, db, "SELECT count(*) FROM effects") < n; {
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
		wg.Wait()
		if got, distinct := total(t, db, "SELECT count(*) FROM effects"), total(t, db, "SELECT count(DISTINCT id) FROM effects"); got != n || distinct != n {
			t.Fatalf("%d effects, %d distinct", got, distinct)
		}
	})
}

// One job that fails, or panics, takes none of those down with which it shared a transaction.
func TestJobsThatRunTogetherFailAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, "CREATE TABLE effects (id TEXT NOT NULL)")
		var failed atomic.Int64
		q := jobs.New(db, func(jobs.Job, error) { failed.Add(1) })
		q.HandleManyTx("work", func(tx *store.Tx, j jobs.Job) error {
			switch string(j.Payload) {
			case "3":
				return jobs.Dead(errors.New("never"))
			case "7":
				panic("no")
			}
			return tx.Queue("INSERT INTO effects (id) VALUES ($1)", string(j.Payload))
		})
		var list []jobs.Job
		for i := range 12 {
			list = append(list, jobs.Job{Region: "53", Queue: "work", Payload: fmt.Append(nil, i)})
		}
		enqueue(t, db, q, list...)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { q.Run(ctx, 2) })
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && (failed.Load() < 2 || total(t, db, "SELECT count(*) FROM effects") < 10); {
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
		wg.Wait()
		if got, distinct := total(t, db, "SELECT count(*) FROM effects"), total(t, db, "SELECT count(DISTINCT id) FROM effects"); got != 10 || distinct != 10 {
			t.Errorf("%d effects, %d distinct, want 10", got, distinct)
		}
		if n := total(t, db, "SELECT count(*) FROM jobs WHERE state = 'dead'"); n != 1 {
			t.Errorf("%d dead jobs, want 1", n)
		}
	})
}

// What work outside writes down at its end stands exactly if the job ended.
func TestTheEndOfOutsideWorkIsOneTransaction(t *testing.T) {
	db := storetest.Open(t)
	must(t, db, "CREATE TABLE effects (id TEXT NOT NULL)")
	q := jobs.New(db, nil)
	q.HandleThen("out", func(context.Context, jobs.Job) (func(*store.Tx) error, error) {
		return func(tx *store.Tx) error {
			if err := tx.Queue("INSERT INTO effects (id) VALUES ('x')"); err != nil {
				return err
			}
			if total(t, db, "SELECT count(*) FROM jobs WHERE state = 'running'") != 1 {
				return errors.New("the job ended before its end was written")
			}
			return nil
		}, nil
	})
	enqueue(t, db, q, jobs.Job{Region: "53", Queue: "out"})
	if err := q.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if total(t, db, "SELECT count(*) FROM effects") != 1 || total(t, db, "SELECT count(*) FROM jobs") != 0 {
		t.Error("the effect, or the job's end, is missing")
	}
}

func TestAFailingJobLeavesNothingAndTriesAgain(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	db := storetest.OpenAt(t, func() time.Time { return now })
	must(t, db, "CREATE TABLE effects (id TEXT NOT NULL)")
	q := jobs.New(db, nil)
	tries := 0
	q.HandleTx("work", func(tx *store.Tx, j jobs.Job) error {
		tries++
		if _, err := tx.Exec("INSERT INTO effects (id) VALUES ('x')"); err != nil {
			return err
		}
		if tries < 3 {
			return errors.New("not yet")
		}
		return nil
	})
	enqueue(t, db, q, jobs.Job{Region: "53", Queue: "work", Dedup: "one"}, jobs.Job{Region: "53", Queue: "work", Dedup: "one"})
	for range 3 {
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
	}
	if tries != 3 || total(t, db, "SELECT count(*) FROM effects") != 1 {
		t.Fatalf("%d tries, %d effects", tries, total(t, db, "SELECT count(*) FROM effects"))
	}
}

func TestOutsideWorkAndItsEnds(t *testing.T) {
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	db := storetest.OpenAt(t, func() time.Time { return now })
	q := jobs.New(db, nil)
	runs := map[string]int{}
	q.Handle("out", func(_ context.Context, j jobs.Job) error {
		runs[j.Dedup]++
		switch j.Dedup {
		case "dead":
			return jobs.Dead(errors.New("no such phone"))
		case "later":
			if runs["later"] == 1 {
				return jobs.Later{At: now.Add(time.Hour)}
			}
		case "panics":
			if runs["panics"] == 1 {
				panic("oops")
			}
		}
		return nil
	})
	for _, d := range []string{"dead", "later", "panics", "fine"} {
		enqueue(t, db, q, jobs.Job{Region: "53", Queue: "out", Dedup: d})
	}
	for range 2 {
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * time.Hour)
	}
	stuck, err := q.Stuck(t.Context(), 10)
	if err != nil || len(stuck) != 1 || stuck[0].State != "dead" || stuck[0].Error != "no such phone" {
		t.Fatalf("%+v %v", stuck, err)
	}
	if runs["dead"] != 1 || runs["later"] != 2 || runs["panics"] != 2 || runs["fine"] != 1 {
		t.Fatalf("%v", runs)
	}
}

func TestEventsReachEachSubscriberOnce(t *testing.T) {
	db := storetest.Open(t)
	q := jobs.New(db, nil)
	got := map[string]int{}
	for _, name := range []string{"a", "b"} {
		q.Subscribe("payment.settled", name, func(_ *store.Tx, e jobs.Event) error { got[name+string(e.Payload)]++; return nil })
	}
	for range 2 {
		if err := db.Write(t.Context(), func(tx *store.Tx) error {
			return q.EmitTx(tx, jobs.Event{Region: "53", Name: "payment.settled", Key: "c1", Payload: []byte("!")})
		}); err != nil {
			t.Fatal(err)
		}
		if err := q.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 2 || got["a!"] != 1 || got["b!"] != 1 {
		t.Fatal(got)
	}
}

func total(t *testing.T, db *store.DB, sql string) (n int64) {
	t.Helper()
	if err := db.Read(context.Background(), func(tx *store.Tx) error { return tx.QueryRow(sql).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

func must(t *testing.T, db *store.DB, sql string) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(sql); return err }); err != nil {
		t.Fatal(err)
	}
}

func TestALastingCrowdOfWritesHoldsNoJobUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		q := jobs.New(db, func(j jobs.Job, err error) { t.Error(j.Queue, err) })
		var done atomic.Int64
		count := func(*store.Tx, jobs.Job) error { done.Add(1); return nil }
		q.HandleTx("one", count)
		q.HandleManyTx("many", count)
		slow := make(chan struct{})
		q.Handle("outside", func(context.Context, jobs.Job) error { <-slow; return nil })
		const each = 40
		enqueue(t, db, q, jobs.Job{Region: "00", Queue: "outside"})
		for range each {
			enqueue(t, db, q, jobs.Job{Region: "00", Queue: "one"}, jobs.Job{Region: "00", Queue: "many"})
		}
		ctx, end := context.WithCancel(t.Context())
		var crowd sync.WaitGroup
		for range 12 {
			crowd.Go(func() {
				for ctx.Err() == nil {
					_ = db.Write(ctx, func(tx *store.Tx) error { // ends with the test
						_, err := tx.Exec("UPDATE jobs SET error = error WHERE region = '99'")
						return err
					})
				}
			})
		}
		crowd.Go(func() { q.Run(ctx, 3) })
		for until := time.Now().Add(20 * time.Second); done.Load() < 2*each && time.Now().Before(until); {
			time.Sleep(5 * time.Millisecond)
		}
		close(slow)
		end()
		crowd.Wait()
		if done.Load() != 2*each {
			t.Fatalf("%d of %d jobs ran", done.Load(), 2*each)
		}
	})
}
