package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/keys"
	"lancar/internal/store"
)

const inboxPage = 30

// Inbox returns the messages of the grant's person, newest first, a page at a time. after is ""
// for the first page, else what the page before returned as next.
func (n *Notify) Inbox(ctx context.Context, g access.Grant, after string) (list []Inboxed, next string, err error) {
	if err := g.For(g.Subject(), access.Messages); err != nil {
		return nil, "", err
	}
	at, id := int64(1<<63-1), "~"
	if left, right, ok := strings.Cut(after, "."); ok {
		if at, err = strconv.ParseInt(left, 10, 64); err != nil {
			return nil, "", lancar.Fail(lancar.Invalid, "after", "Halaman ini tidak ada.", "There is no such page.")
		}
		id = right
	}
	err = n.db.Read(ctx, func(tx *store.Tx) error {
		list, err = n.page(tx, g, at, id, inboxPage+1)
		return err
	})
	if len(list) > inboxPage {
		list = list[:inboxPage]
		last := list[inboxPage-1]
		next = fmt.Sprintf("%d.%s", store.Micros(last.At), last.ID)
	}
	return list, next, err
}

func (n *Notify) page(tx *store.Tx, g access.Grant, at int64, id string, limit int) ([]Inboxed, error) {
	rows, err := selectInbox(tx, g.Subject(), at, id, limit)
	if err != nil {
		return nil, err
	}
	var list []Inboxed
	opened := map[string]keys.DataKey{}
	for _, r := range rows {
		key, ok := opened[r.owner]
		if !ok {
			key, err = n.ring.LoadTx(tx, r.owner)
			if errors.Is(err, keys.ErrDestroyed) {
				continue
			}
			if err != nil {
				return nil, err
			}
			opened[r.owner] = key
		}
		plain, err := key.Open(r.sealed, []byte(r.ID))
		if err != nil {
			return nil, fmt.Errorf("message %s: %w", r.ID, err)
		}
		var c content
		if err := json.Unmarshal(plain, &c); err != nil {
			return nil, err
		}
		r.Title, r.Body, r.Link = c.Title, c.Body, c.Link
		list = append(list, r.Inboxed)
	}
	return list, nil
}

// Unread says how many messages the person has not read, counting to at most 100.
func (n *Notify) Unread(ctx context.Context, g access.Grant) (count int, err error) {
	err = n.db.Read(ctx, func(tx *store.Tx) error {
		count, err = countUnread(tx, g.Subject(), 100)
		return err
	})
	return count, err
}

// MarkRead notes that the person has seen everything up to an instant.
func (n *Notify) MarkRead(ctx context.Context, own access.Grant, until time.Time) error {
	if !own.Own() {
		return nil
	}
	return n.db.Write(ctx, func(tx *store.Tx) error { return markRead(tx, own.Subject(), until) })
}

// Exporter gives the inbox to the person's own download.
func (n *Notify) Exporter() access.Exporter {
	return access.Exporter{Name: "pesan", Data: func(tx *store.Tx, own access.Grant) (any, error) {
		return n.page(tx, own, 1<<63-1, "~", 10_000)
	}}
}

// EraseTx destroys the messages of an account. It is called for access.EventErase.
func (n *Notify) EraseTx(tx *store.Tx, account lancar.ID) error {
	return n.ring.DestroyTx(tx, "account:"+string(account))
}
