package casework

import (
	"strings"
	"unicode/utf8"

	"lancar"
)

// What officers write, in characters: reasons and opinions of a case, and the reason of a
// revocation, which everybody reads who checks the document.
const (
	maxReason     = 4000
	maxRevocation = 500
)

// said is what an officer wrote, trimmed; empty is lancar.Invalid with the words of missing, and
// so is what is too long or cannot be read.
func said(field, text string, most int, missing *lancar.Error) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "" && missing != nil:
		return "", missing
	case utf8.RuneCountInString(text) > most || !utf8.ValidString(text):
		return "", lancar.Fail(lancar.Invalid, field, "Tulisan ini terlalu panjang atau tidak terbaca.", "This text is too long or cannot be read.")
	}
	return text, nil
}

// reasonOf is the reason that an officer must write.
func reasonOf(text string) (string, error) {
	return said("reason", text, maxReason, lancar.Fail(lancar.Invalid, "reason", "Tulis alasannya.", "Write the reason."))
}
