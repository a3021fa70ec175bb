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

// Inbox returns the messages of the grant's account, newest first, at most limit (30 when 0).
// after is "" for the first page, else what the page before returned as next.
func (n *Notify) Inbox(ctx context.Context, own access.Grant, after string, limit int) (list []Item, next string, err error) {
	if err := own.For(own.Subject(), access.Messages); err != nil || !own.Own() {
		return nil, "", err
	}
	if limit <= 0 {
		limit = 30
	}
	at, id := int64(1<<63-1), "~"
	if left, right, ok := strings.Cut(after, "."); ok {
		if at, err = strconv.ParseInt(left, 10, 64); err != nil {
			return nil, "", lancar.Fail(lancar.Invalid, "after", "Halaman ini tidak ada.", "There is no such page.")
		}
		id = right
	}
	err = n.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := selectInbox(tx, own.Account(), at, id, limit+1)
		if err != nil {
			return err
		}
		if next = ""; len(rows) > limit {
			rows = rows[:limit]
			last := rows[limit-1]
			next = fmt.Sprintf("%d.%s", store.Micros(last.At), last.ID)
		}
		list, err = n.open(tx, rows)
		return err
	})
	return list, next, err
}

// open unseals inbox rows and leaves out what was erased.
func (n *Notify) open(tx *store.Tx, rows []inboxRow) ([]Item, error) {
	var list []Item
	var open func(sealed, aad []byte) ([]byte, error)
	var err error
	for i, r := range rows {
		if i == 0 || r.owner != rows[i-1].owner {
			open, err = n.opener(tx, r.owner)
		}
		if errors.Is(err, keys.ErrDestroyed) {
			continue
		}
		var plain []byte
		if err == nil {
			plain, err = open(r.sealed, []byte(r.ID))
		}
		if err != nil {
			return nil, fmt.Errorf("message %s: %w", r.ID, err)
		}
		var c content
		if err := json.Unmarshal(plain, &c); err != nil {
			return nil, err
		}
		r.Title, r.Body, r.Link = c.Title, c.Body, c.Link
		list = append(list, r.Item)
	}
	return list, nil
}

// Unread says how many messages the person has not read, counting to at most 100.
func (n *Notify) Unread(ctx context.Context, own access.Grant) (count int, err error) {
	if err := own.For(own.Subject(), access.Messages); err != nil {
		return 0, err
	}
	err = n.db.Read(ctx, func(tx *store.Tx) error {
		count, err = countUnread(tx, own.Account(), 100)
		return err
	})
	return count, err
}

// MarkRead notes that the person has seen everything up to an instant.
func (n *Notify) MarkRead(ctx context.Context, own access.Grant, until time.Time) error {
	return n.db.Write(ctx, func(tx *store.Tx) error { return markRead(tx, own.Account(), until) })
}

// Exporter gives the inbox to the person's own download.
func (n *Notify) Exporter() access.Exporter {
	return access.Exporter{Name: "pesan", Data: func(tx *store.Tx, own access.Grant) (any, error) {
		if err := own.For(own.Subject(), access.Messages); err != nil {
			return nil, err
		}
		rows, err := selectInbox(tx, own.Account(), 1<<63-1, "~", 10_000)
		if err != nil {
			return nil, err
		}
		return n.open(tx, rows)
	}}
}
