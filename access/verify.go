package access

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"lancar"
	"lancar/internal/store"
)

const verifyPage = 500

// rowsQueue is where looks wait for their person's list: the subscription of [Access.SeenTx], which
// the app makes under the room's own name.
const rowsQueue = EventRow + ">access"

// Verify checks the chain of looks against the looks and the public log, compares the people's
// lists with them, and returns the first difference. Looks may be missing in the lists only as far
// as they wait in the outbox: a node that was killed delivers them at its next start. Run it on a
// node that does not write.
func (a *Access) Verify(ctx context.Context) error {
	waiting, err := a.queue.Waiting(ctx, rowsQueue)
	if err != nil {
		return err
	}
	return a.db.Read(ctx, func(tx *store.Tx) error {
		if err := a.verifyChain(tx); err != nil {
			return err
		}
		return verifyLists(tx, waiting)
	})
}

func verifyLists(tx *store.Tx, waiting int64) error {
	switch id, err := alteredSeen(tx); {
	case err == nil:
		return fmt.Errorf("access: look %s stands otherwise in its person's list", id)
	case err != store.ErrNone:
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
}

// chainCheck is what the blocks promise.
type chainCheck struct {
	promised map[blockKey]map[[32]byte]int // how often each digest is to be found
	newest   map[string]block              // by region
	at       map[blockKey]block
}

type blockKey struct {
	region string
	n      int64
}

func (a *Access) verifyChain(tx *store.Tx) error {
	c := &chainCheck{promised: map[blockKey]map[[32]byte]int{}, newest: map[string]block{}, at: map[blockKey]block{}}
	for _, check := range []func(*store.Tx, *chainCheck) error{a.verifyBlocks, verifyLooks, a.verifyHeads} {
		if err := check(tx, c); err != nil {
			return err
		}
	}
	return nil
}

// verifyBlocks: every block follows from the one before.
func (a *Access) verifyBlocks(tx *store.Tx, c *chainCheck) error {
	for last := (block{}); ; {
		page, err := blocksAfter(tx, last.region, last.n, verifyPage)
		if err != nil {
			return err
		}
		for _, b := range page {
			before := c.newest[b.region]
			switch {
			case b.n != before.n+1:
				return fmt.Errorf("access: block %d of the looks of region %s is missing", before.n+1, b.region)
			case len(b.digests)%32 != 0 || !bytes.Equal(b.head, b.headAfter(before.head)):
				return fmt.Errorf("access: block %d of the looks of region %s was altered", b.n, b.region)
			}
			key := blockKey{b.region, b.n}
			c.promised[key], c.newest[b.region] = map[[32]byte]int{}, b
			for d := b.digests; len(d) > 0; d = d[32:] {
				c.promised[key][[32]byte(d)]++
			}
			b.digests = nil
			c.at[key] = b
			last = b
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

// verifyLooks: each look is in its block as it was when the block was closed, and no block held
// more.
func verifyLooks(tx *store.Tx, c *chainCheck) error {
	for last := (chained{}); ; {
		page, err := looksAfter(tx, last.Region, string(last.ID), verifyPage)
		if err != nil {
			return err
		}
		for _, r := range page {
			if err := c.look(r); err != nil {
				return err
			}
			last = r
		}
		if len(page) < verifyPage {
			break
		}
	}
	for key, left := range c.promised {
		if len(left) > 0 {
			return fmt.Errorf("access: %d looks of region %s were taken out, from block %d closed at %s", len(left), key.region, key.n, c.at[key].at.UTC())
		}
	}
	return nil
}

func (c *chainCheck) look(r chained) error {
	if r.block == 0 {
		if newest := c.newest[r.Region]; !newest.at.IsZero() && r.At.Before(newest.at.Add(-blockSlack)) {
			return fmt.Errorf("access: look %s of region %s is older than block %d, but not in it: it was put in later", r.ID, r.Region, newest.n)
		}
		return nil
	}
	sum, err := r.digest()
	if err != nil {
		return err
	}
	left := c.promised[blockKey{r.Region, r.block}]
	d := [32]byte(sum)
	if left[d] == 0 {
		return fmt.Errorf("access: look %s of region %s was altered since block %d was closed", r.ID, r.Region, r.block)
	}
	if left[d]--; left[d] == 0 {
		delete(left, d)
	}
	return nil
}

// verifyHeads: the public log holds the head of every block, and of no block that is gone.
func (a *Access) verifyHeads(tx *store.Tx, c *chainCheck) error {
	if a.log == nil {
		return nil
	}
	regions, err := a.log.Regions(tx.Ctx)
	if err != nil {
		return err
	}
	for region := range c.newest { // also one whose first leaf waits for its index
		regions = append(regions, region)
	}
	slices.Sort(regions)
	logged := map[blockKey]lancar.ID{}
	for _, region := range slices.Compact(regions) {
		err := a.log.PublicTx(tx, region, func(leaf lancar.ID, record []byte) error {
			var said struct {
				Kind  string
				Block int64
			}
			if json.Unmarshal(record, &said) != nil || said.Kind != looksRecord {
				return nil
			}
			key := blockKey{region, said.Block}
			b, ok := c.at[key]
			want, err := b.record()
			if err == nil && (!ok || !bytes.Equal(want, record)) {
				err = fmt.Errorf("access: block %d of the looks of region %s is gone, or is not the one that was logged", said.Block, region)
			}
			logged[key] = leaf
			return err
		})
		if err != nil {
			return err
		}
	}
	for key, b := range c.at {
		if string(logged[key]) != b.leaf {
			return fmt.Errorf("access: block %d of the looks of region %s is not in the public log", key.n, key.region)
		}
	}
	return nil
}
