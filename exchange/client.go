package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"lancar"
)

// A register that failed breakAfter times in a row is left alone for breakFor, so that a
// register that hangs does not hold up everyone who signs in.
const (
	breakAfter = 3
	breakFor   = 5 * time.Second
	maxAnswer  = 64 << 10
)

// client speaks to the registers over HTTP.
type client struct {
	config Config
	http   *http.Client
	mu     sync.Mutex
	fails  map[string]int
	rest   map[string]time.Time
}

func newClient(c Config) *client {
	return &client{config: c, http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		fails: map[string]int{}, rest: map[string]time.Time{}}
}

func down(source Source, cause error) error {
	return lancar.Fail(lancar.Unavailable, "", source.Name["id"]+" sedang tidak bisa dihubungi. Anda bisa melanjutkan; kami periksa kemudian.",
		"The "+strings.ToLower(source.Name["en"])+" cannot be reached now. You can go on; we check later.").Because(cause)
}

func (c *client) match(ctx context.Context, s Source, q Question) (map[string]Answer, error) {
	var out struct {
		Fields map[string]Answer `json:"fields"`
	}
	if _, err := c.call(ctx, s, "match", map[string]any{"key": q.Key, "by": q.By, "fields": q.Fields}, &out); err != nil {
		return nil, err
	}
	answers := make(map[string]Answer, len(q.Fields))
	for f := range q.Fields {
		switch a := out.Fields[f]; a {
		case Matches, Differs:
			answers[f] = a
		default:
			answers[f] = Unknown
		}
	}
	return answers, nil
}

func (c *client) read(ctx context.Context, s Source, q Question) (map[string]string, error) {
	var out struct {
		Fields map[string]string `json:"fields"`
	}
	found, err := c.call(ctx, s, "read", map[string]any{"key": q.Key, "by": q.By, "fields": q.Names, "purpose": q.Purpose["id"], "ground": s.Ground["id"]}, &out)
	if err != nil || !found {
		return nil, err
	}
	values := make(map[string]string, len(q.Names))
	for _, f := range q.Names { // nothing that was not asked for gets in
		if v, ok := out.Fields[f]; ok {
			values[f] = v
		}
	}
	return values, nil
}

// call posts one question; false means that there is no such record.
func (c *client) call(ctx context.Context, s Source, verb string, question, into any) (bool, error) {
	if c.resting(s.ID) {
		return false, down(s, errors.New("left alone after failures"))
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout())
	defer cancel()
	found, err := c.post(ctx, s, verb, question, into)
	c.note(s.ID, err)
	if err != nil {
		return false, down(s, err)
	}
	return found, nil
}

func (c *client) post(ctx context.Context, s Source, verb string, question, into any) (bool, error) {
	token, err := os.ReadFile(c.config.TokenFile)
	if err != nil {
		return false, err
	}
	body, err := json.Marshal(question)
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.URL+"/"+s.ID+"/"+verb, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return false, err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
		return true, json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(into)
	case http.StatusNotFound:
		return false, nil
	}
	return false, fmt.Errorf("%s answered %d", s.ID, res.StatusCode)
}

func (c *client) resting(source string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Before(c.rest[source])
}

func (c *client) note(source string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil || errors.Is(err, context.Canceled) {
		c.fails[source] = 0
		return
	}
	if c.fails[source]++; c.fails[source] >= breakAfter {
		c.fails[source], c.rest[source] = 0, time.Now().Add(breakFor)
	}
}
