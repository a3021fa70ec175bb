package catalog

import (
	"context"
	"io/fs"

	"lancar/catalog/find"
	"lancar/internal/store"
	"lancar/internal/strictyaml"
)

// Catalog holds the services. It is safe for concurrent use.
type Catalog struct{}

// Load reads every folder of fsys that holds a service.yaml. A broken definition is left out and
// reported; the others stand.
func Load(fsys fs.FS) (*Catalog, []*strictyaml.Error) { return &Catalog{}, nil }

// Open loads and publishes: versions that the database does not hold yet are stored for ever.
func Open(ctx context.Context, db *store.DB, fsys fs.FS) (*Catalog, []*strictyaml.Error, error) {
	return nil, nil, nil
}

// Service returns the newest version of a service, nil when there is none.
func (c *Catalog) Service(slug string) *Definition { return nil }

// All returns the newest version of every service, by slug.
func (c *Catalog) All() []*Definition { return nil }

// Pinned returns the version of a service with this hash, from memory or from the database.
// lancar.NotFound when it was never published here.
func (c *Catalog) Pinned(ctx context.Context, slug, hash string) (*Definition, error) {
	return nil, nil
}

// Entries returns what search needs of every service, in the order of [Catalog.All].
func (c *Catalog) Entries() []find.Entry { return nil }
