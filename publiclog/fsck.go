package publiclog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"lancar/internal/store"
)

// Report is what [Log.Fsck] counted in a sound log.
type Report struct {
	Region      string
	Leaves      int64 // with an index
	Waiting     int64 // committed, not yet sequenced: no fault
	Checkpoints int64
}

// Regions lists the codes of all regions that have a log.
func (l *Log) Regions(ctx context.Context) (codes []string, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		codes, err = store.All(tx, scanText, "SELECT region FROM publiclog_heads ORDER BY region")
		return err
	})
	return codes, err
}

// Fsck derives the region's tree again from its leaves and compares every stored tile, every
// checkpoint with its signature, the head and the national log's copies with it. The error says
// the first thing that is wrong. For a node that is stopped: leaves sequenced meanwhile look
// like faults.
func (l *Log) Fsck(ctx context.Context, region string) (rep Report, err error) {
	rep.Region = region
	err = l.db.Read(ctx, func(tx *store.Tx) error {
		f := &fsck{log: l, tx: tx, region: region, report: &rep, tree: newFrontier()}
		for _, step := range []func() error{f.head, f.leaves, f.noStray, f.anchors} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	return rep, err
}

// fsck is one run over one region.
type fsck struct {
	log    *Log
	tx     *store.Tx
	region string
	report *Report
	size   int64 // by the head
	tree   *frontier
	next   []Checkpoint // read ahead, in order of size
	tiles  int64
}

const fsckPage = 1024

func (f *fsck) head() error {
	var checkpoints, waiting int64
	err := f.tx.QueryRow("SELECT size FROM publiclog_heads WHERE region = $1", f.region).Scan(&f.size)
	if err != nil && err != store.ErrNone {
		return err
	}
	if err := f.tx.QueryRow("SELECT count(*), CAST(coalesce(max(size), 0) AS BIGINT) FROM publiclog_checkpoints WHERE region = $1", f.region).
		Scan(&f.report.Checkpoints, &checkpoints); err != nil {
		return err
	}
	if checkpoints != f.size {
		return broken(f.region, "the head has %d leaves, the newest checkpoint %d", f.size, checkpoints)
	}
	err = f.tx.QueryRow("SELECT count(*) FROM publiclog_leaves WHERE region = $1 AND idx IS NULL", f.region).Scan(&waiting)
	f.report.Leaves, f.report.Waiting = f.size, waiting
	return err
}

// leaves walks all leaves in order and compares as the tree grows.
func (f *fsck) leaves() error {
	for f.tree.size < f.size {
		rows, err := leavesFrom(f.tx, f.region, f.tree.size, fsckPage)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return broken(f.region, "leaf %d is missing; the head has %d leaves", f.tree.size, f.size)
		}
		for _, r := range rows {
			if r.Index != f.tree.size {
				return broken(f.region, "leaf %d is missing", f.tree.size)
			}
			if err := f.leaf(r.hash()); err != nil {
				return err
			}
		}
	}
	for _, key := range partial(f.size) {
		if hashes := f.tree.tiles[key]; len(hashes) > 0 {
			if err := f.tile(key, hashes); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *fsck) leaf(h tlog.Hash) error {
	if f.tree.size == f.size {
		return broken(f.region, "leaf %d lies beyond the head", f.tree.size)
	}
	f.tree.add(h)
	for key, hashes := range f.tree.tiles {
		if len(hashes) < tileWidth {
			continue
		}
		if err := f.tile(key, hashes); err != nil {
			return err
		}
	}
	return f.checkpoint()
}

func (f *fsck) tile(key tileKey, want []tlog.Hash) error {
	delete(f.tree.tiles, key)
	f.tiles++
	got, err := loadTile(f.tx, f.region, key)
	if err != nil {
		return err
	}
	if !slices.Equal(got, want) {
		for i, h := range want {
			if i >= len(got) || got[i] != h {
				return broken(f.region, "hash %d of tile %d/%d does not follow from the leaves (a leaf, or the tile, was altered)", i, key.level, key.n)
			}
		}
		return broken(f.region, "tile %d/%d has %d hashes, %d follow from the leaves", key.level, key.n, len(got), len(want))
	}
	return nil
}

// checkpoint compares the checkpoint of the tree's present size, if there is one.
func (f *fsck) checkpoint() error {
	if len(f.next) == 0 {
		var err error
		f.next, err = store.All(f.tx, scanCheckpoint, checkpointColumns+"WHERE region = $1 AND size >= $2 ORDER BY size LIMIT $3",
			f.region, f.tree.size, int64(fsckPage))
		if err != nil {
			return err
		}
	}
	if len(f.next) == 0 || f.next[0].Size != f.tree.size {
		return nil
	}
	c := f.next[0]
	f.next = f.next[1:]
	size, root, err := ParseCheckpoint(c.Note, f.log.Origin(f.region), f.log.ring.LogVerifierKey(f.region))
	switch {
	case err != nil:
		return broken(f.region, "the checkpoint at %d: %v", c.Size, err)
	case size != c.Size || root != c.Root:
		return broken(f.region, "the checkpoint at %d is signed for another tree", c.Size)
	case root != f.tree.root():
		return broken(f.region, "the checkpoint at %d has another root than the leaves (one of leaves 0 to %d was altered)", c.Size, c.Size-1)
	}
	return nil
}

// noStray finds rows that no leaf accounts for.
func (f *fsck) noStray() error {
	var leaves, tiles int64
	if err := f.tx.QueryRow("SELECT count(*) FROM publiclog_leaves WHERE region = $1 AND idx IS NOT NULL", f.region).Scan(&leaves); err != nil {
		return err
	}
	if leaves != f.size {
		return broken(f.region, "%d leaves have an index, the head has %d", leaves, f.size)
	}
	if err := f.tx.QueryRow("SELECT count(*) FROM publiclog_tiles WHERE region = $1", f.region).Scan(&tiles); err != nil {
		return err
	}
	if tiles != f.tiles {
		return broken(f.region, "%d tiles are stored, the leaves make %d", tiles, f.tiles)
	}
	return nil
}

// anchors compares what the national log says about regions with their checkpoints.
func (f *fsck) anchors() error {
	if f.region != National {
		return nil
	}
	for from := int64(0); from < f.size; from += fsckPage {
		rows, err := leavesFrom(f.tx, National, from, fsckPage)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := f.anchor(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *fsck) anchor(r row) error {
	var said struct {
		Type, Region string
		Size         int64
		Root         tlog.Hash
	}
	if r.Kind != Public || json.Unmarshal(r.Body, &said) != nil || said.Type != anchorType {
		return nil
	}
	c, err := checkpointAt(f.tx, said.Region, said.Size)
	if err != nil {
		return fmt.Errorf("national leaf %d: %w", r.Index, broken(said.Region, "no checkpoint at %d, but the national log has one", said.Size))
	}
	if c.Root != said.Root {
		return broken(said.Region, "the checkpoint at %d differs from the copy in the national log", said.Size)
	}
	return nil
}
