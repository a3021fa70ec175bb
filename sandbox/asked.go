package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"sync"
)

// asked counts, as a real register would, how often each register was asked about whom. It lasts as
// long as the process.
type asked struct {
	mu sync.Mutex
	by map[string]map[string]int // normalised key → register → times
}

func (a *asked) note(key, register string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.by == nil {
		a.by = map[string]map[string]int{}
	}
	k := normal(key)
	if a.by[k] == nil {
		a.by[k] = map[string]int{}
	}
	a.by[k][register]++
}

// postAsked answers how often each register was asked by a key. The key is in the body: it may be a
// person's number.
func (s *Sandbox) postAsked(w http.ResponseWriter, r *http.Request) {
	var in struct{ Key string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<12)).Decode(&in); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	s.asked.mu.Lock()
	out := maps.Clone(s.asked.by[normal(in.Key)])
	s.asked.mu.Unlock()
	if out == nil {
		out = map[string]int{}
	}
	writeJSON(w, http.StatusOK, out)
}
