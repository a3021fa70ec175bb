package region

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"lancar/region/places"
)

// elsewhere are the folders that may name regions: the outside world, the synthetic town, the
// generator of the table.
var elsewhere = []string{"sandbox/", "test/", "workers/", "bench/", "region/places/gen/"}

// A region's name is data. Code that names one is code that the next region has to change.
func TestNoRegionIsNamedInCode(t *testing.T) {
	rs := load(t)
	pattern := namesOf(rs)
	if !pattern.MatchString(`"Dinas di Labuan Bajo"`) || !pattern.MatchString(`"ntt"`) || pattern.MatchString(`"tabel"`) {
		t.Fatal("the pattern is blind")
	}
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		for _, e := range elsewhere {
			if strings.HasPrefix(path, e) {
				return nil
			}
		}
		src, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		namesIn(t, pattern, path, src)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// namesIn reads names and literals and passes over comments, which may give examples.
func namesIn(t *testing.T, pattern *regexp.Regexp, path string, src []byte) {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile(path, -1, len(src)), src, nil, 0)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return
		}
		if name := pattern.FindString(lit); name != "" {
			t.Errorf("%s names the region %q", files.Position(pos), name)
		}
	}
}

// namesOf is every name of a region with a pack: of the place, its app, its host and its seat; and
// of every province.
func namesOf(rs *Regions) *regexp.Regexp {
	var names []string
	add := func(name string) {
		if name != "" {
			names = append(names, regexp.QuoteMeta(name))
		}
	}
	for _, p := range rs.Places().Children(Nation) {
		add(p.Name)
	}
	for _, r := range rs.All() {
		if r.Code == Nation {
			continue
		}
		name := r.Name
		for _, kind := range []string{"Kabupaten ", "Kota ", "Daerah Istimewa "} {
			name = strings.TrimPrefix(name, kind)
		}
		add(name)
		add(r.pack.AppName)
		add(r.pack.Host)
		for _, word := range strings.Fields(strings.ToLower(r.Treasury.City)) {
			if len(word) > 4 {
				add(strings.ToUpper(word[:1]) + word[1:])
			}
		}
		for _, c := range rs.Places().Search(r.Treasury.City, r.Code, 1) {
			if c.Level > places.Regency {
				add(c.Name)
			}
		}
	}
	return regexp.MustCompile(`\b(` + strings.Join(names, "|") + `)\b`)
}
