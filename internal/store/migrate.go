package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
)

// Migrate brings the schema up to the newest file of fsys: files NNNN_name.sql in order, one
// statement an Exec, each file once and whole. A file that changed after it ran is refused.
func (db *DB) Migrate(ctx context.Context, fsys fs.FS) error {
	if err := db.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec("CREATE TABLE IF NOT EXISTS schema_migrations (id TEXT PRIMARY KEY, hash TEXT NOT NULL, at BIGINT NOT NULL)")
		return err
	}); err != nil && !isThere(err) { // two copies may start at once
		return err
	}
	names, err := fs.Glob(fsys, "[0-9]*.sql")
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if err := db.migrateFile(ctx, name, string(text)); err != nil {
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return nil
}

func (db *DB) migrateFile(ctx context.Context, name, text string) error {
	sum := sha256.Sum256([]byte(text))
	hash := hex.EncodeToString(sum[:])
	return db.Write(ctx, func(tx *Tx) error {
		var was string
		switch err := tx.QueryRow("SELECT hash FROM schema_migrations WHERE id = $1", name).Scan(&was); {
		case err == nil && was == hash:
			return nil
		case err == nil:
			return fmt.Errorf("it ran before with other content; migrations are never edited")
		case err != ErrNone:
			return err
		}
		// Taken first, so that a second copy waits here and then sees the row.
		n, err := tx.Exec("INSERT INTO schema_migrations (id, hash, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", name, hash, Micros(tx.Now))
		if err != nil || n == 0 {
			return err
		}
		for _, statement := range Statements(text) {
			if _, err := tx.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// Statements splits a migration at semicolons that end a line, and drops comment lines.
func Statements(text string) []string {
	var out []string
	var b strings.Builder
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "--") {
			continue
		}
		b.WriteString(line)
		if strings.HasSuffix(trimmed, ";") {
			out = append(out, strings.TrimSuffix(strings.TrimSpace(b.String()), ";"))
			b.Reset()
		}
	}
	if rest := strings.TrimSpace(b.String()); rest != "" {
		out = append(out, rest)
	}
	return out
}
