package lancar

import (
	"strconv"
	"strings"
)

// Money is an amount in the minor unit of an ISO 4217 currency: sen for "IDR" (two decimals),
// never rounded, never floating.
type Money struct {
	Amount   int64
	Currency string
}

// Rupiah makes Money of n whole rupiah.
func Rupiah(n int64) Money { return Money{n * 100, "IDR"} }

// String writes the amount as Indonesians do: "Rp50.000", with ",50" only where there are sen.
func (m Money) String() string {
	a, sign := m.Amount, ""
	if a < 0 {
		a, sign = -a, "-"
	}
	whole, part := strconv.FormatInt(a/100, 10), a%100
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(r)
	}
	if part != 0 {
		b.WriteByte(',')
		b.WriteByte(byte('0' + part/10))
		b.WriteByte(byte('0' + part%10))
	}
	if m.Currency == "IDR" {
		return sign + "Rp" + b.String()
	}
	return sign + m.Currency + " " + b.String()
}
