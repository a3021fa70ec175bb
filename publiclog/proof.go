package publiclog

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"lancar"
	"lancar/internal/store"
)

// Position says where the leaf stands; not ok while it waits for the sequencer, and for a leaf
// that does not exist.
func (l *Log) Position(ctx context.Context, region string, leaf lancar.ID) (pos Position, ok bool, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		pos, ok, err = l.PositionTx(tx, region, leaf)
		return err
	})
	return pos, ok, err
}

// PositionTx is [Log.Position] inside a transaction.
func (l *Log) PositionTx(tx *store.Tx, region string, leaf lancar.ID) (Position, bool, error) {
	pos, err := findPosition(tx, region, leaf)
	if err == store.ErrNone {
		return Position{}, false, nil
	}
	return pos, err == nil, err
}

// Proof shows that a leaf stands in the tree that Checkpoint signs.
type Proof struct {
	Index      int64
	Entry      []byte // its RFC 6962 hash is the leaf
	Path       tlog.RecordProof
	Checkpoint Checkpoint
}

// Proof proves a leaf against the first checkpoint that contains it. NotFound while it waits.
func (l *Log) Proof(ctx context.Context, region string, leaf lancar.ID) (p Proof, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		pos, err := findPosition(tx, region, leaf)
		if err == store.ErrNone {
			return notFound()
		}
		if err != nil {
			return err
		}
		rows, err := leavesFrom(tx, region, pos.Index, 1)
		if err != nil {
			return err
		}
		if len(rows) != 1 || rows[0].Index != pos.Index {
			return broken(region, "leaf %d is missing", pos.Index)
		}
		p.Index, p.Entry = pos.Index, Entry(rows[0].Kind, rows[0].Body)
		if p.Checkpoint, err = checkpointAt(tx, region, pos.Size); err != nil {
			return err
		}
		p.Path, err = tlog.ProveRecord(pos.Size, pos.Index, tileReader(tx, region))
		return err
	})
	return p, err
}

// Check verifies the proof with the log's public key. It needs nothing of this node.
func (p Proof) Check(origin, vkey string) error {
	size, root, err := ParseCheckpoint(p.Checkpoint.Note, origin, vkey)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(p.Path, size, root, p.Index, tlog.RecordHash(p.Entry))
}

// Text is the proof in the format of C2SP tlog-proof, for a file or a page.
func (p Proof) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "c2sp.org/tlog-proof@v1\nindex %d\n", p.Index)
	for _, h := range p.Path {
		fmt.Fprintln(&b, base64.StdEncoding.EncodeToString(h[:]))
	}
	fmt.Fprintf(&b, "\n%s", p.Checkpoint.Note)
	return b.String()
}

// Consistency proves that the region's tree of the newer size extends that of the older.
func (l *Log) Consistency(ctx context.Context, region string, older, newer int64) (p tlog.TreeProof, err error) {
	if older < 1 || newer < older {
		return nil, lancar.Fail(lancar.Invalid, "size", "Ukuran pohon tidak masuk akal.", "The tree sizes make no sense.")
	}
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		c, err := latest(tx, region)
		if err != nil {
			return err
		}
		if newer > c.Size {
			return notFound()
		}
		p, err = tlog.ProveTree(newer, older, tileReader(tx, region))
		return err
	})
	return p, err
}

// tileReader reads the hashes that proofs need from stored tiles.
func tileReader(tx *store.Tx, region string) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		tiles := map[tileKey][]byte{}
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			t := tlog.TileForIndex(tileHeight, index)
			key := tileKey{int64(t.L), t.N}
			if tiles[key] == nil {
				hashes, err := loadTile(tx, region, key)
				if err != nil {
					return nil, err
				}
				tiles[key] = joinHashes(hashes)
			}
			h, err := tlog.HashFromTile(t, tiles[key], index)
			if err != nil {
				return nil, broken(region, "%v", err)
			}
			out[i] = h
		}
		return out, nil
	})
}
