package web

import (
	"bytes"
	"html/template"
	"slices"
	"strings"
)

// icons reads icons.txt: a name, a tab, the drawing on a 24 × 24 grid.
func icons() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(string(read("icons.txt"))) {
		if name, drawing, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			m[name] = drawing
		}
	}
	return m
}

// icon refers to a symbol; [symbols] later puts the symbols that a page refers to at its top.
func icon(name string) template.HTML {
	return template.HTML(`<svg class="i" aria-hidden="true"><use href="#i-` + template.HTMLEscapeString(name) + `"/></svg>`)
}

// pic is the same, larger, on a tinted ground.
func pic(name string) template.HTML {
	return template.HTML(`<svg class="pic" aria-hidden="true"><use href="#i-` + template.HTMLEscapeString(name) + `"/></svg>`)
}

// symbols returns the symbols of the icons that page refers to.
func symbols(page []byte, all map[string]string) []byte {
	var names []string
	rest := page
	for {
		_, after, ok := bytes.Cut(rest, []byte(`href="#i-`))
		if !ok {
			break
		}
		name, _, _ := bytes.Cut(after, []byte{'"'})
		if n := string(name); all[n] != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
		rest = after
	}
	slices.Sort(names)
	var b bytes.Buffer
	for _, n := range names {
		b.WriteString(`<symbol id="i-` + n + `" viewBox="0 0 24 24">` + all[n] + `</symbol>`)
	}
	return b.Bytes()
}
