package find

import "strings"

// stemmer reduces Indonesian words, and English plurals and verb forms, to a root it knows. A
// word whose root it does not know stays as it is: a wrong root costs more than a missed one.
type stemmer struct {
	roots map[string]bool
	memo  map[string]string // only while one goroutine builds the index; nil afterwards
}

// stem returns the root of w.
func (s stemmer) stem(w string) string {
	if s.memo == nil {
		return s.root(w)
	}
	root, ok := s.memo[w]
	if !ok {
		root = s.root(w)
		s.memo[w] = root
	}
	return root
}

func (s stemmer) root(w string) string {
	if len(w) < 4 || s.roots[w] {
		return w
	}
	for _, end := range endings(w) {
		if root, ok := s.unprefix(end, 3); ok {
			return root
		}
	}
	if root, ok := s.english(w); ok {
		return root
	}
	if base, ok := strings.CutSuffix(w, "nya"); ok && len(base) >= 4 {
		return base
	}
	return w
}

// endings lists w without particle, possessive and suffix, in all allowed combinations, the
// longest first.
func endings(w string) []string {
	out := []string{w}
	for _, level := range [][]string{{"lah", "kah", "pun"}, {"nya", "ku", "mu"}, {"kan", "an", "in", "i"}} {
		for _, form := range out {
			for _, suffix := range level {
				if base, ok := strings.CutSuffix(form, suffix); ok && len(base) >= 3 {
					out = append(out, base)
				}
			}
		}
	}
	return out
}

// prefix is one Indonesian prefix and the letters that may stand in its place in the root.
type prefix struct {
	text    string
	restore []string
}

// prefixes in the order tried; the nasal ones swallow the first letter of some roots.
func prefixes() []prefix {
	plain := []string{""}
	return []prefix{
		{"meng", []string{"", "k"}}, {"menge", plain}, {"meny", []string{"s", "c"}},
		{"mem", []string{"", "p"}}, {"men", []string{"", "t"}}, {"me", plain},
		{"peng", []string{"", "k"}}, {"penge", plain}, {"peny", []string{"s", "c"}},
		{"pem", []string{"", "p"}}, {"pen", []string{"", "t"}}, {"per", plain}, {"pel", plain}, {"pe", plain},
		{"ber", plain}, {"bel", plain}, {"be", plain}, {"ter", plain}, {"di", plain},
		{"ke", plain}, {"se", plain}, {"ng", []string{"", "k"}}, {"ny", []string{"s", "c"}},
		{"n", []string{"t"}}, {"m", []string{"p"}},
	}
}

// unprefix strips up to depth prefixes until a known root appears.
func (s stemmer) unprefix(w string, depth int) (string, bool) {
	if s.roots[w] {
		return w, true
	}
	if depth == 0 || len(w) < 4 {
		return "", false
	}
	for _, p := range prefixes() {
		rest, ok := strings.CutPrefix(w, p.text)
		if !ok || len(rest) < 2 {
			continue
		}
		for _, r := range p.restore {
			if root, ok := s.unprefix(r+rest, depth-1); ok && len(root) >= 3 {
				return root, true
			}
		}
	}
	return "", false
}

// english strips plural and verb endings when a known root remains.
func (s stemmer) english(w string) (string, bool) {
	for _, rule := range [][2]string{{"ies", "y"}, {"es", ""}, {"s", ""}, {"ing", ""}, {"ing", "e"}, {"ed", ""}, {"ed", "e"}} {
		if base, ok := strings.CutSuffix(w, rule[0]); ok && s.roots[base+rule[1]] {
			return base + rule[1], true
		}
	}
	return "", false
}
