package payment

import (
	"lancar"
	"lancar/internal/store"
)

const refundColumns = "region, payment, id, charge, amount, currency, stage, way, reference, sent_on, recorded_by, recorded_at, confirmed_by, at, version"

// scanRefundAnd reads the columns of a refund and what follows them.
func scanRefundAnd(r store.Scanner, more ...any) (f refundRow, err error) {
	err = r.Scan(append([]any{&f.region, (*string)(&f.payment), (*string)(&f.id), (*string)(&f.charge), &f.amount.Amount, &f.amount.Currency, (*string)(&f.stage),
		&f.way, &f.reference, &f.sent, (*string)(&f.recorder), &f.recorded, (*string)(&f.confirmer), &f.at, &f.version}, more...)...)
	return f, err
}

func refundBy(tx *store.Tx, region string, payment lancar.ID) (refundRow, error) {
	return store.One(tx, func(r store.Scanner) (refundRow, error) { return scanRefundAnd(r) },
		"SELECT "+refundColumns+" FROM payment_refunds WHERE region = $1 AND payment = $2", region, string(payment))
}

// putRefund writes the row's next version; false when somebody else wrote one after was.
func putRefund(tx *store.Tx, f refundRow, was int64, mac string) (bool, error) {
	if was == 0 {
		n, err := tx.Exec("INSERT INTO payment_refunds ("+refundColumns+", mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING",
			f.region, string(f.payment), string(f.id), string(f.charge), f.amount.Amount, f.amount.Currency, string(f.stage), f.way, f.reference, f.sent,
			string(f.recorder), f.recorded, string(f.confirmer), f.at, f.version, mac)
		return n == 1, err
	}
	n, err := tx.Exec(`UPDATE payment_refunds SET stage = $1, way = $2, reference = $3, sent_on = $4, recorded_by = $5, recorded_at = $6, confirmed_by = $7, at = $8, version = $9, mac = $10
		WHERE region = $11 AND payment = $12 AND version = $13`, string(f.stage), f.way, f.reference, f.sent, string(f.recorder), f.recorded, string(f.confirmer), f.at, f.version, mac,
		f.region, string(f.payment), was)
	return n == 1, err
}

// referenceUsed says whether a transfer stands for another payment of the region already.
func referenceUsed(tx *store.Tx, region, way, reference string, but lancar.ID) (bool, error) {
	var n int64
	err := tx.QueryRow("SELECT count(payment) FROM payment_refunds WHERE region = $1 AND way = $2 AND reference = $3 AND payment <> $4", region, way, reference, string(but)).Scan(&n)
	return n > 0, err
}

// nothingBack says that the acquirer has returned no payment of a code.
func nothingBack(tx *store.Tx, region, code string) (bool, error) {
	var n int64
	err := tx.QueryRow(`SELECT count(r.payment) FROM payment_refunds r JOIN payment_payments p ON p.region = r.region AND p.id = r.payment AND p.kind <> 'applied'
		WHERE p.region = $1 AND p.reference = $2 AND r.way = 'bank' AND r.stage = 'returned'`, region, code).Scan(&n)
	return n == 0, err
}

// suspendedBy is a payment that was not applied to its charge.
func suspendedBy(tx *store.Tx, region string, id lancar.ID) (paid, error) {
	return store.One(tx, func(r store.Scanner) (paid, error) { return scanPaidAnd(r) },
		"SELECT "+paidColumns+" FROM payment_payments WHERE region = $1 AND id = $2 AND kind <> 'applied'", region, string(id))
}

func insertDue(tx *store.Tx, treasury string, p paid) error {
	return tx.Queue("INSERT INTO payment_due (region, at, place, payment, charge) VALUES ($1, $2, $3, $4, $5)", treasury, p.at, p.region, string(p.id), string(p.charge))
}

func dropDue(tx *store.Tx, treasury string, p paid) error {
	return tx.Queue("DELETE FROM payment_due WHERE region = $1 AND at = $2 AND place = $3 AND payment = $4", treasury, p.at, p.region, string(p.id))
}

