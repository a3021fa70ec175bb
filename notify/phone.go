package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"lancar/internal/jobs"
)

// Gateway sends short messages through an HTTP gateway that takes POST URL {"to", "text", "key"}
// with a bearer token, and treats repeated keys as one message. Via, where it is set, is sent as
// "via": by what the gateway delivers.
type Gateway struct {
	URL       string // "https://…/phone/messages"
	TokenFile string
	Via       string // "whatsapp"; "" for text messages
}

// Send hands one message over; the title is not used.
func (g Gateway) Send(ctx context.Context, to, _, text, key string) error {
	token, err := os.ReadFile(g.TokenFile)
	if err != nil {
		return kindError{"the phone gateway's token cannot be read", err}
	}
	fields := map[string]string{"to": to, "text": text, "key": key}
	if g.Via != "" {
		fields["via"] = g.Via
	}
	payload, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL, bytes.NewReader(payload))
	if err != nil {
		return kindError{"the phone gateway's address cannot be used", err}
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return kindError{"the phone gateway cannot be reached", err}
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // read to the end so that the connection is used again
	switch {
	case res.StatusCode < 300:
		return nil
	case res.StatusCode == http.StatusBadRequest, res.StatusCode == http.StatusUnprocessableEntity:
		return jobs.Dead(kindError{fmt.Sprintf("the phone gateway refused it: %d", res.StatusCode), nil})
	}
	return kindError{fmt.Sprintf("the phone gateway answered %d", res.StatusCode), nil}
}
