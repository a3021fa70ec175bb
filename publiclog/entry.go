package publiclog

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"lancar"
)

// Kind says whether a leaf shows its record.
type Kind string

// The two kinds of leaf.
const (
	Private Kind = "private"
	Public  Kind = "public"
)

const (
	entryPrefix = "lancar/log/v1 "
	nonceSize   = 32
	// maxRecord keeps an entry within the 16-bit length of a tlog-tiles entry bundle.
	maxRecord = 60_000
)

// Leaf is what happened. Record is canonical JSON (see [Canonical]); of a private leaf it never
// leaves this node except in the proof of the person it is about.
type Leaf struct {
	Kind   Kind
	Record []byte
	// Await, when set, is handed back in the [EventSequenced] that is emitted in the transaction
	// that gives the leaf its index. It is forgotten then, and never served.
	Await string
}

// Receipt is what the caller keeps of a leaf. Nonce is nil for a public leaf. Together with
// the record it proves a private leaf; destroying both erases what the leaf was about.
type Receipt struct {
	Region string
	Leaf   lancar.ID
	Nonce  []byte
	Hash   tlog.Hash // RFC 6962 hash of the entry
}

// Commit is the body of a private leaf: SHA-256(nonce || record).
func Commit(nonce, record []byte) []byte {
	h := sha256.New()
	h.Write(nonce)
	h.Write(record)
	return h.Sum(nil)
}

// Entry is the text that is hashed into the tree and served in entry bundles. body is a
// commitment (private) or the record (public).
func Entry(kind Kind, body []byte) []byte {
	if kind == Public {
		return append([]byte(entryPrefix+"public\n"), body...)
	}
	return []byte(entryPrefix + "private\n" + base64.StdEncoding.EncodeToString(body) + "\n")
}

// PrivateHash is the leaf hash that a private record with this nonce has: what a person, or
// fsck of a room, recomputes from what was kept.
func PrivateHash(nonce, record []byte) tlog.Hash {
	return tlog.RecordHash(Entry(Private, Commit(nonce, record)))
}

// body makes the stored body of a new leaf and the nonce to keep.
func (leaf Leaf) body() (body, nonce []byte, err error) {
	if len(leaf.Record) == 0 || len(leaf.Record) > maxRecord {
		return nil, nil, fmt.Errorf("publiclog: a record of %d bytes; 1 to %d are allowed", len(leaf.Record), maxRecord)
	}
	switch leaf.Kind {
	case Public:
		return leaf.Record, nil, nil
	case Private:
		nonce = make([]byte, nonceSize)
		rand.Read(nonce)
		return Commit(nonce, leaf.Record), nonce, nil
	}
	return nil, nil, fmt.Errorf("publiclog: no such kind of leaf: %q", leaf.Kind)
}
