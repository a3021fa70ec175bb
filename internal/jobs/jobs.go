// Package jobs is work to be done later and the outbox in one table: a job is enqueued in the
// transaction that decided it and so happens if and only if that transaction committed.
//
// An event is one job for each subscriber. Several nodes may work on one database; each job
// takes effect once. Jobs run in no particular order.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"lancar"
	"lancar/internal/store"
)

// Job is a piece of work. Payload is the room's own encoding and holds no personal data in
// clear. Dedup, if set, makes it the only job of its queue and region with that key, for as
// long as [keepDone] after it ended.
type Job struct {
	Region  string
	ID      lancar.ID // made when empty
	Queue   string
	Dedup   string
	Payload []byte
	RunAt   time.Time // zero: at once
	Attempt int       // how many times it failed before
}

// Event is a fact that rooms above may act on. Its name starts with the emitting room:
// "payment.settled".
type Event struct {
	Region  string
	Name    string
	Key     string // with the name and subscriber makes the job's Dedup; "" for none
	Payload []byte
}

type handler struct {
	tx   func(*store.Tx, Job) error
	many bool // jobs of the queue that are due together run in one transaction
	call func(context.Context, Job) (func(*store.Tx) error, error)
}

type periodic struct {
	queue string
	every time.Duration
}

// Queue is the work of one node. Handlers and subscribers are registered before [Queue.Run].
type Queue struct {
	db          *store.DB
	handlers    map[string]handler
	subscribers map[string][]string // event name → queues
	periodic    []periodic
	slots       []lancar.ID // the slot last enqueued of each; owned by dispatch
	poke        chan struct{}
	late        chan struct{} // held by the worker that works in spite of a crowd
	worker      string
	failed      func(Job, error)

	mu   sync.Mutex
	busy map[lancar.ID]bool // handed to a worker of this node
}

// New makes a queue on db. failed, if not nil, is told of every failed attempt.
func New(db *store.DB, failed func(Job, error)) *Queue {
	if failed == nil {
		failed = func(Job, error) {}
	}
	return &Queue{db: db, handlers: map[string]handler{}, subscribers: map[string][]string{}, poke: make(chan struct{}, 1), late: make(chan struct{}, 1),
		worker: string(lancar.NewID(time.Now())), failed: failed, busy: map[lancar.ID]bool{}}
}

// HandleTx registers the handler of a queue whose effect is in the database alone. The job is
// completed in the handler's transaction: exactly once.
func (q *Queue) HandleTx(queue string, fn func(*store.Tx, Job) error) {
	q.register(queue, handler{tx: fn})
}

// HandleManyTx is [Queue.HandleTx] for jobs that never write a row which another job of the queue
// writes too: those that are due together run in one transaction, for the price of one commit. When
// one of them fails, each runs alone.
func (q *Queue) HandleManyTx(queue string, fn func(*store.Tx, Job) error) {
	q.register(queue, handler{tx: fn, many: true})
}

// Handle registers a handler that reaches outside the database. It runs at least once; a
// crash between its end and its record runs it again.
func (q *Queue) Handle(queue string, fn func(context.Context, Job) error) {
	q.HandleThen(queue, func(ctx context.Context, j Job) (func(*store.Tx) error, error) { return nil, fn(ctx, j) })
}

// HandleThen is [Queue.Handle] for a handler with something to write down at its end: the function
// it returns runs in the transaction that ends the job.
func (q *Queue) HandleThen(queue string, fn func(context.Context, Job) (func(*store.Tx) error, error)) {
	q.register(queue, handler{call: fn})
}

func (q *Queue) register(queue string, h handler) {
	if _, ok := q.handlers[queue]; ok {
		panic("jobs: two handlers for " + queue)
	}
	q.handlers[queue] = h
}

// Subscribe hands every event of that name to fn, exactly once for each subscriber name.
func (q *Queue) Subscribe(event, subscriber string, fn func(*store.Tx, Event) error) {
	q.subscribe(event, subscriber, fn, q.HandleTx)
}

// SubscribeMany is to Subscribe what HandleManyTx is to HandleTx.
func (q *Queue) SubscribeMany(event, subscriber string, fn func(*store.Tx, Event) error) {
	q.subscribe(event, subscriber, fn, q.HandleManyTx)
}

func (q *Queue) subscribe(event, subscriber string, fn func(*store.Tx, Event) error, handle func(string, func(*store.Tx, Job) error)) {
	queue := event + ">" + subscriber
	q.subscribers[event] = append(q.subscribers[event], queue)
	handle(queue, func(tx *store.Tx, j Job) error {
		return fn(tx, Event{Region: j.Region, Name: event, Key: j.Dedup, Payload: j.Payload})
	})
}

// Every runs fn once per interval over all nodes of the database, in its own transaction.
func (q *Queue) Every(name string, interval time.Duration, fn func(*store.Tx) error) {
	q.HandleTx(name, func(tx *store.Tx, _ Job) error { return fn(tx) })
	q.periodic = append(q.periodic, periodic{name, interval})
}

