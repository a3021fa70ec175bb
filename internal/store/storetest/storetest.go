// Package storetest gives tests a real database: SQLite in the test's own folder always, and
// PostgreSQL where LANCAR_TEST_POSTGRES names a server on which databases may be made.
package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lancar"
	"lancar/internal/store"
	"lancar/migrations"
)

// Each runs fn once per engine, each time on a new migrated database.
func Each(t *testing.T, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, Open(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, OpenURL(t, PostgresURL(t), time.Now)) })
}

// Open gives one migrated SQLite database on the system's clock.
func Open(t testing.TB) *store.DB { return OpenAt(t, time.Now) }

// OpenAt gives one migrated SQLite database on the given clock.
func OpenAt(t testing.TB, clock lancar.Clock) *store.DB {
	t.Helper()
	return OpenURL(t, "sqlite:"+filepath.Join(t.TempDir(), "lancar.db"), clock)
}

// EachAt is [Each] on the given clock.
func EachAt(t *testing.T, clock lancar.Clock, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, OpenAt(t, clock)) })
	t.Run("postgres", func(t *testing.T) { fn(t, OpenURL(t, PostgresURL(t), clock)) })
}

// OpenURL opens and migrates the database at url and closes it with the test.
func OpenURL(t testing.TB, url string, clock lancar.Clock) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), url, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(context.Background(), migrations.FS); err != nil {
		t.Fatal(err)
	}
	return db
}

// PostgresURL makes an empty database in C collation and drops it with the test. Without
// LANCAR_TEST_POSTGRES the test is skipped, or fails where LANCAR_TEST_NO_SKIP is set.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("LANCAR_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("LANCAR_TEST_NO_SKIP") != "" {
			t.Fatal("LANCAR_TEST_POSTGRES is not set")
		}
		t.Skip("PostgreSQL half skipped: LANCAR_TEST_POSTGRES is not set (make test sets it)")
	}
	ctx := context.Background()
	var b [6]byte
	rand.Read(b[:])
	name := "lancar_test_" + hex.EncodeToString(b[:])
	admin := func(sql string) error {
		conn, err := pgx.Connect(ctx, server)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, sql)
		return err
	}
	if err := admin("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("LANCAR_TEST_POSTGRES is not a URL")
	}
	u.Path = "/" + name
	return u.String()
}
