package oidc

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"lancar"
	"lancar/internal/serve"
)

// crowd bounds what a client, and an address in a client's name, can leave lying in the database: requests
// that nobody finishes, codes that nobody types. It is kept in memory, so that the way to a sign-in writes
// nothing more; each copy of a node has its own. A request that an app pushes is its own; one that a
// browser brings can be anybody's, so one address has a small share of them: nobody shuts out the others.
type crowd struct {
	most map[string]share
	mu   sync.Mutex
	of   map[string]*window
}

// share is how many of a kind a client, and one address for it, may begin in a span; address 0: no bound.
type share struct {
	span            time.Duration
	client, address int
}

// window counts in this span and the one before.
type window struct {
	slot        int64
	now, before map[crowdKey]int
}

type crowdKey struct {
	client  lancar.ID
	one     bool // of one address; else of the client as a whole
	address netip.Addr
}

const (
	crowdPushed = "pushed"
	crowdAsking = "asking"
	crowdWaits  = "waits"
	crowdKnown  = 200_000 // addresses remembered; beyond them only clients are counted
)

// crowds are the bounds. A request lives 20 minutes, a code ten and an hour more until it is forgotten.
func crowds() map[string]share {
	return map[string]share{
		crowdPushed: {askingLife, 500_000, 0},
		crowdAsking: {askingLife, 100_000, 5_000},
		crowdWaits:  {time.Hour, 20_000, 1_000},
	}
}

var errCrowd = refuse("temporarily_unavailable", "Terlalu banyak permintaan yang belum selesai. Coba lagi sebentar.", "Too many unfinished requests, try again shortly").with(http.StatusTooManyRequests)

// take counts one more of a kind, or refuses it. free says that the client proved itself, so that its
// address says nothing.
func (c *crowd) take(r *http.Request, kind string, client lancar.ID, free bool, now time.Time) error {
	s := c.most[kind]
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]*window{}
	}
	w := c.of[kind]
	slot := now.UnixNano() / int64(s.span)
	if w == nil || w.slot != slot {
		next := &window{slot: slot, now: map[crowdKey]int{}}
		if w != nil && w.slot == slot-1 {
			next.before = w.now
		}
		w, c.of[kind] = next, next
	}
	left := 1 - float64(now.UnixNano()%int64(s.span))/float64(s.span)
	sum := func(k crowdKey) int { return w.now[k] + int(left*float64(w.before[k])) }
	whole, one := crowdKey{client: client}, crowdKey{client, true, addressOf(r)}
	bound := s.address > 0 && !free
	if sum(whole) >= s.client || bound && sum(one) >= s.address {
		return errCrowd
	}
	w.now[whole]++
	if bound && len(w.now) < crowdKnown {
		w.now[one]++
	}
	return nil
}

// addressOf is who asks: one line of IPv6 has 2^64 addresses, and is one.
func addressOf(r *http.Request) netip.Addr {
	a := serve.Address(r.Context()).Unmap()
	if a.Is6() {
		return netip.PrefixFrom(a, 64).Masked().Addr()
	}
	return a
}
