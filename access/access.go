// Package access decides whether a record about a person may be read, and remembers that it was:
// who looked, at whose data, which data, when, for what, on which legal ground.
//
// A store of any room returns personal rows only for a [Grant], and only this package makes one.
// [Access.OpenTx] writes the row of the look into the transaction of the reader, in the reader's
// region; the outbox carries it to the person's own list ([Access.SeenTx], [Access.Rows]).
// A person who reads about themselves needs no row: [Access.OwnTx].
//
// The room also keeps a person's rights under UU 27/2022 (to see, to correct, to restrict, to
// have erased, and to ask why someone looked), each with its clock of 3×24 hours, and carries out
// what retention demands. It knows nobody's name: people are subjects, the keyed hash of an
// identity or passport number.
package access

import (
	"sync"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/publiclog"
)

// Access is the room. It is safe for concurrent use once [Access.Register] is done.
type Access struct {
	db        *store.DB
	queue     *jobs.Queue
	ring      *keys.Ring
	exporters []Exporter
	rules     []Rule
	declared  []func() []Processing
	brought   func(tx *store.Tx, account, id lancar.ID) (bool, error)
	ends      func(tx *store.Tx, w Withdrawal) error
	bound     bindings
	log       *publiclog.Log // holds the heads of the chain of looks; nil: looks are not chained
}

// bindings remembers which account belongs to which subject, for [Access.OwnTx], which every
// request of a signed-in person asks. A binding never changes; one that was erased may be
// remembered for longer, but its account has no session any more.
type bindings struct {
	mu sync.RWMutex
	of map[lancar.ID]string
}

const maxBindings = 20_000

func (b *bindings) get(account lancar.ID) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.of[account]
}

func (b *bindings) put(account lancar.ID, subject string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of == nil || len(b.of) >= maxBindings {
		b.of = map[lancar.ID]string{}
	}
	b.of[account] = subject
}

func (b *bindings) drop(account lancar.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.of, account)
}

// New makes the room.
func New(db *store.DB, queue *jobs.Queue, ring *keys.Ring) *Access {
	return &Access{db: db, queue: queue, ring: ring}
}

// AtWithdrawal names what ends with an agreement, in the very transaction that withdraws it: who asks
// afterwards finds it ended, however long the queue is. app hands it down before anything is served.
func (a *Access) AtWithdrawal(end func(tx *store.Tx, w Withdrawal) error) { a.ends = end }
