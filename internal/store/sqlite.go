package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"runtime/debug"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	sqliteReaders = 4
	// groupMax bounds how many writes share one commit, so that the first does not wait long.
	groupMax = 128
	// closeWait is how long closing waits for a read that is still running.
	closeWait = 5 * time.Second
)

// errClosed is what reads and writes get after close.
var errClosed = errors.New("store: closed")

// sqliteDB has one writer goroutine, which owns the writing connection, and a pool of readers.
// Writes that arrive while another commits share the next commit: each but the first runs in its
// own savepoint, and none is acknowledged before the shared commit is on disk.
type sqliteDB struct {
	readers chan *sqliteConn
	writes  chan *sqliteWrite
	done    chan struct{} // closed by close: no more reads and writes
	stopped chan struct{} // closed when the writer has ended
}

type sqliteWrite struct {
	ctx   context.Context
	fn    func(session) error
	err   error
	panic any
	done  chan struct{}
}

// sqlitePragmas hold on every connection. What a savepoint may have to undo is kept in memory,
// and the log is long enough that a page written often is copied into the database file once.
var sqlitePragmas = [...]string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-8000)",
	"temp_store(MEMORY)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)"}

func openSQLite(ctx context.Context, path string) (_ *sqliteDB, err error) {
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + url.Values{"_pragma": sqlitePragmas[:]}.Encode()
	s := &sqliteDB{readers: make(chan *sqliteConn, sqliteReaders), writes: make(chan *sqliteWrite), done: make(chan struct{}), stopped: make(chan struct{})}
	var open []*sqliteConn
	defer func() {
		if err != nil {
			for _, c := range open {
				c.close()
			}
			err = fmt.Errorf("%s: %w", path, err)
		}
	}()
	for i := range sqliteReaders + 1 {
		c, err := newSQLiteConn(name)
		if err != nil {
			return nil, err
		}
		open = append(open, c)
		pragma := "PRAGMA query_only = 1"
		if i == 0 {
			pragma = "PRAGMA cache_size = -32000"
		}
		if _, err := c.exec(ctx, pragma, nil); err != nil {
			return nil, err
		}
	}
	for _, r := range open[1:] {
		s.readers <- r
	}
	go s.writer(open[0])
	return s, nil
}

func (s *sqliteDB) name() string { return "sqlite" }

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
	late := time.After(closeWait)
	for range sqliteReaders {
		select {
		case c := <-s.readers:
			c.close()
		case <-late:
		}
	}
	<-s.stopped // the writer goes last: whoever closes last empties the log into the database
	return nil
}

func (s *sqliteDB) read(ctx context.Context, fn func(session) error) error {
	select {
	case c := <-s.readers:
		defer func() { s.readers <- c }()
		return fn(c)
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
		return errClosed
	}
}

func (s *sqliteDB) write(ctx context.Context, fn func(session) error) error {
	w := &sqliteWrite{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case s.writes <- w:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
		return errClosed
	}
	<-w.done // once taken, a write ends by itself: giving up here would leave its outcome unknown
	if w.panic != nil {
		panic(w.panic)
	}
	return w.err
}

func (s *sqliteDB) writer(c *sqliteConn) {
	defer close(s.stopped)
	defer c.close()
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
		c.run(first)
		err = first.err // nobody is in with it yet: the whole transaction is its own
	}
	for err == nil && len(ran) < groupMax {
		w := s.next()
		if w == nil {
			break
		}
		ran = append(ran, w)
		err = c.member(w)
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

// next is a write that waits, nil for none. Who is about to write is let through to here first: under
// load that doubles the size of a group, and when nothing else runs it costs nothing.
func (s *sqliteDB) next() *sqliteWrite {
	for yielded := false; ; yielded = true {
		select {
		case w := <-s.writes:
			return w
		default:
		}
		if yielded {
			return nil
		}
		runtime.Gosched()
	}
}

// member runs one write in its savepoint. It returns an error only when the whole transaction
// is lost (a full disk rolls everything back).
func (c *sqliteConn) member(w *sqliteWrite) error {
	bg := context.Background()
	if _, err := c.exec(bg, "SAVEPOINT member", nil); err != nil {
		w.err = err
		return err
	}
	if c.run(w); w.err != nil {
		if _, err := c.exec(bg, "ROLLBACK TO member", nil); err != nil {
			return err
		}
	}
	_, err := c.exec(bg, "RELEASE member", nil)
	return err
}

// run calls a write and leaves its error, or its panic, with it.
func (c *sqliteConn) run(w *sqliteWrite) {
	if w.err = w.ctx.Err(); w.err != nil {
		return
	}
	c.failed = nil
	defer func() {
		if p := recover(); p != nil {
			w.panic = fmt.Sprintf("%v\n%s", p, debug.Stack())
			w.err = errors.New("panic in a write")
		}
	}()
	if w.err = w.fn(c); w.err == nil {
		w.err = c.failed
	}
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

const sqliteCheck = sqlite3.SQLITE_CONSTRAINT_CHECK

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
