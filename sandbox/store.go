package sandbox

import (
	"context"
	"embed"
	"time"

	"lancar/internal/store"
)

//go:embed *.sql
var schema embed.FS

func (s *Sandbox) setting(ctx context.Context, name string) (value string, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		err := tx.QueryRow("SELECT value FROM setting WHERE name = $1", name).Scan(&value)
		if err == store.ErrNone {
			return nil
		}
		return err
	})
	return value, err
}

func (s *Sandbox) set(ctx context.Context, name, value string) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)
		return err
	})
}

// code is a QRIS code that the bank made.
type code struct {
	Reference string    `json:"reference"`
	Partner   string    `json:"partner_reference"`
	Currency  string    `json:"currency"`
	Merchant  string    `json:"merchant"`
	Bill      string    `json:"bill"`
	Payload   string    `json:"qr"`
	Amount    int64     `json:"amount_sen"`
	Created   time.Time `json:"created"`
	Expires   time.Time `json:"expires"`
	Paid      time.Time `json:"paid,omitzero"`
}

const codeColumns = "reference, partner_reference, amount, currency, merchant, bill, payload, created_at, expires_at, paid_at"

func scanCode(r store.Scanner) (c code, err error) {
	var created, expires, paid int64
	err = r.Scan(&c.Reference, &c.Partner, &c.Amount, &c.Currency, &c.Merchant, &c.Bill, &c.Payload, &created, &expires, &paid)
	c.Created, c.Expires, c.Paid = store.Time(created), store.Time(expires), store.Time(paid)
	return c, err
}

func insertCode(tx *store.Tx, c code) (bool, error) {
	n, err := tx.Exec("INSERT INTO code ("+codeColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) ON CONFLICT DO NOTHING",
		c.Reference, c.Partner, c.Amount, c.Currency, c.Merchant, c.Bill, c.Payload, store.Micros(c.Created), store.Micros(c.Expires))
	return n == 1, err
}

// codeBy finds a code by the partner's reference or by the bank's own.
func codeBy(tx *store.Tx, reference string) (code, error) {
	return store.One(tx, scanCode, "SELECT "+codeColumns+" FROM code WHERE partner_reference = $1 OR reference = $1", reference)
}

func codeByPayload(tx *store.Tx, payload string) (code, error) {
	return store.One(tx, scanCode, "SELECT "+codeColumns+" FROM code WHERE payload = $1 ORDER BY created_at DESC LIMIT 1", payload)
}

func unpaidCodes(tx *store.Tx) ([]code, error) {
	return store.All(tx, scanCode, "SELECT "+codeColumns+" FROM code WHERE paid_at = 0 ORDER BY created_at DESC LIMIT 50")
}

func markPaid(tx *store.Tx, reference string) error {
	_, err := tx.Exec("UPDATE code SET paid_at = $1 WHERE reference = $2 AND paid_at = 0", store.Micros(tx.Now), reference)
	return err
}

// paid is one payment that a customer of the bank made.
type paid struct {
	Receipt   string    `json:"receipt"`
	Reference string    `json:"reference"`
	Mode      string    `json:"mode"`
	Amount    int64     `json:"amount_sen"`
	At        time.Time `json:"at"`
	Firm      bool      `json:"firm,omitempty"` // the payer's bank takes nothing back
}

func scanPaid(r store.Scanner) (p paid, err error) {
	var at, firm int64
	err = r.Scan(&p.Receipt, &p.Reference, &p.Amount, &at, &p.Mode, &firm)
	p.At, p.Firm = store.Time(at), firm == 1
	return p, err
}

func insertPaid(tx *store.Tx, p paid) error {
	firm := int64(0)
	if p.Firm {
		firm = 1
	}
	_, err := tx.Exec("INSERT INTO payment (receipt, reference, amount, paid_at, mode, firm) VALUES ($1, $2, $3, $4, $5, $6)",
		p.Receipt, p.Reference, p.Amount, store.Micros(p.At), p.Mode, firm)
	return err
}

func paymentsOf(tx *store.Tx, reference string) ([]paid, error) {
	return store.All(tx, scanPaid, "SELECT receipt, reference, amount, paid_at, mode, firm FROM payment WHERE reference = $1 ORDER BY paid_at, receipt", reference)
}

func lastPayments(tx *store.Tx) ([]paid, error) {
	return store.All(tx, scanPaid, "SELECT receipt, reference, amount, paid_at, mode, firm FROM payment ORDER BY paid_at DESC LIMIT 20")
}

// delivery is a notification on its way to the node.
type delivery struct {
	ID        string    `json:"id"`
	Receipt   string    `json:"receipt"`
	Reference string    `json:"reference"`
	Body      string    `json:"body"`
	State     string    `json:"state"` // waiting, done, failed
	Answer    string    `json:"answer"`
	Forged    int64     `json:"forged"`
	Attempts  int64     `json:"attempts"`
	Due       time.Time `json:"due"`
}

const deliveryColumns = "id, receipt, reference, body, forged, state, due_at, attempts, answer"

func scanDelivery(r store.Scanner) (d delivery, err error) {
	var due int64
	err = r.Scan(&d.ID, &d.Receipt, &d.Reference, &d.Body, &d.Forged, &d.State, &due, &d.Attempts, &d.Answer)
	d.Due = store.Time(due)
	return d, err
}

func insertDelivery(tx *store.Tx, d delivery) error {
	_, err := tx.Exec("INSERT INTO delivery ("+deliveryColumns+") VALUES ($1, $2, $3, $4, $5, 'waiting', $6, 0, '')",
		d.ID, d.Receipt, d.Reference, d.Body, d.Forged, store.Micros(d.Due))
	return err
}

func dueDeliveries(tx *store.Tx) ([]delivery, error) {
	return store.All(tx, scanDelivery, "SELECT "+deliveryColumns+" FROM delivery WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at LIMIT 32", store.Micros(tx.Now))
}

func deliveriesOf(tx *store.Tx, reference string) ([]delivery, error) {
	return store.All(tx, scanDelivery, "SELECT "+deliveryColumns+" FROM delivery WHERE reference = $1 ORDER BY id", reference)
}

func waitingDeliveries(tx *store.Tx) ([]delivery, error) {
	return store.All(tx, scanDelivery, "SELECT "+deliveryColumns+" FROM delivery WHERE state = 'waiting' ORDER BY due_at LIMIT 20")
}

func updateDelivery(tx *store.Tx, d delivery) error {
	_, err := tx.Exec("UPDATE delivery SET state = $1, due_at = $2, attempts = $3, answer = $4 WHERE id = $5",
		d.State, store.Micros(d.Due), d.Attempts, d.Answer, d.ID)
	return err
}

// newExternal notes an X-EXTERNAL-ID; false when it was used that day. Days before are dropped.
func newExternal(tx *store.Tx, day, id string) (bool, error) {
	if _, err := tx.Exec("DELETE FROM external WHERE day < $1", day); err != nil {
		return false, err
	}
	n, err := tx.Exec("INSERT INTO external (day, id) VALUES ($1, $2) ON CONFLICT DO NOTHING", day, id)
	return n == 1, err
}
