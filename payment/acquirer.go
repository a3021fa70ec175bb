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

// Report is the acquirer's word about a payment.
type Report struct {
	Reference string // ours
	Acquirer  string // the acquirer's reference of the code
	Receipt   string // the acquirer's number of this payment (RRN); "" if it gives none
	Paid      bool
	PaidAt    time.Time
	Amount    lancar.Money
}
