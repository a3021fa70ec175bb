package machine

import (
	"lancar"
	"lancar/internal/store"
)

const keyColumns = `kind, kid, thumb, jwk, from_at, until_at, added_at, ended_at, last_used, seal`

func scanKey(s store.Scanner) (k Key, err error) {
	var from, until, added, ended, used int64
	err = s.Scan((*string)(&k.Kind), &k.ID, &k.Thumb, &k.JWK, &from, &until, &added, &ended, &used, &k.seal)
	k.From, k.Until, k.Added, k.Ended, k.LastUsed = store.Time(from), store.Time(until), store.Time(added), store.Time(ended), store.Time(used)
	return k, err
}

func selectKeys(tx *store.Tx, id lancar.ID) ([]Key, error) {
	return store.All(tx, scanKey, `SELECT `+keyColumns+` FROM identity_machine_keys WHERE machine = $1 ORDER BY added_at DESC, thumb`, string(id))
}

// insertKey is false when the key belongs to a machine already, this one or another.
func insertKey(tx *store.Tx, id, by lancar.ID, k Key, seal []byte) (bool, error) {
	n, err := tx.Exec(`INSERT INTO identity_machine_keys (machine, thumb, kind, kid, jwk, from_at, until_at, added_at, added_by, ended_at, last_used, seal)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10) ON CONFLICT DO NOTHING`,
		string(id), k.Thumb, string(k.Kind), k.ID, k.JWK, store.Micros(k.From), store.Micros(k.Until), store.Micros(k.Added), string(by), seal)
	return n == 1, err
}

func endKey(tx *store.Tx, id lancar.ID, k Key, seal []byte) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_machine_keys SET ended_at = $1, seal = $2 WHERE machine = $3 AND thumb = $4 AND ended_at = 0`, store.Micros(k.Ended), seal, string(id), k.Thumb)
	return n == 1, err
}

func machineOfKey(tx *store.Tx, thumb string) (id lancar.ID, k Key, err error) {
	var from, until, added, ended, used int64
	err = tx.QueryRow(`SELECT machine, `+keyColumns+` FROM identity_machine_keys WHERE thumb = $1`, thumb).Scan((*string)(&id),
		(*string)(&k.Kind), &k.ID, &k.Thumb, &k.JWK, &from, &until, &added, &ended, &used, &k.seal)
	k.From, k.Until, k.Added, k.Ended, k.LastUsed = store.Time(from), store.Time(until), store.Time(added), store.Time(ended), store.Time(used)
	return id, k, err
}
