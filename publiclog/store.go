package publiclog

import (
	"sort"

	"golang.org/x/mod/sumdb/tlog"

	"lancar"
	"lancar/internal/store"
)

// row is a leaf as it is stored. Index counts only once the leaf is sequenced.
type row struct {
	ID    lancar.ID
	Index int64
	Kind  Kind
	Body  []byte
	Await string
}

func (r row) hash() tlog.Hash { return tlog.RecordHash(Entry(r.Kind, r.Body)) }

func scanRow(s store.Scanner) (r row, err error) {
	return r, s.Scan((*string)(&r.ID), &r.Index, (*string)(&r.Kind), &r.Body, &r.Await)
}

func insertLeaf(tx *store.Tx, region string, r row) error {
	return tx.Queue("INSERT INTO publiclog_leaves (region, id, kind, body, await) VALUES ($1, $2, $3, $4, $5)",
		region, string(r.ID), string(r.Kind), r.Body, r.Await)
}

// regionsWaiting are the regions that have leaves without an index.
func regionsWaiting(tx *store.Tx) ([]string, error) {
	return store.All(tx, scanText, "SELECT DISTINCT region FROM publiclog_leaves WHERE idx IS NULL")
}

func scanText(s store.Scanner) (v string, err error) { return v, s.Scan(&v) }

// lease makes this process the region's sequencer until the given time and, by touching the
// head's row, shuts out every other for the rest of the transaction. Not ok: another holds it.
func lease(tx *store.Tx, region, holder string, until int64) (size int64, ok bool, err error) {
	_, err = tx.Exec("INSERT INTO publiclog_heads (region, size, version, holder, lease_until, anchored) VALUES ($1, 0, 0, '', 0, 0) ON CONFLICT DO NOTHING", region)
	if err != nil {
		return 0, false, err
	}
	err = tx.QueryRow(`UPDATE publiclog_heads SET version = version + 1, holder = $1, lease_until = $2
		WHERE region = $3 AND (holder = $4 OR lease_until < $5) RETURNING size`,
		holder, until, region, holder, store.Micros(tx.Now)).Scan(&size)
	if err == store.ErrNone {
		return 0, false, nil
	}
	return size, err == nil, err
}

// number gives the next indices, in the order of the leaves' ids, to at most limit leaves.
func number(tx *store.Tx, region string, size, limit int64) ([]row, error) {
	rows, err := store.All(tx, scanRow, `UPDATE publiclog_leaves SET idx = waiting.place
		FROM (SELECT id, $1 + row_number() OVER (ORDER BY id) - 1 AS place FROM publiclog_leaves
			WHERE region = $2 AND idx IS NULL ORDER BY id LIMIT $3) AS waiting
		WHERE publiclog_leaves.region = $4 AND publiclog_leaves.id = waiting.id
		RETURNING publiclog_leaves.id, publiclog_leaves.idx, publiclog_leaves.kind, publiclog_leaves.body, publiclog_leaves.await`,
		size, region, limit, region)
	sort.Slice(rows, func(i, j int) bool { return rows[i].Index < rows[j].Index })
	return rows, err
}

func forgetAwait(tx *store.Tx, region string, id lancar.ID) error {
	return tx.Queue("UPDATE publiclog_leaves SET await = '' WHERE region = $1 AND id = $2", region, string(id))
}

// loadFrontier reads the right edge of the region's tree.
func loadFrontier(tx *store.Tx, region string, size int64) (*frontier, error) {
	f := newFrontier()
	f.size = size
	for _, key := range partial(size) {
		width := size >> (tileHeight * key.level) % tileWidth
		var hashes []tlog.Hash
		if width > 0 {
			var err error
			if hashes, err = loadTile(tx, region, key); err != nil {
				return nil, err
			}
			if int64(len(hashes)) != width {
				return nil, broken(region, "tile %d/%d has %d hashes, the head says %d", key.level, key.n, len(hashes), width)
			}
		}
		f.edge = append(f.edge, hashes)
	}
	return f, nil
}

func loadTile(tx *store.Tx, region string, key tileKey) ([]tlog.Hash, error) {
	var b []byte
	err := tx.QueryRow("SELECT hashes FROM publiclog_tiles WHERE region = $1 AND level = $2 AND n = $3", region, key.level, key.n).Scan(&b)
	if err == store.ErrNone {
		return nil, nil
	}
	return splitHashes(b), err
}

func saveTile(tx *store.Tx, region string, key tileKey, hashes []tlog.Hash) error {
	return tx.Queue(`INSERT INTO publiclog_tiles (region, level, n, hashes) VALUES ($1, $2, $3, $4)
		ON CONFLICT (region, level, n) DO UPDATE SET hashes = excluded.hashes`, region, key.level, key.n, joinHashes(hashes))
}

func saveCheckpoint(tx *store.Tx, region string, c Checkpoint) error {
	if err := tx.Queue("INSERT INTO publiclog_checkpoints (region, size, root, note, at) VALUES ($1, $2, $3, $4, $5)",
		region, c.Size, c.Root[:], string(c.Note), store.Micros(tx.Now)); err != nil {
		return err
	}
	return tx.Queue("UPDATE publiclog_heads SET size = $1 WHERE region = $2", c.Size, region)
}

const checkpointColumns = "SELECT region, size, root, note, at FROM publiclog_checkpoints "

func scanCheckpoint(s store.Scanner) (c Checkpoint, err error) {
	var root []byte
	var text string
	var at int64
	if err := s.Scan(&c.Region, &c.Size, &root, &text, &at); err != nil {
		return c, err
	}
	copy(c.Root[:], root)
	c.Note, c.At = []byte(text), store.Time(at)
	return c, nil
}

// findPosition joins a leaf with the first checkpoint that contains it.
func findPosition(tx *store.Tx, region string, leaf lancar.ID) (Position, error) {
	pos := Position{Region: region, Leaf: leaf}
	var kind string
	var body, root []byte
	err := tx.QueryRow(`SELECT l.idx, l.kind, l.body, c.size, c.root FROM publiclog_leaves l
		JOIN publiclog_checkpoints c ON c.region = l.region AND c.size > l.idx
		WHERE l.region = $1 AND l.id = $2 ORDER BY c.size LIMIT 1`, region, string(leaf)).
		Scan(&pos.Index, &kind, &body, &pos.Size, &root)
	copy(pos.Root[:], root)
	pos.Hash = tlog.RecordHash(Entry(Kind(kind), body))
	return pos, err
}

// leavesFrom reads at most n sequenced leaves from index from on, in order.
func leavesFrom(tx *store.Tx, region string, from, n int64) ([]row, error) {
	return store.All(tx, scanRow, `SELECT id, idx, kind, body, await FROM publiclog_leaves
		WHERE region = $1 AND idx >= $2 ORDER BY idx LIMIT $3`, region, from, n)
}
