package find

import (
	"math/bits"
	"slices"
	"strings"
)

// speller finds known words near a misspelt one. It scans all words behind a letter-set filter,
// which is fast enough (30,000 words in well under a millisecond) and needs no index.
type speller struct {
	words []string
	masks []uint64
	known map[string]bool
}

func newSpeller(known map[string]bool) *speller {
	s := &speller{known: known}
	for w := range known {
		if len(w) >= 3 {
			s.words = append(s.words, w)
		}
	}
	slices.Sort(s.words)
	for _, w := range s.words {
		s.masks = append(s.masks, mask(w))
	}
	return s
}

// mask is the set of letters of w.
func mask(w string) uint64 {
	var m uint64
	for i := 0; i < len(w); i++ {
		m |= 1 << (w[i] & 63)
	}
	return m
}

// budget is the number of typing errors forgiven in a word of n letters.
func budget(n int) int {
	switch {
	case n <= 3:
		return 0
	case n <= 7:
		return 1
	}
	return 2
}

// near returns the known words closest to w, at most three, and their distance.
func (s *speller) near(w string) ([]string, int) {
	limit, m := budget(len(w)), mask(w)
	if len(w) == 3 {
		return s.swapped(w)
	}
	if limit == 0 {
		return nil, 0
	}
	best, found := limit+1, []string(nil)
	for i, c := range s.words {
		if d := len(c) - len(w); d > limit || -d > limit || bits.OnesCount64(m^s.masks[i]) > 2*limit {
			continue
		}
		d := distance(w, c, min(best, limit))
		if d == limit && limit == 2 && w[0] != c[0] {
			continue
		}
		if d < best {
			best, found = d, found[:0]
		}
		if d == best && d <= limit {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b string) int { return kinship(w, b) - kinship(w, a) })
	return found[:min(len(found), 3)], best
}

// swapped finds three-letter words with two neighbours exchanged ("kpt").
func (s *speller) swapped(w string) ([]string, int) {
	for _, c := range []string{w[1:2] + w[:1] + w[2:], w[:1] + w[2:] + w[1:2]} {
		if s.known[c] {
			return []string{c}, 1
		}
	}
	return nil, 0
}

// kinship prefers candidates that share their beginning, consonants and length with w.
func kinship(w, c string) int {
	n := 0
	for n < len(w) && n < len(c) && w[n] == c[n] {
		n++
	}
	k := 2 * n
	if consonants(w) == consonants(c) {
		k += 5
	}
	if len(w) == len(c) {
		k++
	}
	return k
}

func consonants(w string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("aiueo", r) {
			return -1
		}
		return r
	}, w)
}

// distance is the optimal string alignment distance of a and b, or limit+1 when greater.
func distance(a, b string, limit int) int {
	var rows [3][maxToken + 2]int
	if len(a) > maxToken || len(b) > maxToken {
		return limit + 1
	}
	for j := 0; j <= len(b); j++ {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		row, up, up2 := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(up[j]+1, row[j-1]+1, up[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], up2[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return limit + 1
		}
	}
	return rows[len(a)%3][len(b)]
}

// split parts a word typed without its space ("kartukeluarga") in two known words.
func (s *speller) split(w string) (string, string, bool) {
	for i := len(w) - 3; i >= 3; i-- {
		if s.known[w[:i]] && s.known[w[i:]] {
			return w[:i], w[i:], true
		}
	}
	return "", "", false
}

// beginning returns up to n known words that begin with w.
func (s *speller) beginning(w string, n int) []string {
	at, _ := slices.BinarySearch(s.words, w)
	end := at
	for end < len(s.words) && end-at < n && strings.HasPrefix(s.words[end], w) {
		end++
	}
	return s.words[at:end]
}
