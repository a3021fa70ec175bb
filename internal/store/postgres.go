package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	postgresConns   = 16
	postgresRetries = 8
)

type postgresDB struct {
	pool    *pgxpool.Pool
	appends chan postgresAppend
	closed  chan struct{} // no more appends
}

func openPostgres(ctx context.Context, url string) (*postgresDB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the PostgreSQL URL cannot be read") // the parser's error may hold the password
	}
	if cfg.MaxConns < postgresConns {
		cfg.MaxConns = postgresConns
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	var collation string
	err = pool.QueryRow(ctx, "SELECT datcollate FROM pg_database WHERE datname = current_database()").Scan(&collation)
	if err == nil && collation != "C" && collation != "C.UTF-8" && collation != "C.utf8" {
		err = fmt.Errorf("the database sorts by %q; make it with LC_COLLATE 'C' (see docs/ops/postgresql.md)", collation)
	}
	if err != nil {
		pool.Close()
		return nil, err
	}
	p := &postgresDB{pool, make(chan postgresAppend), make(chan struct{})}
	for range appenders {
		go p.appender()
	}
	return p, nil
}

func (p *postgresDB) name() string                   { return "postgres" }
func (p *postgresDB) ping(ctx context.Context) error { return p.pool.Ping(ctx) }

func (p *postgresDB) close() error {
	close(p.closed)
	p.pool.Close()
	return nil
}

func (p *postgresDB) read(ctx context.Context, fn func(session) error) error {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return fn(&postgresSession{conn: conn.Conn(), begun: true})
}

func (p *postgresDB) write(ctx context.Context, fn func(session) error) error {
	for try := 0; ; try++ {
		err := p.once(ctx, fn)
		if err == nil || !retryable(err) || try == postgresRetries {
			return err
		}
		select {
		case <-time.After(time.Duration(rand.IntN(5<<try)+1) * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *postgresDB) once(ctx context.Context, fn func(session) error) (err error) {
	conn, err := p.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	s := &postgresSession{conn: conn.Conn()}
	defer func() {
		if v := recover(); v != nil {
			s.rollback()
			panic(v)
		}
	}()
	if err := fn(s); err != nil {
		s.rollback()
		return err
	}
	// A commit is not abandoned half-way: the caller would not know what happened.
	return s.commit(context.WithoutCancel(ctx))
}

// postgresSession sends BEGIN with the first statement and COMMIT with the queued ones, so
// that a write of one read and many inserts costs two round trips.
type postgresSession struct {
	conn    *pgx.Conn
	begun   bool
	queued  pgx.Batch
	waiting int
}

func (s *postgresSession) queue(_ context.Context, sql string, args []any) error {
	s.begin()
	s.queued.Queue(sql, args...)
	s.waiting++
	return nil
}

func (s *postgresSession) begin() {
	if !s.begun {
		s.begun = true
		s.queued.Queue("BEGIN")
		s.waiting++
	}
}

// flush sends what waits and then sql, and leaves the results at those of sql.
func (s *postgresSession) flush(ctx context.Context, sql string, args []any) (pgx.BatchResults, error) {
	b, waiting := s.queued, s.waiting
	s.queued, s.waiting = pgx.Batch{}, 0
	b.Queue(sql, args...)
	res := s.conn.SendBatch(ctx, &b)
	for range waiting {
		if _, err := res.Exec(); err != nil {
			res.Close()
			return nil, err
		}
	}
	return res, nil
}

func (s *postgresSession) exec(ctx context.Context, sql string, args []any) (int64, error) {
	s.begin()
	if s.waiting == 0 {
		tag, err := s.conn.Exec(ctx, sql, args...)
		return tag.RowsAffected(), err
	}
	res, err := s.flush(ctx, sql, args)
	if err != nil {
		return 0, err
	}
	tag, err := res.Exec()
	if cerr := res.Close(); err == nil {
		err = cerr
	}
	return tag.RowsAffected(), err
}

func (s *postgresSession) query(ctx context.Context, sql string, args []any) (rows, error) {
	s.begin()
	if s.waiting == 0 {
		r, err := s.conn.Query(ctx, sql, args...)
		return &postgresRows{Rows: r}, err
	}
	res, err := s.flush(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	r, err := res.Query()
	if err != nil {
		res.Close()
		return nil, err
	}
	return &postgresRows{Rows: r, batch: res}, nil
}

// ask sends several reads, behind what waits, in one round trip.
func (s *postgresSession) ask(ctx context.Context, asks []Ask) error {
	s.begin()
	b, waiting := s.queued, s.waiting
	s.queued, s.waiting = pgx.Batch{}, 0
	for _, a := range asks {
		b.Queue(a.SQL, a.Args...)
	}
	res := s.conn.SendBatch(ctx, &b)
	err := func() error {
		for range waiting {
			if _, err := res.Exec(); err != nil {
				return err
			}
		}
		for _, a := range asks {
			if err := each(res, a); err != nil {
				return fmt.Errorf("%w\n\t%s", err, firstLine(a.SQL))
			}
		}
		return nil
	}()
	if cerr := res.Close(); err == nil {
		err = cerr
	}
	return err
}

func each(res pgx.BatchResults, a Ask) error {
	r, err := res.Query()
	if err != nil {
		return err
	}
	defer r.Close()
	for r.Next() {
		if err := a.Row(r); err != nil {
			return err
		}
	}
	return r.Err()
}

func (s *postgresSession) commit(ctx context.Context) error {
	if !s.begun {
		return nil
	}
	tag, err := func() (pgconn.CommandTag, error) {
		if s.waiting == 0 {
			return s.conn.Exec(ctx, "COMMIT")
		}
		res, err := s.flush(ctx, "COMMIT", nil)
		if err != nil {
			return pgconn.CommandTag{}, err
		}
		tag, err := res.Exec()
		if cerr := res.Close(); err == nil {
			err = cerr
		}
		return tag, err
	}()
	switch {
	case err == nil && tag.String() == "COMMIT":
		return nil
	case err == nil:
		return errors.New("the transaction had failed before its commit")
	case sqlState(err) == "":
		s.conn.Close(ctx)
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	s.rollback()
	return err
}

func (s *postgresSession) rollback() {
	if s.conn.IsClosed() || s.conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := s.conn.Exec(ctx, "ROLLBACK"); err != nil {
		s.conn.Close(ctx)
	}
}

// postgresRows closes the batch that its rows came in.
type postgresRows struct {
	pgx.Rows
	batch  io.Closer
	closed bool
}

func (r *postgresRows) Close() error {
	if r.closed {
		return r.Rows.Err()
	}
	r.closed = true
	r.Rows.Close()
	if r.batch != nil {
		if err := r.batch.Close(); err != nil {
			return err
		}
	}
	return r.Rows.Err()
}

func sqlState(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func retryable(err error) bool {
	code := sqlState(err)
	return code == "40001" || code == "40P01"
}

func postgresDown(err error) bool {
	var netErr net.Error
	var connErr *pgconn.ConnectError
	code := sqlState(err)
	return errors.As(err, &connErr) || errors.As(err, &netErr) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		len(code) == 5 && (code[:2] == "08" || code == "57P01" || code == "57P02" || code == "57P03")
}
