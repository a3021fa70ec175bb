package find

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxTokens bounds the work of one query; what follows is ignored.
const maxTokens = 40

// maxToken is the longest token kept, in bytes; longer ones are not words.
const maxToken = 40

// tokens splits text into lower-case words without accents. An apostrophe or hyphen inside a
// word joins for Arabic-style spelling ("jum'at") and separates a doubled word ("anak-anak").
func tokens(text string, limit int) []string {
	var out []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 && b.Len() <= maxToken && len(out) < limit {
			out = append(out, b.String())
		}
		b.Reset()
	}
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == '`':
		default:
			flush()
		}
		if len(out) >= limit {
			return out
		}
	}
	flush()
	return out
}

// digitLetters are the digits that chat writers put for letters.
var digitLetters = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "9", "g")

// undigit undoes "h1lang", and drops the 2 that marks a doubled word ("anak2"). Numbers and
// codes that begin with a digit stay.
func undigit(w string) string {
	if !strings.ContainsAny(w, "0123456789") || w[0] >= '0' && w[0] <= '9' {
		return w
	}
	if n := len(w); w[n-1] == '2' && !strings.ContainsAny(w[:n-1], "0123456789") {
		return w[:n-1]
	}
	return digitLetters.Replace(w)
}

// squeeze shortens runs of one letter to at most n ("hilaaang").
func squeeze(w string, n int) string {
	var b strings.Builder
	run, last := 0, rune(-1)
	for _, r := range w {
		if r == last {
			run++
		} else {
			run, last = 1, r
		}
		if run <= n {
			b.WriteRune(r)
		}
	}
	return b.String()
}
