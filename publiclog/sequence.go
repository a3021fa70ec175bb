package publiclog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"lancar/internal/jobs"
	"lancar/internal/store"
)

const (
	// batchMax bounds one sequencing transaction.
	batchMax = 4096
	// leaseFor is how long a region stays with the process that sequenced it last.
	leaseFor = time.Second
	// pause is the shortest time between two batches: it lets leaves that are being committed
	// share the next one.
	pause = 20 * time.Millisecond
)

// Run sequences all regions until ctx ends. Any number of processes may run it on one
// database; a region has one sequencer at a time.
func (l *Log) Run(ctx context.Context) {
	tick := time.NewTicker(l.cfg.Interval)
	defer tick.Stop()
	anchor := time.NewTicker(l.cfg.Anchor)
	defer anchor.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-anchor.C:
			err = l.Anchor(ctx)
		case <-l.poke:
			_, err = l.Sequence(ctx)
		case <-tick.C:
			_, err = l.Sequence(ctx)
		}
		if err != nil && ctx.Err() == nil {
			slog.Error("public log: leaves wait for their checkpoint", "error", err)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// Sequence gives indices to all leaves that wait and are not another process's to sequence,
// and returns how many. [Log.Run] calls it; so may tests and `verify`.
func (l *Log) Sequence(ctx context.Context) (int, error) {
	var regions []string
	err := l.db.Read(ctx, func(tx *store.Tx) (err error) {
		regions, err = regionsWaiting(tx)
		return err
	})
	if err != nil {
		return 0, err
	}
	total := 0
	for _, region := range regions {
		for {
			batch, err := l.batch(ctx, region)
			total += len(batch)
			if err != nil {
				return total, fmt.Errorf("sequencing region %s: %w", region, err)
			}
			l.tell(batch)
			if len(batch) < batchMax {
				break
			}
		}
	}
	return total, nil
}

// errNothing ends a transaction that has nothing to commit.
var errNothing = errors.New("nothing waits")

// batch is one sequencing transaction: indices, tiles, checkpoint, head and the events of
// those who await a leaf, all or none.
func (l *Log) batch(ctx context.Context, region string) ([]Position, error) {
	var done []Position
	err := l.db.Write(ctx, func(tx *store.Tx) error {
		done = nil
		size, ok, err := lease(tx, region, l.holder, store.Micros(tx.Now.Add(leaseFor)))
		if err != nil {
			return err
		}
		if !ok {
			return errNothing
		}
		rows, err := number(tx, region, size, batchMax)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return errNothing
		}
		done, err = l.extend(tx, region, size, rows)
		return err
	})
	if errors.Is(err, errNothing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return done, nil
}

// extend adds numbered leaves to the tree and signs its new head.
func (l *Log) extend(tx *store.Tx, region string, size int64, rows []row) ([]Position, error) {
	f, err := loadFrontier(tx, region, size)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.Index != f.size {
			return nil, broken(region, "leaf %s got index %d, the tree has %d leaves", r.ID, r.Index, f.size)
		}
		f.add(r.hash())
	}
	for key, hashes := range f.tiles {
		if err := saveTile(tx, region, key, hashes); err != nil {
			return nil, err
		}
	}
	c, err := l.sign(region, f.size, f.root())
	if err != nil {
		return nil, err
	}
	if err := saveCheckpoint(tx, region, c); err != nil {
		return nil, err
	}
	return l.announce(tx, c, rows)
}

// announce emits the events of leaves that somebody awaits.
func (l *Log) announce(tx *store.Tx, c Checkpoint, rows []row) ([]Position, error) {
	positions := make([]Position, len(rows))
	for i, r := range rows {
		pos := Position{Region: c.Region, Leaf: r.ID, Index: r.Index, Hash: r.hash(), Size: c.Size, Root: c.Root}
		positions[i] = pos
		if r.Await == "" {
			continue
		}
		payload, err := json.Marshal(Awaited{pos, r.Await})
		if err != nil {
			return nil, err
		}
		if err := l.queue.EmitTx(tx, jobs.Event{Region: c.Region, Name: EventSequenced, Key: r.Await, Payload: payload}); err != nil {
			return nil, err
		}
		if err := forgetAwait(tx, c.Region, r.ID); err != nil {
			return nil, err
		}
	}
	return positions, nil
}

// Anchor copies the newest checkpoint of every region that grew since the last time into the
// national log, so that a region's history cannot be changed without changing the nation's.
func (l *Log) Anchor(ctx context.Context) error {
	var grown []Checkpoint
	err := l.db.Read(ctx, func(tx *store.Tx) (err error) {
		grown, err = store.All(tx, scanCheckpoint, `SELECT c.region, c.size, c.root, c.note, c.at FROM publiclog_heads h
			JOIN publiclog_checkpoints c ON c.region = h.region AND c.size = h.size
			WHERE h.size > h.anchored AND h.region <> $1`, National)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range grown {
		err := l.db.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.Exec("UPDATE publiclog_heads SET anchored = $1 WHERE region = $2 AND anchored < $3", c.Size, c.Region, c.Size)
			if err != nil || n == 0 {
				return err
			}
			record, err := Canonical(map[string]any{"type": anchorType, "region": c.Region, "size": c.Size, "root": c.Root.String()})
			if err != nil {
				return err
			}
			_, err = l.AppendTx(tx, National, Leaf{Kind: Public, Record: record})
			return err
		})
		if err != nil {
			return fmt.Errorf("anchoring region %s: %w", c.Region, err)
		}
	}
	return nil
}

// anchorType is the "type" of the national log's records of regions' checkpoints.
const anchorType = "region.checkpoint"

func broken(region, format string, args ...any) error {
	return fmt.Errorf("public log of %s: %s", region, fmt.Sprintf(format, args...))
}
