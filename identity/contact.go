package identity

import (
	"net/mail"
	"strings"

	"lancar"
	"lancar/notify"
)

// contact reads an e-mail address or an Indonesian mobile number in any of the usual ways of
// writing: "0812 3456 7890", "62812…", "+62 812-3456-7890"; other countries' numbers with "+".
func contact(s string) (notify.Address, error) {
	s = strings.TrimSpace(s)
	if strings.Contains(s, "@") {
		a, err := mail.ParseAddress(s)
		_, host, _ := strings.Cut(s, "@")
		if err != nil || a.Address != s || !strings.Contains(host, ".") || len(s) > 254 || strings.ContainsAny(s, "\r\n") {
			return notify.Address{}, lancar.Fail(lancar.Invalid, "contact", "Periksa lagi alamat surel Anda.", "Please check the e-mail address.")
		}
		return notify.Address{Channel: notify.Email, Value: strings.ToLower(s)}, nil
	}
	digits := strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "").Replace(s)
	switch {
	case strings.HasPrefix(digits, "+"):
		digits = digits[1:]
	case strings.HasPrefix(digits, "08"):
		digits = "62" + digits[1:]
	case strings.HasPrefix(digits, "8"):
		digits = "62" + digits
	}
	if len(digits) < 8 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" || digits[0] == '0' {
		return notify.Address{}, lancar.Fail(lancar.Invalid, "contact", "Tulis nomor HP atau alamat surel, misalnya 0812 3456 7890.",
			"Write a mobile number or an e-mail address, such as 0812 3456 7890.")
	}
	return notify.Address{Channel: notify.Phone, Value: "+" + digits}, nil
}

// mask shows enough of a contact to recognise one's own: "m***a@e***.com", "+62812****890".
func mask(a notify.Address) string {
	if a.Channel == notify.Phone {
		if len(a.Value) < 9 {
			return "****"
		}
		return a.Value[:6] + strings.Repeat("*", len(a.Value)-9) + a.Value[len(a.Value)-3:]
	}
	local, host, _ := strings.Cut(a.Value, "@")
	name, top := host, ""
	if dot := strings.LastIndexByte(host, '.'); dot > 0 {
		name, top = host[:dot], host[dot:]
	}
	return hide(local) + "@" + hide(name) + top
}

func hide(s string) string {
	r := []rune(s)
	switch len(r) {
	case 0:
		return ""
	case 1, 2:
		return string(r[0]) + "***"
	}
	return string(r[0]) + "***" + string(r[len(r)-1])
}
