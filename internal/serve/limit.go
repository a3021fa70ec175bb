package serve

import (
	"net/netip"
	"sync"
	"time"
)

// Limiter is a token bucket per client address (IPv6 by /64). The limits of a person, which
// hold over all nodes, are kept by the rooms in the database; this one keeps a single address
// from drowning a node.
type Limiter struct {
	rate  float64 // tokens a second
	burst float64
	mu    sync.Mutex
	seen  map[netip.Addr]bucket
	swept time.Time
}

type bucket struct {
	tokens float64
	at     time.Time
}

// NewLimiter allows burst requests at once and rate a second after that. A nil Limiter or a
// rate of zero limits nothing.
func NewLimiter(rate, burst float64) *Limiter {
	return &Limiter{rate: rate, burst: burst, seen: map[netip.Addr]bucket{}, swept: time.Now()}
}

// Take spends one token and returns zero, or how long to wait for the next.
func (l *Limiter) Take(a netip.Addr) time.Duration {
	if l == nil || l.rate <= 0 {
		return 0
	}
	if a.Is6() {
		a = netip.PrefixFrom(a, 64).Masked().Addr()
	}
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	b, ok := l.seen[a]
	if !ok {
		b = bucket{l.burst, now}
	}
	b.tokens = min(l.burst, b.tokens+now.Sub(b.at).Seconds()*l.rate)
	b.at = now
	var wait time.Duration
	if b.tokens < 1 {
		wait = time.Duration((1 - b.tokens) / l.rate * float64(time.Second))
	} else {
		b.tokens--
	}
	l.seen[a] = b
	return wait
}

// sweep forgets addresses whose bucket is full again.
func (l *Limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = now
	for a, b := range l.seen {
		if b.tokens+now.Sub(b.at).Seconds()*l.rate >= l.burst {
			delete(l.seen, a)
		}
	}
}
