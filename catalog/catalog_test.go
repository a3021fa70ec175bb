package catalog

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/services"
)

// stall returns the files of a good service, with changes: file name to old text, new text pairs.
func stall(t testing.TB, changes ...string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, dir := range []string{"lapak-pasar", "common"} {
		err := fs.WalkDir(services.FS, dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := fs.ReadFile(services.FS, name)
			out[name] = &fstest.MapFile{Data: text}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i+2 < len(changes); i += 3 {
		f := out["lapak-pasar/"+changes[i]]
		if !strings.Contains(string(f.Data), changes[i+1]) {
			t.Fatalf("%s does not hold %q", changes[i], changes[i+1])
		}
		f.Data = []byte(strings.Replace(string(f.Data), changes[i+1], changes[i+2], 1))
	}
	return out
}

func TestShippedServicesLoadFast(t *testing.T) {
	start := time.Now()
	c, problems := Load(services.FS)
	for _, p := range problems {
		t.Error(p)
	}
	t.Logf("%d services in %s", len(c.All()), time.Since(start))
	if c.Service("lapak-pasar") == nil || c.Service("lapak-pasar").Title["en"] != "Market stall permit" {
		t.Error("the market stall is not there")
	}
	if c.Service("common") != nil {
		t.Error("the common folder is no service")
	}
}

func TestABrokenDefinitionIsRefusedWithFileAndLine(t *testing.T) {
	for name, c := range map[string]struct{ file, from, to, want string }{
		"unknown key":          {"form.yaml", "max_chars: 80", "max_char: 80", `form.yaml:17: unknown key "max_char"; did you mean "max_chars"?`},
		"missing english":      {"form.yaml", `title: {id: "Lapak", en: "The stall"}`, `title: {id: "Lapak"}`, `form.yaml:10: the text is missing in English (en)`},
		"unknown kind":         {"form.yaml", "kind: place", "kind: plac", `form.yaml:13: "plac" is not one of: text`},
		"twice the same field": {"form.yaml", "{id: months,", "{id: size,", `form.yaml:20: the field "size" stands twice`},
		"bad id":               {"form.yaml", "{id: months,", "{id: Months,", `the id "Months" must be lower case`},
		"field of requirement": {"form.yaml", "fields: [goods, goods_other, goods_photo]", "fields: [goods, photo]", `form.yaml:6: "photo" is no field of the form`},
		"unknown law":          {"rules.yaml", "law: pp28-2025", "law: pp5-2021", `rules.yaml:12: the law "pp5-2021" is not listed`},
		"missing mend":         {"rules.yaml", "    mend: {id: \"Periksa", "    mendx: {id: \"Periksa", `unknown key "mendx"; did you mean "mend"?`},
		"too many keywords":    {"service.yaml", "id: [lapak, pasar,", "id: [lapak, pasar, satu, dua,", `service.yaml:10: 14 keywords in "id"; at most 12`},
		"owner of no field":    {"service.yaml", "of: answers.market}", "of: answers.markt}", `service.yaml:6: "answers.markt" is no field`},
		"owner of no place":    {"service.yaml", "of: answers.market}", "of: answers.size}", `must be a place at least as exact`},
		"steps out of order":   {"service.yaml", "{id: sign, kind: sign,", "{id: sign, kind: review,", `service.yaml:40: the step "sign" (review) cannot come after "review" (decide)`},
		"two validities":       {"service.yaml", "valid_until:", "valid_forever: true\n  valid_until:", `say how long the document is valid`},
		"retention":            {"service.yaml", "years: 5", "years: 0", `service.yaml:48: say either years or keep`},
		"choice in flow":       {"form.yaml", "min: 1, max: 24", "min: 25, max: 24", `the field "size": min is greater than max`},
		"figure unset":         {"rules.yaml", "region: true", "region: false", `rules.yaml:2: the figure "retribusi_lapak_m2_bulan": either the region sets it`},
		"letter without title": {"letters/granted.id.txt", "# IZIN LAPAK PASAR", "IZIN", `letters/granted.id.txt:1: the letter has no title`},
		"empty":                {"service.yaml", "kind: decision\n", "", `"kind" is missing`},
	} {
		t.Run(name, func(t *testing.T) {
			cat, problems := Load(stall(t, c.file, c.from, c.to))
			if cat.Service("lapak-pasar") != nil {
				t.Error("it was loaded")
			}
			var all strings.Builder
			for _, p := range problems {
				all.WriteString(p.Error() + "\n")
			}
			if !strings.Contains(all.String(), c.want) {
				t.Errorf("got\n%swant %s", all.String(), c.want)
			}
		})
	}
}

func TestReadSaysWhatIsWrongWithRulesAndSlots(t *testing.T) {
	for name, c := range map[string]struct{ file, from, to, want string }{
		"unknown name":     {"rules.yaml", "require: answers.start >= today", "require: answers.stat >= today", `rules.yaml:14: the rule answers.stat >= today: nothing here is called "answers.stat"; there are answers.business_name`},
		"wrong type":       {"rules.yaml", "answers.size * answers.months", "answers.goods * answers.months", `these kinds of values cannot be put together`},
		"amount no number": {"rules.yaml", "amount: answers.size * answers.months * params.retribusi_lapak_m2_bulan", "amount: answers.goods", `the rule gives string, but int is needed`},
		"later question":   {"form.yaml", "{id: market_name, kind: text,", `{id: market_name, kind: text, show_if: answers.size > 2,`, `form.yaml:17: the rule answers.size > 2: answers.size is not known yet`},
		"decided":          {"rules.yaml", "require: answers.start >= today", "require: answers.start >= decided", `the day of the decision is not known here`},
		"letter slot":      {"letters/granted.id.txt", "{applicant.address}", "{applicant.adress}", `letters/granted.id.txt:9: there is no slot {applicant.adress}`},
		"number slot":      {"service.yaml", "503/{number}", "503/{serial}", `there is no slot {serial} in a number`},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := Read(stall(t, c.file, c.from, c.to), "lapak-pasar")
			var all strings.Builder
			for _, p := range problems {
				all.WriteString(p.Error() + "\n")
			}
			if !strings.Contains(all.String(), c.want) {
				t.Errorf("got\n%swant %s", all.String(), c.want)
			}
		})
	}
}

