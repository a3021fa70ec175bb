package browser

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"lancar/test/lab"
)

// TestPagesPassAxe opens every kind of page as people meet it and has axe-core judge it by
// WCAG 2.2 A and AA. No page scrolls sideways, not even at 320 px.
func TestPagesPassAxe(t *testing.T) {
	p := newTab(t)
	p.afresh()
	home := town.Portal("mabar")
	for _, path := range publicPaths() {
		p.judge(home+path, views()...)
	}
	for _, host := range []string{"", "ntt", "jogja", "papua"} {
		p.judge(town.Portal(host)+"/", view{360, "light"}, view{1280, "dark"})
		p.judge(town.Portal(host)+"/?lang=en", view{360, "light"})
	}
	for _, path := range publicPaths() {
		p.judge(home+path, view{360, "light"})
	}
	p.judgeSignIn()
	applicant, paths := lived(t)
	p.cookies(applicant.B, applicant.Home)
	for _, path := range append(paths, "/") {
		p.judge(home+path, views()...)
	}
	must(t, applicant.Speak("en"))
	p.cookies(applicant.B, applicant.Home)
	for _, path := range paths {
		p.judge(home+path, view{360, "light"})
	}
}

// judgeSignIn looks at the pages of a sign-in: what is wrong, the code, the wrong code.
func (p *tab) judgeSignIn() {
	p.t.Helper()
	at := view{360, "light"}
	for _, lang := range []string{"en", "id"} {
		for _, kind := range []string{"passport", "resident"} {
			p.look(at.width, at.colours)
			p.open(town.Portal("") + "/signin?kind=" + kind + "&lang=" + lang)
			p.press(`form[action="/signin"] button`)
			p.judgeHere(at)
		}
		p.fill(map[string]string{"number": "5315050803919999", "name": "BUKAN", "contact": "bukan@warga.example", "birth_date.d": "1", "birth_date.m": "1", "birth_date.y": "1990"})
		p.press(`form[action="/signin"] button`)
		p.judgeHere(at)
		p.press(`form[action="/signin/code"] button`)
		p.judgeHere(at)
	}
}

type view struct {
	width   int64
	colours string
}

func views() []view {
	return []view{{360, "light"}, {1280, "dark"}, {320, "dark"}, {1280, "light"}}
}

func publicPaths() []string {
	return []string{"/", "/search?q=mau+buka+warung", "/search?q=xqzw", "/search?q=saya+ingin+mati", "/services", "/services/lapak-pasar", "/services/nib-oss",
		"/life/business", "/places", "/places?name=labuan+bajo", "/verify", "/verify/tidak-ada", "/signin", "/signin?kind=passport", "/offline", "/tidak-ada"}
}

// lived has a person fill in, send, pay for and be granted a market stall, and leaves another
// application half filled in. It returns the pages that they have then.
func lived(t *testing.T) (*lab.Applicant, []string) {
	t.Helper()
	who, err := town.Borrow("53.15")
	if err != nil {
		t.Fatal(err)
	}
	a := town.Visit(town.World, who, "mabar")
	steps := []func() error{a.SignIn, func() error { return a.Apply("lapak-pasar", lab.Answers{"market": "53.15.05.1025"}) }}
	for _, step := range steps {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	unpaid := a.Case
	draft := half(t, a)
	return a, []string{"/me", "/me/looked", "/me/devices", "/me/consents", "/me/rights", "/me/mandates", "/me/mandates/new/child", "/me/mandates/new/company", "/me/mandates/new/help",
		"/me/mandates/new/give", "/device", "/cases/" + unpaid, "/cases/" + unpaid + "/pay", "/cases/" + unpaid + "/proof", "/cases/" + unpaid + "/withdraw",
		"/services/skck/start", draft + "/step/stall?mend=1", draft + "/step/business?mend=1", draft + "/place/market", draft + "/check", draft + "/discard"}
}

// half begins another stall and answers nothing.
func half(t *testing.T, a *lab.Applicant) (draft string) {
	t.Helper()
	if err := a.Begin("lapak-pasar"); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(a.Draft)
	if err != nil {
		t.Fatal(err)
	}
	return u.Path
}

// judge opens a page in each view and reports what axe-core finds, and what sticks out.
func (p *tab) judge(url string, views ...view) {
	p.t.Helper()
	for _, v := range views {
		p.look(v.width, v.colours)
		p.open(url)
		p.judgeHere(v)
	}
}

// judgeHere judges the page that is open, as it is.
func (p *tab) judgeHere(v view) {
	p.t.Helper()
	eval[bool](p, town.axe+"; true")
	var found struct {
		Width      int64
		Weight     int // of the page and its sheet as they came, compressed
		Violations []string
	}
	raw := eval[string](p, `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then(r => JSON.stringify({
		width: document.documentElement.scrollWidth,
		weight: [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource").filter(e => e.name.endsWith(".css"))]
			.reduce((n, e) => n + e.encodedBodySize, 0),
		violations: r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | "))}))`)
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		p.t.Fatal(err)
	}
	at := p.at()
	for _, bad := range found.Violations {
		p.t.Errorf("%s at %d px, %s: %s", at, v.width, v.colours, bad)
	}
	if found.Weight > most && !strings.HasPrefix(at.Path, "/office") || found.Weight == 0 {
		p.t.Errorf("%s takes %d bytes at first, %d allowed", at, found.Weight, most)
	}
	if found.Width > v.width {
		p.t.Errorf("%s at %d px is %d px wide", at, v.width, found.Width)
	}
}

