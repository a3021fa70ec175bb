package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"lancar/internal/store"
	"lancar/payment/snap"
)

// notifyPath is where the node takes service 52; the signature covers it.
const notifyPath = "/snap/v1.0/qr/qr-mpm-notify"

const (
	giveUpAfter = 7 * 24 * time.Hour
	maxBackOff  = time.Minute
	maxRefusals = 6
)

func (s *Sandbox) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// deliver sends due notifications until ctx ends. What could not be delivered stays in the
// database and is tried again, also by the next process.
func (s *Sandbox) deliver(ctx context.Context) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		n, err := s.deliverDue(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("notifications", "error", err)
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// deliverDue sends what is due now, and returns how many.
func (s *Sandbox) deliverDue(ctx context.Context) (int, error) {
	var due []delivery
	if err := s.db.Read(ctx, func(tx *store.Tx) (err error) { due, err = dueDeliveries(tx); return err }); err != nil {
		return 0, err
	}
	var group sync.WaitGroup
	errs := make([]error, len(due))
	for i, d := range due {
		group.Go(func() {
			d = s.attempt(ctx, d)
			errs[i] = s.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return updateDelivery(tx, d) })
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

// attempt sends one notification and says what becomes of it: done when the node took it, failed
// when it knows no such charge or refused often, waiting otherwise.
func (s *Sandbox) attempt(ctx context.Context, d delivery) delivery {
	s.moving.RLock() // both clocks stand still while a notification is stamped and checked
	status, err := s.send(ctx, d)
	s.moving.RUnlock()
	d.Attempts++
	now := s.Now()
	switch c, _ := snap.ParseCode(status.ResponseCode); {
	case err != nil:
		d.Answer = "tidak terjangkau"
	case c.HTTP == http.StatusOK:
		d.State, d.Answer = "done", status.ResponseCode+" "+status.ResponseMessage
		return d
	case c.HTTP >= 400 && c.HTTP < 500 && (c.HTTP == http.StatusNotFound || d.Forged != 0 || d.Attempts >= maxRefusals):
		d.State, d.Answer = "failed", status.ResponseCode+" "+status.ResponseMessage
		return d
	default:
		d.Answer = status.ResponseCode + " " + status.ResponseMessage
	}
	if now.Sub(d.Due) > giveUpAfter {
		d.State = "failed"
	}
	wait := maxBackOff
	if d.Attempts < 6 {
		wait = time.Second << d.Attempts
	}
	d.Due = now.Add(wait)
	return d
}

func (s *Sandbox) send(ctx context.Context, d delivery) (snap.Status, error) {
	body := []byte(d.Body)
	r, err := http.NewRequestWithContext(ctx, "POST", s.config.NodeURL+notifyPath, bytes.NewReader(body))
	if err != nil {
		return snap.Status{}, err
	}
	key := s.secrets.bank
	if d.Forged != 0 {
		if key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return snap.Status{}, err
		}
	}
	now := s.Now()
	if err := snap.SignNotification(r, notifyPath, body, key, s.secrets.clientKey, snap.ExternalID(now), now); err != nil {
		return snap.Status{}, err
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return snap.Status{}, err
	}
	defer answer.Body.Close()
	var status snap.Status
	if err := json.NewDecoder(http.MaxBytesReader(nil, answer.Body, 1<<16)).Decode(&status); err != nil {
		return snap.Status{}, fmt.Errorf("%s: %w", answer.Status, err)
	}
	return status, nil
}
