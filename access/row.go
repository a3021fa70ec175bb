package access

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// Row is one look at one person's data.
type Row struct {
	ID      lancar.ID    `json:"id"`
	Region  string       `json:"region"` // of the reader
	Subject string       `json:"subject"`
	Case    lancar.ID    `json:"case,omitempty"`
	At      time.Time    `json:"at"`
	Who     lancar.Actor `json:"who"`
	What    []string     `json:"what"`
	Words   lancar.Text  `json:"words"` // What, in words
	Purpose lancar.Text  `json:"purpose"`
	Ground  lancar.Text  `json:"ground"`
	For     string       `json:"for,omitempty"`     // on whose behalf, by name; "" for the reader's own task
	Mandate lancar.ID    `json:"mandate,omitempty"` // under which mandate
	Consent string       `json:"consent,omitempty"` // the app whose agreement permitted it
}

// EventRow carries a [Row] as JSON from the reader's region to the person's list.
const EventRow = "access.row"

const rowsPage = 30

func (a *Access) keep(tx *store.Tx, r Row) error {
	if err := insertRow(tx, r); err != nil {
		return err
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return a.queue.EmitTx(tx, jobs.Event{Region: r.Region, Name: EventRow, Key: string(r.ID), Payload: payload})
}

// SeenTx files a look in the list of the person it was about. It subscribes to [EventRow].
func (a *Access) SeenTx(tx *store.Tx, e jobs.Event) error {
	var r Row
	if err := json.Unmarshal(e.Payload, &r); err != nil {
		return fmt.Errorf("access: row event %s: %w", e.Key, err)
	}
	return insertSeen(tx, r)
}

// cursor reads "micros.id"; anything else is the beginning.
func cursor(s string) (at int64, id string) {
	left, right, ok := strings.Cut(s, ".")
	at, err := strconv.ParseInt(left, 10, 64)
	if !ok || err != nil {
		return 1<<63 - 1, "~"
	}
	return at, right
}

// rowsQueue is where looks wait for their person's list: the subscription of [Access.SeenTx], which
// the app makes under the room's own name.
const rowsQueue = EventRow + ">access"

// Verify compares the people's lists with the looks they are made from and returns the first
// difference. Looks may be missing in the lists only as far as they wait in the outbox: a node
// that was killed delivers them at its next start. Run it on a node that does not write.
func (a *Access) Verify(ctx context.Context) error {
	waiting, err := a.queue.Waiting(ctx, rowsQueue)
	if err != nil {
		return err
	}
	return a.db.Read(ctx, func(tx *store.Tx) error {
		id, err := alteredSeen(tx)
		if err == nil {
			return fmt.Errorf("access: look %s stands otherwise in its person's list", id)
		}
		if err != store.ErrNone {
			return err
		}
		switch id, err := strayedSeen(tx); {
		case err == nil:
			return fmt.Errorf("access: look %s of a person's list was taken out of the records", id)
		case err != store.ErrNone:
			return err
		}
		missing, id, err := missingSeen(tx)
		if err == nil && missing > waiting {
			return fmt.Errorf("access: look %s is not in its person's list, or differs there", id)
		}
		return err
	})
}
