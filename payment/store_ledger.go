package payment

import (
	"lancar"
	"lancar/internal/store"
)

func insertEntry(tx *store.Tx, region string, id lancar.ID, seq int, currency string, e Entry) error {
	if err := tx.Queue("INSERT INTO payment_entries (region, id, seq, account, amount, currency, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		region, string(id), int64(seq), e.Account, e.Amount, currency, store.Micros(tx.Now)); err != nil {
		return err
	}
	return tx.Queue("INSERT INTO payment_unfolded (region, id, seq, account, amount, currency) VALUES ($1, $2, $3, $4, $5, $6)",
		region, string(id), int64(seq), e.Account, e.Amount, currency)
}

// balanceKey names a balance within a region.
type balanceKey struct{ account, currency string }

// total is a sum and how many entries are in it.
type total struct{ amount, entries int64 }

func unfoldedRegions(tx *store.Tx) ([]string, error) {
	return store.All(tx, func(r store.Scanner) (s string, err error) { err = r.Scan(&s); return s, err },
		"SELECT DISTINCT region FROM payment_unfolded LIMIT 200")
}

// takeUnfolded removes up to a thousand transactions of a region and returns their sums. Rows
// that another fold takes at the same moment are not among them.
func takeUnfolded(tx *store.Tx, region string) (map[balanceKey]total, error) {
	rows, err := tx.Query(`DELETE FROM payment_unfolded WHERE region = $1 AND id IN
		(SELECT id FROM payment_unfolded WHERE region = $1 AND seq = 0 ORDER BY id LIMIT 1000) RETURNING account, currency, amount`, region)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sums := map[balanceKey]total{}
	for rows.Next() {
		var k balanceKey
		var amount int64
		if err := rows.Scan(&k.account, &k.currency, &amount); err != nil {
			return nil, err
		}
		sums[k] = total{sums[k].amount + amount, sums[k].entries + 1}
	}
	return sums, rows.Err()
}

func addBalance(tx *store.Tx, region string, k balanceKey, sum total) error {
	_, err := tx.Exec(`INSERT INTO payment_balances (region, account, currency, amount, entries) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (region, account, currency) DO UPDATE SET amount = payment_balances.amount + excluded.amount, entries = payment_balances.entries + excluded.entries`,
		region, k.account, k.currency, sum.amount, sum.entries)
	return err
}

func scanBalance(r store.Scanner) (b Balance, err error) {
	err = r.Scan(&b.Account, &b.Amount.Currency, &b.Amount.Amount)
	return b, err
}

func balances(tx *store.Tx, region string) ([]Balance, error) {
	return store.All(tx, scanBalance, `SELECT account, currency, CAST(sum(amount) AS BIGINT) FROM
		(SELECT account, currency, amount FROM payment_balances WHERE region = $1
		UNION ALL SELECT account, currency, amount FROM payment_unfolded WHERE region = $1) AS both_kinds
		GROUP BY account, currency ORDER BY account, currency`, region)
}

// derived is a balance as the entries give it.
type derived struct {
	region string
	balanceKey
	total
}

func scanDerived(r store.Scanner) (d derived, err error) {
	err = r.Scan(&d.region, &d.account, &d.currency, &d.amount, &d.entries)
	return d, err
}

func derivedFrom(tx *store.Tx, table string) ([]derived, error) {
	count := "CAST(count(amount) AS BIGINT)"
	if table == "payment_balances" {
		count = "CAST(sum(entries) AS BIGINT)"
	}
	return store.All(tx, scanDerived, "SELECT region, account, currency, CAST(sum(amount) AS BIGINT), "+count+
		" FROM "+table+" GROUP BY region, account, currency ORDER BY region, account, currency")
}

// unbalanced names a transaction whose entries do not sum to zero, "" when there is none.
func unbalanced(tx *store.Tx) (region, id string, err error) {
	err = tx.QueryRow(`SELECT region, id FROM payment_entries GROUP BY region, id, currency HAVING CAST(sum(amount) AS BIGINT) <> 0
		ORDER BY region, id LIMIT 1`).Scan(&region, &id)
	if err == store.ErrNone {
		err = nil
	}
	return region, id, err
}
