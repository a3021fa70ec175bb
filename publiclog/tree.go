package publiclog

import (
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tileKey names a tile: level counts tiles, not tree levels; n counts from the left.
type tileKey struct{ level, n int64 }

// frontier is the right edge of a tree: at each tile level the hashes of the one tile that is
// not full. It is all that is needed to append and to compute the root.
type frontier struct {
	size  int64
	edge  [][]tlog.Hash           // by level; each shorter than tileWidth
	tiles map[tileKey][]tlog.Hash // tiles touched since the start, full or partial
}

func newFrontier() *frontier { return &frontier{tiles: map[tileKey][]tlog.Hash{}} }

// add appends one leaf hash.
func (f *frontier) add(h tlog.Hash) {
	n := f.size
	f.size++
	for level := 0; ; level++ {
		if level == len(f.edge) {
			f.edge = append(f.edge, nil)
		}
		tile := append(f.edge[level], h)
		f.tiles[tileKey{int64(level), n / tileWidth}] = tile
		if len(tile) < tileWidth {
			f.edge[level] = tile
			return
		}
		f.edge[level] = nil
		h, n = treeHash(tile), n/tileWidth
	}
}

// root is the tree's root: the partial tiles folded from the bottom up, which is RFC 6962's
// tree because a full tile is a full subtree. The root of the empty tree is SHA-256("").
func (f *frontier) root() tlog.Hash {
	if f.size == 0 {
		h, _ := tlog.TreeHash(0, nil)
		return h
	}
	var carry []tlog.Hash
	for _, tile := range f.edge {
		hashes := append(tile[:len(tile):len(tile)], carry...)
		if len(hashes) > 0 {
			carry = []tlog.Hash{treeHash(hashes)}
		}
	}
	return carry[0]
}

// partial names the tiles whose hashes form the right edge of a tree of the given size.
func partial(size int64) []tileKey {
	var keys []tileKey
	for level := int64(0); size > 0; level++ {
		keys = append(keys, tileKey{level, size / tileWidth})
		size /= tileWidth
	}
	return keys
}

// treeHash is RFC 6962's MTH over hashes of equal full subtrees, of which the last may be
// smaller.
func treeHash(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	k := 1
	for k<<1 < len(hashes) {
		k <<= 1
	}
	return tlog.NodeHash(treeHash(hashes[:k]), treeHash(hashes[k:]))
}

// joinHashes and splitHashes are a tile as it is stored and served.
func joinHashes(hashes []tlog.Hash) []byte {
	b := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		b = append(b, h[:]...)
	}
	return b
}

func splitHashes(b []byte) []tlog.Hash {
	hashes := make([]tlog.Hash, len(b)/tlog.HashSize)
	for i := range hashes {
		hashes[i] = tlog.Hash(b[i*tlog.HashSize:])
	}
	return hashes
}
