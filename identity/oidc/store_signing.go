package oidc

import (
	"math"
	"time"

	"lancar/internal/store"
)

// signingKeys reads the keys that are published now, oldest first.
func (p *Provider) signingKeys(tx *store.Tx) ([]*signingKey, error) {
	return p.keysGone(tx, tx.Now, store.Time(math.MaxInt64))
}

// keysGone reads the keys that are gone after one time and until another, oldest first.
func (p *Provider) keysGone(tx *store.Tx, after, until time.Time) ([]*signingKey, error) {
	return store.All(tx, func(s store.Scanner) (*signingKey, error) {
		k, sealed, err := scanKey(s)
		if err != nil {
			return nil, err
		}
		return &k, p.openKey(&k, sealed)
	}, `SELECT alg, serial, kid, sealed, made_at, from_at, until_at, gone_at FROM identity_signing WHERE gone_at > $1 AND gone_at <= $2 ORDER BY alg, serial`, store.Micros(after), store.Micros(until))
}

func lastKey(tx *store.Tx, alg string) (signingKey, error) {
	return store.One(tx, func(s store.Scanner) (signingKey, error) {
		k, _, err := scanKey(s)
		return k, err
	}, `SELECT alg, serial, kid, sealed, made_at, from_at, until_at, gone_at FROM identity_signing WHERE alg = $1 ORDER BY serial DESC LIMIT 1`, alg)
}

func scanKey(s store.Scanner) (k signingKey, sealed []byte, err error) {
	var made, from, until, gone int64
	err = s.Scan(&k.alg, &k.serial, &k.kid, &sealed, &made, &from, &until, &gone)
	k.made, k.from, k.until, k.gone = store.Time(made), store.Time(from), store.Time(until), store.Time(gone)
	return k, sealed, err
}

// insertKey keeps a key unless another copy of the node was first.
func insertKey(tx *store.Tx, k signingKey, sealed []byte) error {
	_, err := tx.Exec(`INSERT INTO identity_signing (alg, serial, kid, sealed, made_at, from_at, until_at, gone_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		k.alg, k.serial, k.kid, sealed, store.Micros(k.made), store.Micros(k.from), store.Micros(k.until), store.Micros(k.gone))
	return err
}

func updateKey(tx *store.Tx, kid string, sealed []byte) error {
	return tx.Queue(`UPDATE identity_signing SET sealed = $1 WHERE kid = $2`, sealed, kid)
}

func deleteKeys(tx *store.Tx, goneBefore time.Time) error {
	return tx.Queue(`DELETE FROM identity_signing WHERE gone_at <= $1 AND gone_at > 0`, store.Micros(goneBefore))
}
