package notify

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Sender reaches somebody outside. key is the same for every attempt of one delivery, so that
// the far side can drop repetitions. It returns [ErrRefused] when trying again is useless.
type Sender interface {
	Send(ctx context.Context, key, to, title, body string) error
}

// ErrRefused says that the far side refused this address or message for good.
var ErrRefused = errors.New("notify: refused for good")

var errNotConfigured = errors.New("notify: this channel is not configured")

// giveUp is how long a delivery is tried: long enough for a mail server that is down over a
// weekend.
const giveUp = 72 * time.Hour

// deliver makes one attempt of one delivery. It may run twice for one success (a crash between
// the far side's yes and our record): the key lets the far side see that.
func (n *Notify) deliver(ctx context.Context, j jobs.Job) error {
	var d delivery
	err := n.db.Read(ctx, func(tx *store.Tx) (err error) {
		d, err = n.load(tx, j.Region, lancar.ID(j.Payload))
		return err
	})
	switch {
	case errors.Is(err, store.ErrNone) || err == nil && d.state != "queued":
		return nil
	case errors.Is(err, keys.ErrDestroyed):
		return n.record(ctx, d, "failed", "erased before it was sent")
	case err != nil:
		return err
	}
	cause := n.hand(ctx, d)
	switch {
	case cause == nil:
		return n.record(ctx, d, "sent", "")
	case errors.Is(cause, ErrRefused), n.db.Now().Sub(d.at) > giveUp:
		return n.record(ctx, d, "failed", reason(cause))
	}
	return errors.Join(cause, n.record(ctx, d, "queued", reason(cause)))
}

func (n *Notify) hand(ctx context.Context, d delivery) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	title, body := d.content.Title.In(d.content.Lang), d.content.Body.In(d.content.Lang)
	switch {
	case d.channel == Email && n.cfg.SMTP.Addr != "":
		if d.content.Link != "" {
			body += "\n\n" + d.content.Link
		}
		return n.cfg.SMTP.Send(ctx, string(d.id), d.to, title, body)
	case d.channel == Phone && n.cfg.Phone != nil:
		short := d.content.Short.In(d.content.Lang)
		if short == "" {
			short = title
		}
		if d.content.Link != "" {
			short += " " + d.content.Link
		}
		return n.cfg.Phone.Send(ctx, string(d.id), d.to, title, short)
	}
	return errNotConfigured
}

func (n *Notify) record(ctx context.Context, d delivery, state, reason string) error {
	return n.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return updateDelivery(tx, d, state, reason) })
}

// reason is what operators see: never an address or what the far side quoted of it.
func reason(err error) string {
	var outside *outsideError
	switch {
	case errors.As(err, &outside):
		return outside.what
	case errors.Is(err, errNotConfigured):
		return "channel not configured"
	case errors.Is(err, context.DeadlineExceeded):
		return "timed out"
	}
	return "not reachable"
}

// outsideError is an answer of the far side, reduced to what holds no personal data.
type outsideError struct {
	what string
	err  error
}

func (e *outsideError) Error() string { return "notify: " + e.what }
func (e *outsideError) Unwrap() error { return e.err }

// load reads a delivery with its message, opened.
func (n *Notify) load(tx *store.Tx, region string, id lancar.ID) (delivery, error) {
	d, err := selectDelivery(tx, region, id)
	if err != nil || d.state != "queued" {
		return d, err
	}
	key, err := n.ring.LoadTx(tx, d.owner)
	if err != nil {
		return d, err
	}
	to, err := key.Open(d.address, []byte(d.id))
	if err != nil {
		return d, err
	}
	d.to = string(to)
	plain, err := key.Open(d.sealed, []byte(d.message))
	if err != nil {
		return d, err
	}
	return d, json.Unmarshal(plain, &d.content)
}
