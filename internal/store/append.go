package store

import (
	"context"
	"errors"
	"fmt"
)

// Append is [DB.Write] for a function that only queues ([Tx.Queue]): it runs before the transaction
// begins, and once. On PostgreSQL appends that arrive together share one transaction, as all writes do
// on SQLite, so that a commit to disk serves many of them; one that fails fails alone. What must be
// decided inside the transaction is decided by a constraint that the rows would violate.
func (db *DB) Append(ctx context.Context, fn func(*Tx) error) error {
	if ctx.Value(inWrite{}) != nil {
		return errors.New("store: Append inside a Write; pass the *Tx down instead")
	}
	db.writing.Add(1)
	defer db.writing.Add(-1)
	var list recorder
	if err := fn(&Tx{Now: db.Now(), Ctx: context.WithValue(ctx, inWrite{}, true), s: &list}); err != nil || len(list) == 0 {
		return err
	}
	if shares, ok := db.engine.(interface {
		append(ctx context.Context, list recorder) error
	}); ok {
		return safe(shares.append(ctx, list))
	}
	return safe(db.engine.write(ctx, func(s session) error { return list.replay(ctx, s) }))
}

// statement is one that waits to be run.
type statement struct {
	sql  string
	args []any
}

// recorder is a session that keeps what is queued and runs nothing.
type recorder []statement

var errQueueOnly = errors.New("store: an Append reads nothing and is told no result")

func (r *recorder) queue(_ context.Context, sql string, args []any) error {
	*r = append(*r, statement{sql, args})
	return nil
}

func (r *recorder) exec(context.Context, string, []any) (int64, error) { return 0, errQueueOnly }
func (r *recorder) query(context.Context, string, []any) (rows, error) { return nil, errQueueOnly }

// replay hands a session what was recorded.
func (r recorder) replay(ctx context.Context, s session) error {
	for _, st := range r {
		if err := s.queue(ctx, st.sql, st.args); err != nil {
			return fmt.Errorf("%w\n\t%s", err, firstLine(st.sql))
		}
	}
	return nil
}
