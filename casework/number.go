package casework

import (
	"crypto/rand"
	"strings"

	"lancar"
)

// crockford is the alphabet of case numbers (Douglas Crockford's base 32): no I, L, O or U, so
// that a number can be read over the telephone.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewNumber makes a case number of a region: its code's digits, nine random characters (45 bits:
// nothing can be learnt from one about another) and a check character, "5315-7K4M2-X9QPC".
func NewNumber(region string) string {
	var b [9]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = crockford[b[i]&31]
	}
	return assemble(digits(region), string(b[:]))
}

func assemble(region, random string) string {
	tail := random + string(crockford[check(region+random)])
	return region + "-" + tail[:5] + "-" + tail[5:]
}

// ParseNumber reads a case number as people type it: any case, with or without hyphens and
// spaces, O for 0, I and L for 1. It returns the number as we write it and the region's code, or
// lancar.Invalid when the check character does not fit.
func ParseNumber(typed string) (number, region string, err error) {
	var b strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch r {
		case ' ', '-', '.', '\t':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if r > 'Z' || strings.IndexByte(crockford, byte(r)) < 0 {
			return "", "", errNumber()
		}
		b.WriteByte(byte(r))
	}
	s := b.String()
	code, ok := regionCode(s)
	if !ok || crockford[check(s[:len(s)-1])] != s[len(s)-1] {
		return "", "", errNumber()
	}
	n := len(s) - 10
	return assemble(s[:n], s[n:len(s)-1]), code, nil
}

// regionCode is the Home Ministry code whose digits lead a number of 2, 4, 6 or 10 digits and ten
// more characters.
func regionCode(s string) (string, bool) {
	n := len(s) - 10
	if n != 2 && n != 4 && n != 6 && n != 10 {
		return "", false
	}
	code := s[:2]
	for _, part := range [][2]int{{2, 4}, {4, 6}, {6, 10}} {
		if n >= part[1] {
			code += "." + s[part[0]:part[1]]
		}
	}
	return code, strings.Trim(s[:n], "0123456789") == ""
}

// check computes the check character: the hybrid recursion of ISO 7064 with M = 32, over the
// alphabet above. It catches every single wrong character and nearly every swap of neighbours.
func check(s string) int {
	const m = 32
	p := m
	for i := range len(s) {
		p += strings.IndexByte(crockford, s[i])
		if p %= m; p == 0 {
			p = m
		}
		p = p * 2 % (m + 1)
	}
	return (m + 1 - p) % m
}

func digits(region string) string { return strings.ReplaceAll(region, ".", "") }

func errNumber() error {
	return lancar.Fail(lancar.Invalid, "number", "Nomor permohonan ini tidak dikenal. Periksa lagi huruf dan angkanya.",
		"This case number is not right. Please check its letters and digits.")
}
