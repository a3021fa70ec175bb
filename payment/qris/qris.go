// Package qris reads and writes QRIS payloads, the Indonesian profile of the EMVCo QR Code
// Specification for Payment Systems, Merchant-Presented Mode. A payload is a list of fields:
// a two-digit tag, a two-digit length counted in characters (not bytes), the value. The last
// field, tag 63, is a CRC over the UTF-8 bytes of everything before its value.
//
// Only a licensed acquirer may mint a payable code: a node asks its acquirer for one (SNAP
// service 47), and decodes it to check that amount and merchant are what it asked for.
// The package is pure: no clock, no network, no state.
package qris

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Field is one tag with its value. The values of tags 26 to 51, 62 and 64 are templates:
// lists of fields themselves, read with [DecodeTemplate].
type Field struct {
	Tag   string // two digits
	Value string // 1 to 99 characters
}

// Fields are the fields of a payload or template in the order in which they stand.
type Fields []Field

// Error says which tag of a payload is wrong. Tag is the path of tags, "62.05" for a field
// in a template, "" where the payload ends before a tag could be read.
type Error struct {
	Tag    string
	Reason string
}

func (e *Error) Error() string {
	if e.Tag == "" {
		return "qris: " + e.Reason
	}
	return "qris: tag " + e.Tag + ": " + e.Reason
}

func wrong(tag, format string, a ...any) *Error {
	return &Error{Tag: tag, Reason: fmt.Sprintf(format, a...)}
}

// CRC is CRC-16/CCITT-FALSE: polynomial 1021, initial value FFFF, nothing reflected or
// inverted. CRC of "123456789" is 29B1.
func CRC(b []byte) uint16 {
	crc := uint16(0xFFFF)
	for _, c := range b {
		crc ^= uint16(c) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// Get follows a path of tags through templates: Get("62", "05") is the reference label.
func (f Fields) Get(path ...string) (string, bool) {
	for i, tag := range path {
		v, ok := f.find(tag)
		if !ok || i == len(path)-1 {
			return v, ok
		}
		inner, err := DecodeTemplate(v)
		if err != nil {
			return "", false
		}
		f = inner
	}
	return "", false
}

func (f Fields) find(tag string) (string, bool) {
	for _, x := range f {
		if x.Tag == tag {
			return x.Value, true
		}
	}
	return "", false
}

// split reads fields until s is used up. Tags must not repeat within one list.
func split(s, parent string) (Fields, error) {
	if !utf8.ValidString(s) {
		return nil, wrong(parent, "not valid UTF-8")
	}
	r, at := []rune(s), 0
	var out Fields
	for at < len(r) {
		tag, value, next, err := one(r, at, parent)
		if err != nil {
			return nil, err
		}
		if _, twice := out.find(tag); twice {
			return nil, wrong(join(parent, tag), "stands twice")
		}
		out, at = append(out, Field{tag, value}), next
	}
	return out, nil
}

func one(r []rune, at int, parent string) (tag, value string, next int, err error) {
	if len(r)-at < 2 || !digits(r[at:at+2]) {
		return "", "", 0, wrong(parent, "no tag of two digits at character %d", at+1)
	}
	tag = string(r[at : at+2])
	if len(r)-at < 4 || !digits(r[at+2:at+4]) {
		return "", "", 0, wrong(join(parent, tag), "no length of two digits")
	}
	n, _ := strconv.Atoi(string(r[at+2 : at+4]))
	if n == 0 {
		return "", "", 0, wrong(join(parent, tag), "is empty")
	}
	if rest := len(r) - at - 4; n > rest {
		return "", "", 0, wrong(join(parent, tag), "says %d characters, %d remain", n, rest)
	}
	return tag, string(r[at+4 : at+4+n]), at + 4 + n, nil
}

func digits(r []rune) bool {
	for _, c := range r {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(r) > 0
}

func join(parent, tag string) string {
	if parent == "" {
		return tag
	}
	return parent + "." + tag
}
