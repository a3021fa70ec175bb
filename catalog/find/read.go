package find

import (
	"strings"
)

// slot is one word of a query after chat spelling, regional words and typing errors are undone.
type slot struct {
	word   string
	stem   string
	weight float64 // below 1 when the word was guessed
	alts   []alt
}

// alt is another reading of a slot. A local one is the word's meaning in a regional language.
type alt struct {
	word   string
	weight float64
	local  bool
}

// reader turns typed text into slots, given the words that the index itself knows.
type reader struct {
	*vocabulary
	spell *speller
}

// slots reads text. strict means the text is a service's own, correctly spelt.
func (r reader) slots(text string, lang string, strict bool) []slot {
	words := tokens(text, maxTokens)
	if strict {
		words = tokens(text, 4000)
	}
	var out []slot
	for i := 0; i < len(words); {
		if n, meaning := r.localPhrase(words[i:]); n > 0 && !strict {
			out = append(out, r.plain(meaning, 0.95)...)
			i += n
			continue
		}
		if strict {
			out = append(out, r.plain(words[i:i+1], 1)...)
			i++
			continue
		}
		if i+1 < len(words) && len(words[i]) > 1 && !r.spell.known[words[i+1]] && r.spell.known[words[i]+words[i+1]] {
			out = append(out, r.plain([]string{words[i] + words[i+1]}, 1)...)
			i += 2
			continue
		}
		out = append(out, r.resolve(words[i], lang, i == len(words)-1, 0)...)
		i++
	}
	return out
}

// plain makes slots of words taken as they are.
func (r reader) plain(words []string, weight float64) []slot {
	out := make([]slot, len(words))
	for i, w := range words {
		out[i] = slot{word: w, stem: r.stem(w), weight: weight}
	}
	return out
}

// localPhrase finds the longest regional phrase of two to four words.
func (r reader) localPhrase(words []string) (int, []string) {
	for n := min(4, len(words)); n > 1; n-- {
		if m, ok := r.dialects[strings.Join(words[:n], " ")]; ok {
			return n, m[0]
		}
	}
	return 0, nil
}

// resolve reads one word; last marks the word still being typed.
func (r reader) resolve(w, lang string, last bool, depth int) []slot {
	if m, ok := r.chat[w]; ok {
		return r.plain(m, 1)
	}
	local := r.dialects[w]
	if r.spelt(w) {
		s := r.plain([]string{w}, 1)
		if lang != "en" && !r.stop[w] {
			s[0].alts = localAlts(local, 0.6)
		}
		return s
	}
	if len(local) > 0 {
		s := r.plain(local[0], 0.95)
		if len(s) == 1 {
			s[0].alts = localAlts(local[1:], 0.9)
		}
		return s
	}
	if depth < 3 {
		if form := r.repaired(w); form != w {
			return r.resolve(form, lang, last, depth+1)
		}
	}
	return r.guess(w, last)
}

// localAlts keeps the one-word meanings.
func localAlts(meanings [][]string, weight float64) []alt {
	var out []alt
	for _, m := range meanings {
		if len(m) == 1 {
			out = append(out, alt{word: m[0], weight: weight, local: true})
		}
	}
	return out
}

// spelt reports whether w is a word that is spelt right, or comes from one.
func (r reader) spelt(w string) bool {
	return r.spell.known[w] || r.stem(w) != w
}

// understood reports whether w needs no guessing.
func (r reader) understood(w string) bool {
	if _, ok := r.chat[w]; ok {
		return true
	}
	return len(r.dialects[w]) > 0 || r.spelt(w)
}

// repaired undoes digits for letters, stretched letters and regional possessives, or returns w.
func (r reader) repaired(w string) string {
	plain := undigit(w)
	for _, form := range []string{plain, squeeze(plain, 2), squeeze(plain, 1)} {
		if form != w && form != "" && r.understood(form) {
			return form
		}
	}
	base := squeeze(plain, 2)
	for _, end := range []string{"nya", "nyo", "nye", "keun", "ake", "mu", "ku", "na", "ne", "e", "in"} {
		if cut, ok := strings.CutSuffix(base, end); ok && len(cut) >= 3 && r.understood(cut) {
			return cut
		}
	}
	if w != base && len(base) > 2 {
		return base
	}
	return w
}

// guess reads a word nobody knows: as a typing error, two words run together, or a beginning.
func (r reader) guess(w string, last bool) []slot {
	near, d := r.spell.near(w)
	if len(near) > 0 && d == 1 {
		return r.guesses(near, 0.85)
	}
	if a, b, ok := r.spell.split(w); ok {
		return r.plain([]string{a, b}, 0.9)
	}
	if last && len(w) >= 3 {
		if begun := r.spell.beginning(w, 4); len(begun) > 0 {
			return r.guesses(begun, 0.7)
		}
	}
	if len(near) > 0 {
		return r.guesses(near, 0.6)
	}
	return r.plain([]string{w}, 1)
}

// guesses makes one slot of several candidates, the best first.
func (r reader) guesses(words []string, weight float64) []slot {
	s := r.plain(words[:1], weight)
	for _, w := range words[1:] {
		s[0].alts = append(s[0].alts, alt{word: w, weight: weight * 0.9})
	}
	return s
}
