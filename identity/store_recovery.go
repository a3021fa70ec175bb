package identity

import (
	"strings"

	"lancar"
	"lancar/internal/store"
)

const recoveryColumns = `account, id, region, hash, channel, contact, stop, state, begun_at, ready_at`

func scanRecovery(s store.Scanner) (r Recovery, err error) {
	var begun, ready int64
	err = s.Scan((*string)(&r.account), (*string)(&r.ID), &r.region, &r.hash, (*string)(&r.channel), &r.sealed, &r.stop, &r.state, &begun, &ready)
	r.Begun, r.Ready = store.Time(begun), store.Time(ready)
	return r, err
}

func insertRecovery(tx *store.Tx, r Recovery) error {
	_, err := tx.Exec(`INSERT INTO identity_recoveries (`+recoveryColumns+`, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $9, 0)`,
		string(r.account), string(r.ID), r.region, r.hash, string(r.channel), r.sealed, r.stop, store.Micros(r.Begun), store.Micros(r.Ready))
	return err
}

func lastRecovery(tx *store.Tx, account lancar.ID, hash string) (Recovery, error) {
	return store.One(tx, scanRecovery, `SELECT `+recoveryColumns+` FROM identity_recoveries WHERE account = $1 AND hash = $2 ORDER BY begun_at DESC, id DESC LIMIT 1`, string(account), hash)
}

func recoveryByID(tx *store.Tx, account, id lancar.ID) (Recovery, error) {
	return store.One(tx, scanRecovery, `SELECT `+recoveryColumns+` FROM identity_recoveries WHERE account = $1 AND id = $2`, string(account), string(id))
}

func recoveryByStop(tx *store.Tx, stop string) (Recovery, error) {
	return store.One(tx, scanRecovery, `SELECT `+recoveryColumns+` FROM identity_recoveries WHERE stop = $1`, stop)
}

func waitingRecoveries(tx *store.Tx, account lancar.ID) ([]Recovery, error) {
	return store.All(tx, scanRecovery, `SELECT `+recoveryColumns+` FROM identity_recoveries WHERE account = $1 AND state = 'waiting' ORDER BY begun_at, id`, string(account))
}

// endRecovery ends a waiting one; whoever comes second conflicts.
func endRecovery(tx *store.Tx, r Recovery, state string) error {
	n, err := tx.Exec(`UPDATE identity_recoveries SET state = $3, ended_at = $4 WHERE account = $1 AND id = $2 AND state = 'waiting'`,
		string(r.account), string(r.ID), state, store.Micros(tx.Now))
	if err == nil && n == 0 {
		err = lancar.Fail(lancar.Conflict, "recovery", "Pemulihan ini baru saja berubah. Coba lagi.", "This recovery has just changed. Please try again.")
	}
	return err
}

// stopRecoveries ends all that wait: the account's owner was settled otherwise.
func stopRecoveries(tx *store.Tx, account lancar.ID) error {
	return tx.Queue(`UPDATE identity_recoveries SET state = 'stopped', ended_at = $2 WHERE account = $1 AND state = 'waiting'`, string(account), store.Micros(tx.Now))
}

// fields splits at spaces into exactly n parts.
func fields(s string, n int) []string {
	return append(strings.Fields(s), make([]string, n)...)[:n]
}
