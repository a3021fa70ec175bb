package access

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"lancar/internal/store"
	"lancar/publiclog"
)

// Looks are chained behind the readers' backs: a reader's transaction writes its row and nothing
// more; once a minute one sequencer closes what has come into a block, chains the block to the one
// before, and puts its head into the region's public log. So a look that is altered or taken out,
// from the records and from its person's list alike, does not go unseen, and neither does a chain
// that is cut short or written anew: the signed log holds its heads.
const (
	chainEvery = time.Minute
	blockMost  = 2000 // looks; what is more goes into the next block of the same run
	// blockSlack is how long a reader's transaction may take: a look older than a block that is not
	// in it was put in later.
	blockSlack = 10 * time.Minute
)

// Chain has looks chained, with the heads in this log. app calls it once, before jobs run.
func (a *Access) Chain(log *publiclog.Log) {
	a.log = log
	a.queue.Every("access.chain", chainEvery, a.ChainTx)
}

// block is a closed set of looks of one region.
type block struct {
	region  string
	n       int64 // from 1, without gaps
	at      time.Time
	digests []byte // 32 bytes a look, in the order of their ids
	head    []byte
	leaf    string
}

// headAfter chains a block to the head before it, nil for the first.
func (b block) headAfter(before []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "lancar/looks/v1\n%s\n%d\n%d\n%x\n", b.region, b.n, store.Micros(b.at), before)
	h.Write(b.digests)
	return h.Sum(nil)
}

// record is what the public log serves of a block: neither who looked nor how many.
func (b block) record() ([]byte, error) {
	return publiclog.Canonical(map[string]any{"kind": looksRecord, "region": b.region, "block": b.n, "head": hex.EncodeToString(b.head)})
}

const looksRecord = "looks"

// digest covers every part of a look.
func (r Row) digest() ([]byte, error) {
	r.At = r.At.UTC()
	text, err := json.Marshal(r) // maps with sorted keys; a part that is added later is left out while empty
	sum := sha256.Sum256(text)
	return sum[:], err
}

// ChainTx closes the looks that wait, of every region, into blocks.
func (a *Access) ChainTx(tx *store.Tx) error {
	regions, err := regionsUnchained(tx)
	if err != nil {
		return err
	}
	for _, region := range regions {
		for more := true; more; {
			n, err := a.closeBlock(tx, region)
			if err != nil {
				return err
			}
			more = n == blockMost
		}
	}
	return nil
}

func (a *Access) closeBlock(tx *store.Tx, region string) (int, error) {
	last, err := lastBlock(tx, region)
	if err != nil && err != store.ErrNone {
		return 0, err
	}
	b := block{region: region, n: last.n + 1, at: tx.Now}
	rows, err := takeUnchained(tx, region, b.n, blockMost)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	slices.SortFunc(rows, func(x, y Row) int { return cmp.Compare(x.ID, y.ID) })
	for _, r := range rows {
		sum, err := r.digest()
		if err != nil {
			return 0, err
		}
		b.digests = append(b.digests, sum...)
	}
	b.head = b.headAfter(last.head)
	record, err := b.record()
	if err != nil {
		return 0, err
	}
	receipt, err := a.log.AppendTx(tx, region, publiclog.Leaf{Kind: publiclog.Public, Record: record})
	if err != nil {
		return 0, err
	}
	b.leaf = string(receipt.Leaf)
	return len(rows), insertBlock(tx, b)
}
