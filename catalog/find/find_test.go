package find_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"gopkg.in/yaml.v3"

	"lancar/catalog"
	"lancar/catalog/find"
	"lancar/services"
)

type query struct {
	Q    string   `yaml:"q"`
	Lang string   `yaml:"lang"`
	Want []string `yaml:"want"`
}

func load[T any](t testing.TB, name string) T {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := yaml.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// entries are the services as they ship.
func entries(t testing.TB) []find.Entry {
	c, problems := catalog.Load(services.FS)
	for _, p := range problems {
		t.Log(p)
	}
	return c.Entries()
}

// pageLang is the page's language for a query in a regional language.
func pageLang(lang string) string {
	if lang == "en" {
		return "en"
	}
	return "id"
}

func TestRecallAtThree(t *testing.T) {
	x := find.New(entries(t))
	found, all := map[string]int{}, map[string]int{}
	for _, q := range load[[]query](t, "queries.yaml") {
		r := x.Search(find.Query{Text: q.Q, Lang: pageLang(q.Lang), Limit: 3})
		all[q.Lang]++
		all["all"]++
		if slices.ContainsFunc(r.Hits, func(h find.Hit) bool { return slices.Contains(q.Want, h.Slug) }) {
			found[q.Lang]++
			found["all"]++
			continue
		}
		t.Logf("missed %q: want %v, got %s", q.Q, q.Want, show(r))
	}
	for _, lang := range slices.Sorted(maps.Keys(all)) {
		t.Logf("recall@3 %-4s %.3f of %d", lang, float64(found[lang])/float64(all[lang]), all[lang])
	}
	if all["all"] < 120 {
		t.Errorf("only %d queries", all["all"])
	}
	if r := float64(found["all"]) / float64(all["all"]); r < 0.95 {
		t.Errorf("recall@3 is %.3f, below 0.95", r)
	}
}

func show(r find.Result) string {
	s := ""
	if r.Help != nil {
		s = "help:" + r.Help.ID + " "
	}
	for _, h := range r.Hits {
		s += fmt.Sprintf("%s(%.1f) ", h.Slug, h.Score)
	}
	return s
}
