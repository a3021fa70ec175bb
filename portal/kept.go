package portal

import (
	"sync"
	"time"

	"lancar/web"
)

// keptPages are pages that are the same for everyone, each for the minute it was made in: dates
// and forecasts on them are never older, also when time is moved.
type keptPages struct {
	mu     sync.RWMutex
	minute int64
	pages  map[string]*web.Public
}

// most bounds the memory: some 15 KB a page.
const most = 2000

func (k *keptPages) get(key string, now time.Time) *web.Public {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.minute != now.Unix()/60 {
		return nil
	}
	return k.pages[key]
}

func (k *keptPages) put(key string, now time.Time, page *web.Public) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if m := now.Unix() / 60; m != k.minute || len(k.pages) >= most || k.pages == nil {
		k.minute, k.pages = m, map[string]*web.Public{}
	}
	k.pages[key] = page
}
