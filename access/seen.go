package access

import (
	"context"
	"fmt"
	"time"

	"lancar"
	"lancar/internal/store"
)

// Filter narrows a person's list of looks; empty fields do not.
type Filter struct {
	Kind lancar.ActorKind // of the reader
	Who  lancar.ID        // the reader
	Case lancar.ID
	App  string // the app whose agreement permitted it
}

// Looks is a page of a person's list of looks, newest first. after is "" for the first page, else
// what the page before returned as next.
func (a *Access) Looks(ctx context.Context, g Grant, f Filter, after string) (rows []Row, next string, err error) {
	if err := g.For(g.subject, Looks); err != nil {
		return nil, "", err
	}
	at, id := cursor(after)
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		rows, err = selectSeen(tx, g.subject, f, at, id, rowsPage+1)
		return err
	})
	rows, next = pageOf(rows)
	return rows, next, err
}

// pageOf cuts a page off what was read, and names where the next one begins.
func pageOf(rows []Row) ([]Row, string) {
	if len(rows) <= rowsPage {
		return rows, ""
	}
	last := rows[rowsPage-1]
	return rows[:rowsPage], fmt.Sprintf("%d.%s", store.Micros(last.At), last.ID)
}

// Rows is [Access.Looks] of everyone.
func (a *Access) Rows(ctx context.Context, g Grant, after string) (rows []Row, next string, err error) {
	return a.Looks(ctx, g, Filter{}, after)
}

// Reader is somebody who looked, and how often in all.
//
//lancar:personal
type Reader struct {
	Who   lancar.Actor
	App   string // "" when no agreement was needed
	Times int64
	Last  time.Time
}

// Readers sums up a person's whole list of looks by who looked, last first: the sum of Times is
// the number of looks that the list holds, as far as there are at most two hundred readers.
func (a *Access) Readers(ctx context.Context, g Grant) (list []Reader, err error) {
	if err := g.For(g.subject, Looks); err != nil {
		return nil, err
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		list, err = readersOf(tx, g.subject)
		return err
	})
	return list, err
}
