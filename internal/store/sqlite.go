package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	sqliteReaders = 4
	// groupMax bounds how many writes share one commit, so that the first does not wait long.
	groupMax = 128
)

// sqliteDB has one writer goroutine, which owns the writing connection, and a pool of readers.
// Writes that arrive while another commits share the next commit: each runs in its own
// savepoint, and none is acknowledged before the shared commit is on disk.
type sqliteDB struct {
	db      *sql.DB
	readers chan *sqliteConn
	writes  chan *sqliteWrite
	done    chan struct{} // closed by close: no more writes
	stopped chan struct{} // closed when the writer has ended
}

type sqliteWrite struct {
	ctx   context.Context
	fn    func(session) error
	err   error
	panic any
	done  chan struct{}
}

func openSQLite(ctx context.Context, path string) (*sqliteDB, error) {
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-8000)", "journal_size_limit(67108864)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(sqliteReaders + 1)
	s := &sqliteDB{db: db, readers: make(chan *sqliteConn, sqliteReaders), writes: make(chan *sqliteWrite),
		done: make(chan struct{}), stopped: make(chan struct{})}
	w, err := newSQLiteConn(ctx, db)
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for range sqliteReaders {
		r, err := newSQLiteConn(ctx, db)
		if err == nil {
			_, err = r.exec(ctx, "PRAGMA query_only = 1", nil)
		}
		if err != nil {
			db.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		s.readers <- r
	}
	go s.writer(w)
	return s, nil
}

func (s *sqliteDB) name() string { return "sqlite" }

// ping asks on a connection of ours: the pool has no other.
func (s *sqliteDB) ping(ctx context.Context) error {
	return s.read(ctx, func(c session) error {
		rows, err := c.query(ctx, "SELECT 1", nil)
		if err != nil {
			return err
		}
		return rows.Close()
	})
}

func (s *sqliteDB) close() error {
	close(s.done)
	<-s.stopped
	return s.db.Close()
}

func (s *sqliteDB) read(ctx context.Context, fn func(session) error) error {
	select {
	case c := <-s.readers:
		defer func() { s.readers <- c }()
		return fn(c)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *sqliteDB) write(ctx context.Context, fn func(session) error) error {
	w := &sqliteWrite{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case s.writes <- w:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
		return errors.New("store: closed")
	}
	<-w.done // once taken, a write ends by itself: giving up here would leave its outcome unknown
	if w.panic != nil {
		panic(w.panic)
	}
	return w.err
}

func (s *sqliteDB) writer(c *sqliteConn) {
	defer close(s.stopped)
	for {
		select {
		case w := <-s.writes:
			s.group(c, w)
		case <-s.done:
			return
		}
	}
}

// group runs first and whatever waits behind it in one transaction.
func (s *sqliteDB) group(c *sqliteConn, first *sqliteWrite) {
	bg := context.Background()
	ran := []*sqliteWrite{first}
	_, err := c.exec(bg, "BEGIN IMMEDIATE", nil)
	if err == nil {
		err = c.member(first)
	}
	for err == nil && len(ran) < groupMax {
		select {
		case w := <-s.writes:
			ran = append(ran, w)
			err = c.member(w)
			continue
		default:
		}
		break
	}
	if err == nil {
		_, err = c.exec(bg, "COMMIT", nil)
	}
	if err != nil {
		_, _ = c.exec(bg, "ROLLBACK", nil) // fails if SQLite already rolled back; either way nothing is in
	}
	for _, w := range ran {
		if err != nil && w.err == nil {
			w.err = err
		}
		close(w.done)
	}
}

// member runs one write in its savepoint. It returns an error only when the whole transaction
// is lost (a full disk rolls everything back).
func (c *sqliteConn) member(w *sqliteWrite) error {
	bg := context.Background()
	if w.err = w.ctx.Err(); w.err != nil {
		return nil
	}
	if _, err := c.exec(bg, "SAVEPOINT member", nil); err != nil {
		return err
	}
	c.failed = nil
	func() {
		defer func() {
			if p := recover(); p != nil {
				w.panic = fmt.Sprintf("%v\n%s", p, debug.Stack())
				w.err = errors.New("panic in a write")
			}
		}()
		w.err = w.fn(c)
	}()
	if w.err == nil {
		w.err = c.failed
	}
	if w.err != nil {
		if _, err := c.exec(bg, "ROLLBACK TO member", nil); err != nil {
			return err
		}
	}
	_, err := c.exec(bg, "RELEASE member", nil)
	return err
}

// sqliteConn is one connection with its prepared statements.
type sqliteConn struct {
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt
	failed error // first error of a queued statement in this member
}

func newSQLiteConn(ctx context.Context, db *sql.DB) (*sqliteConn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &sqliteConn{conn: conn, stmts: map[string]*sql.Stmt{}}, nil
}

func (c *sqliteConn) stmt(query string) (*sql.Stmt, error) {
	if st := c.stmts[query]; st != nil {
		return st, nil
	}
	if len(c.stmts) > 500 {
		for q, st := range c.stmts {
			st.Close()
			delete(c.stmts, q)
		}
	}
	st, err := c.conn.PrepareContext(context.Background(), query)
	if err == nil {
		c.stmts[query] = st
	}
	return st, err
}

// Statements run to their end whatever the caller's context says: interrupting one would roll
// back the writes of others that share the transaction.
func (c *sqliteConn) exec(_ context.Context, query string, args []any) (int64, error) {
	st, err := c.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.Exec(args...)
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
	return st.Query(args...)
}

func (c *sqliteConn) queue(ctx context.Context, query string, args []any) error {
	_, err := c.exec(ctx, query, args)
	if err != nil && c.failed == nil {
		c.failed = err
	}
	return err
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func sqliteConflict(err error) bool {
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
}

func sqliteFull(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_FULL }

func sqliteDown(err error) bool {
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		return true
	}
	return false
}
