package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"hash/crc32"
	"sync"
	"time"

	"lancar"
	"lancar/internal/store"
)

// Clients lists an agency's clients in a region and below it, for officers of that agency.
func (p *Provider) Clients(ctx context.Context, by lancar.Actor) (list []Client, err error) {
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		list = nil
		all, err := clientsOf(tx, by.Agency)
		for _, c := range all {
			if !mayKeep(by, c.Client) {
				continue
			}
			if c.Stage == Production {
				switch w, err := wantedOf(tx, c.ID); {
				case err == nil:
					c.Wanted = &w
				case err != store.ErrNone:
					return err
				}
			}
			list = append(list, c.Client)
		}
		return err
	})
	return list, err
}

// Trouble is a kind of thing that went wrong for a client, the newest of it in words.
type Trouble struct {
	At       time.Time
	Endpoint string // par, authorize, token, userinfo, introspect, revoke
	Code     string // as the client was told it
	Words    lancar.Text
	N        int64     // how often, since First; several in one second may be kept with the next one
	First    time.Time // of this kind
}

// Troubles are the last errors of a client, newest first, for officers of its agency.
func (p *Provider) Troubles(ctx context.Context, by lancar.Actor, id lancar.ID) (list []Trouble, err error) {
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := clientByID(tx, id)
		if err != nil || !mayKeep(by, c.Client) {
			return errNoClient(err)
		}
		list, err = troublesOf(tx, id)
		return err
	})
	return list, err
}

const (
	cacheLife   = 800 * time.Millisecond // as long as a machine is taken for alive: a stop is felt within a second
	cacheMost   = 10_000
	troubleLife = 30 * 24 * time.Hour
)

// clientCache keeps parsed clients for less than a second: what changes holds on every copy of the node by
// then.
type clientCache struct {
	mu sync.RWMutex
	of map[lancar.ID]cached
}

type cached struct {
	reg *registration
	why error // there is none that works
	at  time.Time
}

// client finds a working client; a fault for one that is unknown or ended.
func (p *Provider) client(ctx context.Context, id string) (*registration, error) {
	return p.clientBy(id, func(look func(*store.Tx) error) error { return p.DB.Read(ctx, look) })
}

// clientTx is [Provider.client] inside a transaction.
func (p *Provider) clientTx(tx *store.Tx, id lancar.ID) (*registration, error) {
	return p.clientBy(string(id), func(look func(*store.Tx) error) error { return look(tx) })
}

func (p *Provider) clientBy(id string, read func(look func(*store.Tx) error) error) (*registration, error) {
	if id == "" || len(id) > 64 || id != printable(id) {
		return nil, badClient("Aplikasi tidak dikenal.", "The client is unknown")
	}
	now := time.Now() // the age of a cache entry, not of anything kept
	p.clients.mu.RLock()
	c, ok := p.clients.of[lancar.ID(id)]
	p.clients.mu.RUnlock()
	if !ok || now.Sub(c.at) > cacheLife {
		c = cached{at: now}
		err := read(func(tx *store.Tx) error {
			reg, err := clientByID(tx, lancar.ID(id))
			if err == store.ErrNone {
				c.reg, c.why = p.machineClient(tx, lancar.ID(id))
				if _, told := errors.AsType[*fault](c.why); told {
					return nil
				}
				return c.why
			}
			c.reg = &reg
			return err
		})
		if err != nil {
			return nil, err
		}
		p.clients.mu.Lock()
		if p.clients.of == nil || len(p.clients.of) >= cacheMost {
			p.clients.of = map[lancar.ID]cached{}
		}
		p.clients.of[lancar.ID(id)] = c
		p.clients.mu.Unlock()
	}
	if c.why != nil {
		return nil, c.why
	}
	if c.reg.Stage == Ended {
		return nil, badClient("Aplikasi tidak dikenal.", "The client is unknown")
	}
	return c.reg, nil
}

// errorThrottle remembers when a kind of a client's errors was last kept, and how many came since, so
// that a broken client, or somebody who writes in its name, writes once a second for each kind.
type errorThrottle struct {
	mu sync.Mutex
	of map[troubleKind]*held
}

// troubleKind is what errors are counted by. Whoever fills one kind in a client's name hides no other;
// place sets a few of one code apart by their words.
type troubleKind struct {
	client         lancar.ID
	endpoint, code string
	place          int64
}

type held struct {
	at time.Time
	n  int64
}

const troublePlaces = 4

// take counts one more and says how many are to be kept now, 0 for none yet.
func (e *errorThrottle) take(k troubleKind, now time.Time) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.of == nil || len(e.of) >= cacheMost {
		e.of = map[troubleKind]*held{}
	}
	h := e.of[k]
	if h == nil {
		h = &held{}
		e.of[k] = h
	}
	h.n++
	if now.Sub(h.at) < time.Second {
		return 0
	}
	n := h.n
	h.at, h.n = now, 0
	return n
}

// note keeps a client's error for its engineers. It holds nothing of any person. Failing to keep it
// changes no answer.
func (p *Provider) note(ctx context.Context, client lancar.ID, endpoint string, f *fault) {
	k := troubleKind{client, endpoint, f.code, int64(crc32.ChecksumIEEE([]byte(f.words["en"])) % troublePlaces)}
	if client == "" {
		return
	}
	n := p.errors.take(k, time.Now())
	if n == 0 {
		return
	}
	words, err := json.Marshal(f.words)
	if err == nil {
		err = p.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
			return insertTrouble(tx, k, n, string(words))
		})
	}
	if err != nil {
		p.Log.Warn("a client's error was not kept", "client", client, "error", err)
	}
}
