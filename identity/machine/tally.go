package machine

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"lancar"
	"lancar/internal/store"
)

// tally is what was used since the last fold, by machine.
type tally struct {
	mu sync.Mutex
	of map[lancar.ID]*used
}

type used struct {
	last  time.Time
	calls map[hourScope]int64
	nets  map[string]time.Time
	keys  map[string]time.Time
}

type hourScope struct {
	hour  int64 // since 1970
	scope string
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

const maxNets = 100 // of one machine between two folds

func (t *tally) note(u Use, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.get(u.Machine)
	n.last = now
	n.calls[hourScope{hourOf(now), u.Scope}]++
	if net := network(u.Address); net != "" && len(n.nets) < maxNets {
		n.nets[net] = now
	}
	if u.Key != "" {
		n.keys[u.Key] = now
	}
}

func (t *tally) get(id lancar.ID) *used {
	if t.of == nil {
		t.of = map[lancar.ID]*used{}
	}
	n := t.of[id]
	if n == nil {
		n = &used{calls: map[hourScope]int64{}, nets: map[string]time.Time{}, keys: map[string]time.Time{}}
		t.of[id] = n
	}
	return n
}

// empty hands over what was gathered.
func (t *tally) empty() map[lancar.ID]*used {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.of
	t.of = nil
	return out
}

// back puts what could not be written beside what came since.
func (t *tally) back(of map[lancar.ID]*used) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, u := range of {
		n := t.get(id)
		if u.last.After(n.last) {
			n.last = u.last
		}
		for k, v := range u.calls {
			n.calls[k] += v
		}
		later(n.nets, u.nets)
		later(n.keys, u.keys)
	}
}

func later(into, from map[string]time.Time) {
	for k, v := range from {
		if v.After(into[k]) {
			into[k] = v
		}
	}
}

// Run folds what this node's machines used, until ctx ends, and once more then.
func (s *Machines) Run(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := s.Flush(ctx); err != nil && ctx.Err() == nil {
				failed(err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushEvery)
			defer cancel()
			if err := s.Flush(last); err != nil {
				failed(err)
			}
			return
		}
	}
}

// Flush writes down last use, calls by hour and scope, and networks, raises alarms for what is
// unusual, and gives back budget that this node took and nobody used.
func (s *Machines) Flush(ctx context.Context) error {
	of := s.tally.empty()
	unspent := s.meter.idle(s.db.Now())
	if len(of) == 0 && len(unspent) == 0 {
		return nil
	}
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		for key, l := range unspent {
			if err := giveBudget(tx, key, l); err != nil {
				return err
			}
		}
		for _, id := range slices.Sorted(maps.Keys(of)) { // one order on all nodes
			if err := s.fold(tx, id, of[id]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.tally.back(of)
	}
	return err
}

func (s *Machines) fold(tx *store.Tx, id lancar.ID, u *used) error {
	before, err := history(tx, id, tx.Now.Add(-remembered))
	if err != nil {
		return err
	}
	for at, n := range u.calls {
		if err := addCalls(tx, id, at, n); err != nil {
			return err
		}
	}
	fresh, err := addNets(tx, id, u.nets)
	if err != nil {
		return err
	}
	for thumb, at := range u.keys {
		if err := touchKey(tx, id, thumb, at); err != nil {
			return err
		}
	}
	if err := touchMachine(tx, id, u.last); err != nil {
		return err
	}
	return s.judge(tx, id, before, u, fresh)
}