func moveDue(tx *store.Tx, k dueKey, treasury string) error {
	_, err := tx.Exec("UPDATE payment_due SET region = $1 WHERE region = $2 AND at = $3 AND place = $4 AND payment = $5",
		treasury, k.treasury, k.at, k.place, string(k.payment))
	return err
}

// dueKey is a row of payment_due.
type dueKey struct {
	treasury, place string
	at              int64
	payment, charge lancar.ID
}

func scanDueKey(r store.Scanner) (k dueKey, err error) {
	err = r.Scan(&k.treasury, &k.at, &k.place, (*string)(&k.payment), (*string)(&k.charge))
	return k, err
}

// dueOf lists what a treasury has to pay back after an instant and a payment, oldest first.
func dueOf(tx *store.Tx, treasury string, at int64, after string, limit int) ([]Due, error) {
	keys, err := store.All(tx, scanDueKey, `SELECT region, at, place, payment, charge FROM payment_due
		WHERE region = $1 AND (at > $2 OR at = $2 AND payment > $3) ORDER BY at, payment LIMIT $4`, treasury, at, after, int64(limit))
	if err != nil {
		return nil, err
	}
	list := make([]Due, 0, len(keys))
	for _, k := range keys {
		p, err := suspendedBy(tx, k.place, k.payment)
		if err != nil {
			return nil, err
		}
		d := Due{Region: k.place, ID: k.payment, Amount: p.Amount, Kind: p.kind, Since: store.Time(p.at), Paid: p.PaidAt, Stage: Waiting}
		if err := tx.QueryRow("SELECT number FROM payment_charges WHERE region = $1 AND id = $2", k.place, string(k.charge)).Scan(&d.Number); err != nil {
			return nil, err
		}
		if row, err := refundBy(tx, k.place, k.payment); err == nil {
			d.Stage, d.Recorder = row.stage, row.recorder
		} else if err != store.ErrNone {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

func eachRefund(tx *store.Tx, fn func(f refundRow, mac string) error) error {
	return eachRow(tx, func(r store.Scanner) error {
		var mac string
		f, err := scanRefundAnd(r, &mac)
		if err != nil {
			return err
		}
		return fn(f, mac)
	}, "SELECT "+refundColumns+", mac FROM payment_refunds ORDER BY region, payment")
}

func eachDue(tx *store.Tx, fn func(k dueKey) error) error {
	return eachRow(tx, func(r store.Scanner) error {
		k, err := scanDueKey(r)
		if err != nil {
			return err
		}
		return fn(k)
	}, "SELECT region, at, place, payment, charge FROM payment_due ORDER BY region, at, place, payment")
}

func putPayee(tx *store.Tx, region string, payment, account lancar.ID, sealed []byte) error {
	return tx.Queue(`INSERT INTO payment_payees (region, payment, account, sealed, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (region, payment) DO UPDATE SET account = excluded.account, sealed = excluded.sealed, at = excluded.at`,
		region, string(payment), string(account), sealed, store.Micros(tx.Now))
}

func payeeOf(tx *store.Tx, region string, payment lancar.ID) (account lancar.ID, sealed []byte, err error) {
	err = tx.QueryRow("SELECT account, sealed FROM payment_payees WHERE region = $1 AND payment = $2", region, string(payment)).Scan((*string)(&account), &sealed)
	return account, sealed, err
}

func dropPayee(tx *store.Tx, region string, payment lancar.ID) error {
	return tx.Queue("DELETE FROM payment_payees WHERE region = $1 AND payment = $2", region, string(payment))
}

func eachPayee(tx *store.Tx, fn func(region string, payment, account lancar.ID) error) error {
	return eachRow(tx, func(r store.Scanner) error {
		var region, payment, account string
		if err := r.Scan(&region, &payment, &account); err != nil {
			return err
		}
		return fn(region, lancar.ID(payment), lancar.ID(account))
	}, "SELECT region, payment, account FROM payment_payees ORDER BY region, payment")
}
