package office

import (
	"regexp"
	"strings"
	"testing"
)

var (
	inline   = regexp.MustCompile(`(?i)<script>|<style|\sstyle="|\son[a-z]+="|javascript:|ZgotmplZ|<no value>|%!`)
	headings = regexp.MustCompile(`<h1[ >]`)
	idOf     = regexp.MustCompile(`\sid="([^"]*)"`)
	controls = regexp.MustCompile(`<(input|select|textarea)\b([^>]*)>`)
	attr     = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
	labels   = regexp.MustCompile(`<label[^>]*\sfor="([^"]*)"`)
	wrapped  = regexp.MustCompile(`(?s)<label>(.*?)</label>`)
	fors     = regexp.MustCompile(`(?:href="#|aria-describedby="|aria-labelledby=")([^"]+)"`)
	tables   = regexp.MustCompile(`(?s)<table.*?</table>`)
)

// clean holds every page that a test reads to what all pages owe: no inline code, one heading, a
// label at every control, ids that are unique and that what points to them finds.
func clean(t *testing.T, p page) {
	t.Helper()
	if m := inline.FindString(p.body); m != "" {
		t.Errorf("%s contains %q", p.path, m)
	}
	if n := len(headings.FindAllString(p.body, -1)); n != 1 {
		t.Errorf("%s has %d first headings", p.path, n)
	}
	if !strings.Contains(p.header.Get("Content-Security-Policy"), "default-src 'none'") || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: policy %q, cache %q", p.path, p.header.Get("Content-Security-Policy"), p.header.Get("Cache-Control"))
	}
	if !strings.Contains(p.body, `<body class="dense">`) || !strings.Contains(p.body, `content="noindex"`) {
		t.Errorf("%s is not an officer's page", p.path)
	}
	known := map[string]bool{}
	for _, m := range idOf.FindAllStringSubmatch(p.body, -1) {
		if known[m[1]] {
			t.Errorf("%s has the id %q twice", p.path, m[1])
		}
		known[m[1]] = true
	}
	for _, m := range fors.FindAllStringSubmatch(p.body, -1) {
		for _, id := range strings.Fields(m[1]) {
			if !known[id] && !strings.HasPrefix(id, "i-") {
				t.Errorf("%s points to %q, which is not there", p.path, id)
			}
		}
	}
	labelled(t, p)
	for _, table := range tables.FindAllString(p.body, -1) {
		if !strings.Contains(table, "<caption") || !strings.Contains(table, `scope="col"`) {
			t.Errorf("%s has a table without caption or scopes", p.path)
		}
	}
}

func labelled(t *testing.T, p page) {
	t.Helper()
	named := map[string]bool{}
	for _, m := range labels.FindAllStringSubmatch(p.body, -1) {
		named[m[1]] = true
	}
	inside := strings.Join(wrapped.FindAllString(p.body, -1), "")
	for _, m := range controls.FindAllStringSubmatch(p.body, -1) {
		a := map[string]string{}
		for _, kv := range attr.FindAllStringSubmatch(m[2], -1) {
			a[kv[1]] = kv[2]
		}
		if a["type"] != "hidden" && !named[a["id"]] && !strings.Contains(inside, m[0]) {
			t.Errorf("%s: %s has no label", p.path, m[0])
		}
	}
}
