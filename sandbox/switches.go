package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// The switches and their modes; the first mode is how a new sandbox stands.
func switches() map[string][]string {
	way := []string{"up", "down", "hang"}
	return map[string][]string{"register": way, "bank": way, "mail": way, "phone": way,
		"payment": {"normal", "late", "silent", "repeat", "double", "forged", "wrong"}}
}

func (s *Sandbox) mode(r *http.Request, name string) string {
	v, err := s.setting(r.Context(), "switch."+name)
	if err != nil || !slices.Contains(switches()[name], v) {
		return switches()[name][0]
	}
	return v
}

// hangFor is how long a switch at "hang" keeps a caller waiting before it answers 504.
const hangFor = 30 * time.Second

// switched puts a handler behind a switch.
func (s *Sandbox) switched(name string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch s.mode(r, name) {
		case "down":
			http.Error(w, `{"error":"switched down"}`, http.StatusServiceUnavailable)
		case "hang":
			select {
			case <-r.Context().Done():
			case <-time.After(hangFor):
			}
			http.Error(w, `{"error":"switched to hang"}`, http.StatusGatewayTimeout)
		default:
			h(w, r)
		}
	}
}

func (s *Sandbox) getSwitches(w http.ResponseWriter, r *http.Request) {
	all := map[string]string{}
	for name := range switches() {
		all[name] = s.mode(r, name)
	}
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, all)
		return
	}
	s.page(w, r, "switch", map[string]any{"Now": all, "All": switches()})
}

func (s *Sandbox) postSwitch(w http.ResponseWriter, r *http.Request) {
	var in struct{ Name, Mode string }
	if !s.read(w, r, &in, map[string]*string{"name": &in.Name, "mode": &in.Mode}) {
		return
	}
	if !slices.Contains(switches()[in.Name], in.Mode) {
		s.fail(w, r, http.StatusBadRequest, "no such switch or mode")
		return
	}
	if err := s.set(r.Context(), "switch."+in.Name, in.Mode); err != nil {
		s.broken(w, r, err)
		return
	}
	s.done(w, r, "/switch", map[string]string{"name": in.Name, "mode": in.Mode})
}
