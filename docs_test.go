package lancar_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func documents(t *testing.T) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "node_modules" || path != "." && d.Name()[0] == '.') {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

var mdLink = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)

func TestLinksInDocumentsLeadSomewhere(t *testing.T) {
	for _, doc := range documents(t) {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mdLink.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s: no %s", doc, m[1])
			}
		}
	}
}

// Every configuration key, event and command stands in the documents under its own name.
func TestDocumentsNameWhatThereIs(t *testing.T) {
	var all strings.Builder
	for _, doc := range documents(t) {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	config, err := os.ReadFile("docs/ops/config.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range goFiles(t, false) {
		if f.path == "app/config.go" {
			for _, m := range regexp.MustCompile("yaml:\"(\\w+)\"").FindAllStringSubmatch(string(f.text), -1) {
				if !strings.Contains(string(config), m[1]+"`") && !strings.Contains(string(config), m[1]+".") {
					t.Errorf("docs/ops/config.md does not explain %q", m[1])
				}
			}
		}
		for _, m := range regexp.MustCompile(`Event\w+\s*=\s*"([a-z]+\.[a-z_]+)"`).FindAllStringSubmatch(string(f.text), -1) {
			if !strings.Contains(all.String(), "`"+m[1]+"`") && !strings.Contains(all.String(), m[1]) {
				t.Errorf("no document names the event %q", m[1])
			}
		}
	}
	main, err := os.ReadFile("cmd/lancar/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?m)^\t([A-Z][a-z]+) +[a-z]+Command `cmd").FindAllStringSubmatch(string(main), -1) {
		if !strings.Contains(all.String(), "lancar "+strings.ToLower(m[1])) {
			t.Errorf("no document shows `lancar %s`", strings.ToLower(m[1]))
		}
	}
}

func TestReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n >= 150 {
		t.Errorf("%d lines, fewer than 150 wanted", n)
	}
}

func TestDecisionsAreNumberedInARow(t *testing.T) {
	names, err := filepath.Glob("docs/adr/[0-9]*.md")
	if err != nil || len(names) == 0 {
		t.Fatal("no decisions", err)
	}
	slices.Sort(names)
	for i, name := range names {
		if want := []byte{'0', '0', byte('0' + (i+1)/10), byte('0' + (i+1)%10)}; filepath.Base(name)[:4] != string(want) {
			t.Errorf("%s: want number %s", name, want)
		}
	}
}
