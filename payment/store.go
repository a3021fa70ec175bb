package payment

import (
	"encoding/json"
	"time"

	"lancar"
	"lancar/internal/store"
)

const chargeColumns = "region, id, number, account, title, lines, amount, currency, state, due_at, created_at, paid_at, settled_at, version"

func insertCharge(tx *store.Tx, ch Charge, mac string) error {
	title, err := json.Marshal(ch.Title)
	if err != nil {
		return err
	}
	lines, err := json.Marshal(ch.Lines)
	if err != nil {
		return err
	}
	return tx.Queue("INSERT INTO payment_charges ("+chargeColumns+", mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, $12) ON CONFLICT DO NOTHING",
		ch.Region, string(ch.ID), ch.Number, string(ch.Account), string(title), string(lines), ch.Amount.Amount, ch.Amount.Currency,
		string(ch.State), store.Micros(ch.DueAt), store.Micros(ch.Created), mac)
}

func scanCharge(r store.Scanner) (Charge, error) { return scanChargeAnd(r) }

// scanChargeAnd reads the columns of a charge and what follows them.
func scanChargeAnd(r store.Scanner, more ...any) (ch Charge, err error) {
	var title, lines string
	var due, created, paid, settled int64
	err = r.Scan(append([]any{&ch.Region, (*string)(&ch.ID), &ch.Number, (*string)(&ch.Account), &title, &lines, &ch.Amount.Amount,
		&ch.Amount.Currency, (*string)(&ch.State), &due, &created, &paid, &settled, &ch.Version}, more...)...)
	if err != nil {
		return ch, err
	}
	ch.Case, ch.DueAt, ch.Created, ch.Paid, ch.Settled = ch.ID, store.Time(due), store.Time(created), store.Time(paid), store.Time(settled)
	if err := json.Unmarshal([]byte(title), &ch.Title); err != nil {
		return ch, err
	}
	return ch, json.Unmarshal([]byte(lines), &ch.Lines)
}

func chargeBy(tx *store.Tx, region string, id lancar.ID) (Charge, error) {
	return store.One(tx, scanCharge, "SELECT "+chargeColumns+" FROM payment_charges WHERE region = $1 AND id = $2", region, string(id))
}

func dueCharges(tx *store.Tx) ([]Charge, error) {
	return store.All(tx, scanCharge, "SELECT "+chargeColumns+" FROM payment_charges WHERE state = 'open' AND due_at <= $1 ORDER BY due_at LIMIT 500", store.Micros(tx.Now))
}

// updateCharge is the compare-and-swap; false when the version moved on.
func updateCharge(tx *store.Tx, ch Charge, was int64, mac string) (bool, error) {
	n, err := tx.Exec("UPDATE payment_charges SET state = $1, paid_at = $2, settled_at = $3, version = $4, mac = $8 WHERE region = $5 AND id = $6 AND version = $7",
		string(ch.State), store.Micros(ch.Paid), store.Micros(ch.Settled), ch.Version, ch.Region, string(ch.ID), was, mac)
	return n == 1, err
}

func insertHistory(tx *store.Tx, ch Charge, event, mac string) error {
	return tx.Queue("INSERT INTO payment_history (region, charge, version, event, at, mac) VALUES ($1, $2, $3, $4, $5, $6)",
		ch.Region, string(ch.ID), ch.Version, event, store.Micros(tx.Now), mac)
}

// codeRow is a code with what only this room knows of it.
type codeRow struct {
	Code
	region  string
	charge  lancar.ID
	live    bool
	created time.Time
}

const codeColumns = "region, reference, charge, state, payload, merchant, expires_at, created_at"

func scanCode(r store.Scanner) (codeRow, error) { return scanCodeAnd(r) }

// scanCodeAnd reads the columns of a code and what follows them.
func scanCodeAnd(r store.Scanner, more ...any) (c codeRow, err error) {
	var state string
	var expires, created int64
	err = r.Scan(append([]any{&c.region, &c.Reference, (*string)(&c.charge), &state, &c.Payload, &c.Merchant, &expires, &created}, more...)...)
	c.live, c.Expires, c.created = state == "live", store.Time(expires), store.Time(created)
	return c, err
}

// insertAsked notes that a code is being asked for; false when one is asked for already.
func insertAsked(tx *store.Tx, c codeRow, mac string) (bool, error) {
	n, err := tx.Exec("INSERT INTO payment_codes ("+codeColumns+", mac) VALUES ($1, $2, $3, 'asked', '', '', $4, $5, $6) ON CONFLICT DO NOTHING",
		c.region, c.Reference, string(c.charge), store.Micros(c.Expires), store.Micros(c.created), mac)
	return n == 1, err
}

func setLive(tx *store.Tx, c codeRow, mac string) error {
	_, err := tx.Exec("UPDATE payment_codes SET state = 'live', payload = $1, merchant = $2, expires_at = $3, mac = $6 WHERE region = $4 AND reference = $5",
		c.Payload, c.Merchant, store.Micros(c.Expires), c.region, c.Reference, mac)
	return err
}

