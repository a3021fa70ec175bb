// Package document makes the papers that a person can show: A4 PDF files with the region's
// letterhead, signed inside (PAdES B-B), numbered so that nobody can guess or count them, and
// checked by anyone through the QR code, the number, or the file itself.
//
// Signing is slow and commits are short: [Documents.Prepare] draws, numbers and signs outside
// any transaction; [Documents.IssueTx] joins the deciding one. A prepared document whose
// transaction did not commit was never issued and is nowhere. Files are sealed under the data
// key of their case; destroying the key erases them, while the fact that a number was issued,
// and its state, can still be checked.
//
// Issue, revocation and replacement are private leaves of the region's public log.
package document

import (
	"strings"

	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/publiclog"
)

// Config says where documents are checked.
type Config struct {
	// CheckBase begins the address in QR codes; "/verify/" and the core of the number follow.
	// It must be one that a phone can open: "https://layanan.example.go.id".
	CheckBase string
}

// Documents is the room. It is safe for concurrent use.
type Documents struct {
	db    *store.DB
	queue *jobs.Queue
	ring  *keys.Ring
	log   *publiclog.Log
	cfg   Config
	style *styles
}

// New makes the room. queue carries [EventIssued], to which app subscribes [Documents.ListTx].
func New(db *store.DB, queue *jobs.Queue, ring *keys.Ring, log *publiclog.Log, cfg Config) (*Documents, error) {
	style, err := newStyles()
	cfg.CheckBase = strings.TrimSuffix(cfg.CheckBase, "/")
	return &Documents{db: db, queue: queue, ring: ring, log: log, cfg: cfg, style: style}, err
}

// CheckURL is the address at which anyone checks the document with this number.
func (d *Documents) CheckURL(number string) string {
	return d.cfg.CheckBase + "/verify/" + coreOf(number)
}
