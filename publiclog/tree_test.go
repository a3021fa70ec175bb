package publiclog

import (
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// The frontier gives the same roots as the reference implementation, at every size.
func TestFrontierAgreesWithTlog(t *testing.T) {
	f := newFrontier()
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(idx []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(idx))
		for i, x := range idx {
			out[i] = stored[x]
		}
		return out, nil
	})
	for n := int64(0); n < 70_000; n++ {
		h := tlog.RecordHash(fmt.Append(nil, n))
		more, err := tlog.StoredHashesForRecordHash(n, h, read)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
		f.add(h)
		if n < 2000 || n > 65_000 && n < 66_000 || n%977 == 0 {
			want, err := tlog.TreeHash(n+1, read)
			if err != nil {
				t.Fatal(err)
			}
			if f.root() != want {
				t.Fatalf("size %d: root %v, want %v", n+1, f.root(), want)
			}
		}
	}
}

// A frontier read back from its partial tiles goes on as if it had never stopped.
func TestFrontierResumes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := newFrontier(), newFrontier()
		n := 0
		for range rapid.IntRange(1, 6).Draw(t, "batches") {
			for range rapid.IntRange(0, 700).Draw(t, "leaves") {
				h := tlog.RecordHash(fmt.Append(nil, n))
				n++
				a.add(h)
				b.add(h)
			}
			next := newFrontier()
			next.size = b.size
			for _, key := range partial(b.size) {
				width := b.size >> (tileHeight * key.level) % tileWidth
				var edge []tlog.Hash
				if width > 0 {
					edge = splitHashes(joinHashes(a.tiles[key][:width]))
				}
				next.edge = append(next.edge, edge)
			}
			b = next
			if a.root() != b.root() {
				t.Fatalf("at %d leaves the roots differ", n)
			}
		}
	})
}
