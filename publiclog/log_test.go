package publiclog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

const region = "91.04" // its keys are those of 91

func open(t testing.TB, db *store.DB) (*Log, *jobs.Queue) {
	t.Helper()
	ring, err := keys.Create(t.TempDir(), keys.Options{Regions: []string{"91"}, Origin: "node.example", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	queue := jobs.New(db, func(j jobs.Job, err error) { t.Errorf("job %s: %v", j.Queue, err) })
	return New(db, queue, ring, Config{}), queue
}

func appendAll(t testing.TB, l *Log, db *store.DB, leaves ...Leaf) []Receipt {
	t.Helper()
	var out []Receipt
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		out = nil
		for _, leaf := range leaves {
			r, err := l.AppendTx(tx, region, leaf)
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func secrets(n int) []Leaf {
	leaves := make([]Leaf, n)
	for i := range leaves {
		leaves[i] = Leaf{Kind: Private, Record: fmt.Appendf(nil, `{"n":%d}`, i)}
	}
	return leaves
}

func sequence(t testing.TB, l *Log, want int) {
	t.Helper()
	if n, err := l.Sequence(t.Context()); err != nil || n != want {
		t.Fatalf("sequenced %d leaves (%v), want %d", n, err, want)
	}
}

// A leaf is provable from what its caller kept and the public key alone.
func TestProof(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l, _ := open(t, db)
		var all []Receipt
		for _, n := range []int{1, 300, 3} {
			all = append(all, appendAll(t, l, db, secrets(n)...)...)
			if _, ok, err := l.Position(t.Context(), region, all[len(all)-1].Leaf); ok || err != nil {
				t.Fatalf("a leaf has a position before it was sequenced (%v)", err)
			}
			sequence(t, l, n)
		}
		vkey := l.ring.LogVerifierKey(region)
		for i, want := range map[int]int64{0: 1, 1: 301, 300: 301, 303: 304} {
			r := all[i]
			pos, ok, err := l.Position(t.Context(), region, r.Leaf)
			if err != nil || !ok || pos.Size != want || pos.Hash != r.Hash {
				t.Fatalf("leaf %d: position %+v %v %v; its first checkpoint has size %d", i, pos, ok, err, want)
			}
			p, err := l.Proof(t.Context(), region, r.Leaf)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Check("node.example/log/91.04", vkey); err != nil {
				t.Errorf("leaf %d: %v", i, err)
			}
			p.Entry[len(p.Entry)-5] ^= 1
			if p.Check("node.example/log/91.04", vkey) == nil {
				t.Errorf("leaf %d: a changed entry still proves", i)
			}
		}
		n := 3
		if got := PrivateHash(all[1+n].Nonce, secrets(n + 1)[n].Record); got != all[1+n].Hash {
			t.Errorf("nonce and record give %v, the leaf is %v", got, all[1+n].Hash)
		}
		if rep, err := l.Fsck(t.Context(), region); err != nil || rep.Leaves != 304 || rep.Checkpoints != 3 {
			t.Errorf("fsck: %+v %v", rep, err)
		}
	})
}

// A leaf whose transaction failed is not in the log, and leaves no hole.
func TestRolledBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l, _ := open(t, db)
		appendAll(t, l, db, secrets(2)...)
		changed := errors.New("changed my mind")
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := l.AppendTx(tx, region, secrets(1)[0]); err != nil {
				return err
			}
			return changed
		})
		if !errors.Is(err, changed) {
			t.Fatal(err)
		}
		appendAll(t, l, db, secrets(1)...)
		sequence(t, l, 3)
		if _, err := l.Fsck(t.Context(), region); err != nil {
			t.Error(err)
		}
	})
}

// Who awaits a leaf is told once, with the position, and the log forgets why.
func TestAwait(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l, queue := open(t, db)
		var got []Awaited
		queue.Subscribe(EventSequenced, "test", func(tx *store.Tx, e jobs.Event) error {
			if e.Key != "case-7" {
				t.Errorf("the event's key is %q", e.Key)
			}
			var a Awaited
			got = append(got, a)
			return json.Unmarshal(e.Payload, &got[len(got)-1])
		})
		leaves := secrets(3)
		leaves[1].Await = "case-7"
		r := appendAll(t, l, db, leaves...)
		sequence(t, l, 3)
		if err := queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		pos, _, _ := l.Position(t.Context(), region, r[1].Leaf)
		if len(got) != 1 || got[0].Await != "case-7" || got[0].Position != pos {
			t.Errorf("told %+v, want case-7 at %+v", got, pos)
		}
		var left string
		_ = db.Read(t.Context(), func(tx *store.Tx) error {
			return tx.QueryRow("SELECT await FROM publiclog_leaves WHERE id = $1", string(r[1].Leaf)).Scan(&left)
		})
		if left != "" {
			t.Errorf("the leaf still says %q", left)
		}
	})
}

