package strictyaml

import (
	"strings"
	"testing"
)

type stall struct {
	Name  string            `yaml:"name"`
	Size  int               `yaml:"size"`
	Title map[string]string `yaml:"title"`
	Rows  []row             `yaml:"rows"`
	Base  base              `yaml:",inline"`
}

type base struct {
	ShowIf string `yaml:"show_if"`
}

type row struct {
	ID   string `yaml:"id"`
	Open bool   `yaml:"open"`
}

func TestDecode(t *testing.T) {
	var s stall
	err := Decode("s.yaml", []byte("name: 53.10\nsize: 3\ntitle: {id: Lapak, en: Stall}\nshow_if: a > 1\nrows:\n  - id: x\n    open: true\n"), &s)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "53.10" || s.Size != 3 || s.Title["en"] != "Stall" || s.Base.ShowIf != "a > 1" || !s.Rows[0].Open {
		t.Errorf("decoded %+v", s)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"unknown key near": {"name: a\nshow_of: b\n", `s.yaml:2: unknown key "show_of"; did you mean "show_if"?`},
		"unknown key far":  {"rows:\n  - id: x\n  - colour: red\n", `s.yaml:3: unknown key "colour"; allowed here: id, open`},
		"repeated key":     {"name: a\nsize: 1\nname: b\n", `s.yaml:3: the key "name" stands twice, first in line 1`},
		"repeated in map":  {"title:\n  id: a\n  id: b\n", `s.yaml:3: the key "id" stands twice, first in line 2`},
		"second document":  {"name: a\n---\nname: b\n", `s.yaml:2: a second document begins here`},
		"anchor":           {"name: &x a\n", `s.yaml:1: anchors and aliases`},
		"merge":            {"rows:\n  - <<: {id: a}\n", `s.yaml:2: a key must be a plain word`},
		"wrong type":       {"name: a\nsize: big\n", `s.yaml:2: expected a whole number, found "big"`},
		"list for mapping": {"title: [a]\n", `s.yaml:1: expected a mapping, found a list`},
		"syntax":           {"name: a\n  size: 1\n", `s.yaml:2: mapping values are not allowed`},
		"empty":            {"", `s.yaml: the file is empty`},
		"too large":        {"name: " + strings.Repeat("a", MaxBytes), `s.yaml: the file has`},
	} {
		t.Run(name, func(t *testing.T) {
			var s stall
			err := Decode("s.yaml", []byte(c.in), &s)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestAllReportsEveryComplaint(t *testing.T) {
	var s stall
	all := All(Decode("s.yaml", []byte("a: 1\nb: 2\nname: c\n"), &s))
	if len(all) != 2 || all[0].Line != 1 || all[1].Line != 2 {
		t.Errorf("got %v", all)
	}
}

func TestLine(t *testing.T) {
	doc, err := Parse("s.yaml", []byte("name: a\nrows:\n  - id: x\n  - id: y\n    open: true\n"))
	if err != nil {
		t.Fatal(err)
	}
	for want, path := range map[int][]any{1: {"name"}, 2: {"rows"}, 4: {"rows", 1}, 5: {"rows", 1, "open", "gone"}} {
		if got := doc.Line(path...); got != want {
			t.Errorf("line of %v is %d, want %d", path, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("name: a\nrows: [{id: x}]\n"))
	f.Add([]byte("? {a: b}\n: c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s stall
		for _, e := range All(Decode("f", data, &s)) {
			if e.Message == "" {
				t.Errorf("a complaint without words")
			}
		}
	})
}