// EnqueueTx adds a job to the caller's transaction. A job whose Dedup is already there is
// silently the same job.
func (q *Queue) EnqueueTx(tx *store.Tx, j Job) error {
	if j.ID == "" {
		j.ID = lancar.NewID(tx.Now)
	}
	if j.RunAt.IsZero() {
		j.RunAt = tx.Now
	}
	var dedup *string
	if j.Dedup != "" {
		dedup = &j.Dedup
	}
	if j.Payload == nil {
		j.Payload = []byte{}
	}
	q.wake()
	return tx.Queue(`INSERT INTO jobs (region, id, queue, state, dedup, payload, run_at, attempts, worker, lease_until, error, created_at)
		VALUES ($1, $2, $3, 'ready', $4, $5, $6, 0, '', 0, '', $7) ON CONFLICT DO NOTHING`,
		j.Region, string(j.ID), j.Queue, dedup, j.Payload, store.Micros(j.RunAt), store.Micros(tx.Now))
}

// EmitTx adds the event to the caller's transaction, once for each subscriber.
func (q *Queue) EmitTx(tx *store.Tx, e Event) error {
	for _, queue := range q.subscribers[e.Name] {
		if err := q.EnqueueTx(tx, Job{Region: e.Region, Queue: queue, Dedup: e.Key, Payload: e.Payload}); err != nil {
			return err
		}
	}
	return nil
}

// MoveTx changes when a waiting job runs; false if it is not waiting (done, running, unknown).
func (q *Queue) MoveTx(tx *store.Tx, region, queue, dedup string, at time.Time) (bool, error) {
	q.wake()
	n, err := tx.Exec("UPDATE jobs SET run_at = $1 WHERE region = $2 AND queue = $3 AND dedup = $4 AND state = 'ready'", store.Micros(at), region, queue, dedup)
	return n == 1, err
}

// CancelTx ends a waiting job without running it; false if it is not waiting.
func (q *Queue) CancelTx(tx *store.Tx, region, queue, dedup string) (bool, error) {
	n, err := tx.Exec("DELETE FROM jobs WHERE region = $1 AND queue = $2 AND dedup = $3 AND state = 'ready'", region, queue, dedup)
	return n == 1, err
}

type deadError struct{ err error }

func (e deadError) Error() string { return e.err.Error() }
func (e deadError) Unwrap() error { return e.err }

// Dead tells errors made by [Dead] from others.
func (e deadError) Dead() bool { return true }

// Dead marks an error that trying again cannot mend. The job stays, visible as dead.
func Dead(err error) error { return deadError{err} }

// Later is returned by a handler that is not at fault: run the job again at At, without
// counting an attempt.
type Later struct{ At time.Time }

func (l Later) Error() string { return "jobs: later, at " + l.At.Format(time.RFC3339) }

func (q *Queue) wake() {
	select {
	case q.poke <- struct{}{}:
	default:
	}
}

// run does one job that was due when it was looked up. ran is false when another worker has it.
func (q *Queue) run(ctx context.Context, j Job) (ran bool, err error) {
	h, ok := q.handlers[j.Queue]
	if !ok {
		return false, nil // a newer version's queue: leave it to a node that knows it
	}
	if h.tx != nil {
		err = q.db.Write(ctx, func(tx *store.Tx) error {
			ran = false
			if got, err := q.finishTx(tx, j); err != nil || !got {
				return err
			}
			ran = true
			return h.tx(tx, j)
		})
	} else if ran, err = q.claim(ctx, j); ran {
		var then func(*store.Tx) error
		if then, err = h.call(ctx, j); err == nil {
			err = q.db.Write(ctx, func(tx *store.Tx) error {
				if then != nil {
					if err := then(tx); err != nil {
						return err
					}
				}
				return q.endTx(tx, j)
			})
		}
	}
	if err != nil && ran {
		q.settle(ctx, j, err)
	}
	return ran, err
}

// runMany does jobs of one queue in one transaction.
func (q *Queue) runMany(ctx context.Context, jobs []Job) error {
	h := q.handlers[jobs[0].Queue]
	return q.db.Write(ctx, func(tx *store.Tx) error {
		won, err := q.finishManyTx(tx, jobs)
		if err != nil {
			return err
		}
		for _, j := range won {
			if err := h.tx(tx, j); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle writes down a failed attempt: later, again, or dead.
func (q *Queue) settle(ctx context.Context, j Job, cause error) {
	var later Later
	var dead deadError
	isLater, isDead := errors.As(cause, &later), errors.As(cause, &dead)
	if !isLater {
		q.failed(j, cause)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err := q.db.Write(ctx, func(tx *store.Tx) error {
		switch {
		case isLater:
			return q.retryTx(tx, j, later.At, j.Attempt, "")
		case isDead || j.Attempt+1 >= maxAttempts:
			return q.deadTx(tx, j, cause)
		}
		return q.retryTx(tx, j, tx.Now.Add(backOff(j.Attempt)), j.Attempt+1, clip(cause))
	})
	if err != nil {
		q.failed(j, fmt.Errorf("recording a failed attempt: %w", err))
	}
}

const (
	maxAttempts = 300
	maxBackOff  = 10 * time.Minute
)

// backOff doubles from one second; spread by the attempt's own id is not needed at our sizes.
func backOff(attempt int) time.Duration {
	if attempt > 9 {
		return maxBackOff
	}
	return time.Second << attempt
}

func clip(err error) string {
	s := err.Error()
	if len(s) > 300 {
		s = s[:300]
	}
	return s
}
