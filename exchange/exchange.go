// Package exchange asks other agencies' registers, so that people are not asked again. It knows
// two questions: Match, where the register only says whether typed values agree, and Read, which
// brings named fields of one record and is allowed only under a person's own grant that covers
// registers (their sign-in passed the contact test) or an officer's look. Of a thing that is asked
// for by its own number (a plate, a tax object) everyone signed in may read what does not say whose
// it is. Where a register makes
// records on request (a business number), Obtain asks it to.
//
// Each call is a row that the person sees. A register that does not answer stops nobody: the
// caller goes on without the fact, and [Exchange.AskLaterTx] asks again until it is answered.
// Sources are data (sources.yaml).
package exchange

import (
	_ "embed"
	"fmt"
	"slices"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/strictyaml"
)

//go:embed sources.yaml
var sourcesFile []byte

// Answer is what a register says about one typed value.
type Answer string

// The answers. Unknown means that the register has no such record or field.
const (
	Matches Answer = "match"
	Differs Answer = "nomatch"
	Unknown Answer = "unknown"
)

// Source is one register.
type Source struct {
	ID        string      `yaml:"id"`
	Name      lancar.Text `yaml:"name"`
	Owner     lancar.Text `yaml:"owner"`
	Ground    lancar.Text `yaml:"ground"`
	Key       []string    `yaml:"key"`
	TimeoutMS int         `yaml:"timeout_ms"`
	General   []string    `yaml:"general"`
	Specific  []string    `yaml:"specific"`
	OpenBy    string      `yaml:"open_by"` // the key that names a thing, not a person: "plate"; "" for none
	Open      []string    `yaml:"open"`    // what anybody signed in may read of such a thing; never whose it is
	Obtain    []string    `yaml:"obtain"`  // fields, beside the key, with which the register makes a record on request; none: it does not
}

// Has says whether the register keeps the field.
func (s Source) Has(field string) bool {
	return slices.Contains(s.General, field) || slices.Contains(s.Specific, field)
}

// Question is one call about one record.
type Question struct {
	Source  string
	By      string            // the key field the record is found by; "" for the source's first
	Key     string            // its value
	Fields  map[string]string // Match: field → typed value
	Names   []string          // Read: fields wanted
	Subject string            // whose data; what the person's list of looks is kept by
	Region  string            // on behalf of which region
	Case    lancar.ID         // "" while it is a draft
	Who     lancar.Actor      // who asks; the zero value is the node itself, for the person
	Purpose lancar.Text
	Tag     string // comes back with the event of a later answer
}

// Exchange is the room.
type Exchange struct {
	db      *store.DB
	queue   *jobs.Queue
	ring    *keys.Ring
	access  *access.Access
	sources map[string]Source
	client  *client
}

// Config says where the registers answer.
type Config struct {
	URL       string // {URL}/{source}/match and {URL}/{source}/read
	TokenFile string // bearer token
}

// New makes the room and registers the job that asks later.
func New(db *store.DB, queue *jobs.Queue, ring *keys.Ring, acc *access.Access, c Config) (*Exchange, error) {
	var list []Source
	if err := strictyaml.Decode("exchange/sources.yaml", sourcesFile, &list); err != nil {
		return nil, err
	}
	x := &Exchange{db: db, queue: queue, ring: ring, access: acc, sources: map[string]Source{}, client: newClient(c)}
	for _, s := range list {
		if s.ID == "" || len(s.Key) == 0 || s.TimeoutMS <= 0 {
			return nil, fmt.Errorf("exchange: source %q lacks id, key or timeout", s.ID)
		}
		x.sources[s.ID] = s
	}
	queue.Handle(laterQueue, x.askAgain)
	return x, nil
}

// Source returns a register by its id.
func (x *Exchange) Source(id string) (Source, bool) {
	s, ok := x.sources[id]
	return s, ok
}

// check refuses a question about a source or field that is not declared.
func (x *Exchange) check(q Question) (Source, error) {
	s, ok := x.sources[q.Source]
	if !ok {
		return s, fmt.Errorf("exchange: no source %q", q.Source)
	}
	if q.By != "" && !slices.Contains(s.Key, q.By) {
		return s, fmt.Errorf("exchange: %s cannot be asked by %q", q.Source, q.By)
	}
	for _, f := range q.fields() {
		if !s.Has(f) {
			return s, fmt.Errorf("exchange: %s has no field %q", q.Source, f)
		}
	}
	return s, nil
}

// kind is the kind of data a reading needs a grant for.
func (s Source) kind(q Question) string {
	by := q.By
	if by == "" {
		by = s.Key[0]
	}
	if s.OpenBy == "" || by != s.OpenBy {
		return access.Register
	}
	for _, f := range q.Names {
		if !slices.Contains(s.Open, f) {
			return access.Register
		}
	}
	return access.Things
}

func (q Question) fields() []string {
	out := slices.Clone(q.Names)
	for f := range q.Fields {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}

func (q Question) who() lancar.Actor {
	if q.Who.Kind == "" {
		return lancar.TheSystem("exchange")
	}
	return q.Who
}

func (s Source) timeout() time.Duration { return time.Duration(s.TimeoutMS) * time.Millisecond }
