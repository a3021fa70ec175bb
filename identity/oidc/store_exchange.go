package oidc

import (
	"time"

	"lancar/internal/store"
)

// insertExchanged notes from which tokens one was exchanged: its parent and all that this came from.
// It locks the parent, so that a revocation either comes first, and nothing is exchanged, or finds
// the new one; false when the parent has ended.
func insertExchanged(tx *store.Tx, id, parent string, expires time.Time) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_tokens SET ended_at = 0 WHERE id = $1 AND ended_at = 0`, parent)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.Queue(`INSERT INTO identity_exchanged (token, parent, expires_at)
		SELECT CAST($1 AS TEXT), parent, CAST($3 AS BIGINT) FROM identity_exchanged WHERE token = $2 UNION ALL SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT)`, id, parent, store.Micros(expires))
}

// endExchanged ends what was exchanged from a token, however often.
func endExchanged(tx *store.Tx, id string) error {
	return tx.Queue(`UPDATE identity_tokens SET ended_at = $1 WHERE ended_at = 0 AND id IN (SELECT token FROM identity_exchanged WHERE parent = $2)`, store.Micros(tx.Now), id)
}
