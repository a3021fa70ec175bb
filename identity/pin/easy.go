package pin

import (
	"slices"
	"strconv"
	"strings"

	"lancar"
	"lancar/identity"
)

// known are PINs that people choose most and no rule below finds.
const known = "112233 111222 123321 159753 147258 258369 789456 100000 200000"

// check says what is wrong with a new PIN, on field "pin" or "again".
func check(digits, again string, h identity.Holder) error {
	switch {
	case !wellFormed(digits):
		return errForm()
	case easy(digits, h):
		return lancar.Fail(lancar.Invalid, "pin", "PIN ini mudah ditebak. Jangan pakai angka kembar, angka berurutan, tanggal lahir, atau angka dari nomor identitas Anda. Pilih enam angka lain.",
			"This PIN is easily guessed. Use no repeated digits, no digits in order, no date of birth, no part of your identity number. Choose six others.")
	case digits != again:
		return lancar.Fail(lancar.Invalid, "again", "Kedua PIN tidak sama. Ketik PIN yang sama dua kali.", "The two PINs differ. Type the same one twice.")
	}
	return nil
}

func wellFormed(digits string) bool { return len(digits) == Digits && numbers(digits) == digits }

func errForm() error {
	return lancar.Fail(lancar.Invalid, "pin", "PIN terdiri dari 6 angka.", "A PIN has 6 digits.")
}

// easy says whether a PIN is among those that somebody who knows the person tries first.
func easy(digits string, h identity.Holder) bool {
	return repeats(digits) || runs(digits) || slices.Contains(strings.Fields(known), digits) ||
		slices.Contains(born(h.BirthDate), digits) || strings.Contains(numbers(h.Number), digits)
}

// repeats: one digit, two or three, again and again.
func repeats(digits string) bool {
	for n := 1; n <= 3; n++ {
		if strings.Repeat(digits[:n], Digits/n) == digits {
			return true
		}
	}
	return false
}

// runs: up or down by one, also across nine and zero.
func runs(digits string) bool {
	for _, step := range []byte{1, 9} {
		run := true
		for i := 1; i < len(digits); i++ {
			run = run && (digits[i-1]-'0'+step)%10 == digits[i]-'0'
		}
		if run {
			return true
		}
	}
	return false
}

// born are the ways to write a birth date (2006-01-02) in six digits.
func born(date string) (forms []string) {
	p := strings.Split(date, "-")
	if len(p) != 3 || len(p[0]) != 4 {
		return nil
	}
	y, yy, m, d := p[0], p[0][2:], p[1], p[2]
	short := func(s string) string { n, _ := strconv.Atoi(s); return strconv.Itoa(n) }
	return []string{d + m + yy, m + d + yy, yy + m + d, yy + d + m, y + m, m + y, y + d, d + y, short(d) + short(m) + y, short(m) + short(d) + y, y + short(m) + short(d), y + short(d) + short(m)}
}

func numbers(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
