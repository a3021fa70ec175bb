package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// HTTPPhone sends short messages through a gateway that takes
// POST URL {"to", "text", "key"} with a bearer token.
type HTTPPhone struct {
	URL    string // of the gateway's messages, "https://…/phone/messages"
	Token  string
	Client *http.Client // nil: one with a timeout of 10 s
}

// Send hands one message over; the title is not used.
func (p HTTPPhone) Send(ctx context.Context, key, to, _, body string) error {
	payload, err := json.Marshal(map[string]string{"to": to, "text": body, "key": key})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(payload))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.Token)
	req.Header.Set("Content-Type", "application/json")
	client := p.Client
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	res, err := client.Do(req)
	if err != nil {
		return &outsideError{"the phone gateway cannot be reached", err}
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // read to the end so that the connection is used again
	switch {
	case res.StatusCode < 300:
		return nil
	case res.StatusCode == http.StatusBadRequest, res.StatusCode == http.StatusUnprocessableEntity:
		return &outsideError{fmt.Sprintf("the phone gateway refused it: %d", res.StatusCode), ErrRefused}
	}
	return &outsideError{fmt.Sprintf("the phone gateway answered %d", res.StatusCode), errors.New("notify: phone gateway")}
}
