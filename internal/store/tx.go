package store

import (
	"context"
	"fmt"
	"time"
)

// Tx is one transaction (or, for reads, one connection). It is used by one goroutine and is
// invalid after the function it was handed to returns.
type Tx struct {
	// Now is the instant of this transaction: UTC, whole microseconds.
	Now time.Time
	// Ctx is the caller's context.
	Ctx context.Context

	s session
}

// Scanner is a row being read: dest are *string, *int64, *[]byte, or **string and **int64
// where the column may be NULL.
type Scanner interface{ Scan(dest ...any) error }

// Exec runs one statement and returns the number of rows it touched.
func (tx *Tx) Exec(sql string, args ...any) (int64, error) {
	n, err := tx.s.exec(tx.Ctx, sql, args)
	if err != nil {
		return 0, fmt.Errorf("%w\n\t%s", err, firstLine(sql))
	}
	return n, nil
}

// Queue hands over a write whose result nobody reads. It runs no later than the commit and
// with it in one round trip; its error fails the transaction.
func (tx *Tx) Queue(sql string, args ...any) error {
	if err := tx.s.queue(tx.Ctx, sql, args); err != nil {
		return fmt.Errorf("%w\n\t%s", err, firstLine(sql))
	}
	return nil
}

// Rows walks the result of a query. Close it before the next statement.
type Rows struct{ rows }

// Query runs one statement that returns rows.
func (tx *Tx) Query(sql string, args ...any) (*Rows, error) {
	r, err := tx.s.query(tx.Ctx, sql, args)
	if err != nil {
		return nil, fmt.Errorf("%w\n\t%s", err, firstLine(sql))
	}
	return &Rows{r}, nil
}

// Row is the first row of a query, read by its one call to Scan.
type Row struct {
	tx   *Tx
	sql  string
	args []any
}

// QueryRow prepares a query of which only the first row matters; Scan runs it.
func (tx *Tx) QueryRow(sql string, args ...any) Row { return Row{tx, sql, args} }

// Scan runs the query and reads its first row, or returns [ErrNone].
func (r Row) Scan(dest ...any) error {
	rows, err := r.tx.Query(r.sql, r.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return fmt.Errorf("%w\n\t%s", err, firstLine(r.sql))
		}
		return ErrNone
	}
	if err := rows.Scan(dest...); err != nil {
		return fmt.Errorf("%w\n\t%s", err, firstLine(r.sql))
	}
	return rows.Close()
}

// All reads every row of a query with scan.
func All[T any](tx *Tx, scan func(Scanner) (T, error), sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%w\n\t%s", err, firstLine(sql))
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%w\n\t%s", err, firstLine(sql))
	}
	return out, rows.Close()
}

// One reads the first row of a query with scan, or returns [ErrNone].
func One[T any](tx *Tx, scan func(Scanner) (T, error), sql string, args ...any) (T, error) {
	return scan(tx.QueryRow(sql, args...))
}

// Ask is one of several reads that are sent together.
type Ask struct {
	SQL  string
	Args []any
	Row  func(Scanner) error // called for each row
}

// Ask sends reads of which none needs another's answer: on PostgreSQL one round trip for all. The
// rows of each are handed to it in the order of asks.
func (tx *Tx) Ask(asks ...Ask) error {
	type pipeline interface {
		ask(ctx context.Context, asks []Ask) error
	}
	if p, ok := tx.s.(pipeline); ok {
		return p.ask(tx.Ctx, asks)
	}
	for _, a := range asks {
		if _, err := All(tx, func(s Scanner) (struct{}, error) { return struct{}{}, a.Row(s) }, a.SQL, a.Args...); err != nil {
			return err
		}
	}
	return nil
}

// Into is an [Ask] that appends what scan makes of each row to to.
func Into[T any](to *[]T, scan func(Scanner) (T, error), sql string, args ...any) Ask {
	return Ask{SQL: sql, Args: args, Row: func(s Scanner) error {
		v, err := scan(s)
		*to = append(*to, v)
		return err
	}}
}

// firstLine names a statement in an error without its values.
func firstLine(sql string) string {
	if len(sql) > 120 {
		return sql[:120] + "…"
	}
	return sql
}
