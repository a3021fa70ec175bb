package identity

import (
	"strings"
	"time"

	"lancar"
)

// mrz is what the machine-readable zone of a passport says (ICAO 9303 part 4, TD3).
type mrz struct {
	Number, Nation, Name, BirthDate, Expiry string // dates as 2006-01-02
}

// readMRZ reads the two lines of 44 characters and checks all five check digits, the dates, and
// that the passport has not expired.
func readMRZ(text string, now time.Time) (mrz, error) {
	lines := strings.Fields(strings.ToUpper(text))
	bad := lancar.Fail(lancar.Invalid, "mrz", "Dua baris di bawah foto paspor belum terbaca dengan benar. Ketik lagi, masing-masing 44 huruf.",
		"The two lines below the passport photo do not read right. Type them again, 44 characters each.")
	if len(lines) != 2 || len(lines[0]) != 44 || len(lines[1]) != 44 || lines[0][0] != 'P' {
		return mrz{}, bad
	}
	l := lines[1]
	if !checked(l[0:9], l[9]) || !checked(l[13:19], l[19]) || !checked(l[21:27], l[27]) ||
		!checked(l[0:10]+l[13:20]+l[21:43], l[43]) || !checked(l[28:42], l[42]) && !(l[42] == '<' && strings.Trim(l[28:42], "<") == "") {
		return mrz{}, bad
	}
	birth, err := time.Parse("060102", l[13:19])
	if err != nil {
		return mrz{}, bad
	}
	for birth.After(now) { // a year of two digits is the last one that has passed
		birth = birth.AddDate(-100, 0, 0)
	}
	expiry, err := time.Parse("060102", l[21:27])
	if err != nil {
		return mrz{}, bad
	}
	if expiry.Year() < 2000 {
		expiry = expiry.AddDate(100, 0, 0)
	}
	if expiry.AddDate(0, 0, 1).Before(now) {
		return mrz{}, lancar.Fail(lancar.Invalid, "mrz", "Paspor ini sudah tidak berlaku.", "This passport has expired.")
	}
	last, first, _ := strings.Cut(strings.TrimRight(lines[0][5:], "<"), "<<")
	name := strings.Join(strings.Fields(strings.ReplaceAll(first+" "+last, "<", " ")), " ")
	return mrz{
		Number: strings.Trim(l[0:9], "<"), Nation: strings.Trim(lines[0][2:5], "<"), Name: name,
		BirthDate: birth.Format(time.DateOnly), Expiry: expiry.Format(time.DateOnly),
	}, nil
}

// checked compares a field with its check digit: weights 7, 3, 1; A is 10; "<" is 0.
func checked(field string, digit byte) bool {
	sum := 0
	for i := range len(field) {
		value := 0
		switch c := field[i]; {
		case c >= '0' && c <= '9':
			value = int(c - '0')
		case c >= 'A' && c <= 'Z':
			value = int(c-'A') + 10
		case c != '<':
			return false
		}
		sum += value * []int{7, 3, 1}[i%3]
	}
	return digit == byte('0'+sum%10)
}
