package outside

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lancar/exchange"
)

// Records are what registers hold: "source key" to the fields of the record.
type Records map[string]map[string]string

const token = "t0ken"

// Registers answer /SOURCE/match and /SOURCE/read over HTTP, as package exchange asks.
type Registers struct {
	// Config says where they answer, and in which file the token is that they ask for.
	Config exchange.Config

	mu        sync.Mutex
	records   Records
	down      map[string]bool // by source; "" is all of them
	asked     int
	meanwhile func()
}

// newRegisters serves registers that hold a copy of these records until the test ends.
func newRegisters(t testing.TB, records Records) *Registers {
	t.Helper()
	r := &Registers{records: Records{}, down: map[string]bool{}}
	for name, fields := range records {
		r.records[name] = maps.Clone(fields)
	}
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.Config = exchange.Config{URL: server.URL, TokenFile: file}
	return r
}

// Record is a copy of a record, nil if there is none.
func (r *Registers) Record(name string) map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.records[name])
}

// SetRecord puts a record in the place of what was there; nil strikes it out.
func (r *Registers) SetRecord(name string, fields map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.records[name] = maps.Clone(fields); fields == nil {
		delete(r.records, name)
	}
}

// SetField changes one field of a record.
func (r *Registers) SetField(name, field, value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records[name][field] = value
}

// Down breaks the register of this source, or mends it; "" means all of them.
func (r *Registers) Down(source string, is bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down[source] = is
}

// Meanwhile is called at every question, while the register thinks; nil ends that.
func (r *Registers) Meanwhile(fn func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.meanwhile = fn
}

// Questions is how many questions the registers were asked, answered or not.
func (r *Registers) Questions() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

// ServeHTTP answers one question.
func (r *Registers) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	source, verb, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
	down := r.hear(source)
	var q struct {
		Key    string          `json:"key"`
		Fields json.RawMessage `json:"fields"`
	}
	switch err := json.NewDecoder(req.Body).Decode(&q); {
	case req.Header.Get("Authorization") != "Bearer "+token:
		rw.WriteHeader(http.StatusUnauthorized)
		return
	case down:
		rw.WriteHeader(http.StatusServiceUnavailable)
		return
	case err != nil:
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	have := r.Record(source + " " + q.Key)
	if have == nil && verb == "read" {
		rw.WriteHeader(http.StatusNotFound)
		return
	}
	out, err := answer(verb, have, q.Fields)
	if err != nil {
		rw.WriteHeader(http.StatusBadRequest)
		return
	}
	_ = json.NewEncoder(rw).Encode(map[string]any{"fields": out}) // the client notices
}

// hear counts a question and lets happen what happens meanwhile; a register that was down when it
// was asked stays silent.
func (r *Registers) hear(source string) (down bool) {
	r.mu.Lock()
	r.asked++
	down = r.down[source] || r.down[""]
	r.mu.Unlock()
	r.Think()
	return down
}

// Think lets happen what [Registers.Meanwhile] says.
func (r *Registers) Think() {
	r.mu.Lock()
	meanwhile := r.meanwhile
	r.mu.Unlock()
	if meanwhile != nil {
		meanwhile()
	}
}

// answer tells the fields that are asked for, or of each that was typed whether it is right.
func answer(verb string, have map[string]string, fields json.RawMessage) (map[string]string, error) {
	out := map[string]string{}
	if verb == "read" {
		var names []string
		err := json.Unmarshal(fields, &names)
		for _, f := range names {
			if have[f] != "" {
				out[f] = have[f]
			}
		}
		return out, err
	}
	var typed map[string]string
	err := json.Unmarshal(fields, &typed)
	for f, v := range typed {
		if strings.HasSuffix(f, "_since") {
			out[f] = since(have[f], v)
			continue
		}
		switch have[f] {
		case "":
			out[f] = "unknown"
		case v:
			out[f] = "match"
		default:
			out[f] = "nomatch"
		}
	}
	return out, err
}

// Unsaid, as the value of a field that ends in _since, is a register that does not say since when a
// contact stands there. Without any, contacts stand since ever.
const Unsaid = "unsaid"

func since(have, day string) string {
	switch {
	case have == Unsaid:
		return "unknown"
	case have <= day:
		return "match"
	}
	return "nomatch"
}
