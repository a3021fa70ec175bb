package qris

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Decode reads a whole payload: structure, CRC, and the form of every field that the
// specification fixes. Tag 63 is checked and left out of what is returned. Errors are
// [*Error] and name the tag.
func Decode(s string) (Fields, error) {
	f, err := split(s, "")
	if err != nil {
		return nil, err
	}
	if len(f) == 0 || f[0] != (Field{"00", "01"}) {
		return nil, wrong("00", "the payload must begin with format 01")
	}
	last := f[len(f)-1]
	if last.Tag != "63" || utf8.RuneCountInString(last.Value) != 4 {
		return nil, wrong("63", "the payload must end with a check value of four characters")
	}
	want := fmt.Sprintf("%04X", CRC([]byte(s[:len(s)-len(last.Value)])))
	if !strings.EqualFold(want, last.Value) {
		return nil, wrong("63", "check value is %s, the payload gives %s", last.Value, want)
	}
	f = f[:len(f)-1]
	return f, check(f)
}

// DecodeTemplate reads the fields inside the value of a template (tags 26 to 51, 62, 64).
func DecodeTemplate(value string) (Fields, error) { return split(value, "") }

// check applies the form of each field that is fixed, and that required ones are there.
func check(f Fields) error {
	for _, x := range f {
		if err := form(x); err != nil {
			return err
		}
	}
	for _, tag := range []string{"52", "53", "58", "59", "60"} {
		if _, ok := f.find(tag); !ok {
			return wrong(tag, "is missing")
		}
	}
	for _, x := range f {
		if x.Tag >= "02" && x.Tag <= "51" {
			return nil
		}
	}
	return wrong("26", "no merchant account (02 to 51)")
}

func form(x Field) error {
	n := utf8.RuneCountInString(x.Value)
	switch {
	case n == 0 || n > 99:
		return wrong(x.Tag, "has %d characters, 1 to 99 fit", n)
	case x.Tag == "01" && x.Value != "11" && x.Value != "12":
		return wrong(x.Tag, "is neither 11 (static) nor 12 (dynamic)")
	case x.Tag == "52" && (n != 4 || !digits([]rune(x.Value))):
		return wrong(x.Tag, "is not a category of four digits")
	case x.Tag == "53" && (n != 3 || !digits([]rune(x.Value))):
		return wrong(x.Tag, "is not a currency of three digits")
	case x.Tag == "54":
		_, err := Sen(x.Value)
		return err
	case x.Tag == "58" && n != 2:
		return wrong(x.Tag, "is not a country of two letters")
	case x.Tag == "59" && n > 25:
		return wrong(x.Tag, "the name has %d characters, 25 fit", n)
	case x.Tag == "60" && n > 15:
		return wrong(x.Tag, "the city has %d characters, 15 fit", n)
	case template(x.Tag):
		_, err := split(x.Value, x.Tag)
		return err
	}
	return nil
}

func template(tag string) bool {
	return tag >= "26" && tag <= "51" || tag == "62" || tag == "64"
}

// Sen reads the amount of tag 54 ("150000", "23.72", at most 13 characters) into hundredths
// of the currency's unit.
func Sen(s string) (int64, error) {
	if len(s) > 13 || !regexp.MustCompile(`^(\d+)(\.\d{0,2})?$`).MatchString(s) {
		return 0, wrong("54", "%q is not an amount", s)
	}
	whole, part, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if err != nil {
		return 0, wrong("54", "%q is not an amount", s)
	}
	return n, nil
}
