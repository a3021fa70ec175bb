package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lancar/internal/keys"
)

// shift is the clock of a demonstration: the system's time and an offset that only grows. It
// lies in DIR/clock, so that a restarted node goes on where time was moved to.
type shift struct {
	path   string
	secret []byte
	offset atomic.Int64 // milliseconds
	mu     sync.Mutex   // held by who moves it
}

func openShift(data, secretFile string) (*shift, error) {
	s := &shift{path: filepath.Join(data, "clock")}
	secret, err := os.ReadFile(secretFile)
	if err != nil {
		return nil, err
	}
	s.secret = []byte(strings.TrimSpace(string(secret)))
	text, err := os.ReadFile(s.path)
	if os.IsNotExist(err) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	s.offset.Store(n)
	return s, err
}

func (s *shift) now() time.Time {
	return time.Now().Add(time.Duration(s.offset.Load()) * time.Millisecond)
}

// moved says whether time was ever moved.
func (s *shift) moved() bool { return s.offset.Load() > 0 }

// ServeHTTP takes the sandbox's word about the time: {"offset_ms": N}, signed with
// HMAC-SHA256 of the body under the secret they share. Time never goes back.
func (s *shift) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<10))
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	}
	mac := hmac.New(sha256.New, s.secret)
	mac.Write(body)
	given, err := hex.DecodeString(r.Header.Get("X-Lancar-Signature"))
	if err != nil || !keys.Equal(given, mac.Sum(nil)) {
		http.Error(w, "wrong signature", http.StatusForbidden)
		return
	}
	var ask struct {
		Offset int64 `json:"offset_ms"`
	}
	if err := json.Unmarshal(body, &ask); err != nil {
		http.Error(w, "want {\"offset_ms\": N}", http.StatusBadRequest)
		return
	}
	if err := s.forward(ask.Offset); err != nil {
		http.Error(w, "the time could not be kept", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]int64{"offset_ms": s.offset.Load()})
}

// forward keeps the offset on disk before the clock shows it.
func (s *shift) forward(to int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if to <= s.offset.Load() {
		return nil
	}
	next := s.path + ".new"
	if err := os.WriteFile(next, []byte(strconv.FormatInt(to, 10)+"\n"), 0o600); err != nil {
		return err
	}
	if err := os.Rename(next, s.path); err != nil {
		return err
	}
	s.offset.Store(to)
	return nil
}
