package payment

import (
	"encoding/base64"
	"encoding/json"

	"lancar"
	"lancar/internal/store"
)

// mac is what a row carries over its columns, under a key of the node that is not in the database.
// Columns are strings, numbers and texts, in a fixed order.
func (c *Charges) mac(table string, columns ...any) string {
	text, err := json.Marshal(columns)
	if err != nil {
		panic(err) // strings, numbers and maps of strings always marshal
	}
	return base64.RawStdEncoding.EncodeToString(c.ring.MAC("payment "+table, text))
}

func (c *Charges) chargeMAC(ch Charge) string {
	return c.mac("charges", ch.Region, ch.ID, ch.Number, ch.Account, ch.Title, ch.Lines, ch.Amount.Amount, ch.Amount.Currency, ch.State,
		store.Micros(ch.DueAt), store.Micros(ch.Created), store.Micros(ch.Paid), store.Micros(ch.Settled), ch.Version)
}

func (c *Charges) historyMAC(region string, charge lancar.ID, version int64, event string, at int64) string {
	return c.mac("history", region, charge, version, event, at)
}

func (c *Charges) paymentMAC(p paid) string {
	return c.mac("payments", p.region, p.Reference, p.Receipt, p.id, p.charge, p.kind, p.Amount.Amount, p.Amount.Currency, p.Acquirer, store.Micros(p.PaidAt), p.at)
}

func (c *Charges) codeMAC(r codeRow) string {
	return c.mac("codes", r.region, r.Reference, r.charge, r.live, r.Payload, r.Merchant, store.Micros(r.created), store.Micros(r.Expires))
}

func (c *Charges) noticeMAC(n notice) string {
	return c.mac("notices", n.region, n.day, n.external, n.reference, n.hash, n.http, n.result, n.at)
}

func (c *Charges) refundMAC(f refundRow) string {
	return c.mac("refunds", f.region, f.payment, f.id, f.charge, f.amount.Amount, f.amount.Currency, f.stage, f.way, f.reference, f.sent,
		f.recorder, f.recorded, f.confirmer, f.at, f.version)
}
