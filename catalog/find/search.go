package find

import (
	"cmp"
	"slices"
)

// Bounds of what counts as found: the share of the query met, and the score beside the best.
const (
	leastShare   = 0.2
	leastOfBest  = 0.2
	reranked     = 200 // entries whose phrases are looked at
	unknownShare = 0.7 // what a word that no entry has counts, beside the rarest word that one has
)

// scratch is the working memory of one search.
type scratch struct {
	score   []float32 // by entry
	met     []float32 // by entry: worth of the senses met
	best    []float32 // by entry: best term of the present sense
	touched []int32
}

func newScratch(n int) *scratch {
	return &scratch{score: make([]float32, n), met: make([]float32, n), best: make([]float32, n)}
}

func (s *scratch) clear() {
	for _, e := range s.touched {
		s.score[e], s.met[e] = 0, 0
	}
	s.touched = s.touched[:0]
}

// Search answers a query. It never fails: an empty query gives an empty result.
func (x *Index) Search(q Query) Result {
	slots := x.read.slots(q.Text, q.Lang, false)
	if len(slots) == 0 {
		return Result{}
	}
	m := x.read.mean(slots)
	var out Result
	rule := x.read.cry(m)
	if rule != nil {
		out.Help = rule.answer()
		if !rule.Forms {
			return out
		}
	}
	out.Hits = x.hits(q, m)
	out.Advice = x.advice(m, len(out.Hits) > 0 || rule != nil)
	return out
}

// advice names the body that gives what is not given here, else what to try, if nothing was found.
func (x *Index) advice(m meaning, found bool) map[string]string {
	for _, e := range x.read.elsewhere {
		if slices.ContainsFunc(e.pats, func(p pattern) bool { return x.read.meets(m.slots, p) }) {
			return e.Say
		}
	}
	if found {
		return nil
	}
	return x.read.nothing
}

// hits scores entries by their terms, then the best of them by their phrases.
func (x *Index) hits(q Query, m meaning) []Hit {
	s := x.scores.Get().(*scratch)
	defer func() { s.clear(); x.scores.Put(s) }()
	whole := x.sum(s, m)
	if whole == 0 {
		return nil
	}
	weights := x.weights(m)
	var hits []Hit
	for _, e := range s.top(whole) {
		share := float64(s.met[e]) / whole
		hits = append(hits, Hit{Index: int(e), Slug: x.slugs[e], Score: (float64(s.score[e]) + 0.9*x.bonus(e, weights)) * (0.35 + 0.65*share)})
	}
	return x.sorted(q, hits)
}

// top returns the entries that meet enough of the query, at most reranked of them, best first.
func (s *scratch) top(whole float64) []int32 {
	least := float32(leastShare * whole)
	better := func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.score[b], s.score[a]), cmp.Compare(a, b))
	}
	var top []int32
	floor := float32(0)
	for _, e := range s.touched {
		if s.met[e] < least || s.score[e] <= floor {
			continue
		}
		if top = append(top, e); len(top) == 4*reranked {
			slices.SortFunc(top, better)
			top = top[:reranked]
			floor = s.score[top[reranked-1]]
		}
	}
	slices.SortFunc(top, better)
	return top[:min(len(top), reranked)]
}

// sorted drops the weak and the hidden and puts the rest in order, best first.
func (x *Index) sorted(q Query, hits []Hit) []Hit {
	best := 0.0
	for _, h := range hits {
		best = max(best, h.Score)
	}
	kept := hits[:0]
	for _, h := range hits {
		if h.Score <= 0 || h.Score < leastOfBest*best {
			continue
		}
		if q.Filter != nil {
			h.Class = q.Filter(h.Index)
		}
		if h.Class != Hidden {
			kept = append(kept, h)
		}
	}
	slices.SortFunc(kept, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Index, b.Index))
	})
	limit := q.Limit
	if limit <= 0 || limit > MaxHits {
		limit = MaxHits
	}
	return slices.Clone(kept[:min(limit, len(kept))])
}

// sum adds up, for each entry, the best term of each sense. It returns what the whole query is
// worth, known words and unknown.
func (x *Index) sum(s *scratch, m meaning) float64 {
	whole, unknown := 0.0, 0.0
	for _, sense := range m.senses {
		worth := 0.0
		var own []int32
		for term, w := range sense.terms {
			t, ok := x.terms[term]
			if !ok {
				continue
			}
			worth = max(worth, x.idf[t]*max(w, sense.sure))
			for _, p := range x.postings[t] {
				gain := float32(w*x.idf[t]) * p.weight
				if s.best[p.entry] == 0 {
					own = append(own, p.entry)
				}
				s.best[p.entry] = max(s.best[p.entry], gain)
			}
		}
		switch {
		case sense.not:
		case worth == 0:
			unknown += sense.weight * unknownShare * x.rarest
		default:
			whole += sense.weight * worth
		}
		x.fold(s, sense, own, worth)
	}
	if whole == 0 {
		return 0
	}
	return whole + min(unknown, 1.5*unknownShare*x.rarest)
}

// fold adds the present sense's best terms to the entries' scores.
func (x *Index) fold(s *scratch, sense sense, own []int32, worth float64) {
	for _, e := range own {
		gain := s.best[e]
		s.best[e] = 0
		if s.score[e] == 0 && s.met[e] == 0 {
			s.touched = append(s.touched, e)
		}
		if sense.not {
			s.score[e] -= 1.5 * gain
			continue
		}
		s.score[e] += float32(sense.weight) * gain
		s.met[e] += float32(sense.weight*worth) * min(1, 1.6*gain/float32(worth))
	}
}

// weights is the weight of each term in the query.
func (x *Index) weights(m meaning) map[int32]float64 {
	out := map[int32]float64{}
	for _, sense := range m.senses {
		for term, w := range sense.terms {
			if t, ok := x.terms[term]; ok && !sense.not {
				out[t] = max(out[t], w*min(1, sense.weight+0.2))
			}
		}
	}
	return out
}

// bonus is the worth of the entry's phrase that the query meets best.
func (x *Index) bonus(e int32, weights map[int32]float64) float64 {
	best := 0.0
	for _, p := range x.phrases[e] {
		met := 0.0
		for _, unit := range p.units {
			most := 0.0
			for _, t := range unit {
				most = max(most, weights[t])
			}
			met += most * x.worth(unit)
		}
		if p.total > 0 {
			best = max(best, met*met/p.total)
		}
	}
	return best
}
