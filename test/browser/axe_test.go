package browser

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lancar/test/lab"
)

// TestPagesPassAxe opens every kind of page as people meet it and has axe-core judge it by
// WCAG 2.2 A and AA. No page scrolls sideways, not even at 320 px.
func TestPagesPassAxe(t *testing.T) {
	p := newTab(t)
	applicant, paths := lived(t)
	p.cookies(applicant.B, applicant.Home)
	for _, path := range append(publicPaths(), paths...) {
		p.judge(applicant.Home+path, views()...)
	}
	for _, host := range []string{"", "ntt", "jogja", "papua"} {
		p.judge(town.Portal(host)+"/", view{360, "light"}, view{1280, "dark"})
	}
	if err := applicant.Speak("en"); err != nil {
		t.Fatal(err)
	}
	p.cookies(applicant.B, applicant.Home)
	for _, path := range append(publicPaths(), paths...) {
		p.judge(applicant.Home+path, view{360, "light"})
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
	return a, []string{"/me", "/me/looked", "/me/rights", "/cases/" + unpaid, "/cases/" + unpaid + "/pay", "/cases/" + unpaid + "/proof", "/cases/" + unpaid + "/withdraw",
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
		eval[bool](p, town.axe+"; true")
		var found struct {
			Width      int64
			Violations []string
		}
		raw := eval[string](p, `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then(r => JSON.stringify({
			width: document.documentElement.scrollWidth,
			violations: r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | "))}))`)
		if err := json.Unmarshal([]byte(raw), &found); err != nil {
			p.t.Fatal(err)
		}
		at := strings.TrimPrefix(url, "http://")
		for _, bad := range found.Violations {
			p.t.Errorf("%s at %d px, %s: %s", at, v.width, v.colours, bad)
		}
		if found.Width > v.width {
			p.t.Errorf("%s at %d px is %d px wide", at, v.width, found.Width)
		}
	}
}

// TestOfficePagesPassAxe does the same for officers: in each role, every page that the office links
// to from its header, the inbox and the case that is first in it.
func TestOfficePagesPassAxe(t *testing.T) {
	applicant, _ := lived(t)
	code, err := applicant.Code()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := town.Pay(code); err != nil {
		t.Fatal(err)
	}
	p := newTab(t)
	home := town.Portal("")
	p.judge(home+"/office/signin", view{360, "light"}, view{1280, "dark"})
	officers, err := town.Officers("53.15", "dpmptsp")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, o := range officers {
		for _, role := range o.Roles {
			desk := &lab.Desk{Officer: o, Role: role, B: lab.NewBrowser(town.Ready)}
			if err := desk.SignIn(town.World, home); err != nil {
				t.Fatal(err)
			}
			p.cookies(desk.B, home)
			for _, path := range officePaths(t, desk, home) {
				if !seen[role+path] {
					p.judge(home+path, view{360, "light"}, view{1280, "light"}, view{1280, "dark"})
				}
				seen[role+path] = true
			}
		}
	}
}

func officePaths(t *testing.T, desk *lab.Desk, home string) []string {
	t.Helper()
	paths := []string{"/office/"}
	page, err := desk.B.Get(home + "/office/")
	if err == nil {
		err = page.OK()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range officeLink.FindAllStringSubmatch(string(page.Body), -1) {
		if !slices.Contains(paths, m[1]) {
			paths = append(paths, m[1])
		}
	}
	return paths
}

var officeLink = regexp.MustCompile(`href="(/office/[^"?#]*)"`)
