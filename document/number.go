package document

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

// A document's number follows a pattern of its service, "503/{number}/{year}", in which {number}
// is a core that nobody can guess or count: "503/5315-7K3M9Q2XRX/2026". The core is the region's
// code without dots, nine random characters of Crockford's base 32 and a check
// character; it alone names the document, in the address of the QR code too.
const (
	alphabet      = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	randomPart    = 9
	keywordPrefix = "lancar-document "
)

// newCore draws a core for the region.
func newCore(region string) string {
	var b [randomPart]byte
	rand.Read(b[:])
	core := make([]byte, 0, 24)
	core = append(core, strings.ReplaceAll(region, ".", "")+"-"...)
	for _, c := range b {
		core = append(core, alphabet[c%32])
	}
	return string(append(core, checkChar(string(core))))
}

// checkChar is the value at α of the polynomial whose coefficients are the characters, over
// GF(32) with α⁵ = α²+1: it catches every wrong character and every two that changed places.
func checkChar(core string) byte {
	sum := 0
	for i := range len(core) {
		if v := strings.IndexByte(alphabet, core[i]); v >= 0 {
			sum = double(sum) ^ v
		}
	}
	return alphabet[double(sum)]
}

func double(v int) int {
	if v <<= 1; v > 31 {
		v ^= 0b100101
	}
	return v
}

// plainPattern is that of documents whose service says nothing about their number.
const plainPattern = "{number}/{year}"

// numberOf fills a pattern. Slashes always set the core off, so that it can be found again.
func numberOf(pattern, core, region string, date time.Time) string {
	if !strings.Contains(pattern, "{number}") {
		pattern = plainPattern
	}
	before, after, _ := strings.Cut(pattern, "{number}")
	fill := strings.NewReplacer("{region}", region, "{year}", fmt.Sprintf("%04d", date.Year()), "{month}", fmt.Sprintf("%02d", date.Month()))
	if before = strings.TrimRight(fill.Replace(before), "-/ ."); before != "" {
		before += "/"
	}
	if after = strings.TrimLeft(fill.Replace(after), "-/ ."); after != "" {
		after = "/" + after
	}
	return before + core + after
}

// coreOf finds the core in a number as people type it: in any case, with or without class,
// year, hyphen and spaces, with O for 0 and I or L for 1. "" if there is none.
func coreOf(typed string) string {
	clean := strings.NewReplacer(" ", "", "-", "", ".", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
	for part := range strings.SplitSeq(clean, "/") {
		n := len(part) - randomPart - 1
		if n < 2 {
			continue
		}
		core := part[:n] + "-" + part[n:]
		if regionOf(core) != "" && strings.IndexByte(alphabet, core[len(core)-1]) >= 0 && checkChar(core[:len(core)-1]) == core[len(core)-1] {
			return core
		}
	}
	return ""
}

// regionOf is the code of the region that a core begins with, "" if that is none.
func regionOf(core string) string {
	digits, rest, _ := strings.Cut(core, "-")
	for _, s := range []struct{ text, of string }{{digits, alphabet[:10]}, {rest, alphabet}} {
		if strings.Trim(s.text, s.of) != "" {
			return ""
		}
	}
	switch len(digits) {
	case 2:
		return digits
	case 4:
		return digits[:2] + "." + digits[2:]
	case 6:
		return digits[:2] + "." + digits[2:4] + "." + digits[4:]
	case 10:
		return digits[:2] + "." + digits[2:4] + "." + digits[4:6] + "." + digits[6:]
	}
	return ""
}
