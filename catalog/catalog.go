package catalog

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"lancar"
	"lancar/catalog/find"
	"lancar/internal/store"
	"lancar/internal/strictyaml"
)

// Catalog holds the services. It is safe for concurrent use.
type Catalog struct {
	all    []*Definition // newest versions, by slug
	bySlug map[string]*Definition
	lang   *language
	db     *store.DB // nil: only what is in memory

	mu     sync.Mutex
	pinned map[string]*Definition // older versions read from the database, by hash
}

// Load reads every folder of fsys that holds a service.yaml. A broken definition is left out and
// reported; the others stand.
func Load(fsys fs.FS) (*Catalog, []*strictyaml.Error) {
	c := &Catalog{bySlug: map[string]*Definition{}, lang: &language{}, pinned: map[string]*Definition{}}
	all, problems := readAll(fsys)
	for _, slug := range sorted(all) {
		d, bad := parse(slug, slug, all[slug], c.lang)
		if problems = append(problems, bad...); d != nil {
			c.all = append(c.all, d)
			c.bySlug[slug] = d
		}
	}
	return c, problems
}

// Read reads one definition from its folder in fsys, for tools that check it; common files come
// from the folder common beside it. Unlike Load it also says what the rules complain about.
func Read(fsys fs.FS, slug string) (*Definition, []*strictyaml.Error) {
	all, problems := readAll(fsys)
	if all[slug] == nil {
		return nil, append(problems, &strictyaml.Error{File: slug + "/service.yaml", Message: "there is no such file"})
	}
	d, bad := parse(slug, slug, all[slug], &language{})
	if problems = append(problems, bad...); d != nil {
		d.Examples()
		problems = append(problems, d.told.errs...)
		problems = append(problems, d.ruleErrors(all[slug])...)
	}
	return d, problems
}

// ruleErrors compiles every rule and says what is wrong where.
func (d *Definition) ruleErrors(fs files) []*strictyaml.Error {
	d.compile()
	p := &parser{dir: d.Slug, fs: fs, docs: map[string]*strictyaml.Document{}}
	for name, text := range fs {
		if strings.HasSuffix(name, ".yaml") {
			p.docs[name], _ = strictyaml.Parse(name, []byte(text))
		}
	}
	for _, x := range d.expressions() {
		if err := d.rules.errs[x.key]; err != nil {
			p.fail(x.file, x.path, "the rule %s: %v", x.source, err)
		}
	}
	p.slots(d)
	return p.errs
}

// readAll reads the files of every service folder.
func readAll(fsys fs.FS) (map[string]files, []*strictyaml.Error) {
	all, common := map[string]files{}, files{}
	var problems []*strictyaml.Error
	err := fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		slug, rest, inside := strings.Cut(name, "/")
		if ext := path.Ext(rest); !inside || ext != ".yaml" && ext != ".txt" {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if slug == "common" {
			common[name] = string(text)
			return nil
		}
		if all[slug] == nil {
			all[slug] = files{}
		}
		all[slug][rest] = string(text)
		return nil
	})
	if err != nil {
		problems = append(problems, &strictyaml.Error{File: ".", Message: err.Error()})
	}
	for slug, fs := range all {
		if _, ok := fs["service.yaml"]; !ok {
			delete(all, slug)
			problems = append(problems, &strictyaml.Error{File: slug, Message: "the folder has no service.yaml"})
			continue
		}
		for name, text := range common {
			if _, own := fs[strings.TrimPrefix(name, "common/")]; !own {
				fs[name] = text
			}
		}
	}
	return all, problems
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Open loads and publishes: versions that the database does not hold yet are stored for ever.
func Open(ctx context.Context, db *store.DB, fsys fs.FS) (*Catalog, []*strictyaml.Error, error) {
	c, problems := Load(fsys)
	c.db = db
	return c, problems, c.publish(ctx)
}

// Service returns the newest version of a service, nil when there is none.
func (c *Catalog) Service(slug string) *Definition { return c.bySlug[slug] }

// All returns the newest version of every service, by slug. The caller must not change the slice.
func (c *Catalog) All() []*Definition { return c.all }

// Pinned returns the version of a service with this hash, from memory or from the database.
// lancar.NotFound when it was never published here.
func (c *Catalog) Pinned(ctx context.Context, slug, hash string) (*Definition, error) {
	if d := c.bySlug[slug]; d != nil && d.Hash == hash {
		return d, nil
	}
	c.mu.Lock()
	d := c.pinned[hash]
	c.mu.Unlock()
	if d != nil && d.Slug == slug {
		return d, nil
	}
	if c.db == nil {
		return nil, errNoVersion
	}
	d, err := c.published(ctx, slug, hash)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pinned) >= maxPinned {
		clear(c.pinned)
	}
	c.pinned[hash] = d
	return d, nil
}

// maxPinned bounds the older versions kept in memory.
const maxPinned = 200

var errNoVersion = lancar.Fail(lancar.NotFound, "", "Versi layanan ini tidak ada.", "There is no such version of the service.")

// Entries returns what search needs of every service, in the order of [Catalog.All].
func (c *Catalog) Entries() []find.Entry {
	entries := make([]find.Entry, len(c.all))
	for i, d := range c.all {
		entries[i] = find.Entry{Slug: d.Slug, Title: d.Title, Keywords: d.Keywords, Summary: d.Summary,
			LifeEvents: d.LifeEvents, Body: d.body()}
	}
	return entries
}

// body is further text that search may look at: requirements and the output's title.
func (d *Definition) body() lancar.Text {
	body := lancar.Text{}
	for _, lang := range []string{"id", "en"} {
		parts := []string{d.Output.Title.In(lang)}
		for _, r := range d.Requirements {
			parts = append(parts, r.Text.In(lang))
		}
		body[lang] = strings.Join(parts, ". ")
	}
	return body
}
