// Package publiclog is the append-only record of what government did: one Merkle tree per
// region (RFC 6962 hashes), its heads signed as C2SP checkpoints and served as C2SP
// tlog-tiles, so that anyone can hold the region to its own history. docs/spec/log.md is the
// format.
//
// A deciding transaction inserts its leaf with [Log.AppendTx], without an index, so that no
// decision waits for another on the log's head. One sequencer per region gives indices in
// batches and signs a checkpoint over each batch in the same transaction; every checkpoint is
// kept for ever, so that the first one that contains a leaf ([Position]) never changes.
//
// A private leaf shows only SHA-256(nonce || record); whoever appended it keeps both, and
// destroying them is erasure. The record of a public leaf is served to everyone. This package
// never sees a person: it needs only a region's code.
package publiclog

import (
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// National is the region whose log holds the checkpoints of all others.
const National = "00"

// EventSequenced tells whoever appended a leaf with Await that it stands in the log. Its key is
// Await, which must therefore be unlike every other in the region; its payload is an [Awaited]
// in JSON.
const EventSequenced = "publiclog.sequenced"

// Awaited is the payload of [EventSequenced]: Await as it was given to [Log.AppendTx].
type Awaited struct {
	Position
	Await string `json:"await"`
}

// Config sets the pace. Zero values work.
type Config struct {
	// Interval is the longest time between two batches; 0 means 150 ms.
	Interval time.Duration
	// Anchor is the time between two copies of the regions' checkpoints into the national
	// log; 0 means one minute.
	Anchor time.Duration
}

// Log keeps the logs of all regions in one database. It is safe for concurrent use, and by
// several processes on one database.
type Log struct {
	db     *store.DB
	queue  *jobs.Queue
	ring   *keys.Ring
	cfg    Config
	holder string        // names this process in leases
	poke   chan struct{} // one place: somebody waits for a batch

	mu      sync.Mutex
	pool    []*pooled                   // leaves of Append not yet handed to a transaction
	flusher bool                        // a goroutine is emptying pool
	waiting map[lancar.ID]chan Position // who is told when a leaf is sequenced here
}

// New makes the log over db. It starts nothing; see [Log.Run]. queue carries [EventSequenced].
func New(db *store.DB, queue *jobs.Queue, ring *keys.Ring, cfg Config) *Log {
	if cfg.Interval == 0 {
		cfg.Interval = 150 * time.Millisecond
	}
	if cfg.Anchor == 0 {
		cfg.Anchor = time.Minute
	}
	return &Log{db: db, queue: queue, ring: ring, cfg: cfg, holder: string(lancar.NewID(db.Now())),
		poke: make(chan struct{}, 1), waiting: map[lancar.ID]chan Position{}}
}

// Origin is the first line of the region's checkpoints: that of the national log with the
// region's code in its place. A region without a key has its own origin all the same.
func (l *Log) Origin(region string) string {
	return strings.TrimSuffix(l.ring.LogSigner(National).Name(), National) + region
}

// Position says where a leaf stands: its index, and the first checkpoint that contains it.
type Position struct {
	Region string    `json:"region"`
	Leaf   lancar.ID `json:"leaf"`
	Index  int64     `json:"index"`
	// Hash is the leaf's RFC 6962 hash, SHA-256(0x00 || entry).
	Hash tlog.Hash `json:"hash"`
	// Size and Root are those of the first checkpoint with Size > Index.
	Size int64     `json:"size"`
	Root tlog.Hash `json:"root"`
}