func dropAsked(tx *store.Tx, region, reference string) error {
	_, err := tx.Exec("DELETE FROM payment_codes WHERE region = $1 AND reference = $2 AND state = 'asked'", region, reference)
	return err
}

func codeBy(tx *store.Tx, region, reference string) (codeRow, error) {
	return store.One(tx, scanCode, "SELECT "+codeColumns+" FROM payment_codes WHERE region = $1 AND reference = $2", region, reference)
}

// codesOf lists a charge's codes, the one that lasts longest first.
func codesOf(tx *store.Tx, region string, charge lancar.ID) ([]codeRow, error) {
	return store.All(tx, scanCode, "SELECT "+codeColumns+" FROM payment_codes WHERE region = $1 AND charge = $2 ORDER BY expires_at DESC", region, string(charge))
}

// receiptsOf lists the receipts already recorded for a code.
func receiptsOf(tx *store.Tx, region, reference string) ([]string, error) {
	return store.All(tx, func(r store.Scanner) (s string, err error) { err = r.Scan(&s); return s, err },
		"SELECT receipt FROM payment_payments WHERE region = $1 AND reference = $2", region, reference)
}

// paid is a row of payment_payments.
type paid struct {
	Report // its Paid is not kept: it is true
	region string
	id     lancar.ID
	charge lancar.ID
	kind   string
	at     int64
}

const paidColumns = "region, reference, receipt, id, charge, kind, amount, currency, acquirer, paid_at, at"

// scanPaidAnd reads the columns of a payment and what follows them.
func scanPaidAnd(r store.Scanner, more ...any) (p paid, err error) {
	var at int64
	err = r.Scan(append([]any{&p.region, &p.Reference, &p.Receipt, (*string)(&p.id), (*string)(&p.charge), &p.kind, &p.Amount.Amount, &p.Amount.Currency,
		&p.Acquirer, &at, &p.at}, more...)...)
	p.PaidAt = store.Time(at)
	return p, err
}

// insertPayment records a payment; false when it is there already.
func insertPayment(tx *store.Tx, p paid, mac string) (bool, error) {
	n, err := tx.Exec("INSERT INTO payment_payments ("+paidColumns+", mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
		p.region, p.Reference, p.Receipt, string(p.id), string(p.charge), p.kind, p.Amount.Amount, p.Amount.Currency, p.Acquirer, store.Micros(p.PaidAt), p.at, mac)
	return n == 1, err
}

func insertMine(tx *store.Tx, ch Charge) error {
	return tx.Queue("INSERT INTO payment_mine (account, settled_at, region, charge) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
		string(ch.Account), store.Micros(tx.Now), ch.Region, string(ch.ID))
}

func mine(tx *store.Tx, account lancar.ID) ([]Payment, error) {
	type key struct{ region, charge string }
	keys, err := store.All(tx, func(r store.Scanner) (k key, err error) { err = r.Scan(&k.region, &k.charge); return k, err },
		"SELECT region, charge FROM payment_mine WHERE account = $1 ORDER BY settled_at DESC LIMIT 50", string(account))
	if err != nil {
		return nil, err
	}
	var out []Payment
	seen := map[key]bool{}
	for _, k := range keys {
		if seen[k] {
			continue
		}
		seen[k] = true
		ch, err := chargeBy(tx, k.region, lancar.ID(k.charge))
		if err != nil {
			return nil, err
		}
		list, err := paymentsOf(tx, ch)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// paymentsOf lists what was paid for a charge, newest first.
func paymentsOf(tx *store.Tx, ch Charge) ([]Payment, error) {
	list, err := store.All(tx, func(r store.Scanner) (p paid, err error) { return scanPaidAnd(r) },
		"SELECT "+paidColumns+" FROM payment_payments WHERE region = $1 AND charge = $2 ORDER BY at DESC, id DESC", ch.Region, string(ch.ID))
	if err != nil {
		return nil, err
	}
	out := make([]Payment, len(list))
	for i, was := range list {
		p := Payment{Charge: ch, Payment: was.id, Kind: was.kind, Receipt: was.Receipt}
		p.Amount, p.Paid, p.Settled = was.Amount, was.PaidAt, store.Time(was.at)
		if was.kind != "applied" {
			row, err := refundBy(tx, ch.Region, was.id)
			if err != nil && err != store.ErrNone {
				return nil, err
			}
			p.Refund = row.told()
		}
		out[i] = p
	}
	return out, nil
}

// notice is a notification that was answered before.
type notice struct {
	region, day, external, reference, hash, result string
	http, at                                       int64
}

func noticeBy(tx *store.Tx, region, day, external string) (n notice, err error) {
	err = tx.QueryRow("SELECT hash, http, result FROM payment_notices WHERE region = $1 AND day = $2 AND external_id = $3", region, day, external).Scan(&n.hash, &n.http, &n.result)
	return n, err
}

func insertNotice(tx *store.Tx, n notice, mac string) error {
	return tx.Queue("INSERT INTO payment_notices (region, day, external_id, reference, hash, http, result, at, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
		n.region, n.day, n.external, n.reference, n.hash, n.http, n.result, n.at, mac)
}

func jakartaDay(t time.Time) string { return t.In(time.FixedZone("", 7*3600)).Format("2006-01-02") }
