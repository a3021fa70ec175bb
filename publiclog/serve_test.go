package publiclog

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

// stranger is someone with nothing but the address and the public key.
type stranger struct {
	t    *testing.T
	base string
}

func (s stranger) get(path string, status int) []byte {
	s.t.Helper()
	res, err := http.Get(s.base + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != status {
		s.t.Fatalf("%s: %s %v, want %d", path, res.Status, err, status)
	}
	if cache := res.Header.Get("Cache-Control"); status == 200 && strings.HasPrefix(path, "tile/") != strings.Contains(cache, "immutable") {
		s.t.Errorf("%s may be kept: %q", path, cache)
	}
	return body
}

func (s stranger) Height() int                                { return 8 }
func (s stranger) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (s stranger) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		out = append(out, s.get("tile/"+strings.TrimPrefix(t.Path(), "tile/8/"), 200))
	}
	return out, nil
}

// A stranger rebuilds the whole tree from the tiles and entries that are served, and trusts
// nothing but the key.
func TestServedLogVerifies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l, _ := open(t, db)
		server := httptest.NewServer(l.Handler())
		defer server.Close()
		s := stranger{t, server.URL + "/log/" + region + "/"}
		s.get("checkpoint", 404)
		var roster Receipt
		for _, n := range []int{700, 77} {
			appendAll(t, l, db, secrets(n)...)
			roster = appendAll(t, l, db, Leaf{Kind: Public, Record: []byte(`{"type":"roster"}`)})[0]
			sequence(t, l, n+1)
		}
		vkey := strings.TrimSpace(string(s.get("key", 200)))
		size, root, err := ParseCheckpoint(s.get("checkpoint", 200), "node.example/log/91.04", vkey)
		if err != nil || size != 779 {
			t.Fatal(size, err)
		}
		reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, s)
		for n := int64(0); n < size; n += 97 {
			path, err := tlog.ProveRecord(size, n, reader)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckRecord(path, size, root, n, tlog.RecordHash(s.entry(n, size))); err != nil {
				t.Errorf("leaf %d: %v", n, err)
			}
		}
		pos, _, _ := l.Position(t.Context(), region, roster.Leaf)
		if got := string(s.entry(pos.Index, size)); got != "lancar/log/v1 public\n{\"type\":\"roster\"}" {
			t.Errorf("the public leaf reads %q", got)
		}
		proof, err := l.Consistency(t.Context(), region, 701, 779)
		old, _ := l.Latest(t.Context(), region)
		_ = db.Read(t.Context(), func(tx *store.Tx) (err error) { old, err = checkpointAt(tx, region, 701); return err })
		if err != nil || tlog.CheckTree(proof, 779, root, 701, old.Root) != nil {
			t.Errorf("the newer tree does not extend the older: %v", err)
		}
		for _, path := range []string{"tile/0/003", "tile/0/003.p/12", "tile/1/000", "tile/1/000.p/4", "tile/9/000", "tile/data/000", "tile/entries/003.p/200", "tile/0/../0/000.p", "tile/-1/000", "nothing"} {
			s.get(path, 404)
		}
		s.get("tile/0/003.p/11", 200)
	})
}

// entry reads one entry out of its bundle.
func (s stranger) entry(n, size int64) []byte {
	t := tlog.Tile{H: 8, L: -1, N: n / 256, W: int(min(256, size-n/256*256))}
	b := s.get("tile/entries/"+strings.TrimPrefix(t.Path(), "tile/8/data/"), 200)
	for i := int64(0); ; i++ {
		length := int(binary.BigEndian.Uint16(b))
		if i == n%256 {
			return b[2 : 2+length]
		}
		b = b[2+length:]
	}
}

// The national log holds a copy of every region's newest checkpoint, once; fsck of the nation
// notices when a region rewrote its history, signatures and all.
func TestAnchor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l, _ := open(t, db)
		for range 2 {
			appendAll(t, l, db, secrets(3)...)
			sequence(t, l, 3)
			for range 2 {
				if err := l.Anchor(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			sequence(t, l, 1)
		}
		codes, err := l.Regions(t.Context())
		if err != nil || fmt.Sprint(codes) != "[00 91.04]" {
			t.Errorf("%v %v", codes, err)
		}
		if rep, err := l.Fsck(t.Context(), National); err != nil || rep.Leaves != 2 {
			t.Errorf("%+v %v", rep, err)
		}
		err = db.Write(t.Context(), func(tx *store.Tx) error {
			for _, table := range []string{"leaves", "tiles", "checkpoints", "heads"} {
				if _, err := tx.Exec("DELETE FROM publiclog_"+table+" WHERE region = $1", region); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		appendAll(t, l, db, secrets(6)...)
		sequence(t, l, 6)
		if _, err := l.Fsck(t.Context(), region); err != nil {
			t.Errorf("the rewritten log is sound in itself: %v", err)
		}
		if _, err := l.Fsck(t.Context(), National); err == nil || !strings.Contains(err.Error(), "differs from the copy") && !strings.Contains(err.Error(), "no checkpoint at 3") {
			t.Errorf("the nation does not notice: %v", err)
		}
	})
}
