// Package snap speaks SNAP BI, the Indonesian national open API payment standard: the two
// kinds of signature, time stamps, external ids, amounts, response codes, and the messages of
// services 73 (access token), 47 (generate a QRIS code), 51 (ask for a payment), 52
// (notification of a payment) and 78 (return of a payment). It is pure: it makes and checks headers and bodies, opens no
// connection, keeps no state. What a receiver must remember (tokens, external ids of the day)
// is the receiver's.
//
// A signature covers the body as it was sent, without insignificant white space: never decode
// and encode a body again before checking it.
package snap

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"

	"lancar"
)

// Service is the two-digit number of a service, the middle of every response code.
type Service string

// The services spoken here.
const (
	Token    Service = "73"
	Generate Service = "47"
	Query    Service = "51"
	Notify   Service = "52"
	Refund   Service = "78"
)

// Path is where a service is called, relative to the host; a signature covers it.
func (s Service) Path() string {
	switch s {
	case Token:
		return "/v1.0/access-token/b2b"
	case Generate:
		return "/v1.0/qr/qr-mpm-generate"
	case Query:
		return "/v1.0/qr/qr-mpm-query"
	case Refund:
		return "/v1.0/qr/qr-mpm-refund"
	}
	return "/v1.0/qr/qr-mpm-notify"
}

// Values of latestTransactionStatus.
const (
	StatusSuccess   = "00"
	StatusInitiated = "01"
	StatusPending   = "03"
	StatusRefunded  = "04"
	StatusCancelled = "05"
	StatusFailed    = "06"
	StatusNotFound  = "07"
)

// Amount is money as SNAP writes it: a string with exactly two decimals.
type Amount struct {
	Value    string `json:"value"`    // "12345678.00"
	Currency string `json:"currency"` // "IDR"
}

// AmountOf writes money.
func AmountOf(m lancar.Money) Amount {
	sign, n := "", m.Amount
	if n < 0 {
		sign, n = "-", -n
	}
	return Amount{fmt.Sprintf("%s%d.%02d", sign, n/100, n%100), m.Currency}
}

// Money reads the amount; sixteen digits, a point and two digits at most.
func (a Amount) Money() (lancar.Money, error) {
	if !regexp.MustCompile(`^\d{1,16}\.\d{2}$`).MatchString(a.Value) {
		return lancar.Money{}, fmt.Errorf("snap: %q is not an amount with two decimals", a.Value)
	}
	if !regexp.MustCompile(`^[A-Z]{3}$`).MatchString(a.Currency) {
		return lancar.Money{}, fmt.Errorf("snap: %q is not a currency", a.Currency)
	}
	var n int64
	for _, c := range strings.Replace(a.Value, ".", "", 1) {
		n = n*10 + int64(c-'0')
	}
	return lancar.Money{Amount: n, Currency: a.Currency}, nil
}

// Stamp writes an X-TIMESTAMP: seconds and a numeric offset.
func Stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05-07:00") }

// checkStamp refuses an X-TIMESTAMP that is malformed or further than window from now.
func checkStamp(s string, now time.Time, window time.Duration) error {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("snap: X-TIMESTAMP: %w", err)
	}
	if d := now.Sub(t).Abs(); d > window {
		return fmt.Errorf("snap: X-TIMESTAMP is %s away", d)
	}
	return nil
}

// ExternalID makes an X-EXTERNAL-ID: 32 digits, of which the first 14 are the time in UTC,
// the rest random. It must be unique per partner and day.
func ExternalID(now time.Time) string {
	n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return now.UTC().Format("20060102150405") + fmt.Sprintf("%018d", n)
}

// validExternalID says whether s is numeric and at most 36 long.
func validExternalID(s string) bool {
	return regexp.MustCompile(`^\d{1,36}$`).MatchString(s)
}
