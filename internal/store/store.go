// Package store is the only place that knows which database runs: SQLite embedded
// (modernc.org/sqlite) or PostgreSQL (pgx). Both take the same SQL text, the subset described
// in ARCHITECTURE.md under "Storage".
//
// A [DB] hands out a [Tx] for reading or for one durable write. Nothing a write did is visible
// or acknowledged before its commit reached the disk.
package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"lancar"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine  engine
	clock   lancar.Clock
	writing atomic.Int64
}

// engine is what differs between the two databases.
type engine interface {
	name() string
	read(ctx context.Context, fn func(session) error) error
	write(ctx context.Context, fn func(session) error) error
	ping(ctx context.Context) error
	close() error
}

// session runs statements on one connection, inside a transaction when it writes.
type session interface {
	exec(ctx context.Context, sql string, args []any) (int64, error)
	query(ctx context.Context, sql string, args []any) (rows, error)
	queue(ctx context.Context, sql string, args []any) error
}

type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// ErrNone is returned by [Row.Scan] and [One] when there is no row.
var ErrNone = errors.New("store: no row")

// ErrUnknown says that the connection broke during COMMIT: the write may or may not be in.
// Callers answer with "unavailable"; the retry carries the same idempotency key.
var ErrUnknown = errors.New("store: outcome of commit unknown")

// Open opens url: "sqlite:/path/to/lancar.db" (made if missing) or a PostgreSQL URL. clock
// gives Tx.Now; it is read once per transaction.
func Open(ctx context.Context, url string, clock lancar.Clock) (*DB, error) {
	var (
		e   engine
		err error
	)
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		e, err = openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"))
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		e, err = openPostgres(ctx, url)
	default:
		return nil, errors.New(`store: database URL must start with "sqlite:" or "postgres://"`)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return &DB{engine: e, clock: clock}, nil
}

// Engine is "sqlite" or "postgres". For reports and tests only: no statement may depend on it.
func (db *DB) Engine() string { return db.engine.name() }

// Ping says whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.engine.ping(ctx) }

// Close ends all connections; running writes finish first.
func (db *DB) Close() error { return db.engine.close() }

// Now is the database's clock at microsecond precision, UTC.
func (db *DB) Now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

// Read runs fn on one connection. Each statement sees what was committed before it began; fn
// must not write.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	now := db.Now()
	return safe(db.engine.read(ctx, func(s session) error {
		return fn(&Tx{Now: now, Ctx: ctx, s: s})
	}))
}

// Write runs fn in one durable transaction and commits when it returns nil. After a
// serialization failure or deadlock fn is run again, so it may change nothing but the
// transaction (assign results, do not append to them). A Write inside a Write is refused.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if ctx.Value(inWrite{}) != nil {
		return errors.New("store: Write inside a Write; pass the *Tx down instead")
	}
	db.writing.Add(1)
	defer db.writing.Add(-1)
	return safe(db.engine.write(ctx, func(s session) error {
		return fn(&Tx{Now: db.Now(), Ctx: context.WithValue(ctx, inWrite{}, true), s: s})
	}))
}

type inWrite struct{}

// Writing is how many writes of this process are on their way, those that wait for their turn included.
func (db *DB) Writing() int { return int(db.writing.Load()) }

// safe turns what a person can do nothing about into "unavailable", with the cause kept.
func safe(err error) error {
	var known *lancar.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case isFull(err):
		return lancar.Fail(lancar.Unavailable, "", "Penyimpanan kami penuh. Yang sudah tersimpan aman. Coba lagi nanti.",
			"Our storage is full. What was saved is safe. Please try again later.").Because(err)
	case errors.Is(err, ErrUnknown), isDown(err):
		return lancar.Fail(lancar.Unavailable, "", "Ada gangguan di pihak kami. Isian Anda aman. Coba lagi sebentar.",
			"Something failed on our side. Your answers are safe. Please try again shortly.").Because(err)
	case isNoText(err):
		return lancar.Fail(lancar.Invalid, "", "Isian ini memuat tanda yang tidak terbaca.", "This contains characters that cannot be read.").Because(err)
	}
	return err
}

// Micros is t as the BIGINT that columns hold: microseconds since 1970, UTC. The zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time is the inverse of [Micros].
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
