package find

import (
	"slices"
	"strings"
)

// sense is one thing a query or a text speaks of: terms that would each satisfy it, with how well.
// A term is a stem, or a concept's id after "#".
type sense struct {
	terms  map[string]float64
	weight float64 // how much of the query this is
	not    bool    // the person said they do not mean this
	sure   float64 // floor of a term's weight when the query's worth is counted: a guess met is not all met
}

// meaning is a read text.
type meaning struct {
	slots  []slot
	senses []sense
	paper  bool // a document is named
}

// mean finds the senses of slots: the longest phrases that are concepts first, then single words.
func (v *vocabulary) mean(slots []slot) meaning {
	m := meaning{slots: slots}
	present := map[string]bool{}
	not := false
	for i := 0; i < len(slots); {
		n, ids := v.phraseAt(slots[i:])
		if n > 1 {
			m.senses = append(m.senses, v.conceptSense(ids, 1, not))
			for _, s := range slots[i : i+n] {
				if !v.stop[s.word] {
					m.senses = append(m.senses, v.wordSense(s, 0.3, false))
				}
			}
		} else if n = 1; negates(slots, i) {
			not = true
			i++
			continue
		} else if s := slots[i]; !v.idle(s) {
			m.senses = append(m.senses, v.wordSense(s, v.importance(s), not))
			ids = append(ids, v.altConcepts(s)...)
		} else {
			i++
			continue
		}
		if !not {
			v.note(present, ids, slots[i:i+n])
		}
		not = false
		i += n
	}
	m.paper = slices.ContainsFunc(keys(present), func(id string) bool { return v.concepts[id].Paper })
	v.combine(&m, present)
	return m
}

// importance is how much a word of the query counts: a bare number says little, some concepts
// say less than others.
func (v *vocabulary) importance(s slot) float64 {
	if strings.Trim(s.word, "0123456789") == "" {
		return 0.3
	}
	for _, id := range v.phrases[s.stem] {
		if w := v.concepts[id].Weight; w > 0 {
			return w
		}
	}
	return 1
}

// note records which concepts and words a query has, for combos.
func (v *vocabulary) note(present map[string]bool, ids []string, slots []slot) {
	for _, id := range ids {
		present[id] = true
	}
	for _, s := range slots {
		present["w:"+s.stem], present["s:"+s.word] = true, true
		if len(slots) > 1 {
			for _, id := range v.phrases[s.stem] {
				present[id] = true
			}
		}
	}
}

// idle reports whether a slot says nothing in any reading.
func (v *vocabulary) idle(s slot) bool {
	if !v.stop[s.word] {
		return false
	}
	return !slices.ContainsFunc(s.alts, func(a alt) bool { return !v.stop[a.word] })
}

// negates reports whether slot i turns away what follows ("bukan ktp").
func negates(slots []slot, i int) bool {
	switch slots[i].word {
	case "bukan", "selain", "kecuali", "except", "not":
	default:
		return false
	}
	return i+1 < len(slots) && !contains([]string{"hanya", "cuma", "only", "just"}, slots[i+1].word)
}

// phraseAt returns the longest concept phrase at the start of slots, and its concepts.
func (v *vocabulary) phraseAt(slots []slot) (int, []string) {
	for n := min(v.longest, len(slots)); n > 0; n-- {
		stems := make([]string, n)
		for i, s := range slots[:n] {
			stems[i] = s.stem
		}
		if ids, ok := v.phrases[strings.Join(stems, " ")]; ok {
			return n, ids
		}
	}
	return 0, nil
}

func (v *vocabulary) altConcepts(s slot) []string {
	var ids []string
	for _, a := range s.alts {
		ids = append(ids, v.phrases[v.stem(a.word)]...)
	}
	return ids
}

// conceptSense is the sense of concepts and their neighbours.
func (v *vocabulary) conceptSense(ids []string, weight float64, not bool) sense {
	s := sense{terms: map[string]float64{}, weight: weight, not: not}
	v.addConcepts(s.terms, ids, 1, not)
	return s
}

func (v *vocabulary) addConcepts(terms map[string]float64, ids []string, weight float64, only bool) {
	for _, id := range ids {
		terms["#"+id] = max(terms["#"+id], weight)
		if only {
			continue
		}
		for other, near := range v.concepts[id].See {
			terms["#"+other] = max(terms["#"+other], 0.7*weight*near)
		}
	}
}

// wordSense is the sense of one word in all its readings.
func (v *vocabulary) wordSense(s slot, weight float64, not bool) sense {
	out := sense{terms: map[string]float64{}, weight: weight, not: not, sure: 0.95}
	if s.weight == 1 {
		out.sure = 0
	}
	if !v.stop[s.word] {
		out.terms[s.stem] = s.weight
		v.addConcepts(out.terms, v.phrases[s.stem], 0.95*s.weight, not)
	}
	for _, a := range s.alts {
		if v.stop[a.word] {
			continue
		}
		stem := v.stem(a.word)
		out.terms[stem] = max(out.terms[stem], a.weight)
		v.addConcepts(out.terms, v.phrases[stem], 0.95*a.weight, not)
	}
	return out
}

// combine applies the combos whose words all stand in the query.
func (v *vocabulary) combine(m *meaning, present map[string]bool) {
	has := func(need string) bool {
		return slices.ContainsFunc(strings.Split(need, "|"), func(id string) bool { return present[id] })
	}
	var add []string
	for _, c := range v.combos {
		if slices.ContainsFunc(c.When, func(n string) bool { return !has(n) }) || slices.ContainsFunc(c.Unless, has) {
			continue
		}
		for _, id := range c.Drop {
			for _, s := range m.senses {
				delete(s.terms, "#"+id)
				delete(s.terms, id)
			}
		}
		add = append(add, c.Add...)
	}
	slices.Sort(add)
	for _, id := range slices.Compact(add) {
		m.senses = append(m.senses, v.conceptSense([]string{id}, 0.6, false))
	}
}

func keys(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}
