package qris

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Encode writes fields as a payload and closes it with the CRC. It refuses what [Decode]
// would refuse.
func Encode(f Fields) (string, error) {
	if len(f) == 0 || f[0] != (Field{"00", "01"}) {
		return "", wrong("00", "the payload must begin with format 01")
	}
	if _, ok := f.find("63"); ok {
		return "", wrong("63", "is added by Encode")
	}
	if err := check(f); err != nil {
		return "", err
	}
	s, err := EncodeTemplate(f)
	if err != nil {
		return "", err
	}
	s += "6304"
	return s + fmt.Sprintf("%04X", CRC([]byte(s))), nil
}

// EncodeTemplate writes fields one after the other, as the value of a template.
func EncodeTemplate(f Fields) (string, error) {
	var b strings.Builder
	for i, x := range f {
		n := utf8.RuneCountInString(x.Value)
		switch _, twice := f[:i].find(x.Tag); {
		case len(x.Tag) != 2 || !digits([]rune(x.Tag)):
			return "", wrong(x.Tag, "is not a tag of two digits")
		case twice:
			return "", wrong(x.Tag, "stands twice")
		case n == 0 || n > 99 || !utf8.ValidString(x.Value):
			return "", wrong(x.Tag, "has %d characters, 1 to 99 fit", n)
		}
		fmt.Fprintf(&b, "%s%02d%s", x.Tag, n, x.Value)
	}
	return b.String(), nil
}

// Merchant is who receives the money, as an acquirer registers it.
type Merchant struct {
	Domain   string // reverse domain of the acquirer, "ID.CO.CONTOH.WWW"
	MPAN     string // 18 digits, without its Luhn check digit
	ID       string // at the acquirer, at most 15 characters
	Class    string // UMI, UKE, UME, UBE, URE
	NMID     string // "ID" and 13 digits
	Category string // "9399" government services, "9311" tax
	Name     string // at most 25 characters
	City     string // at most 15
	Postcode string
}

// Bill is what a dynamic code asks for. Number goes to tag 62.01, Terminal to 62.07.
type Bill struct {
	Amount   int64 // sen; a whole number of rupiah is written without decimals
	Number   string
	Terminal string
}

// Dynamic makes the payload of a dynamic code: one bill, one amount, for one payment.
func Dynamic(m Merchant, b Bill) (string, error) {
	own, err := EncodeTemplate(Fields{{"00", m.Domain}, {"01", m.MPAN}, {"02", m.ID}, {"03", m.Class}})
	if err != nil {
		return "", err
	}
	national, err := EncodeTemplate(Fields{{"00", "ID.CO.QRIS.WWW"}, {"02", m.NMID}, {"03", m.Class}})
	if err != nil {
		return "", err
	}
	extra, err := EncodeTemplate(Fields{{"01", b.Number}, {"07", b.Terminal}})
	if err != nil {
		return "", err
	}
	if b.Amount <= 0 {
		return "", wrong("54", "the amount must be more than nothing")
	}
	amount := fmt.Sprintf("%d.%02d", b.Amount/100, b.Amount%100)
	return Encode(Fields{{"00", "01"}, {"01", "12"}, {"26", own}, {"51", national}, {"52", m.Category},
		{"53", "360"}, {"54", strings.TrimSuffix(amount, ".00")}, {"58", "ID"}, {"59", m.Name},
		{"60", m.City}, {"61", m.Postcode}, {"62", extra}})
}
