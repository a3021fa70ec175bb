package catalog

import (
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lancar"
	"lancar/catalog/rule"
)

// maxNumber bounds numbers and amounts of rupiah, so that products of two stay exact.
const maxNumber = 1_000_000_000_000

func say(id, en string) lancar.Text { return lancar.Text{"id": id, "en": en} }

// ruleType is the type by which rules see an answer.
func (f *Field) ruleType() rule.Type {
	switch f.Kind {
	case "number", "money":
		return rule.Int
	case "date":
		return rule.Date
	case "yesno", "attachment":
		return rule.Bool
	case "multichoice":
		return rule.List
	}
	return rule.String
}

// read turns the text of an answer into the value that rules see, or says what is wrong and how
// to mend it. text is trimmed and not empty.
func (f *Field) read(text string, in *Situation) (any, lancar.Text) {
	switch f.Kind {
	case "number", "money":
		return f.readNumber(text)
	case "date":
		return f.readDate(text, in.today())
	case "choice":
		if !f.offers(text) {
			return nil, say("Pilih salah satu jawaban yang tersedia.", "Choose one of the answers offered.")
		}
		return text, nil
	case "multichoice":
		return f.readChoices(text)
	case "yesno":
		switch text {
		case "yes":
			return true, nil
		case "no":
			return false, nil
		}
		return nil, say("Pilih ya atau tidak.", "Choose yes or no.")
	case "place":
		return f.readPlace(text, in)
	}
	return f.readText(text)
}

func (f *Field) readNumber(text string) (any, lancar.Text) {
	clean := strings.NewReplacer(".", "", " ", "", "\u00a0", "", "Rp", "").Replace(text)
	n, err := strconv.ParseInt(clean, 10, 64)
	least, most := int64(0), int64(maxNumber)
	if f.Min != nil {
		least = *f.Min
	}
	if f.Max != nil {
		most = *f.Max
	}
	switch {
	case err != nil:
		return nil, say("Tulis angka bulat saja, misalnya 12.", "Write a whole number only, such as 12.")
	case n < least:
		return nil, say("Paling sedikit "+thousands(least)+".", "At least "+thousands(least)+".")
	case n > most:
		return nil, say("Paling banyak "+thousands(most)+".", "At most "+thousands(most)+".")
	}
	return n, nil
}

func (f *Field) readDate(text string, today time.Time) (any, lancar.Text) {
	t, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil:
		return nil, say("Tulis tanggal yang ada di kalender.", "Write a date that exists.")
	case t.Year() < 1850 || t.Year() > today.Year()+100:
		return nil, say("Periksa tahunnya.", "Check the year.")
	case f.Past && t.After(today):
		return nil, say("Tanggal ini belum terjadi.", "This date has not come yet.")
	}
	return t, nil
}

func (f *Field) offers(value string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value })
}

func (f *Field) readChoices(text string) (any, lancar.Text) {
	values := strings.Split(text, ",")
	for i, v := range values {
		values[i] = strings.TrimSpace(v)
		if !f.offers(values[i]) {
			return nil, say("Pilih dari jawaban yang tersedia.", "Choose from the answers offered.")
		}
	}
	slices.Sort(values)
	return slices.Compact(values), nil
}

// placeLengths are the lengths of Home Ministry codes with dots.
func placeLength(level string) int {
	return map[string]int{"national": 2, "province": 2, "regency": 5, "district": 8, "village": 13}[level]
}

var placeCode = regexp.MustCompile(`^\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?$`)

func (f *Field) readPlace(text string, in *Situation) (any, lancar.Text) {
	known := placeCode.MatchString(text) && len(text) == placeLength(f.Level)
	if known && in.Place != nil {
		_, known = in.Place(text)
	}
	if known {
		return text, nil
	}
	switch f.Level {
	case "village":
		return nil, say("Pilih sampai desa atau kelurahan.", "Choose down to the village.")
	case "district":
		return nil, say("Pilih sampai kecamatan.", "Choose down to the district.")
	case "regency":
		return nil, say("Pilih sampai kabupaten atau kota.", "Choose down to the regency or city.")
	}
	return nil, say("Pilih provinsi.", "Choose a province.")
}