// TestOfficePagesPassAxe does the same for officers, in both languages: in each role, every page
// that the office links to from its header, the lists and what stands first in them. There is
// something in each list: a file, a person's request, a disputed account, mail that does not go out.
func TestOfficePagesPassAxe(t *testing.T) {
	p := newTab(t)
	p.afresh()
	home := town.Portal("")
	p.judge(home+"/office/signin", view{360, "light"}, view{1280, "dark"})
	p.judge(home+"/office/signin?lang=en", view{360, "light"})
	a := busy(t)
	var desks []*lab.Desk
	for _, agency := range []string{"dpmptsp", "inspektorat"} {
		officers, err := town.Officers("53.15", agency)
		p.must(err)
		for _, o := range officers {
			for _, role := range o.Roles {
				desk := &lab.Desk{Officer: o, Role: role, B: lab.NewBrowser(town.Ready)}
				p.must(desk.SignIn(town.World, home))
				desks = append(desks, desk)
			}
		}
	}
	p.must(town.Switch("mail", "down"))
	defer func() { p.must(town.Switch("mail", "up")) }()
	a.B = lab.NewBrowser(town.Ready)
	_, err := a.Facts() // asks for a code that cannot be sent
	p.must(err)
	seen := map[string]bool{}
	for _, desk := range desks {
		p.judgeRole(desk, seen)
	}
	for _, want := range []string{"dpo /office/rights/", "claims /office/claims/", "ops /office/trouble", "superior /office/team", "reviewer /office/cases/", "signer /office/documents"} {
		role, path, _ := strings.Cut(want, " ")
		found := false
		for at := range seen {
			found = found || strings.HasPrefix(at, role+path)
		}
		if !found {
			t.Errorf("no %s saw a page %s", role, path)
		}
	}
}

// judgeRole looks at what an officer sees in a role. Pages that another in this role saw are passed over.
func (p *tab) judgeRole(desk *lab.Desk, seen map[string]bool) {
	p.t.Helper()
	home := town.Portal("")
	for _, lang := range []string{"id", "en"} {
		if _, err := desk.B.Get(home + "/office/?lang=" + lang); err != nil {
			p.t.Fatal(err)
		}
		p.cookies(desk.B, home)
		for _, path := range officePaths(p.t, desk, home) {
			at := desk.Role + path + lang
			if !seen[at] && lang == "id" {
				p.judge(home+path, view{360, "light"}, view{1280, "light"}, view{1280, "dark"})
			} else if !seen[at] {
				p.judge(home+path, view{360, "dark"})
			}
			seen[at] = true
		}
	}
}

// busy gives every officer of the region something to do.
func busy(t *testing.T) *lab.Applicant {
	t.Helper()
	a, _ := lived(t)
	code, err := a.Code()
	must(t, err)
	_, err = town.Pay(code)
	must(t, err)
	page, err := a.Open("/me/rights")
	must(t, err)
	ask, err := page.To("/me/rights")
	must(t, err)
	ask.Values.Set("right", "correct")
	ask.Values.Set("text", "Nama jalan saya salah tulis.")
	_, err = a.B.Submit(ask)
	must(t, err)

	other := *a // somebody with the same card and another contact
	other.B, other.Email = lab.NewBrowser(town.Ready), "lain."+a.Email
	_, err = other.Facts()
	must(t, err)
	_, err = town.Messages(other.Email, 0, 10)
	must(t, err)
	return a
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func officePaths(t *testing.T, desk *lab.Desk, home string) []string {
	t.Helper()
	paths, known := []string(nil), map[string]bool{}
	for next := []string{"/office/"}; len(next) > 0; next = next[1:] {
		if known[officeKind(next[0])] {
			continue
		}
		known[officeKind(next[0])] = true
		page, err := desk.B.Get(home + next[0])
		must(t, err)
		must(t, page.OK())
		if !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
			continue // a file
		}
		paths = append(paths, next[0])
		for _, m := range officeLink.FindAllStringSubmatch(string(page.Body), -1) {
			next = append(next, m[1])
		}
	}
	return paths
}

// officeKind is the same for pages that differ in what they are about alone.
func officeKind(path string) string { return officeID.ReplaceAllString(path, "/X") }

var (
	officeLink = regexp.MustCompile(`href="(/office/[^"?#]*)"`)
	officeID   = regexp.MustCompile(`/[0-9][0-9A-Za-z.%-]*`)
)
