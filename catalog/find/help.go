package find

import (
	"slices"
	"strings"

	"lancar"
)

// cries is help.yaml: what is said in distress, and who answers.
type cries struct {
	Fill []string   `yaml:"fill"`
	Help []helpRule `yaml:"help"`
	fill map[string]bool
}

type helpRule struct {
	ID       string        `yaml:"id"`
	Words    []string      `yaml:"words"`
	Alone    []string      `yaml:"alone"`
	Unless   []string      `yaml:"unless"`
	Papers   bool          `yaml:"papers"`
	Forms    bool          `yaml:"forms"`
	Title    lancar.Text   `yaml:"title"`
	Say      lancar.Text   `yaml:"say"`
	Contacts []helpContact `yaml:"contacts"`
	pats     []pattern
	alone    map[string]bool
	unless   map[string]bool
}

type helpContact struct {
	Number    string      `yaml:"number"`
	Name      lancar.Text `yaml:"name"`
	Confirmed bool        `yaml:"confirmed"`
}

// pattern is words that must follow each other: stems, or one word as written.
type pattern struct {
	words   []string
	surface bool
}

func (v *vocabulary) pattern(phrase string) pattern {
	words := tokens(phrase, 9)
	for _, w := range words {
		v.known[w] = true
	}
	if len(words) == 1 {
		return pattern{words: words, surface: true}
	}
	for i, w := range words {
		words[i] = v.stem(w)
	}
	return pattern{words: words}
}

func (v *vocabulary) prepareHelp() {
	v.cries.fill = map[string]bool{}
	for _, w := range v.cries.Fill {
		v.cries.fill[w], v.known[w] = true, true
	}
	for i := range v.cries.Help {
		r := &v.cries.Help[i]
		r.alone, r.unless = map[string]bool{}, map[string]bool{}
		for _, phrase := range r.Words {
			r.pats = append(r.pats, v.pattern(phrase))
		}
		for _, phrase := range r.Alone {
			r.alone[v.key(tokens(phrase, 9))] = true
		}
		for _, w := range r.Unless {
			r.unless[v.stem(w)] = true
		}
	}
}

func (v *vocabulary) prepareElsewhere() {
	for i := range v.elsewhere {
		for _, phrase := range v.elsewhere[i].Words {
			v.elsewhere[i].pats = append(v.elsewhere[i].pats, v.pattern(phrase))
		}
	}
}

// cry returns the first rule of help.yaml that the query meets.
func (v *vocabulary) cry(m meaning) *helpRule {
	var plain []string
	for _, s := range m.slots {
		if !v.cries.fill[s.word] {
			plain = append(plain, v.stem(s.word))
		}
	}
	whole := strings.Join(plain, " ")
	for i := range v.cries.Help {
		r := &v.cries.Help[i]
		if r.Papers && m.paper || slices.ContainsFunc(plain, func(w string) bool { return r.unless[w] }) {
			continue
		}
		if r.alone[whole] || slices.ContainsFunc(r.pats, func(p pattern) bool { return v.meets(m.slots, p) }) {
			return r
		}
	}
	return nil
}

// meets reports whether the pattern's words follow each other with only fill words between.
func (v *vocabulary) meets(slots []slot, p pattern) bool {
	for start := range slots {
		at := 0
		for _, s := range slots[start:] {
			if s.is(p.words[at], p.surface, v) {
				if at++; at == len(p.words) {
					return true
				}
			} else if at == 0 || !v.cries.fill[s.word] {
				break
			}
		}
	}
	return false
}

// is reports whether the slot is the word, itself or in a regional reading.
func (s slot) is(word string, surface bool, v *vocabulary) bool {
	if s.word == word || !surface && s.stem == word {
		return true
	}
	return slices.ContainsFunc(s.alts, func(a alt) bool {
		return a.local && (a.word == word || !surface && v.stem(a.word) == word)
	})
}

// answer is the rule as the page shows it.
func (r *helpRule) answer() *Help {
	h := &Help{ID: r.ID, Title: r.Title, Say: r.Say}
	for _, c := range r.Contacts {
		h.Contacts = append(h.Contacts, Contact(c))
	}
	return h
}
