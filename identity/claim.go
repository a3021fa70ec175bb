package identity

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lancar"
	"lancar/notify"
)

// Claim is somebody saying who they are.
type Claim struct {
	Kind      Kind           // Resident or Visitor
	Number    string         // identity number, or passport number
	Nation    string         // of a visitor's passport: ISO 3166 alpha-3, such as "AUS"
	MRZ       string         // of a visitor's passport: both lines, "" if it was not read; its check digits must agree
	Name      string         // as it stands on the card or in the passport
	BirthDate string         // 2006-01-02
	Contact   string         // e-mail or mobile number to send the code to; e-mail for a visitor
	Via       notify.Channel // how a code goes to a mobile number: notify.WhatsApp, anything else by text message
	Region    string         // of the portal, "" for the national one
	Address   string         // of the client: what limits are counted by
	Mark      string         // of the browser, see [BrowserOf]: one that signed in with this number and contact before is not held up by strangers
	Lang      string
}

// Attempt is a sign-in under way. Show the same page whatever happened: the code reaches the
// contact if, and only if, what was said is true.
type Attempt struct {
	ID      string // opaque; goes with the code to [Identity.Confirm]
	Channel notify.Channel
	Contact string // masked, as the person typed it; "" for an officer
	Expires time.Time
}

// clean brings a claim into the one form it is compared in, or says which field is wrong. It
// looks at the form of things only: nothing it says depends on what a register holds.
func (c *Claim) clean(now time.Time) (notify.Address, error) {
	if c.MRZ != "" && c.Kind == Visitor {
		m, err := readMRZ(c.MRZ, now)
		if err != nil {
			return notify.Address{}, err
		}
		c.Number, c.Nation, c.Name, c.BirthDate = m.Number, m.Nation, m.Name, m.BirthDate
	}
	c.Number = strings.ToUpper(strings.NewReplacer(" ", "", ".", "", "-", "").Replace(c.Number))
	c.Nation = strings.ToUpper(strings.TrimSpace(c.Nation))
	c.Name = strings.ToUpper(strings.Join(strings.Fields(c.Name), " "))
	c.BirthDate = strings.TrimSpace(c.BirthDate)
	to, wrong := c.judge(now)
	if len(wrong) > 0 {
		return notify.Address{}, wrong[0]
	}
	return to, nil
}

// Faults are all that is wrong with the form of a claim, in the order of the fields, for a page that
// says it at once; [Identity.Start] stops at the first.
func (i *Identity) Faults(c Claim) []*lancar.Error {
	_, err := c.clean(i.db.Now())
	first, ok := errors.AsType[*lancar.Error](err)
	if !ok {
		return nil
	}
	if _, all := c.judge(i.db.Now()); len(all) > 0 {
		return all
	}
	return []*lancar.Error{first}
}

// judge looks at every field of a claim that was brought into its form.
func (c *Claim) judge(now time.Time) (to notify.Address, wrong []*lancar.Error) {
	note := func(field, id, en string) { wrong = append(wrong, lancar.Fail(lancar.Invalid, field, id, en)) }
	switch {
	case c.Kind == Resident && !ValidNIK(c.Number):
		note("number", "NIK terdiri dari 16 angka, seperti di KTP. Periksa lagi.", "The identity number has 16 digits, as on the card. Please check.")
	case c.Kind == Visitor && !passportNumber(c.Number):
		note("number", "Nomor paspor terdiri dari 5 sampai 9 huruf dan angka.", "A passport number has 5 to 9 letters and digits.")
	case c.Kind != Resident && c.Kind != Visitor:
		note("kind", "Pilih NIK atau paspor.", "Choose identity number or passport.")
	}
	if c.Kind == Visitor && len(c.Nation) != 3 {
		note("nation", "Tulis tiga huruf negara penerbit paspor, misalnya AUS.", "Write the three letters of the country that issued the passport, such as AUS.")
	}
	switch named := printable(c.Name); {
	case !named && c.Kind == Visitor:
		note("name", "Tulis nama seperti di paspor.", "Write your name as in the passport.")
	case !named:
		note("name", "Tulis nama seperti di KTP.", "Write your name as on the card.")
	}
	born, err := time.Parse(time.DateOnly, c.BirthDate)
	if err != nil || born.After(now) || born.Year() < 1900 {
		note("birth_date", "Tulis tanggal lahir lengkap, misalnya 17 8 1990.", "Write the full date of birth, such as 17 8 1990.")
	}
	to, err = contact(c.Contact)
	if e, ok := errors.AsType[*lancar.Error](err); ok && (c.Kind != Visitor || strings.Contains(c.Contact, "@")) {
		wrong = append(wrong, e)
	} else if err != nil || c.Kind == Visitor && to.Channel != notify.Email {
		note("contact", "Tulis alamat surel.", "Please give an e-mail address.")
	}
	return to, wrong
}

func printable(name string) bool {
	return name != "" && utf8.RuneCountInString(name) <= 100 && utf8.ValidString(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}

// ValidNIK says whether the digits can be an identity number: 16 of them, a real day and month
// (women's days are 40 higher), a serial that is not zero. There is no check digit, and a region
// code that no longer exists is no fault.
func ValidNIK(n string) bool {
	if len(n) != 16 || strings.Trim(n, "0123456789") != "" || n[12:] == "0000" {
		return false
	}
	day, month := int(n[6]-'0')*10+int(n[7]-'0'), int(n[8]-'0')*10+int(n[9]-'0')
	if day > 40 {
		day -= 40
	}
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	return day <= time.Date(2000, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day() // 2000 was a leap year
}

func passportNumber(n string) bool {
	return len(n) >= 5 && len(n) <= 9 && strings.Trim(n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}
