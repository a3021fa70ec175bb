package access

import (
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
//
//lancar:personal
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
