package browser

import (
	"bytes"
	"compress/gzip"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lancar/test/lab"
)

// most is how much the first load of a citizen's page may be, compressed: the page and its sheet.
const most = 14 << 10

// TestEveryLinkAnswers follows every link from the front pages and from the pages of a person and
// of each officer's role, as far as it goes. None leads to what is not built; nothing is inline;
// and the first load of each citizen's page is small.
func TestEveryLinkAnswers(t *testing.T) {
	a, paths := lived(t)
	start := []string{a.Home + "/"}
	for _, path := range append(publicPaths(), paths...) {
		start = append(start, a.Home+path)
	}
	for _, host := range []string{"", "ntt", "jogja", "papua"} {
		start = append(start, town.Portal(host)+"/")
	}
	for _, lang := range []string{"id", "en"} {
		must(t, a.Speak(lang))
		c := crawl{t: t, b: a.B, seen: map[string]bool{}, sheets: map[string]int{}, citizen: true}
		c.from(start)
		if len(c.seen) < 150 {
			t.Errorf("only %d pages were found", len(c.seen))
		}
	}
	officers, err := town.Officers("53.15", "dpmptsp")
	must(t, err)
	others, err := town.Officers("53.15", "inspektorat")
	must(t, err)
	treasury, err := town.Officers("53.15", "bapenda")
	must(t, err)
	officers = append(append(officers, others...), treasury...)
	done := map[string]bool{}
	for _, o := range officers {
		for _, role := range o.Roles {
			if done[role] {
				continue
			}
			done[role] = true
			desk := &lab.Desk{Officer: o, Role: role, B: lab.NewBrowser(town.Ready)}
			if err := desk.SignIn(town.World, town.Portal("")); err != nil {
				t.Fatal(err)
			}
			t.Run(role, func(t *testing.T) {
				c := crawl{t: t, b: desk.B, seen: map[string]bool{}, sheets: map[string]int{}}
				c.from([]string{town.Portal("") + "/office/"})
			})
		}
	}
}

// crawl is one browser's way through everything.
type crawl struct {
	t       *testing.T
	b       *lab.Browser
	seen    map[string]bool
	kinds   map[string]int
	sheets  map[string]int // compressed size
	citizen bool
}

// page is an address and where it was linked.
type link struct{ ref, on string }

func (c *crawl) from(start []string) {
	c.t.Helper()
	c.kinds = map[string]int{}
	var next []link
	for _, s := range start {
		next = append(next, link{s, "the start"})
	}
	for len(next) > 0 {
		l := next[0]
		next = next[1:]
		u, err := url.Parse(l.ref)
		if err != nil {
			c.t.Errorf("%s links to %q: %v", l.on, l.ref, err)
			continue
		}
		u.Fragment = ""
		if c.seen[u.String()] || !ours(u) || c.enough(u) {
			continue
		}
		c.seen[u.String()] = true
		p, err := c.b.Get(u.String())
		if err != nil {
			c.t.Errorf("%s, linked on %s: %v", u, l.on, err)
			continue
		}
		unknown := l.on == "the start" && (strings.Contains(u.Path, "tidak-ada"))
		if p.Status != 200 && !unknown {
			c.t.Errorf("%s, linked on %s, answers %d: %.200s", u, l.on, p.Status, p.Main())
			continue
		}
		c.look(p)
		for _, to := range p.Links() {
			next = append(next, link{to, u.Path})
		}
	}
}

// ours says whether an address leads to this node's pages, and is not a way out.
func ours(u *url.URL) bool {
	node, _ := url.Parse(town.Ready)
	return u.Scheme == "http" && u.Port() == node.Port() && (u.Query().Get("lang") == "" || u.Path == "/")
}

// enough spares the crawl the thousands of alike pages of the picker of places and of searches.
func (c *crawl) enough(u *url.URL) bool {
	kind := ""
	switch {
	case strings.HasSuffix(u.Path, "/places") || strings.Contains(u.Path, "/place/"):
		kind = "places"
	case u.Path == "/search":
		kind = "search"
	case strings.HasPrefix(u.Path, "/services/"):
		kind = "services " + u.Host
	}
	if kind == "" {
		return false
	}
	c.kinds[kind]++
	return c.kinds[kind] > 60
}

var (
	inline = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:\s[^>]*)?>\s*[^<\s]|javascript:`)
	sheet  = regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)"`)
)

// look holds a page to what every page promises.
func (c *crawl) look(p *lab.Page) {
	c.t.Helper()
	if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
		return
	}
	if at := inline.FindIndex(p.Body); at != nil {
		c.t.Errorf("%s has something inline: %.120s", p.URL, p.Body[at[0]:])
	}
	if csp := p.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") && !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") {
		c.t.Errorf("%s has the policy %q", p.URL, csp)
	}
	if !c.citizen || strings.HasPrefix(p.URL.Path, "/office") {
		return
	}
	m := sheet.FindSubmatch(p.Body)
	if m == nil {
		c.t.Errorf("%s has no sheet", p.URL)
		return
	}
	u, err := p.URL.Parse(string(m[1]))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.sheets[u.String()] == 0 {
		s, err := c.b.Get(u.String())
		if err != nil || s.Status != 200 {
			c.t.Fatalf("%s: %v", u, err)
		}
		c.sheets[u.String()] = compressed(s.Body)
	}
	if n := compressed(p.Body) + c.sheets[u.String()]; n > most {
		c.t.Errorf("%s takes %d bytes at first, %d allowed", p.URL, n, most)
	}
}

func compressed(data []byte) int {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data) // memory does not fail
	_ = w.Close()
	return b.Len()
}
