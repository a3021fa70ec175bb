package sandbox

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// clockMessage is the body of POST /.demo/time on the node, both ways: how many milliseconds the
// clock is ahead of the machine's. Each side takes the greater, so that both agree and neither
// goes back.
type clockMessage struct {
	OffsetMS int64  `json:"offset_ms"`
	Now      string `json:"now,omitempty"`
}

func (s *Sandbox) loadClock(ctx context.Context) error {
	v, err := s.setting(ctx, "clock.offset_ms")
	if err != nil || v == "" {
		return err
	}
	ms, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return fmt.Errorf("sandbox.db: clock.offset_ms: %w", err)
	}
	s.offset.raise(time.Duration(ms) * time.Millisecond)
	return nil
}

// advance moves the node and then the sandbox to at least the given offset.
func (s *Sandbox) advance(ctx context.Context, to time.Duration) error {
	s.moving.Lock()
	defer s.moving.Unlock()
	agreed, err := s.tellNode(ctx, max(to, s.offset.get()))
	if err != nil {
		return err
	}
	if err := s.set(ctx, "clock.offset_ms", strconv.FormatInt(agreed.Milliseconds(), 10)); err != nil {
		return err
	}
	s.offset.raise(agreed)
	s.poke()
	return nil
}

func (s *Sandbox) tellNode(ctx context.Context, offset time.Duration) (time.Duration, error) {
	body, _ := json.Marshal(clockMessage{OffsetMS: offset.Milliseconds(), Now: time.Now().Add(offset).UTC().Format(time.RFC3339)})
	r, err := http.NewRequestWithContext(ctx, "POST", s.config.NodeURL+"/.demo/time", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	mac := hmac.New(sha256.New, s.secrets.clock)
	mac.Write(body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Lancar-Signature", hex.EncodeToString(mac.Sum(nil)))
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	var got clockMessage
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the node answered %s to the new time", answer.Status)
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, answer.Body, 1<<16)).Decode(&got); err != nil {
		return 0, err
	}
	return max(offset, time.Duration(got.OffsetMS)*time.Millisecond), nil
}

// syncClock tells the node our time once it can be reached, so that a crash between the two
// halves of a move is mended.
func (s *Sandbox) syncClock(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.advance(ctx, s.offset.get()); err == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// target reads what POST /time asks for. Exactly one of advance (a duration: "72h", "90m") and to
// (RFC 3339) is given.
func (s *Sandbox) target(advance, to string) (time.Duration, error) {
	switch {
	case advance != "" && to == "":
		d, err := time.ParseDuration(advance)
		if err != nil || d < 0 {
			return 0, errors.New("advance: want a duration such as 72h; time never goes back")
		}
		return s.offset.get() + d, nil
	case to != "" && advance == "":
		t, err := time.Parse(time.RFC3339, to)
		if err != nil {
			return 0, errors.New("to: want an instant such as 2026-12-24T08:00:00+08:00")
		}
		if t.Before(s.Now()) {
			return 0, errors.New("to: that is past; time never goes back")
		}
		return time.Until(t), nil
	}
	return 0, errors.New("want advance or to")
}

func (s *Sandbox) getTime(w http.ResponseWriter, r *http.Request) {
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, s.timeNow())
		return
	}
	s.page(w, r, "time", nil)
}

func (s *Sandbox) timeNow() map[string]any {
	return map[string]any{"now": s.Now().UTC().Format(time.RFC3339Nano), "offset_ms": s.offset.get().Milliseconds()}
}

func (s *Sandbox) postTime(w http.ResponseWriter, r *http.Request) {
	var in struct{ Advance, To string }
	if !s.read(w, r, &in, map[string]*string{"advance": &in.Advance, "to": &in.To}) {
		return
	}
	to, err := s.target(in.Advance, in.To)
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, err.Error())
		return
	}
	if err := s.advance(r.Context(), to); err != nil {
		s.log.Warn("time not moved", "error", err)
		s.fail(w, r, http.StatusBadGateway, "the node did not take the new time; nothing was moved")
		return
	}
	s.done(w, r, "/time", s.timeNow())
}
