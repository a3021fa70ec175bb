package mandate

import (
	"lancar"
	"lancar/internal/store"
)

// insertAct adds a line to what was done; false when a look at the same thing stands there already.
func insertAct(tx *store.Tx, m lancar.ID, a Act, slot int64) (bool, error) {
	n, err := tx.Exec(`INSERT INTO identity_mandate_acts (mandate, id, at, verb, service, ref, case_id, amount, currency, slot)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		string(m), string(lancar.NewID(tx.Now)), store.Micros(tx.Now), string(a.Verb), a.Service, a.Ref, string(a.Case), a.Amount.Amount, a.Amount.Currency, slot)
	return n == 1, err
}

func actsOf(tx *store.Tx, m lancar.ID, before lancar.ID, limit int) ([]Line, error) {
	return store.All(tx, func(s store.Scanner) (l Line, err error) {
		var at int64
		err = s.Scan((*string)(&l.ID), &at, (*string)(&l.Verb), &l.Service, &l.Ref, (*string)(&l.Case), &l.Amount.Amount, &l.Amount.Currency)
		l.At = store.Time(at)
		return l, err
	}, `SELECT id, at, verb, service, ref, case_id, amount, currency FROM identity_mandate_acts WHERE mandate = $1 AND id < $2 ORDER BY id DESC LIMIT $3`,
		string(m), string(before), int64(limit))
}

func insertCode(tx *store.Tx, m lancar.ID, mac []byte, expires int64) error {
	return tx.Queue(`INSERT INTO identity_mandate_codes (mandate, code, tries, expires_at) VALUES ($1, $2, 0, $3)
		ON CONFLICT (mandate) DO UPDATE SET code = excluded.code, tries = 0, expires_at = excluded.expires_at`, string(m), mac, expires)
}

// tryCode counts a try and returns the MAC; store.ErrNone when there is no code in time or too many
// tries were made.
func tryCode(tx *store.Tx, m lancar.ID) (mac []byte, err error) {
	err = tx.QueryRow(`UPDATE identity_mandate_codes SET tries = tries + 1 WHERE mandate = $1 AND tries < $2 AND expires_at > $3 RETURNING code`,
		string(m), int64(codeTries), store.Micros(tx.Now)).Scan(&mac)
	return mac, err
}

func deleteCode(tx *store.Tx, m lancar.ID) error {
	return tx.Queue(`DELETE FROM identity_mandate_codes WHERE mandate = $1`, string(m))
}

// question is a row of identity_mandate_asks.
type question struct {
	Pending
	state    string
	code     []byte
	tries    int64
	answered int64 // micros, 0 for never
}

const askColumns = `id, mandate, principal, verb, service, ref, amount, currency, state, code, tries, made_at, expires_at, answered_at, level`

func scanAsk(s store.Scanner) (q question, err error) {
	var made, expires int64
	err = s.Scan((*string)(&q.ID), (*string)(&q.Mandate), (*string)(&q.principal), (*string)(&q.Act.Verb), &q.Act.Service, &q.Act.Ref,
		&q.Act.Amount.Amount, &q.Act.Amount.Currency, &q.state, &q.code, &q.tries, &made, &expires, &q.answered, (*int)(&q.Act.Level))
	q.At, q.Expires = store.Time(made), store.Time(expires)
	return q, err
}

// insertAsk writes a question down; false when the same one is open.
func insertAsk(tx *store.Tx, q question) (bool, error) {
	n, err := tx.Exec(`INSERT INTO identity_mandate_asks (`+askColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, 0, $10, $11, 0, $12) ON CONFLICT DO NOTHING`,
		string(q.ID), string(q.Mandate), string(q.principal), string(q.Act.Verb), q.Act.Service, q.Act.Ref, q.Act.Amount.Amount, q.Act.Amount.Currency,
		q.code, store.Micros(q.At), store.Micros(q.Expires), int64(q.Act.Level))
	return n == 1, err
}

// clearAsks takes questions that nobody answered in time, and agreements that were not used, out of the
// way of a new one. They lapsed: answered_at says that nobody refused them.
func clearAsks(tx *store.Tx, m lancar.ID) error {
	_, err := tx.Exec(`UPDATE identity_mandate_asks SET state = 'refused', answered_at = 0 WHERE mandate = $1 AND state IN ('waiting', 'approved') AND expires_at <= $2`,
		string(m), store.Micros(tx.Now))
	return err
}

// openAsk is the question about exactly this act that nobody answered yet, or that was agreed and is
// not done.
func openAsk(tx *store.Tx, m lancar.ID, a Act) (question, error) {
	return store.One(tx, scanAsk, `SELECT `+askColumns+` FROM identity_mandate_asks WHERE mandate = $1 AND verb = $2 AND ref = $3 AND amount = $4
		AND state IN ('waiting', 'approved')`, string(m), string(a.Verb), a.Ref, a.Amount.Amount)
}

func askByHolder(tx *store.Tx, holder, id lancar.ID) (question, error) {
	return store.One(tx, scanAsk, `SELECT `+askColumns+` FROM identity_mandate_asks a WHERE a.id = $1
		AND EXISTS (SELECT 1 FROM identity_mandates m WHERE m.id = a.mandate AND m.holder = $2)`, string(id), string(holder))
}

// saidNo says whether the person refused exactly this act since an instant.
func saidNo(tx *store.Tx, m lancar.ID, a Act, since int64) (bool, error) {
	var n int64
	err := tx.QueryRow(`SELECT count(*) FROM identity_mandate_asks WHERE mandate = $1 AND verb = $2 AND ref = $3 AND amount = $4 AND state = 'refused' AND answered_at > $5`,
		string(m), string(a.Verb), a.Ref, a.Amount.Amount, since).Scan(&n)
	return n > 0, err
}

// countAsks is how many questions a mandate's machine has asked since an instant.
func countAsks(tx *store.Tx, principal, m lancar.ID, since int64) (n int64, err error) {
	err = tx.QueryRow(`SELECT count(*) FROM identity_mandate_asks WHERE principal = $1 AND made_at > $2 AND mandate = $3`, string(principal), since, string(m)).Scan(&n)
	return n, err
}

func openAsks(tx *store.Tx, principal lancar.ID) ([]question, error) {
	return store.All(tx, scanAsk, `SELECT `+askColumns+` FROM identity_mandate_asks WHERE principal = $1 AND state = 'waiting' AND expires_at > $2 ORDER BY made_at DESC LIMIT 50`,
		string(principal), store.Micros(tx.Now))
}

// tryAsk counts a try at a question of this principal that still waits.
func tryAsk(tx *store.Tx, principal, id lancar.ID) (question, error) {
	return store.One(tx, scanAsk, `UPDATE identity_mandate_asks SET tries = tries + 1
		WHERE id = $1 AND principal = $2 AND state = 'waiting' AND tries < $3 AND expires_at > $4 RETURNING `+askColumns,
		string(id), string(principal), int64(codeTries), store.Micros(tx.Now))
}

func answerAsk(tx *store.Tx, id lancar.ID, state string, expires int64) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_mandate_asks SET state = $2, expires_at = $3, answered_at = $4 WHERE id = $1 AND state = 'waiting'`, string(id), state, expires, store.Micros(tx.Now))
	return n == 1, err
}

// spendAsk uses an approval up, once, for exactly what was approved.
func spendAsk(tx *store.Tx, m lancar.ID, a Act) (bool, error) {
	n, err := tx.Exec(`UPDATE identity_mandate_asks SET state = 'used' WHERE mandate = $1 AND verb = $2 AND service = $3 AND ref = $4 AND amount = $5 AND currency = $6
		AND state = 'approved' AND expires_at > $7 AND level >= $8`,
		string(m), string(a.Verb), a.Service, a.Ref, a.Amount.Amount, a.Amount.Currency, store.Micros(tx.Now), int64(a.Level))
	return n == 1, err
}
