// Package outside is what lies outside the process in the tests of rooms: a clock, mail and
// telephone, registers over real HTTP and an acquirer; and the key ring and low rooms that such a
// test needs over them, wired as app wires them. Only tests import it.
package outside

import (
	"testing"
	"time"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

// World is the outside of one node, with the database that the node is to have. A test's own
// world embeds it, or the [Node] within it.
type World struct {
	*Clock
	*Post
	*Registers
	*Acquirer
	DB *store.DB

	t    testing.TB
	ring *keys.Ring
}

// Each runs fn on each engine, each time in a new world in which it is start.
func Each(t *testing.T, start time.Time, records Records, fn func(*testing.T, *World)) {
	t.Helper()
	clock := NewClock(start)
	storetest.EachAt(t, clock.Now, func(t *testing.T, db *store.DB) {
		clock.SetClock(start)
		fn(t, Over(t, clock, db, records))
	})
}

// Once is a world on SQLite alone: for what does not depend on the engine.
func Once(t testing.TB, start time.Time, records Records) *World {
	t.Helper()
	clock := NewClock(start)
	return Over(t, clock, storetest.OpenAt(t, clock.Now), records)
}

// Over is a world over a database opened otherwise, on this clock or on one that shows about the same.
func Over(t testing.TB, clock *Clock, db *store.DB, records Records) *World {
	t.Helper()
	return &World{Clock: clock, Post: &Post{}, Registers: newRegisters(t, records), Acquirer: newAcquirer(clock.Now), DB: db, t: t}
}

// Must fails the test on an error.
func (w *World) Must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// Refused fails the test unless the error has this code.
func (w *World) Refused(err error, code lancar.Code) {
	w.t.Helper()
	if lancar.CodeOf(err) != code {
		w.t.Fatalf("got %v, want %s", err, code)
	}
}
