package jobs

import (
	"context"
	"time"

	"lancar"
	"lancar/internal/store"
)

const (
	lease    = 2 * time.Minute    // a worker that died frees its job after this
	keepDone = 7 * 24 * time.Hour // how long a finished job's Dedup is remembered
	dueLimit = 128
)

// due lists jobs whose time has come, oldest first.
func (q *Queue) due(ctx context.Context) (jobs []Job, err error) {
	err = q.db.Read(ctx, func(tx *store.Tx) (err error) {
		jobs, err = store.All(tx, scanJob, `SELECT region, id, queue, dedup, payload, run_at, attempts FROM jobs
			WHERE state = 'ready' AND run_at <= $1 ORDER BY run_at, id LIMIT $2`, store.Micros(tx.Now), int64(dueLimit))
		return err
	})
	return jobs, err
}

func scanJob(s store.Scanner) (Job, error) {
	var (
		j         Job
		dedup     *string
		runAt, at int64
	)
	err := s.Scan(&j.Region, (*string)(&j.ID), &j.Queue, &dedup, &j.Payload, &runAt, &at)
	if dedup != nil {
		j.Dedup = *dedup
	}
	j.RunAt, j.Attempt = store.Time(runAt), int(at)
	return j, err
}

// finish ends a job if it is still ready. The repeated guard on state makes one of several
// claimants win. A job with a Dedup stays as done, so that it is remembered.
func finish(j Job) (sql string, args []any) {
	if j.Dedup == "" {
		return "DELETE FROM jobs WHERE region = $1 AND id = $2 AND state = 'ready'", []any{j.Region, string(j.ID)}
	}
	return "UPDATE jobs SET state = 'done', payload = $3, error = '' WHERE region = $1 AND id = $2 AND state = 'ready'", []any{j.Region, string(j.ID), []byte{}}
}

func (q *Queue) finishTx(tx *store.Tx, j Job) (bool, error) {
	sql, args := finish(j)
	n, err := tx.Exec(sql, args...)
	return n == 1, err
}

// finishManyTx ends those of the jobs that are still ready and returns them.
func (q *Queue) finishManyTx(tx *store.Tx, jobs []Job) (won []Job, err error) {
	asks := make([]store.Ask, len(jobs))
	for i, j := range jobs {
		sql, args := finish(j)
		asks[i] = store.Ask{SQL: sql + " RETURNING id", Args: args, Row: func(s store.Scanner) error {
			var id string
			won = append(won, j)
			return s.Scan(&id)
		}}
	}
	return won, tx.Ask(asks...)
}

// endTx is finishTx for whoever runs the job and so knows that it is theirs.
func (q *Queue) endTx(tx *store.Tx, j Job) error {
	if j.Dedup == "" {
		return tx.Queue("DELETE FROM jobs WHERE region = $1 AND id = $2 AND state = 'running'", j.Region, string(j.ID))
	}
	return tx.Queue("UPDATE jobs SET state = 'done', payload = $1, error = '' WHERE region = $2 AND id = $3 AND state = 'running'", []byte{}, j.Region, string(j.ID))
}

func (q *Queue) claim(ctx context.Context, j Job) (won bool, err error) {
	err = q.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec("UPDATE jobs SET state = 'running', worker = $1, lease_until = $2 WHERE region = $3 AND id = $4 AND state = 'ready'",
			q.worker, store.Micros(tx.Now.Add(lease)), j.Region, string(j.ID))
		won = n == 1
		return err
	})
	return won && err == nil, err
}

func (q *Queue) retryTx(tx *store.Tx, j Job, at time.Time, attempts int, text string) error {
	_, err := tx.Exec("UPDATE jobs SET state = 'ready', run_at = $1, attempts = $2, error = $3 WHERE region = $4 AND id = $5 AND state IN ('ready', 'running')",
		store.Micros(at), int64(attempts), text, j.Region, string(j.ID))
	return err
}

func (q *Queue) deadTx(tx *store.Tx, j Job, cause error) error {
	_, err := tx.Exec("UPDATE jobs SET state = 'dead', attempts = $1, error = $2 WHERE region = $3 AND id = $4 AND state IN ('ready', 'running')",
		int64(j.Attempt+1), clip(cause), j.Region, string(j.ID))
	return err
}

// sweep frees jobs whose worker died and forgets finished ones.
func (q *Queue) sweep(ctx context.Context) error {
	return q.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec("UPDATE jobs SET state = 'ready', attempts = attempts + 1 WHERE state = 'running' AND lease_until < $1", store.Micros(tx.Now)); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM jobs WHERE state = 'done' AND created_at < $1", store.Micros(tx.Now.Add(-keepDone)))
		return err
	})
}

// Stuck is a job that failed at least once and is not done, for operators.
type Stuck struct {
	Job
	State string
	Error string
}

// Stuck lists failing and dead jobs, at most limit.
func (q *Queue) Stuck(ctx context.Context, limit int) (out []Stuck, err error) {
	err = q.db.Read(ctx, func(tx *store.Tx) (err error) {
		out, err = store.All(tx, func(s store.Scanner) (Stuck, error) {
			var (
				v     Stuck
				runAt int64
				n     int64
			)
			err := s.Scan(&v.Region, (*string)(&v.ID), &v.Queue, &v.State, &v.Error, &runAt, &n)
			v.RunAt, v.Attempt = store.Time(runAt), int(n)
			return v, err
		}, `SELECT region, id, queue, state, error, run_at, attempts FROM jobs
			WHERE state = 'dead' OR (state = 'ready' AND attempts > 0) ORDER BY run_at, id LIMIT $1`, int64(limit))
		return err
	})
	return out, err
}

// Counts returns how many jobs wait and are dead, for the metrics page.
func (q *Queue) Counts(ctx context.Context) (ready, dead int64, err error) {
	err = q.db.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(*) FILTER (WHERE state = 'ready'), count(*) FILTER (WHERE state = 'dead') FROM jobs WHERE state IN ('ready', 'dead')").Scan(&ready, &dead)
	})
	return ready, dead, err
}

// Waiting counts the jobs of a queue that are not done, whenever they are to run: zero means that
// everything enqueued there has taken effect.
func (q *Queue) Waiting(ctx context.Context, queue string) (n int64, err error) {
	err = q.db.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM jobs WHERE queue = $1 AND state <> 'done'", queue).Scan(&n)
	})
	return n, err
}

func (q *Queue) hold(id lancar.ID) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.busy[id] {
		return false
	}
	q.busy[id] = true
	return true
}

func (q *Queue) release(jobs []Job) {
	q.mu.Lock()
	for _, j := range jobs {
		delete(q.busy, j.ID)
	}
	q.mu.Unlock()
}
