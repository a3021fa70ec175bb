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
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		must(t, db, "CREATE TABLE effects (id TEXT NOT NULL)")
		const n = 300
		var done atomic.Int64
		node := func() *jobs.Queue {
			q := jobs.New(db, func(j jobs.Job, err error) { t.Errorf("%s: %v", j.Queue, err) })
			q.HandleTx("work", func(tx *store.Tx, j jobs.Job) error {
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
