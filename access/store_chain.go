package access

import (
	"lancar"
	"lancar/internal/store"
)

func regionsUnchained(tx *store.Tx) ([]string, error) {
	return store.All(tx, scanText, `SELECT DISTINCT region FROM access_rows WHERE block = 0 ORDER BY region`)
}

func scanText(s store.Scanner) (v string, err error) { return v, s.Scan(&v) }

// takeUnchained puts looks that wait into a block and returns them, in no order. A look that
// commits at the same moment is not among them and goes on waiting.
func takeUnchained(tx *store.Tx, region string, n int64, most int) ([]Row, error) {
	return store.All(tx, scanRow, `UPDATE access_rows SET block = $2 WHERE region = $1 AND block = 0 AND id IN
		(SELECT id FROM access_rows WHERE region = $1 AND block = 0 ORDER BY id LIMIT $3) RETURNING `+rowColumns, region, n, int64(most))
}

const blockColumns = `region, n, at, digests, head, leaf`

func scanBlock(s store.Scanner) (b block, err error) {
	var at int64
	err = s.Scan(&b.region, &b.n, &at, &b.digests, &b.head, &b.leaf)
	b.at = store.Time(at)
	return b, err
}

func lastBlock(tx *store.Tx, region string) (block, error) {
	return store.One(tx, scanBlock, `SELECT `+blockColumns+` FROM access_blocks WHERE region = $1 ORDER BY n DESC LIMIT 1`, region)
}

func insertBlock(tx *store.Tx, b block) error {
	return tx.Queue(`INSERT INTO access_blocks (`+blockColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
		b.region, b.n, store.Micros(b.at), b.digests, b.head, b.leaf)
}

func blocksAfter(tx *store.Tx, region string, n int64, limit int) ([]block, error) {
	return store.All(tx, scanBlock, `SELECT `+blockColumns+` FROM access_blocks WHERE (region, n) > ($1, $2) ORDER BY region, n LIMIT $3`, region, n, int64(limit))
}

// chained is a look with the block it is in, 0 for none yet.
type chained struct {
	Row
	block int64
}

func looksAfter(tx *store.Tx, region, id string, limit int) ([]chained, error) {
	return store.All(tx, func(s store.Scanner) (c chained, err error) {
		c.Row, err = scanRow(behind{s, []any{&c.block}})
		return c, err
	}, `SELECT `+rowColumns+`, block FROM access_rows WHERE (region, id) > ($1, $2) ORDER BY region, id LIMIT $3`, region, id, int64(limit))
}

// behind scans columns that follow those of another scan.
type behind struct {
	store.Scanner
	more []any
}

func (b behind) Scan(dest ...any) error { return b.Scanner.Scan(append(dest, b.more...)...) }

// Bound is the binding of an account: to which subject, since when in microseconds.
type Bound struct {
	Subject string
	At      int64
}

// BoundTx returns every binding, for the check of identity, which knows the accounts.
func (a *Access) BoundTx(tx *store.Tx) (map[lancar.ID]Bound, error) {
	out := map[lancar.ID]Bound{}
	rows, err := tx.Query(`SELECT account, subject, at FROM access_people`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var account string
		var b Bound
		if err := rows.Scan(&account, &b.Subject, &b.At); err != nil {
			return nil, err
		}
		out[lancar.ID(account)] = b
	}
	return out, rows.Err()
}
