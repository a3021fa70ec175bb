package payment

import (
	"lancar"
	"lancar/internal/store"
)

// ledgerPayment is a payment beside its entries.
type ledgerPayment struct {
	region         string
	id, charge     lancar.ID
	kind           string
	amount         int64
	bank, suspense int64
	owed           int64 // by its charge
	currency       string
	owedIn         string
}

func paymentsWithEntries(tx *store.Tx) ([]ledgerPayment, error) {
	return store.All(tx, func(r store.Scanner) (p ledgerPayment, err error) {
		err = r.Scan(&p.region, (*string)(&p.id), (*string)(&p.charge), &p.kind, &p.amount, &p.bank, &p.suspense, &p.owed, &p.currency, &p.owedIn)
		return p, err
	}, `SELECT p.region, p.id, COALESCE(c.id, ''), p.kind, p.amount,
		CAST(COALESCE((SELECT CAST(sum(e.amount) AS BIGINT) FROM payment_entries e WHERE e.region = p.region AND e.id = p.id AND e.account = 'bank'), 0) AS BIGINT),
		CAST(COALESCE((SELECT CAST(sum(e.amount) AS BIGINT) FROM payment_entries e WHERE e.region = p.region AND e.id = p.id AND e.account = 'suspense'), 0) AS BIGINT),
		COALESCE(c.amount, 0), p.currency, COALESCE(c.currency, '')
		FROM payment_payments p LEFT JOIN payment_charges c ON c.region = p.region AND c.id = p.charge ORDER BY p.region, p.id`)
}

func allHistory(tx *store.Tx) (map[[2]string][]string, error) {
	rows, err := tx.Query("SELECT region, charge, event FROM payment_history ORDER BY region, charge, version")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[[2]string][]string{}
	for rows.Next() {
		var region, charge, event string
		if err := rows.Scan(&region, &charge, &event); err != nil {
			return nil, err
		}
		out[[2]string{region, charge}] = append(out[[2]string{region, charge}], event)
	}
	return out, rows.Err()
}

// eachCharge calls fn for every charge with the number of payments applied to it.
func eachCharge(tx *store.Tx, fn func(ch Charge, applied int64) error) error {
	var applied int64
	rows, err := tx.Query("SELECT " + chargeColumns + `, CAST((SELECT count(p.id) FROM payment_payments p
		WHERE p.region = payment_charges.region AND p.charge = payment_charges.id AND p.kind = 'applied') AS BIGINT)
		FROM payment_charges ORDER BY region, id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		ch, err := scanChargeAnd(rows, &applied)
		if err != nil {
			return err
		}
		if err := fn(ch, applied); err != nil {
			return err
		}
	}
	return rows.Err()
}
