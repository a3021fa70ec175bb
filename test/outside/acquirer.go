package outside

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"sync"
	"time"

	"lancar"
	"lancar/payment"
	"lancar/payment/qris"
)

var bankKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// BankKey signs what a bank says of payments. It is made once, as that is slow.
func BankKey() *rsa.PrivateKey { return bankKey() }

// Acquirer makes codes and knows which were paid. It gives nothing back.
type Acquirer struct {
	now   lancar.Clock
	mu    sync.Mutex
	asked map[string]lancar.Money
	paid  map[string]time.Time
}

// newAcquirer is an acquirer on this clock at which nobody paid.
func newAcquirer(now lancar.Clock) *Acquirer {
	return &Acquirer{now: now, asked: map[string]lancar.Money{}, paid: map[string]time.Time{}}
}

// Generate makes a dynamic QRIS of the asked amount.
func (q *Acquirer) Generate(_ context.Context, a payment.Ask) (payment.Code, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asked[a.Reference] = a.Amount
	payload, err := qris.Dynamic(qris.Merchant{Domain: "ID.CO.UJI.WWW", MPAN: "936009990000000001", ID: a.Treasury.MerchantID, Class: "URE",
		NMID: "ID0000000000000", Category: "9399", Name: a.Treasury.Merchant, City: a.Treasury.City, Postcode: "00000"},
		qris.Bill{Amount: a.Amount.Amount, Number: a.Reference[:20], Terminal: "UJI"})
	return payment.Code{Payload: payload, Merchant: a.Treasury.Merchant}, err
}

// Query tells whether the code with this reference was paid.
func (q *Acquirer) Query(_ context.Context, reference string) (payment.Report, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at, paid := q.paid[reference]
	return payment.Report{Reference: reference, Acquirer: "B" + reference, Receipt: "R" + reference, Paid: paid, PaidAt: at, Amount: q.asked[reference]}, nil
}

// Return refuses: officers must transfer what is due back.
func (q *Acquirer) Return(context.Context, payment.Giving) (string, error) {
	return "", lancar.Fail(lancar.Gone, "", "", "this bank returns nothing")
}

// Paid has somebody pay the code with this reference, just now.
func (q *Acquirer) Paid(reference string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.paid[reference] = q.now()
}

// AllPaid has somebody pay every code that was made.
func (q *Acquirer) AllPaid() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for reference := range q.asked {
		q.paid[reference] = q.now()
	}
}
