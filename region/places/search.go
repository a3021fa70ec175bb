package places

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// Hit is a place found by name. Distance counts the typing errors that were forgiven; half an
// error more when only the beginning of the name was typed.
type Hit struct {
	Place
	Distance float64
}

// index is made at the first search: every name folded to letters and digits, and the set of
// characters of each, by which nearly all names are passed over.
type index struct {
	ends  []uint32
	names string
	marks []uint64
}

func (t *Table) makeIndex() *index {
	ix := &index{ends: make([]uint32, len(t.keys)), marks: make([]uint64, len(t.keys))}
	var b strings.Builder
	b.Grow(len(t.names))
	for i := range t.keys {
		_, level := codeOf(t.keys[i])
		words := strings.Fields(fold(t.name(i)))
		// A village may be called "Kota Baru", and then that is its name; "Desa Baru" is Baru.
		if kind, _ := kinds(words[0]); level <= Regency || kind == level {
			words = bare(words)
		}
		name := strings.Join(words, "")
		b.WriteString(name)
		ix.ends[i], ix.marks[i] = uint32(b.Len()), mark(name)
	}
	ix.names = b.String()
	return ix
}

func (ix *index) name(i int) string {
	start := uint32(0)
	if i > 0 {
		start = ix.ends[i-1]
	}
	return ix.names[start:ix.ends[i]]
}

// fold makes a name comparable: lower case, letters and digits, single spaces.
func fold(s string) string {
	f := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == '\'' || r == '’' || r == '`':
			return -1
		}
		return ' '
	}
	return strings.Join(strings.Fields(strings.Map(f, s)), " ")
}

func mark(name string) uint64 {
	m := uint64(0)
	for _, c := range []byte(name) {
		if c >= 'a' {
			m |= 1 << (c - 'a')
		} else {
			m |= 1 << (26 + c - '0')
		}
	}
	return m
}

// kinds are words before a name that say what kind of place is meant, with its level; 0 is any.
func kinds(word string) (Level, bool) {
	switch word {
	case "provinsi", "prov", "prop", "province":
		return Province, true
	case "kabupaten", "kab", "kota", "kotamadya", "regency", "city":
		return Regency, true
	case "kecamatan", "kec", "distrik", "kapanewon", "kemantren", "district":
		return District, true
	case "desa", "kelurahan", "kel", "kalurahan", "village":
		return Village, true
	case "daerah", "istimewa", "khusus", "ibukota", "di", "dki":
		return 0, true
	}
	return 0, false
}

// bare drops the words of kind before a name, but never the whole of it.
func bare(words []string) []string {
	for len(words) > 1 {
		if _, ok := kinds(words[0]); !ok {
			break
		}
		words = words[1:]
	}
	return words
}

// Search finds places by name, forgiving typing errors, best first, at most limit. A name may be
// followed by that of a place around it ("labuan bajo, manggarai brat"). Only places in within
// are given; "00" is everywhere. A larger place comes before a smaller one of the same name.
func (t *Table) Search(text, within string, limit int) []Hit {
	if len(text) > 120 {
		text = text[:120]
	}
	if _, ok := Parse(within); !ok {
		return nil
	}
	if head, tail, ok := strings.Cut(text, ","); ok {
		return first(t.under(fold(head), fold(tail), within), limit)
	}
	whole := fold(text)
	hits := t.match(whole, within)
	words := strings.Fields(whole)
	if (len(hits) == 0 || hits[0].Distance > 0) && len(words) <= 8 {
		for i := 1; i < len(words); i++ {
			hits = append(hits, t.under(strings.Join(words[:i], " "), strings.Join(words[i:], " "), within)...)
		}
		sortHits(hits)
	}
	return first(hits, limit)
}

func first(hits []Hit, limit int) []Hit {
	var out []Hit
	seen := map[string]bool{}
	for _, h := range hits {
		if len(out) < limit && !seen[h.Code] {
			seen[h.Code] = true
			out = append(out, h)
		}
	}
	return out
}

// under finds places named head that lie in a place named tail.
func (t *Table) under(head, tail, within string) []Hit {
	outer := map[string]float64{}
	for _, h := range t.match(tail, within) {
		if h.Level < Village && h.Distance == float64(int(h.Distance)) {
			outer[h.Code] = h.Distance
		}
	}
	if len(outer) == 0 {
		return nil
	}
	var hits []Hit
	for _, h := range t.match(head, within) {
		for _, code := range Chain(h.Code)[1:] {
			if d, ok := outer[code]; ok {
				h.Distance += d
				hits = append(hits, h)
				break
			}
		}
	}
	sortHits(hits)
	return hits
}

// allowed is how many typing errors are forgiven in a name of n letters.
func allowed(n int) int {
	switch {
	case n <= 3:
		return 0
	case n <= 6:
		return 1
	case n <= 12:
		return 2
	}
	return 3
}

// match compares one name with all names within a place.
func (t *Table) match(folded, within string) []Hit {
	words := strings.Fields(folded)
	if len(words) == 0 {
		return nil
	}
	kind, _ := kinds(words[0])
	if len(words) == 1 {
		kind = 0
	}
	query := strings.Join(bare(words), "")
	if query == "" || len(query) > 64 {
		return nil
	}
	beginnings := .5 // two letters begin too many names: those must be the whole name
	if len(query) < 3 {
		beginnings = 0
	}
	ix, limit, want := t.index(), allowed(len(query)), mark(query)
	p := compile(query)
	var hits []Hit
	lo, hi := t.span(within)
	for i := lo; i < hi; i++ {
		if bits.OnesCount64(want&^ix.marks[i]) > limit {
			continue
		}
		name := ix.name(i)
		d := p.distance(name)
		if d > float64(limit)+beginnings {
			continue
		}
		place := t.at(i)
		if kind != 0 && place.Level != kind {
			d++
		}
		hits = append(hits, Hit{place, d})
	}
	sortHits(hits)
	return hits
}

func sortHits(hits []Hit) {
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Level, b.Level),
			cmp.Compare(len(a.Name), len(b.Name)), strings.Compare(a.Code, b.Code))
	})
}

// pattern is a query of at most 64 bytes prepared for Myers' bit-parallel edit distance (1999).
type pattern struct {
	bits [128]uint64
	size int
}

func compile(query string) *pattern {
	p := &pattern{size: len(query)}
	for i := range len(query) {
		p.bits[query[i]] |= 1 << i
	}
	return p
}

// distance is the least of the edit distance to the whole name and, half an error dearer, to the
// best beginning of it that is at least as long as half the query.
func (p *pattern) distance(name string) float64 {
	pv, mv, score := ^uint64(0), uint64(0), p.size
	last := uint64(1) << (p.size - 1)
	best := float64(p.size)
	for i := range len(name) {
		eq := p.bits[name[i]]
		xv := eq | mv
		xh := (((eq & pv) + pv) ^ pv) | eq
		ph, mh := mv|^(xh|pv), pv&xh
		if ph&last != 0 {
			score++
		}
		if mh&last != 0 {
			score--
		}
		ph = ph<<1 | 1
		mh <<= 1
		pv, mv = mh|^(xv|ph), ph&xv
		if 2*(i+1) >= p.size {
			best = min(best, float64(score)+.5)
		}
	}
	return min(best, float64(score))
}