// Many sequencers over one database, while leaves arrive: every leaf gets one index, no index
// is skipped, and each caller is told a position that proves.
func TestManySequencers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		first, _ := open(t, db)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		logs := []*Log{first, New(db, first.queue, first.ring, Config{Interval: 5 * time.Millisecond}), New(db, first.queue, first.ring, Config{Interval: 7 * time.Millisecond})}
		for _, l := range logs {
			running.Go(func() { l.Run(ctx) })
		}
		var callers sync.WaitGroup
		var mu sync.Mutex
		seen := map[int64]bool{}
		for c := range 24 {
			callers.Go(func() {
				for i := range 10 {
					_, pos, err := logs[(c+i)%3].Append(ctx, region, Leaf{Kind: Public, Record: fmt.Appendf(nil, `{"c":%d,"i":%d}`, c, i)})
					mu.Lock()
					if err != nil || seen[pos.Index] || pos.Size <= pos.Index {
						t.Errorf("caller %d: %+v %v (seen: %v)", c, pos, err, seen[pos.Index])
					}
					seen[pos.Index] = true
					mu.Unlock()
				}
			})
		}
		callers.Wait()
		stop()
		running.Wait()
		if rep, err := first.Fsck(t.Context(), region); err != nil || rep.Leaves != 240 || len(seen) != 240 {
			t.Errorf("fsck: %+v %v; %d indices were told", rep, err, len(seen))
		}
	})
}

// A region stays with the process that sequenced it last, until its lease ends.
func TestLease(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	storetest.EachAt(t, clock, func(t *testing.T, db *store.DB) {
		a, queue := open(t, db)
		mu.Lock()
		now = now.Add(time.Second) // process ids differ by their random part alone otherwise
		mu.Unlock()
		b := New(db, queue, a.ring, Config{})
		appendAll(t, a, db, secrets(1)...)
		sequence(t, a, 1)
		appendAll(t, a, db, secrets(1)...)
		sequence(t, b, 0)
		mu.Lock()
		now = now.Add(leaseFor + time.Second) // a was killed
		mu.Unlock()
		sequence(t, b, 1)
		appendAll(t, a, db, secrets(1)...)
		sequence(t, a, 0)
		sequence(t, b, 1)
		if _, err := a.Fsck(t.Context(), region); err != nil {
			t.Error(err)
		}
	})
}

// Whatever row is altered, fsck finds it and says where.
func TestFsckFindsTampering(t *testing.T) {
	cases := map[string]struct{ sql, says string }{
		"a leaf's body":       {"UPDATE publiclog_leaves SET body = $2 WHERE region = $1 AND idx = 4", "was altered"},
		"a leaf removed":      {"DELETE FROM publiclog_leaves WHERE region = $1 AND idx = 4", "leaf 4 is missing"},
		"the last removed":    {"DELETE FROM publiclog_leaves WHERE region = $1 AND idx = 309", "leaf 309 is missing"},
		"a leaf added":        {"INSERT INTO publiclog_leaves (region, id, idx, kind, body, await) VALUES ($1, 'x', 310, 'private', $2, '')", "leaf 310 lies beyond the head"},
		"a full tile":         {"UPDATE publiclog_tiles SET hashes = $2 WHERE region = $1 AND level = 0 AND n = 0", "tile 0/0"},
		"a partial tile":      {"UPDATE publiclog_tiles SET hashes = $2 WHERE region = $1 AND level = 0 AND n = 1", "tile 0/1"},
		"an upper tile":       {"UPDATE publiclog_tiles SET hashes = $2 WHERE region = $1 AND level = 1", "tile 1/0"},
		"a tile added":        {"INSERT INTO publiclog_tiles (region, level, n, hashes) VALUES ($1, 2, 0, $2)", "tiles are stored"},
		"a checkpoint's root": {"UPDATE publiclog_checkpoints SET root = $2 WHERE region = $1 AND size = 10", "checkpoint at 10"},
		"a checkpoint's note": {"UPDATE publiclog_checkpoints SET note = note || ' ' WHERE region = $1 AND size = 10", "checkpoint at 10"},
		"the head":            {"UPDATE publiclog_heads SET size = 309 WHERE region = $1", "the head has 309"},
		"history cut off":     {"DELETE FROM publiclog_checkpoints WHERE region = $1 AND size = 310", "newest checkpoint 10"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, c := range cases {
			l, _ := open(t, db)
			clear := func(tx *store.Tx) error {
				for _, table := range []string{"leaves", "tiles", "checkpoints", "heads"} {
					if _, err := tx.Exec("DELETE FROM publiclog_" + table); err != nil {
						return err
					}
				}
				return nil
			}
			if err := db.Write(t.Context(), clear); err != nil {
				t.Fatal(err)
			}
			appendAll(t, l, db, secrets(10)...)
			sequence(t, l, 10)
			appendAll(t, l, db, secrets(300)...)
			sequence(t, l, 300)
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				args := []any{region, make([]byte, 32)}
				n, err := tx.Exec(c.sql, args[:1+strings.Count(c.sql, "$2")]...)
				if err == nil && n != 1 {
					err = fmt.Errorf("%d rows changed", n)
				}
				return err
			})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if _, err := l.Fsck(t.Context(), region); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: fsck says %v, want %q", name, err, c.says)
			}
		}
	})
}

// Records that do not fit an entry, and leaves of no kind or region, are refused.
func TestAppendRefuses(t *testing.T) {
	db := storetest.Open(t)
	l, _ := open(t, db)
	for name, leaf := range map[string]Leaf{"empty": {Kind: Public}, "too long": {Kind: Public, Record: make([]byte, 60_001)}, "no kind": {Record: []byte("x")}} {
		if _, _, err := l.Append(t.Context(), region, leaf); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := l.Latest(t.Context(), region); lancar.CodeOf(err) != lancar.NotFound {
		t.Errorf("an empty log has a checkpoint: %v", err)
	}
}
