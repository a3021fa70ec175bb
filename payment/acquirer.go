package payment

import (
	"context"
	"crypto/rsa"
	"time"

	"lancar"
	"lancar/region"
)

// Acquirer is the bank that makes codes and takes payments.
type Acquirer interface {
	// Generate makes the code of a charge; the same reference again gives the same code.
	// lancar.Unavailable when the bank does not answer.
	Generate(ctx context.Context, ask Ask) (Code, error)
	// Query says what became of a code.
	Query(ctx context.Context, reference string) (Report, error)
	// Return gives a payment back to where it came from and says under which number; the same
	// number of ours again gives the same. lancar.Gone when the acquirer will not, whatever is
	// tried; lancar.Unavailable when it is not known what it did.
	Return(ctx context.Context, g Giving) (number string, err error)
}

// Bank is what notifications are checked by.
type Bank struct {
	Key     *rsa.PublicKey
	Partner string // our X-PARTNER-ID
}

// Ask is a request for a code.
type Ask struct {
	Reference string
	Bill      string // the case number, shown by some apps
	Amount    lancar.Money
	Expires   time.Time
	Treasury  region.Treasury // who receives it
}

// Giving is a payment that has to go back.
type Giving struct {
	Reference string // ours of the code that was paid
	Acquirer  string // the acquirer's of it
	Receipt   string // the acquirer's number of the payment, "" if it gave none
	Number    string // ours of the return (partnerRefundNo), once for each
	Amount    lancar.Money
	Treasury  region.Treasury // who gives it back
	Alone     bool            // nothing else of this code went back: what the acquirer says of the code is said of this payment
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
