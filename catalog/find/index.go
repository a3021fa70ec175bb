package find

import (
	"fmt"
	"math"
	"sync"
)

// Index holds entries ready for searching. It is immutable and safe for concurrent use.
type Index struct {
	read     reader
	terms    map[string]int32
	postings [][]posting // by term
	idf      []float64   // by term
	rarest   float64     // the greatest idf
	slugs    []string
	phrases  [][]phrase // by entry: its titles and keywords
	scores   sync.Pool  // *scratch
}

// posting says how much a term weighs in an entry, saturated to 0..1.
type posting struct {
	entry  int32
	weight float32
}

// phrase is a title or keyword: what it speaks of, each unit satisfied by any of its terms.
type phrase struct {
	units [][]int32
	total float64
}

// Weights of a term by the field it stands in, and how fast more of it stops counting.
const (
	inTitle, inKeyword, inEvent, inSummary, inBody = 3.0, 2.2, 1.0, 1.0, 0.25
	saturation                                     = 1.4
)

// New builds an index. It reads the embedded word lists and panics if they are broken, which
// the package's tests rule out.
func New(entries []Entry) *Index {
	v, err := loadVocabulary()
	if err != nil {
		panic(fmt.Sprintf("catalog/find: embedded words: %v", err))
	}
	x := &Index{terms: map[string]int32{}, read: reader{vocabulary: v}}
	x.learn(entries)
	v.memo = map[string]string{}
	for i, e := range entries {
		x.add(int32(i), e)
	}
	v.memo = nil
	x.weigh(len(entries))
	x.scores.New = func() any { return newScratch(len(entries)) }
	return x
}

// learn makes the entries' own words known to the speller.
func (x *Index) learn(entries []Entry) {
	known := x.read.known
	for _, e := range entries {
		for _, text := range append(e.phrases(), e.Summary["id"], e.Summary["en"], e.Body["id"], e.Body["en"]) {
			for _, w := range tokens(text, 4000) {
				known[w] = true
			}
		}
	}
	x.read.spell = newSpeller(known)
}

// phrases are the entry's titles and keywords.
func (e Entry) phrases() []string {
	out := []string{e.Title["id"], e.Title["en"]}
	for _, lang := range []string{"id", "en"} {
		out = append(out, e.Keywords[lang]...)
	}
	return out
}

// add files one entry under its terms.
func (x *Index) add(i int32, e Entry) {
	x.slugs = append(x.slugs, e.Slug)
	weights := map[int32]float64{}
	own := []phrase{}
	for n, text := range e.phrases() {
		field := inKeyword
		if n < 2 {
			field = inTitle
		}
		if p := x.file(weights, text, field, true); len(p.units) > 0 {
			own = append(own, p)
		}
	}
	for _, event := range e.LifeEvents {
		x.file(weights, event, inEvent, true)
	}
	for _, lang := range []string{"id", "en"} {
		x.file(weights, e.Summary[lang], inSummary, true)
		x.file(weights, e.Body[lang], inBody, false)
	}
	x.phrases = append(x.phrases, own)
	for term, w := range weights {
		x.postings[term] = append(x.postings[term], posting{i, float32(w / (w + saturation))})
	}
}

// file adds the terms of text to weights; concepts are read only where asked.
func (x *Index) file(weights map[int32]float64, text string, field float64, concepts bool) phrase {
	slots := x.read.slots(text, "", true)
	var p phrase
	if !concepts {
		for _, s := range slots {
			if !x.read.stop[s.word] {
				weights[x.term(s.stem)] += field
			}
		}
		return p
	}
	seen := map[int32]bool{}
	for i := 0; i < len(slots); {
		n, ids := x.read.phraseAt(slots[i:])
		unit := []int32{}
		for _, id := range ids {
			unit = append(unit, x.term("#"+id))
		}
		for _, s := range slots[i : i+max(n, 1)] {
			if x.read.stop[s.word] {
				continue
			}
			if t := x.term(s.stem); n <= 1 {
				unit = append(unit, t)
			} else if !seen[t] {
				seen[t] = true
				weights[t] += 0.5 * field
			}
		}
		for _, t := range unit {
			if !seen[t] {
				seen[t] = true
				weights[t] += field
			}
		}
		if len(unit) > 0 {
			p.units = append(p.units, unit)
		}
		i += max(n, 1)
	}
	return p
}

// term returns the number of a term, a new one if it has none.
func (x *Index) term(t string) int32 {
	n, ok := x.terms[t]
	if !ok {
		n = int32(len(x.postings))
		x.terms[t] = n
		x.postings = append(x.postings, nil)
	}
	return n
}

// weigh computes how telling each term is, and what each phrase is worth when met in full.
func (x *Index) weigh(n int) {
	x.idf = make([]float64, len(x.postings))
	for t, list := range x.postings {
		df := float64(len(list))
		x.idf[t] = math.Log(1 + (float64(n)-df+0.5)/(df+0.5))
		x.rarest = max(x.rarest, x.idf[t])
	}
	for _, own := range x.phrases {
		for i := range own {
			for _, unit := range own[i].units {
				own[i].total += x.worth(unit)
			}
		}
	}
}

// worth is the weight of the most telling term of a unit.
func (x *Index) worth(unit []int32) float64 {
	best := 0.0
	for _, t := range unit {
		best = max(best, x.idf[t])
	}
	return best
}
