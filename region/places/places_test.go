package places

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func open(t testing.TB) *Table {
	t.Helper()
	tab, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestEveryPlaceIsThere(t *testing.T) {
	n := open(t).Counts()
	if n[Province] != 38 || n[Regency] != 514 || n[District] != 7285 || n[Village] != 83762 {
		t.Errorf("counts %v", n)
	}
}

func TestReadmeNamesThisTable(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(packed)
	for _, want := range []string{hex.EncodeToString(sum[:]), "idn-area-data", "4.0.1", "Open Database License", "go generate ./region/places"} {
		if !strings.Contains(string(readme), want) {
			t.Errorf("README.md does not say %q", want)
		}
	}
}

func TestTableIsSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	tab := open(t)
	took := time.Since(start)
	tab.Search("x", Nation, 1)
	tab.Search("labuan bajo", Nation, 1)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if size := int64(after.HeapAlloc) - int64(before.HeapAlloc); size > 8<<20 {
		t.Errorf("the table with its index holds %d bytes", size)
	}
	t.Logf("opened in %v", took)
	runtime.KeepAlive(tab)
}

func TestLookupAndPath(t *testing.T) {
	tab := open(t)
	p, ok := tab.Lookup("53.15")
	if !ok || p.Name != "Kabupaten Manggarai Barat" || p.Level != Regency {
		t.Errorf("53.15 is %+v", p)
	}
	var names []string
	for _, p := range tab.Path("53.15.05.1025") {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, " > "); got != "Nusa Tenggara Timur > Kabupaten Manggarai Barat > Komodo > Labuan Bajo" {
		t.Errorf("path %s", got)
	}
	for _, bad := range []string{"", "99", "5", "53.1", "5315", "53.15.05.0000", "53-15", "53.15.00", "53.15.05.10255", "٥٣", "53.15\x00"} {
		if p, ok := tab.Lookup(bad); ok {
			t.Errorf("%q is %+v", bad, p)
		}
	}
	if VillageKind("53.15.05.1025") != 1 || VillageKind("53.15") != 0 {
		t.Error("kind of village")
	}
}

func TestChildrenWalkTheWholeCountry(t *testing.T) {
	tab := open(t)
	n := map[Level]int{}
	var walk func(code string)
	walk = func(code string) {
		for _, c := range tab.Children(code) {
			if Up(c.Code) != code {
				t.Fatalf("%s is a child of %s", c.Code, code)
			}
			n[c.Level]++
			walk(c.Code)
		}
	}
	walk(Nation)
	if n[Province] != 38 || n[Regency] != 514 || n[District] != 7285 || n[Village] != 83762 {
		t.Errorf("reached %v", n)
	}
}

func TestSearchForgivesTypingErrors(t *testing.T) {
	tab := open(t)
	for query, want := range map[string]string{
		"labuan bajo":                   "53.15.05.1025",
		"Labuhan Bajo":                  "",
		"labuanbajo":                    "53.15.05.1025",
		"manggarai brat":                "53.15",
		"mangarai barat":                "53.15",
		"kab. manggarai barat":          "53.15",
		"kota kupang":                   "53.71",
		"nusa tenggara timur":           "53",
		"nusa tengara timr":             "53",
		"yogyakarta":                    "34",
		"yogya":                         "34",
		"jogjakarta":                    "34",
		"jakarta":                       "31",
		"papua":                         "91",
		"kota jayapura":                 "91.71",
		"sleman":                        "34.04",
		"komodo manggarai barat":        "53.15.05",
		"labuan bajo, mangarai barat":   "53.15.05.1025",
		"desa labuan bajo":              "53.15.05.1025",
		"kelurahan labuan bajo komodo ": "53.15.05.1025",
		"ruteng":                        "53.10",
	} {
		hits := tab.Search(query, Nation, 5)
		if len(hits) == 0 {
			t.Errorf("%q finds nothing", query)
			continue
		}
		if want != "" && !Within(hits[0].Code, want) {
			t.Errorf("%q finds first %+v, want %s", query, hits[0], want)
		}
	}
	if hits := tab.Search("labuan bajo", "72", 5); len(hits) != 1 || hits[0].Code != "72.03.08.1027" {
		t.Errorf("within 72: %+v", hits)
	}
	for _, nothing := range []string{"", "   ", "qzxwvkjq", "'''", strings.Repeat("a", 500), "kota", "\xff\xfe"} {
		if hits := tab.Search(nothing, Nation, 5); len(hits) > 5 {
			t.Errorf("%q finds %+v", nothing, hits)
		}
	}
}

// However a query is made up, it is answered.
func TestOddQueriesAreAnswered(t *testing.T) {
	tab := open(t)
	for _, q := range []string{strings.Repeat("a b ", 30), "a b c d e f g h", "sungai su ng ai su nga i tanjung", strings.Repeat("an", 30), "desa,a", "ta,ta", "kab kab kab kab kab kab kab kab", "aaaa,eeee"} {
		if hits := tab.Search(q, Nation, 10); len(hits) > 10 {
			t.Errorf("%q finds %d places", q, len(hits))
		}
	}
}

// Any place is found again by its own name with one letter left out.
func TestSearchFindsWhatWasNearlyTyped(t *testing.T) {
	tab := open(t)
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(tab.keys)-1).Draw(t, "place")
		p, name := tab.at(i), tab.index().name(i)
		if len(name) < 8 || len(name) > 40 {
			t.Skip("short names have many neighbours")
		}
		cut := rapid.IntRange(0, len(name)-1).Draw(t, "cut")
		parent := Up(p.Code)
		for _, h := range tab.Search(name[:cut]+name[cut+1:], parent, 10) {
			if h.Code == p.Code {
				return
			}
		}
		t.Fatalf("%s without letter %d is not found in %s", name, cut, parent)
	})
}

func TestDistanceIsLevenshtein(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringMatching(`[a-d]{1,20}`).Draw(t, "a")
		b := rapid.StringMatching(`[a-d]{1,20}`).Draw(t, "b")
		want := float64(slow(a, b))
		for i := 1; i <= len(b); i++ {
			if 2*i >= len(a) {
				want = min(want, float64(slow(a, b[:i]))+.5)
			}
		}
		if got := compile(a).distance(b); got != min(want, float64(len(a))) {
			t.Fatalf("%s %s: %v, want %v", a, b, got, want)
		}
	})
}

func slow(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		prev := row[0]
		row[0]++
		for j := range len(b) {
			cost := prev
			if a[i] != b[j] {
				cost++
			}
			prev = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

func BenchmarkSearch(b *testing.B) {
	tab := open(b)
	tab.Search("x", Nation, 1)
	for b.Loop() {
		tab.Search("labuan bajo, mangarai barat", Nation, 10)
	}
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"labuan bajo", "kab, kota", "a,b,c", "é\xff", "53.15.05.1025"} {
		f.Add(s)
	}
	tab := open(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, h := range tab.Search(s, "53", 5) {
			if !Within(h.Code, "53") {
				t.Fatalf("%q finds %s outside", s, h.Code)
			}
		}
		if p, ok := tab.Lookup(s); ok && p.Code != s {
			t.Fatalf("%q is %s", s, p.Code)
		}
	})
}
