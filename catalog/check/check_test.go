package check

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"lancar/catalog/rule"
	"lancar/services"
)

func TestShippedServicesAreAccepted(t *testing.T) {
	var out bytes.Buffer
	if Main(&out, []string{"../../services"}) != 0 {
		t.Errorf("%s", out.String())
	}
}

// stall is the market stall with one change.
func stall(t *testing.T, file, from, to string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, dir := range []string{"lapak-pasar", "common"} {
		err := fs.WalkDir(services.FS, dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := fs.ReadFile(services.FS, name)
			if name == "lapak-pasar/"+file {
				if !strings.Contains(string(text), from) {
					t.Fatalf("%s does not hold %q", file, from)
				}
				text = []byte(strings.Replace(string(text), from, to, 1))
			}
			out[name] = &fstest.MapFile{Data: text}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestExamplesGuardTheDefinition(t *testing.T) {
	for name, c := range map[string]struct{ file, from, to, want string }{
		"condition turned":   {"rules.yaml", `answers.nib_status == "active"`, `answers.nib_status != "active"`, "conditions against it: [nib-valid], expected []"},
		"boundary moved":     {"rules.yaml", "answers.start >= today", "answers.start > today", "conditions against it: [not-past], expected []"},
		"fee changed":        {"rules.yaml", "answers.size * answers.months", "answers.size + answers.months", "fee is Rp90.006, expected Rp540.000"},
		"question hidden":    {"form.yaml", `answers.goods == "other"`, `answers.goods == "food"`, `"goods_other" is asked or shown`},
		"validity changed":   {"service.yaml", "answers.months), -1)", "answers.months), 0)", `last day of validity is "2027-06-01", expected "2027-05-31"`},
		"no deemed approval": {"rules.yaml", "deemed_approval: true", "deemed_approval: false", `the act "deem" cannot be`},
		"ground removed":     {"rules.yaml", "{id: stall-taken,", "{id: stall-gone,", `the act "refuse" cannot be: The ground for refusal is not in the list.`},
		"wrong state":        {"examples.yaml", "state: granted, how: granted", "state: refused, how: granted", `lapak-pasar/examples.yaml:1: Pedagang kopi`},
		"answer not asked":   {"examples.yaml", "months: 6, goods: food}", "months: 6, goods: food, goods_other: kopi}", `it answers "goods_other", which is not asked`},
		"known is typed":     {"examples.yaml", "months: 6, goods: food}", "months: 6, goods: food, business_name: kopi}", `it answers "business_name", which is not asked`},
		"unguarded rule":     {"rules.yaml", "  - id: not-past", "  - id: small\n    require: answers.size < 100\n    because: {id: \"a\", en: \"a\"}\n    mend: {id: \"a\", en: \"a\"}\n    law: uu25\n  - id: not-past", "no example notices when the rule answers.size < 100 becomes true or answers.size <= 100"},
		"granted is not":     {"examples.yaml", "shows: refused", "shows: granted", `it shows "granted" but ends in state draft`},
		"no such register":   {"form.yaml", "{register: oss, field: business_name}", "{register: osss, field: business_name}", `form.yaml:35: the field "business_name": there is no register "osss"`},
		"no such fact":       {"form.yaml", "{register: oss, field: business_name}", "{register: oss, field: owner}", `the register "oss" has no field "owner"`},
		"already known":      {"form.yaml", "      - {id: market_name,", "      - {id: address, kind: text, label: {id: \"a\", en: \"a\"}}\n      - {id: market_name,", `lapak-pasar/form.yaml:17: the field "address" asks what the population register knows`},
		"no boundary":        {"examples.yaml", "shows: granted", "shows: refused", `no example shows "granted"`},
	} {
		t.Run(name, func(t *testing.T) {
			r := Service(stall(t, c.file, c.from, c.to), "lapak-pasar")
			var all strings.Builder
			for _, p := range r.Problems {
				all.WriteString(p.Error() + "\n")
			}
			if r.OK() || !strings.Contains(all.String(), c.want) {
				t.Errorf("got\n%swant %s", all.String(), c.want)
			}
		})
	}
}

func TestMainSaysWhatIsWrongAndReturnsAStatus(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, services.FS); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if Main(&out, []string{filepath.Join(dir, "lapak-pasar")}) != 0 || !strings.Contains(out.String(), "lapak-pasar: accepted, 5 examples") {
		t.Errorf("%s", out.String())
	}
	rules := filepath.Join(dir, "lapak-pasar", "rules.yaml")
	text, _ := os.ReadFile(rules)
	os.WriteFile(rules, append(text, "surprise: 1\n"...), 0o644)
	out.Reset()
	if Main(&out, []string{filepath.Join(dir, "lapak-pasar"), filepath.Join(dir, "nowhere")}) != 1 {
		t.Error("a broken service was accepted")
	}
	for _, want := range []string{`/lapak-pasar/rules.yaml:`, `unknown key "surprise"`, "nowhere: there is no such folder", "lapak-pasar: refused"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestChanges(t *testing.T) {
	got := strings.Join(changes(`age(a.b, today) >= 17 && a.c == "x"`, rule.Bool), "\n")
	want := strings.Join([]string{
		`!(age(a.b, today) >= 17 && a.c == "x")`, "true", "false",
		`age(a.b, today) > 17 && a.c == "x"`,
		`age(a.b, today) >= 18 && a.c == "x"`,
		`age(a.b, today) >= 16 && a.c == "x"`,
		`age(a.b, today) >= 17 || a.c == "x"`,
		`age(a.b, today) >= 17 && a.c != "x"`,
		`age(a.b, today) >= 17 && a.c == "x~"`,
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
