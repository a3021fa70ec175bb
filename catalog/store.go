package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"lancar/internal/store"
)

// publish stores the loaded versions that the database does not hold yet. Versions are never
// changed or removed: cases pin them.
func (c *Catalog) publish(ctx context.Context) error {
	known := map[string]bool{}
	err := c.db.Read(ctx, func(tx *store.Tx) error {
		hashes, err := store.All(tx, func(s store.Scanner) (string, error) {
			var slug, hash string
			err := s.Scan(&slug, &hash)
			return slug + " " + hash, err
		}, `SELECT slug, hash FROM catalog_versions`)
		for _, h := range hashes {
			known[h] = true
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read published versions: %w", err)
	}
	var fresh []*Definition
	for _, d := range c.all {
		if !known[d.Slug+" "+d.Hash] {
			fresh = append(fresh, d)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		for _, d := range fresh {
			body, err := json.Marshal(d.source)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO catalog_versions (slug, hash, body, published) VALUES ($1, $2, $3, $4)
				ON CONFLICT DO NOTHING`, d.Slug, d.Hash, string(body), store.Micros(tx.Now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("publish versions: %w", err)
	}
	return nil
}

// published reads one version. What was stored under a hash must still have it.
func (c *Catalog) published(ctx context.Context, slug, hash string) (*Definition, error) {
	var body string
	err := c.db.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT body FROM catalog_versions WHERE slug = $1 AND hash = $2`, slug, hash).Scan(&body)
	})
	if errors.Is(err, store.ErrNone) {
		return nil, errNoVersion
	}
	if err != nil {
		return nil, fmt.Errorf("read version %s of %s: %w", hash, slug, err)
	}
	fs := files{}
	if err := json.Unmarshal([]byte(body), &fs); err != nil {
		return nil, fmt.Errorf("version %s of %s: %w", hash, slug, err)
	}
	d, problems := parse(slug, slug, fs, c.lang)
	switch {
	case len(problems) > 0:
		return nil, fmt.Errorf("version %s of %s: %w", hash, slug, problems[0])
	case d.Hash != hash:
		return nil, fmt.Errorf("version %s of %s was altered: its content hashes to %s", hash, slug, d.Hash)
	}
	return d, nil
}
