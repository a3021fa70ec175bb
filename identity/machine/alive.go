package machine

import (
	"context"
	"sync"
	"time"

	"lancar"
	"lancar/internal/store"
)

// cache holds what was read of machines in use. It goes by the process's own steady clock.
type cache struct {
	mu sync.Mutex
	of map[lancar.ID]*entry
}

type entry struct {
	mu   sync.Mutex
	read time.Time // when the reading began
	m    Machine
}

const maxKnown = 20_000

func (c *cache) entry(id lancar.ID) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.of[id]
	if e == nil {
		if c.of == nil || len(c.of) >= maxKnown {
			c.of = map[lancar.ID]*entry{}
		}
		e = &entry{}
		c.of[id] = e
	}
	return e
}

func (c *cache) drop(id lancar.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.of, id)
}

// Alive says whether a machine may go on now. Ask it for every request that carries a machine's
// token: a stop anywhere is seen within a second. When the database does not answer it says no.
func (s *Machines) Alive(ctx context.Context, id lancar.ID) bool {
	_, err := s.Live(ctx, id)
	return err == nil
}

// Live is a machine that may go on now, at most [alive] old. lancar.Unauthenticated, with words,
// for one that may not, or does not exist.
func (s *Machines) Live(ctx context.Context, id lancar.ID) (Machine, error) {
	m, err := s.recent(ctx, id)
	if err == nil {
		err = m.Working(s.db.Now())
	}
	if err != nil {
		return Machine{}, err
	}
	return m, nil
}

// recent reads a machine, or lets the reading that somebody else began just now serve.
func (s *Machines) recent(ctx context.Context, id lancar.ID) (Machine, error) {
	came := time.Now()
	e := s.known.entry(id)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.read.IsZero() && came.Sub(e.read) < alive {
		return e.m, nil
	}
	began := time.Now()
	var m Machine
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		m, err = s.readTx(tx, id)
		return err
	})
	if err != nil {
		s.known.drop(id)
		return Machine{}, err
	}
	e.read, e.m = began, m
	return m, nil
}

// readTx reads a machine with its words; lancar.Unauthenticated for an id that is none.
func (s *Machines) readTx(tx *store.Tx, id lancar.ID) (Machine, error) {
	row, err := selectMachine(tx, id)
	if err == store.ErrNone {
		return Machine{}, refused("Mesin ini tidak terdaftar.", "This machine is not registered.")
	}
	if err != nil {
		return Machine{}, err
	}
	list, err := s.openWords(tx, []sealed{row})
	if err != nil {
		return Machine{}, err
	}
	return list[0], nil
}
