package payment

import (
	"time"

	"lancar"
	"lancar/internal/store"
)

// Treasurer is the role that pays back what is due back in a region's treasury. The superior of an
// agency which has a treasurer there may do the same; it always takes two human beings.
const Treasurer = "treasurer"

// Stage is how far a payment that is due back has come.
type Stage string

// The stages of money due back.
const (
	Asked    Stage = "asked"    // the acquirer is asked to return it to where it came from
	Waiting  Stage = "waiting"  // the acquirer does not; nobody has transferred it yet
	Recorded Stage = "recorded" // one officer says that it was transferred; another has to confirm it
	Returned Stage = "returned" // paid back, in the ledger
)

// Due is a payment that has to go back to its payer, as lists show it. It names nobody.
type Due struct {
	Region   string    // of the charge
	ID       lancar.ID // of the payment
	Number   string    // of the case
	Amount   lancar.Money
	Kind     string    // why: "late", "twice" or "cancelled"
	Since    time.Time // when it was recorded here
	Paid     time.Time // when the customer paid
	Stage    Stage
	Recorder lancar.ID // the officer who recorded its transfer, "" before
}

// Refund is what is known of paying a payment back. Its zero value: nothing yet.
type Refund struct {
	Stage     Stage     `json:"stage"`
	Way       string    `json:"way,omitempty"`       // "bank": by the acquirer, to where it came from; "transfer": by the treasury
	Reference string    `json:"reference,omitempty"` // the bank's number of the return or transfer
	Sent      string    `json:"sent,omitempty"`      // day of the transfer where the office is, "2006-01-02"
	At        time.Time `json:"at,omitzero"`         // when it was confirmed
	Version   int64     `json:"-"`                   // hand it back with the next act
}

// Return is money due back as an officer of the treasury sees it after a look was written down.
//
//lancar:personal
type Return struct {
	Due
	Title   lancar.Text // of the service
	Receipt string      // the acquirer's number of the payment (RRN), by which it finds the payer's bank
	Code    string      // our reference of the code that was paid
	Name    string      // of the payer's account here; "" where it is closed
	Payee   *Payee      // where they want it; nil until they said so
	Refund  Refund
}

// Refunded is the payload of [EventRefunded].
type Refunded struct {
	Region    string       `json:"region"`
	Charge    lancar.ID    `json:"charge"`
	Case      lancar.ID    `json:"case"`
	Payment   lancar.ID    `json:"payment"`
	Amount    lancar.Money `json:"amount"`
	Way       string       `json:"way"`
	Reference string       `json:"reference"`
	Sent      string       `json:"sent"` // 2006-01-02
}

// refundRow is a row of payment_refunds.
type refundRow struct {
	region    string
	payment   lancar.ID
	id        lancar.ID // of its transaction in the ledger
	charge    lancar.ID
	amount    lancar.Money
	stage     Stage
	way       string
	reference string
	sent      string
	recorder  lancar.ID
	recorded  int64
	confirmer lancar.ID
	at        int64
	version   int64
}

// Ways by which money goes back.
const (
	byBank     = "bank"     // by the acquirer, to where it came from
	byTransfer = "transfer" // by a transfer of the treasury, which people record
)

// entries are what paying back puts in the ledger: suspense owes it no longer; the acquirer gave it
// out of what it had received for us, or the treasury paid.
func (r refundRow) entries() []Entry {
	from := accountTreasury
	if r.way == byBank {
		from = accountBank
	}
	return []Entry{{Account: accountSuspense, Amount: r.amount.Amount}, {Account: from, Amount: -r.amount.Amount}}
}

// shown is what the treasury's officers know of a row.
func (r refundRow) shown() Refund {
	return Refund{Stage: r.stage, Way: r.way, Reference: r.reference, Sent: r.sent, At: store.Time(r.at), Version: r.version}
}

// told is what the payer knows of a row: not what one officer has recorded, until a second has
// confirmed it.
func (r refundRow) told() Refund {
	switch r.stage {
	case Returned:
		return r.shown()
	case Asked:
		return Refund{Stage: Asked}
	}
	return Refund{Stage: Waiting}
}

func errNotDue() error {
	return lancar.Fail(lancar.NotFound, "", "Tidak ada uang seperti itu yang harus dikembalikan di sini.", "There is no such money due back here.")
}

func errRefundMoved() error {
	return lancar.Fail(lancar.Conflict, "", "Petugas lain sudah mencatat sesuatu untuk uang ini. Buka lagi sebelum melanjutkan.",
		"Another officer has recorded something for this money. Open it again before you go on.")
}