func TestVersionsArePinnedForEver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		first, _, err := Open(ctx, db, stall(t))
		if err != nil {
			t.Fatal(err)
		}
		old := first.Service("lapak-pasar")
		second, _, err := Open(ctx, db, stall(t, "rules.yaml", "working_days: 5", "working_days: 3"))
		if err != nil {
			t.Fatal(err)
		}
		if now := second.Service("lapak-pasar"); now.Hash == old.Hash || now.Term.Days != 3 {
			t.Errorf("the change made no new version")
		}
		pinned, err := second.Pinned(ctx, "lapak-pasar", old.Hash)
		if err != nil || pinned.Term.Days != 5 || pinned.Hash != old.Hash {
			t.Fatalf("the old version is %v, %v", pinned, err)
		}
		if again, _ := second.Pinned(ctx, "lapak-pasar", old.Hash); again != pinned {
			t.Error("it was read twice")
		}
		if _, err := second.Pinned(ctx, "lapak-pasar", "00"); lancar.CodeOf(err) != lancar.NotFound {
			t.Errorf("an unknown version gives %v", err)
		}
	})
}

func TestAnAlteredVersionIsFound(t *testing.T) {
	db, ctx := storetest.Open(t), context.Background()
	first, _, err := Open(ctx, db, stall(t))
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE catalog_versions SET body = $1`, `{"service.yaml":"kind: decision"}`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	hash := first.Service("lapak-pasar").Hash
	other := &Catalog{bySlug: map[string]*Definition{}, lang: &language{}, db: db, pinned: map[string]*Definition{}}
	if _, err := other.Pinned(ctx, "lapak-pasar", hash); err == nil {
		t.Error("an altered version was given out")
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"service.yaml", "form.yaml", "rules.yaml", "examples.yaml"} {
		text, _ := fs.ReadFile(services.FS, "lapak-pasar/"+name)
		f.Add(name, string(text))
	}
	good, _ := readAll(services.FS)
	f.Fuzz(func(t *testing.T, name, text string) {
		all := files{}
		for k, v := range good["lapak-pasar"] {
			all[k] = v
		}
		all[name] = text
		d, problems := parse("lapak-pasar", "", all, &language{})
		if (d == nil) != (len(problems) > 0) {
			t.Fatalf("definition %v with %d problems", d != nil, len(problems))
		}
		if d != nil {
			Walk(d, Situation{Answers: map[string]string{"size": "3"}, Now: time.Unix(1_800_000_000, 0)})
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		Load(services.FS)
	}
}
