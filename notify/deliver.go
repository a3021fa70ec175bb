package notify

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// How long a delivery is tried: a message long enough for a mail server that is down over a
// weekend, a code no longer than it is of use.
const (
	giveUp       = 72 * time.Hour
	giveUpSecret = 10 * time.Minute
)

// kindError is a failure in words that hold no personal data; the cause, which may quote an
// address, is never kept.
type kindError struct {
	what string
	err  error
}

func (e kindError) Error() string { return "notify: " + e.what }
func (e kindError) Unwrap() error { return e.err }

// deliver makes one attempt of one delivery. It may run twice for one success (a crash between
// the far side's yes and our record): the key lets the far side see that.
func (n *Notify) deliver(ctx context.Context, j jobs.Job) (func(*store.Tx) error, error) {
	var d delivery
	err := n.db.Read(ctx, func(tx *store.Tx) (err error) {
		d, err = n.load(tx, j.Region, lancar.ID(j.Payload))
		return err
	})
	switch {
	case errors.Is(err, store.ErrNone) || err == nil && d.state != "queued":
		return nil, nil
	case errors.Is(err, keys.ErrDestroyed):
		return record(d, "failed", "erased before it was sent"), nil
	case err != nil:
		return nil, err
	}
	cause := n.hand(ctx, d)
	if cause == nil {
		return record(d, "sent", ""), nil
	}
	limit := giveUp
	if d.secret {
		limit = giveUpSecret
	}
	var dead interface{ Dead() bool }
	if errors.As(cause, &dead) || n.db.Now().Sub(d.at) > limit {
		return record(d, "failed", reason(cause)), nil
	}
	return nil, errors.Join(cause, n.db.Write(context.WithoutCancel(ctx), record(d, "queued", reason(cause))))
}

func (n *Notify) hand(ctx context.Context, d delivery) error {
	sender := n.senders[d.channel]
	if sender == nil {
		return kindError{"this channel is not configured", nil}
	}
	title, text := d.content.Title.In(d.content.Lang), d.content.Body.In(d.content.Lang)
	glue := "\n\n"
	if d.channel != Email {
		if short := d.content.Short.In(d.content.Lang); short != "" {
			text = short
		} else {
			text = title
		}
		glue = " "
	}
	if link := d.content.Link; link != "" {
		if strings.HasPrefix(link, "/") {
			link = n.link(d.region, link)
		}
		text += glue + link
	}
	return sender.Send(ctx, d.to, title, text, string(d.id))
}

func record(d delivery, state, reason string) func(*store.Tx) error {
	return func(tx *store.Tx) error { return updateDelivery(tx, d, state, reason) }
}

// reason is what operators see.
func reason(err error) string {
	if kind, ok := errors.AsType[kindError](err); ok {
		return kind.what
	}
	return "it could not be sent"
}

// load reads a delivery with its message, opened.
func (n *Notify) load(tx *store.Tx, region string, id lancar.ID) (delivery, error) {
	d, err := selectDelivery(tx, region, id)
	if err != nil || d.state != "queued" {
		return d, err
	}
	open, err := n.opener(tx, d.owner)
	if err != nil {
		return d, err
	}
	to, err := open(d.address, []byte(d.id))
	if err != nil {
		return d, err
	}
	d.to = string(to)
	plain, err := open(d.sealed, []byte(d.message))
	if err != nil {
		return d, err
	}
	return d, json.Unmarshal(plain, &d.content)
}
