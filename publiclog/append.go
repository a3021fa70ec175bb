package publiclog

import (
	"context"
	"errors"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"lancar"
	"lancar/internal/store"
)

// AppendTx puts a leaf into the region's log with the transaction tx: it is in the log exactly
// if tx commits. Its index and checkpoint follow within the sequencer's interval.
func (l *Log) AppendTx(tx *store.Tx, region string, leaf Leaf) (Receipt, error) {
	return insertNew(tx, region, lancar.NewID(tx.Now), leaf)
}

func insertNew(tx *store.Tx, region string, id lancar.ID, leaf Leaf) (Receipt, error) {
	body, nonce, err := leaf.body()
	if err != nil {
		return Receipt{}, err
	}
	if region == "" {
		return Receipt{}, errors.New("publiclog: a leaf without a region")
	}
	r := Receipt{Region: region, Leaf: id, Nonce: nonce, Hash: tlog.RecordHash(Entry(leaf.Kind, body))}
	return r, insertLeaf(tx, region, row{ID: id, Kind: leaf.Kind, Body: body, Await: leaf.Await})
}

// pooled is one leaf on its way into a shared transaction.
type pooled struct {
	region  string
	id      lancar.ID
	leaf    Leaf
	receipt Receipt
	err     error
	done    chan struct{}
}

// Append puts a leaf into the log outside any decision and returns when a signed checkpoint
// contains it. Calls that arrive together share one durable transaction. An error means that
// the leaf may or may not be in.
func (l *Log) Append(ctx context.Context, region string, leaf Leaf) (Receipt, Position, error) {
	p := &pooled{region: region, id: lancar.NewID(l.db.Now()), leaf: leaf, done: make(chan struct{})}
	told, forget := l.listen(p.id) // before the leaf can be seen, so that its position is not missed
	defer forget()
	l.mu.Lock()
	l.pool = append(l.pool, p)
	if !l.flusher {
		l.flusher = true
		go l.flush()
	}
	l.mu.Unlock()
	select {
	case <-p.done:
	case <-ctx.Done():
		return Receipt{}, Position{}, ctx.Err()
	}
	if p.err != nil {
		return Receipt{}, Position{}, p.err
	}
	pos, err := l.await(ctx, told, region, p.id)
	return p.receipt, pos, err
}

// flush empties the pool, one transaction after another, and ends when it is empty.
func (l *Log) flush() {
	for {
		l.mu.Lock()
		batch := l.pool
		l.pool = nil
		if len(batch) == 0 {
			l.flusher = false
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		l.commit(batch)
	}
}

// commit writes a batch; a leaf that cannot be written at all fails alone.
func (l *Log) commit(batch []*pooled) {
	ctx := context.Background()
	err := l.db.Write(ctx, func(tx *store.Tx) error {
		for _, p := range batch {
			p.receipt, p.err = insertNew(tx, p.region, p.id, p.leaf)
		}
		return nil
	})
	for _, p := range batch {
		if p.err == nil {
			p.err = err
		}
		close(p.done)
	}
}

// pollWait is how often a waiter asks the database, for leaves that another process sequences.
const pollWait = 100 * time.Millisecond

// Wait returns when a signed checkpoint contains the leaf, whichever process signs it.
func (l *Log) Wait(ctx context.Context, region string, leaf lancar.ID) (Position, error) {
	told, forget := l.listen(leaf)
	defer forget()
	return l.await(ctx, told, region, leaf)
}

func (l *Log) listen(leaf lancar.ID) (told chan Position, forget func()) {
	told = make(chan Position, 1)
	l.mu.Lock()
	l.waiting[leaf] = told
	l.mu.Unlock()
	return told, func() {
		l.mu.Lock()
		delete(l.waiting, leaf)
		l.mu.Unlock()
	}
}

func (l *Log) await(ctx context.Context, told chan Position, region string, leaf lancar.ID) (Position, error) {
	select {
	case l.poke <- struct{}{}:
	default:
	}
	for wait := pollWait; ; wait = min(2*wait, 10*pollWait) {
		select {
		case pos := <-told:
			return pos, nil
		case <-time.After(wait):
		case <-ctx.Done():
			return Position{}, ctx.Err()
		}
		if pos, ok, err := l.Position(ctx, region, leaf); err != nil || ok {
			return pos, err
		}
	}
}

// tell hands positions to those who wait in this process.
func (l *Log) tell(batch []Position) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, pos := range batch {
		if told := l.waiting[pos.Leaf]; told != nil {
			told <- pos
			delete(l.waiting, pos.Leaf)
		}
	}
}
