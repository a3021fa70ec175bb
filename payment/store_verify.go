package payment

import (
	"lancar"
	"lancar/internal/store"
)

// eachRow calls fn for every row; fn scans it.
func eachRow(tx *store.Tx, fn func(store.Scanner) error, sql string) error {
	rows, err := tx.Query(sql)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func eachCharge(tx *store.Tx, fn func(ch Charge, mac string) error) error {
	return eachRow(tx, func(r store.Scanner) error {
		var mac string
		ch, err := scanChargeAnd(r, &mac)
		if err != nil {
			return err
		}
		return fn(ch, mac)
	}, "SELECT "+chargeColumns+", mac FROM payment_charges ORDER BY region, id")
}

func eachPaid(tx *store.Tx, fn func(p paid, mac string) error) error {
	return eachRow(tx, func(r store.Scanner) error {
		var mac string
		p, err := scanPaidAnd(r, &mac)
		if err != nil {
			return err
		}
		return fn(p, mac)
	}, "SELECT "+paidColumns+", mac FROM payment_payments ORDER BY region, reference, receipt")
}

func eachHistory(tx *store.Tx, fn func(region string, charge lancar.ID, version int64, event string, at int64, mac string) error) error {
	return eachRow(tx, func(r store.Scanner) error {
		var region, charge, event, mac string
		var version, at int64
		if err := r.Scan(&region, &charge, &version, &event, &at, &mac); err != nil {
			return err
		}
		return fn(region, lancar.ID(charge), version, event, at, mac)
	}, "SELECT region, charge, version, event, at, mac FROM payment_history ORDER BY region, charge, version")
}

func eachEntry(tx *store.Tx, fn func(region string, id lancar.ID, seq int, e Entry, currency string, at int64) error) error {
	return eachRow(tx, func(r store.Scanner) error {
		var region, id, currency string
		var seq, at int64
		var e Entry
		if err := r.Scan(&region, &id, &seq, &e.Account, &e.Amount, &currency, &at); err != nil {
			return err
		}
		return fn(region, lancar.ID(id), int(seq), e, currency, at)
	}, "SELECT region, id, seq, account, amount, currency, at FROM payment_entries ORDER BY region, id, seq")
}

func eachCode(tx *store.Tx, fn func(r codeRow, mac string) error) error {
	return eachRow(tx, func(r store.Scanner) error {
		var mac string
		c, err := scanCodeAnd(r, &mac)
		if err != nil {
			return err
		}
		return fn(c, mac)
	}, "SELECT "+codeColumns+", mac FROM payment_codes ORDER BY region, reference")
}

func eachNotice(tx *store.Tx, fn func(n notice, mac string) error) error {
	return eachRow(tx, func(r store.Scanner) error {
		var n notice
		var mac string
		if err := r.Scan(&n.region, &n.day, &n.external, &n.reference, &n.hash, &n.http, &n.result, &n.at, &mac); err != nil {
			return err
		}
		return fn(n, mac)
	}, "SELECT region, day, external_id, reference, hash, http, result, at, mac FROM payment_notices ORDER BY region, day, external_id")
}

func eachMine(tx *store.Tx, fn func(k mineKey) error) error {
	return eachRow(tx, func(r store.Scanner) error {
		var k mineKey
		if err := r.Scan(&k.account, &k.at, &k.region, (*string)(&k.charge)); err != nil {
			return err
		}
		return fn(k)
	}, "SELECT account, settled_at, region, charge FROM payment_mine ORDER BY account, settled_at, region, charge")
}
