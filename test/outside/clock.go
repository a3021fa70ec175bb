package outside

import (
	"sync"
	"time"
)

// Clock stands still until the test moves it.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock is a clock that shows start.
func NewClock(start time.Time) *Clock { return &Clock{at: start} }

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Pass moves the clock on.
func (c *Clock) Pass(d time.Duration) { c.SetClock(c.Now().Add(d)) }

// SetClock makes the clock show at.
func (c *Clock) SetClock(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}
