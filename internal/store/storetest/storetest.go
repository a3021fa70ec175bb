// Package storetest gives tests a real database: SQLite in the test's own folder always, and
// PostgreSQL where LANCAR_TEST_POSTGRES names a server on which databases may be made.
package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
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
	file, err := migrated()
	path := filepath.Join(t.TempDir(), "lancar.db")
	if err == nil {
		err = os.WriteFile(path, file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return OpenURL(t, "sqlite:"+path, clock)
}

// migrated is the file of an empty database after all migrations, made once a process.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "lancar-storetest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "lancar.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(url string) error {
	db, err := store.Open(context.Background(), url, time.Now)
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(context.Background(), migrations.FS), db.Close())
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

// PostgresURL makes a migrated database in C collation and drops it with the test. Without
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
	template, err := templateOn(server)
	if err != nil {
		t.Fatal(err)
	}
	var b [6]byte
	rand.Read(b[:])
	name := "lancar_test_" + hex.EncodeToString(b[:])
	copied := "CREATE DATABASE " + name + " TEMPLATE " + template
	if err := admin(server, copied+" STRATEGY FILE_COPY"); err != nil { // faster, and unknown before PostgreSQL 15
		if err := admin(server, copied); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := admin(server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return named(server, name)
}

// templateOn is a migrated database on the server that tests are copied from. Its name holds the hash
// of the migrations; whoever needs it first makes it, under a lock of the server.
func templateOn(server string) (name string, err error) {
	ctx := context.Background()
	sum, err := hashOf(migrations.FS)
	if err != nil {
		return "", err
	}
	name = "lancar_template_" + sum
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx) // and with it the lock
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(53)"); err != nil {
		return "", err
	}
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	making := name + "_making"
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + making, "CREATE DATABASE " + making + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return "", err
		}
	}
	if err := migrate(named(server, making)); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+making+" RENAME TO "+name)
	return name, err
}

func hashOf(fsys fs.FS) (string, error) {
	h := sha256.New()
	names, err := fs.Glob(fsys, "[0-9]*.sql")
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s\n%d\n", name, len(text))
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), err
}

func admin(server, sql string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// named is the URL of another database on the same server.
func named(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server // opening it says what is wrong
	}
	u.Path = "/" + name
	return u.String()
}
