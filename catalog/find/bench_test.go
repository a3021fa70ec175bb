package find_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"lancar"
	"lancar/catalog/find"
)

// crowd makes n services out of the real ones' words and invented names, so that common words
// are as common as they would be in a country's catalogue.
func crowd(t testing.TB, n int) []find.Entry {
	base, rnd := entries(t), rand.New(rand.NewPCG(1, 2))
	syllables := []string{"ba", "ku", "ri", "sa", "men", "to", "la", "ging", "du", "pa", "sir", "na", "wo", "lem", "be"}
	name := func() string {
		s := ""
		for range 2 + rnd.IntN(3) {
			s += syllables[rnd.IntN(len(syllables))]
		}
		return s
	}
	out := slices.Clone(base)
	for i := len(base); i < n; i++ {
		b, c := base[rnd.IntN(len(base))], base[rnd.IntN(len(base))]
		out = append(out, find.Entry{
			Slug:     fmt.Sprintf("s-%d", i),
			Title:    lancar.Text{"id": b.Title["id"] + " " + name(), "en": b.Title["en"] + " " + name()},
			Keywords: map[string][]string{"id": append([]string{name()}, c.Keywords["id"]...), "en": c.Keywords["en"]},
			Summary:  lancar.Text{"id": "Layanan untuk " + name() + " dan surat " + name(), "en": "Service for " + name()},
			Body:     lancar.Text{"id": "Syarat: kartu keluarga, ktp, surat keterangan " + name() + " " + name() + " " + name()},
		})
	}
	return out
}

// BenchmarkTwentySevenThousand is one search among as many services as a country has apps; the
// limit is a p99 of 10 ms.
func BenchmarkTwentySevenThousand(b *testing.B) {
	start := time.Now()
	x := find.New(crowd(b, 27_000))
	built := time.Since(start)
	queries := load[[]query](b, "queries.yaml")
	var took []time.Duration
	b.ResetTimer()
	for i := range b.N {
		q := queries[i%len(queries)]
		start := time.Now()
		x.Search(find.Query{Text: q.Q, Lang: pageLang(q.Lang), Limit: 20})
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(built.Seconds(), "s-to-build")
}

func TestSmallCatalogueIsLight(t *testing.T) {
	var before, after runtime.MemStats
	list := entries(t)
	runtime.GC() // twice: pooled memory of other tests goes in the second
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	x := find.New(list)
	built := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	size := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d services in %v, %d KB", len(list), built, size>>10)
	if size > 5<<20 {
		t.Errorf("%d services take %d KB", len(list), size>>10)
	}
	runtime.KeepAlive(x)
}

func FuzzSearch(f *testing.F) {
	x := find.New(entries(f))
	for _, s := range []string{"mau buka warung", "ktp h1l4ng!!", "aaaaaaaa", "2 22 222", "ké\u0301\u0301", "bukan", "bukan bukan ktp"} {
		f.Add(s, "id")
	}
	f.Fuzz(func(t *testing.T, text, lang string) {
		r := x.Search(find.Query{Text: text, Lang: lang})
		if len(r.Hits) > find.MaxHits {
			t.Errorf("%d hits", len(r.Hits))
		}
	})
}
