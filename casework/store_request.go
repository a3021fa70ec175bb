package casework

import (
	"lancar"
	"lancar/internal/store"
)

func requestByKey(tx *store.Tx, account lancar.ID, actor, key string) (r request, err error) {
	var done int64
	err = tx.QueryRow(`SELECT verb, ref, ask, done_at FROM casework_requests WHERE account = $1 AND actor = $2 AND key = $3`, string(account), actor, key).
		Scan((*string)(&r.verb), &r.ref, (*string)(&r.ask), &done)
	r.done = done > 0
	return r, err
}

// keepRequest writes down what a key stands for now. What was done stays done, and a key never comes
// to stand for another act: the first one of two at once has it.
func keepRequest(tx *store.Tx, account lancar.ID, actor, key string, r request) error {
	done := int64(0)
	if r.done {
		done = store.Micros(tx.Now)
	}
	return tx.Queue(`INSERT INTO casework_requests (account, actor, key, verb, ref, ask, at, done_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (account, actor, key) DO UPDATE SET ask = excluded.ask, done_at = excluded.done_at
		WHERE casework_requests.done_at = 0 AND casework_requests.verb = excluded.verb AND casework_requests.ref = excluded.ref`,
		string(account), actor, key, string(r.verb), r.ref, string(r.ask), store.Micros(tx.Now), done)
}

// forgetRequests deletes keys that nobody may repeat any more.
func forgetRequests(tx *store.Tx) error {
	return tx.Queue(`DELETE FROM casework_requests WHERE at < $1`, store.Micros(tx.Now.AddDate(0, 0, -requestsKept)))
}

func eraseRequests(tx *store.Tx, account lancar.ID) error {
	return tx.Queue(`DELETE FROM casework_requests WHERE account = $1`, string(account))
}