var (
	passportShape = regexp.MustCompile(`^[A-Z0-9]{5,9}$`)
	plateShape    = regexp.MustCompile(`^[A-Z]{1,2} [1-9]\d{0,3} [A-Z]{0,3}$`)
	phoneShape    = regexp.MustCompile(`^(\+62|62|0)8\d{7,11}$|^\+[1-9]\d{6,14}$`)
)

// misshapen says what is wrong with a text of a kind that has a shape, nil when it fits.
func misshapen(kind, text string) lancar.Text {
	digits := func(n int, what, what2 string) lancar.Text {
		if len(text) == n && strings.Trim(text, "0123456789") == "" {
			return nil
		}
		count := strconv.Itoa(n)
		return say(what+" terdiri dari "+count+" angka. Periksa kembali.", what2+" has "+count+" digits. Check it again.")
	}
	switch kind {
	case "nik":
		if !plausibleNIK(text) {
			return say("NIK terdiri dari 16 angka seperti di KTP. Periksa kembali.", "The identity number has 16 digits as on the card. Check it again.")
		}
	case "family_card":
		return digits(16, "Nomor kartu keluarga", "The number of the family card")
	case "nib":
		return digits(13, "NIB", "The NIB")
	case "nop":
		return digits(18, "NOP", "The tax object number (NOP)")
	case "passport":
		if !passportShape.MatchString(text) {
			return say("Tulis nomor paspor seperti di paspor, huruf besar dan angka.", "Write the passport number as in the passport, capital letters and digits.")
		}
	case "plate":
		if !plateShape.MatchString(text) {
			return say("Tulis nomor polisi seperti EB 1234 CD.", "Write the plate like EB 1234 CD.")
		}
	case "phone":
		if !phoneShape.MatchString(text) {
			return say("Tulis nomor telepon seperti 081234567890.", "Write the telephone number like 081234567890, or +49… from abroad.")
		}
	case "email":
		if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
			return say("Tulis alamat surel seperti nama@contoh.id.", "Write an e-mail address like name@example.id.")
		}
	}
	return nil
}

func (f *Field) readText(text string) (any, lancar.Text) {
	most := f.MaxChars
	switch {
	case most > 0:
	case f.Kind == "longtext":
		most = 2000
	default:
		most = 200
	}
	if n := utf8.RuneCountInString(text); n > most {
		return nil, say("Terlalu panjang. Paling banyak "+thousands(int64(most))+" huruf.", "Too long. At most "+thousands(int64(most))+" characters.")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unseen(r) && (r != '\n' && r != '\t' || f.Kind != "longtext") }) {
		return nil, say("Tulis dalam satu baris, tanpa tanda yang tidak terlihat.", "Write it in one line, without characters that cannot be seen.")
	}
	switch f.Kind {
	case "nik", "family_card", "nib", "nop", "phone":
		text = separators.Replace(text)
	case "plate", "passport":
		text = strings.ToUpper(text)
	}
	if mend := misshapen(f.Kind, text); mend != nil {
		return nil, mend
	}
	return text, nil
}

// unseen are characters that would make a letter say something else than its paper: line ends where
// one line is asked for, and what turns the direction of writing.
func unseen(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029
}

// separators are what people put between groups of digits.
var separators = strings.NewReplacer(" ", "", ".", "", "-", "")

// plausibleNIK checks what the number itself tells: 16 digits, a real birth day (women's plus
// 40), and a serial. Region codes are for life and may be historic, so they are not looked at.
func plausibleNIK(s string) bool {
	if len(s) != 16 || strings.Trim(s, "0123456789") != "" || s[12:] == "0000" {
		return false
	}
	day, _ := strconv.Atoi(s[6:8])
	month, _ := strconv.Atoi(s[8:10])
	if day > 40 {
		day -= 40
	}
	// The century is unknown; 2000 is a leap year, so that no true 29 February is refused.
	t := time.Date(2000, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return month >= 1 && month <= 12 && t.Day() == day && t.Month() == time.Month(month)
}

func thousands(n int64) string {
	if -10_000 < n && n < 10_000 { // four digits read well, and a year has no separator
		return strconv.FormatInt(n, 10)
	}
	return strings.TrimPrefix(lancar.Rupiah(n).String(), "Rp")
}
