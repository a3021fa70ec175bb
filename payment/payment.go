// Package payment keeps what is owed and what was paid: charges, the QRIS codes by which they
// are paid, notifications of the acquirer, and a double-entry ledger per region.
//
// A charge belongs to a case and to the region of its office. It is open until it is paid, until
// it expires at its due instant, or until the case's owner ends it; [Transitions] is the table.
// Money that arrives for a charge that is no longer open is never lost: it goes to a suspense
// account and is due back to the payer.
//
// Codes come from an acquirer through [Acquirer] (SNAP service 47) when the person looks at the
// page; a payment is learned from a notification (52, [Charges.Handler]) or, where none comes, by
// asking (51). However often and by whichever way the same payment is reported, it is settled
// once, in one transaction: payment, ledger entries, state and event.
//
// Amounts are in the minor unit of the currency, sen for IDR.
package payment

import (
	"context"
	"time"

	"lancar"
)

// Charge is what is owed for a case.
type Charge struct {
	Region  string    // of the office that decides
	ID      lancar.ID // made by ChargeTx
	Case    lancar.ID
	Number  string    // the case number that people know
	Account lancar.ID // who owes
	Title   lancar.Text
	Lines   []Line
	Amount  lancar.Money // the sum of the lines
	DueAt   time.Time    // the charge expires then; whole microseconds
	State   State
	Created time.Time
	Paid    time.Time // when the customer paid, by the acquirer's word; zero until then
	Settled time.Time // when this node recorded it
	Version int64
}

// Line is one item of a charge.
type Line struct {
	Label   lancar.Text `json:"label"`
	Amount  int64       `json:"amount"`  // minor unit, in the charge's currency; not negative
	Region  string      `json:"region"`  // whose treasury receives it; "" is the charge's region
	Revenue string      `json:"revenue"` // revenue account of that treasury ("4.1.02.01.02"); "" if unclassified
}

// State of a charge.
type State string

// The states of a charge.
const (
	Open      State = "open"
	Paid      State = "paid"
	Expired   State = "expired"
	Cancelled State = "cancelled"
)

// Code is a QRIS code by which a charge can be paid.
type Code struct {
	Reference string // ours at the acquirer (partnerReferenceNo)
	Payload   string // what the QR image holds
	Merchant  string // the name that the payer's app will show
	Expires   time.Time
}

// Names of the events that this room emits; their payloads are the JSON of [Settled], [Ended]
// and [RefundDue], their key is the case.
const (
	EventSettled   = "payment.settled"
	EventExpired   = "payment.expired"
	EventRefundDue = "payment.refund_due"
)

// Settled is the payload of [EventSettled]: the charge is paid and in the ledger.
type Settled struct {
	Region    string       `json:"region"`
	Charge    lancar.ID    `json:"charge"`
	Case      lancar.ID    `json:"case"`
	Account   lancar.ID    `json:"account"`
	Amount    lancar.Money `json:"amount"`
	Paid      time.Time    `json:"paid"`
	Settled   time.Time    `json:"settled"`
	Reference string       `json:"reference"` // the acquirer's
}

// Ended is the payload of [EventExpired]: nobody paid in time.
type Ended struct {
	Region  string    `json:"region"`
	Charge  lancar.ID `json:"charge"`
	Case    lancar.ID `json:"case"`
	Account lancar.ID `json:"account"`
}

// RefundDue is the payload of [EventRefundDue]: money came that nothing was owed for any more,
// and must go back. Reason is "late", "twice" or "cancelled".
type RefundDue struct {
	Region  string       `json:"region"`
	Charge  lancar.ID    `json:"charge"`
	Case    lancar.ID    `json:"case"`
	Account lancar.ID    `json:"account"`
	Amount  lancar.Money `json:"amount"`
	Reason  string       `json:"reason"`
}

// Acquirer is the bank that makes codes and takes payments.
type Acquirer interface {
	// Generate makes the code of a charge; the same reference again gives the same code.
	// lancar.Unavailable when the bank does not answer.
	Generate(ctx context.Context, ask Ask) (Code, error)
	// Query says what became of a code.
	Query(ctx context.Context, reference string) (Report, error)
}

// Ask is a request for a code.
type Ask struct {
	Reference string
	Bill      string // the case number, shown by some apps
	Amount    lancar.Money
	Expires   time.Time
}

// Report is the acquirer's word about a payment.
type Report struct {
	Reference string // ours
	Acquirer  string // the acquirer's reference of the code
	Receipt   string // the acquirer's number of this payment (RRN); "" if it gives none
	Paid      bool
	PaidAt    time.Time
	Amount    lancar.Money
}
