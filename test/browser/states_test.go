package browser

import (
	"net/url"
	"strings"
	"testing"

	"lancar/test/lab"
)

// TestStatesPassAxe shows the pages of an application in each of its states to axe-core: asked for a
// correction, refused, granted, with its document and the public's verdict on it, and the page of
// a rule that stands against an application.
func TestStatesPassAxe(t *testing.T) {
	views := []view{{360, "light"}, {1280, "dark"}}
	office := &lab.Office{Town: town.Town, World: town.World, Region: "53.15", Agency: "dpmptsp"}
	paid := func() (*lab.Applicant, *tab) {
		t.Helper()
		who, err := town.Borrow("53.15", "oss")
		if err != nil {
			t.Fatal(err)
		}
		a := town.Visit(town.World, who, "ntt")
		p := newTab(t)
		p.must(a.SignIn())
		p.must(a.Apply("lapak-pasar", lab.Answers{"market": who.Region}))
		qris, err := a.Code()
		p.must(err)
		_, err = town.Pay(qris)
		p.must(err)
		p.cookies(a.B, a.Home)
		return a, p
	}
	act := func(a *lab.Applicant, p *tab, role, verb string, more lab.Answers) {
		t.Helper()
		_, err := office.Act(a.Case, role, verb, more)
		p.must(err)
	}

	a, p := paid()
	p.judge(a.Home+"/cases/"+a.Case, views...)
	act(a, p, "reviewer", "ask", lab.Answers{"requirement": "goods"})
	p.judge(a.Home+"/cases/"+a.Case, append(views, view{320, "light"})...)

	a, p = paid()
	act(a, p, "reviewer", "refuse", lab.Answers{"ground": "stall-taken"})
	act(a, p, "signer", "sign", nil)
	_, err := a.Download()
	p.must(err)
	p.judge(a.Home+"/cases/"+a.Case, views...)

	p.must(a.Begin("lapak-pasar"))
	said, err := a.Usual("lapak-pasar", lab.Answers{"market": a.Region, "start": "2020-01-01"})
	p.must(err)
	against, err := a.Fill(said)
	p.must(err)
	if !strings.HasSuffix(against.URL.Path, "/against") {
		t.Fatalf("the form led to %s", against.URL)
	}
	p.judge(against.URL.String(), views...)

	a, p = paid()
	act(a, p, "reviewer", "grant", nil)
	act(a, p, "signer", "sign", nil)
	_, err = a.Download()
	p.must(err)
	page, err := a.Open("/cases/" + a.Case)
	p.must(err)
	document, err := url.Parse(page.Link("/documents/", ""))
	p.must(err)
	core := strings.Split(document.Path, "/")[2]
	for _, path := range []string{"/cases/" + a.Case, "/cases/" + a.Case + "/proof", "/documents/" + core, "/verify/" + core, "/me", "/me/looked", "/cases/tidak-ada"} {
		p.judge(a.Home+path, views...)
	}
	if err := a.Speak("en"); err != nil {
		t.Fatal(err)
	}
	p.cookies(a.B, a.Home)
	for _, path := range []string{"/cases/" + a.Case, "/verify/" + core, "/me"} {
		p.judge(a.Home+path, view{360, "dark"})
	}
}
