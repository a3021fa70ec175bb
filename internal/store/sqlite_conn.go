package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"modernc.org/sqlite"
)

// sqliteConn is one connection with its prepared statements, used by one goroutine at a time. It
// speaks to the driver itself: the pool of database/sql would only be in the way of a connection
// that is never shared.
type sqliteConn struct {
	conn   driver.Conn
	stmts  map[string]*sqliteStmt
	failed error // first error of a queued statement in this member
}

// sqliteStmt is a prepared statement; order says which argument each of its parameters takes.
type sqliteStmt struct {
	driver.Stmt
	order []int
	args  []driver.NamedValue
}

// maxStmts bounds how many statements a connection keeps.
const maxStmts = 500

func newSQLiteConn(name string) (*sqliteConn, error) {
	conn, err := new(sqlite.Driver).Open(name)
	if err != nil {
		return nil, err
	}
	return &sqliteConn{conn: conn, stmts: map[string]*sqliteStmt{}}, nil
}

func (c *sqliteConn) close() {
	c.forget()
	c.conn.Close()
}

func (c *sqliteConn) forget() {
	for q, st := range c.stmts {
		st.Close()
		delete(c.stmts, q)
	}
}

func (c *sqliteConn) stmt(query string) (*sqliteStmt, error) {
	if st := c.stmts[query]; st != nil {
		return st, nil
	}
	if len(c.stmts) > maxStmts {
		c.forget()
	}
	text, order := positional(query)
	st, err := c.conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = &sqliteStmt{st, order, make([]driver.NamedValue, len(order))}
	return c.stmts[query], nil
}

// positional turns $n into plain parameters, which SQLite binds without looking for their names,
// and says which argument each takes, from 0.
func positional(query string) (string, []int) {
	var b strings.Builder
	var order []int
	quoted := false
	for i := 0; i < len(query); i++ {
		c := query[i]
		if c == '\'' {
			quoted = !quoted
		}
		end := i + 1
		for end < len(query) && query[end] >= '0' && query[end] <= '9' {
			end++
		}
		if c != '$' || quoted || end == i+1 {
			b.WriteByte(c)
			continue
		}
		n, _ := strconv.Atoi(query[i+1 : end])
		order = append(order, n-1)
		b.WriteByte('?')
		i = end - 1
	}
	return b.String(), order
}

func (st *sqliteStmt) bind(args []any) ([]driver.NamedValue, error) {
	for i, n := range st.order {
		if n < 0 || n >= len(args) {
			return nil, fmt.Errorf("store: parameter $%d has no argument", n+1)
		}
		v := args[n]
		switch v.(type) {
		case string, int64, []byte, nil:
		default:
			var err error
			if v, err = driver.DefaultParameterConverter.ConvertValue(v); err != nil {
				return nil, fmt.Errorf("store: parameter $%d: %w", n+1, err)
			}
		}
		st.args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return st.args, nil
}

// Statements run to their end whatever the caller's context says: interrupting one would roll
// back the writes of others that share the transaction.
func (c *sqliteConn) exec(_ context.Context, query string, args []any) (int64, error) {
	st, err := c.stmt(query)
	if err != nil {
		return 0, err
	}
	values, err := st.bind(args)
	if err != nil {
		return 0, err
	}
	res, err := st.Stmt.(driver.StmtExecContext).ExecContext(context.Background(), values)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *sqliteConn) query(_ context.Context, query string, args []any) (rows, error) {
	st, err := c.stmt(query)
	if err != nil {
		return nil, err
	}
	values, err := st.bind(args)
	if err != nil {
		return nil, err
	}
	r, err := st.Stmt.(driver.StmtQueryContext).QueryContext(context.Background(), values)
	if err != nil {
		return nil, err
	}
	return &sqliteRows{rows: r, row: make([]driver.Value, len(r.Columns()))}, nil
}

func (c *sqliteConn) queue(ctx context.Context, query string, args []any) error {
	_, err := c.exec(ctx, query, args)
	if err != nil && c.failed == nil {
		c.failed = err
	}
	return err
}

// sqliteRows walks a result and closes itself at its end.
type sqliteRows struct {
	rows   driver.Rows
	row    []driver.Value
	err    error
	closed bool
}

func (r *sqliteRows) Next() bool {
	if r.closed {
		return false
	}
	err := r.rows.Next(r.row)
	if err == nil {
		return true
	}
	if err != io.EOF {
		r.err = err
	}
	r.Close()
	return false
}

func (r *sqliteRows) Err() error { return r.err }

func (r *sqliteRows) Close() error {
	if r.closed {
		return r.err
	}
	r.closed = true
	if err := r.rows.Close(); r.err == nil {
		r.err = err
	}
	return r.err
}

func (r *sqliteRows) Scan(dest ...any) error {
	if r.closed || len(dest) != len(r.row) {
		return fmt.Errorf("store: %d columns for %d values", len(r.row), len(dest))
	}
	for i, v := range r.row {
		if err := assign(dest[i], v); err != nil {
			return fmt.Errorf("store: column %d: %w", i+1, err)
		}
	}
	return nil
}

// assign puts a column's value where [Scanner] says that it may go.
func assign(dest any, v driver.Value) error {
	switch d := dest.(type) {
	case *string:
		if s, ok := v.(string); ok {
			*d = s
			return nil
		}
	case *int64:
		if n, ok := v.(int64); ok {
			*d = n
			return nil
		}
	case *[]byte:
		switch x := v.(type) {
		case []byte:
			*d = x
			return nil
		case nil:
			*d = nil
			return nil
		}
	}
	return assignOther(dest, v)
}

// assignOther is the rest: NULL for pointers, and what converts without loss.
func assignOther(dest any, v driver.Value) error {
	to := reflect.ValueOf(dest)
	if to.Kind() != reflect.Pointer || to.IsNil() {
		return errors.New("the destination is no pointer")
	}
	to = to.Elem()
	if to.Kind() == reflect.Pointer {
		if v == nil {
			to.SetZero()
			return nil
		}
		to.Set(reflect.New(to.Type().Elem()))
		return assign(to.Interface(), v)
	}
	switch x := v.(type) {
	case int64:
		switch to.Kind() {
		case reflect.Int, reflect.Int64, reflect.Int32:
			to.SetInt(x)
			return nil
		case reflect.Bool:
			to.SetBool(x != 0)
			return nil
		}
	case float64:
		if to.Kind() == reflect.Float64 {
			to.SetFloat(x)
			return nil
		}
	case string:
		switch {
		case to.Kind() == reflect.String:
			to.SetString(x)
			return nil
		case to.Type() == reflect.TypeFor[[]byte]():
			to.SetBytes([]byte(x))
			return nil
		}
	case []byte:
		if to.Kind() == reflect.String {
			to.SetString(string(x))
			return nil
		}
	}
	return fmt.Errorf("%T does not go into %T", v, dest)
}
