package browser

import (
	"bytes"
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
		p.afresh()
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
	p.must(a.Speak("en"))
	p.cookies(a.B, a.Home)
	for _, path := range []string{"/cases/" + a.Case, "/cases/" + a.Case + "/proof", "/documents/" + core, "/me", "/me/looked", "/me/rights"} {
		p.judge(a.Home+path, view{360, "dark"})
	}
	verdicts(t, a, office, core)
}

// verdicts shows what anybody is told of a document, by number and by file: genuine, altered,
// unknown, replaced, run out, revoked; each in both languages.
func verdicts(t *testing.T, a *lab.Applicant, office *lab.Office, core string) {
	t.Helper()
	pdf, err := a.Download()
	must(t, err)
	altered := bytes.Clone(pdf)
	altered[len(altered)/3] ^= 1
	p := newTab(t)
	p.afresh()
	for _, lang := range []string{"id", "en"} {
		for _, at := range []view{{360, "light"}, {1280, "dark"}} {
			for kind, file := range map[string][]byte{"ok": pdf, "no": altered, "hm": []byte("%PDF-1.7 of somebody else")} {
				p.look(at.width, at.colours)
				p.open(a.Home + "/verify?lang=" + lang)
				p.upload("#file", onDisk(t, lab.File{Name: "izin.pdf", Data: file}))
				p.press(`form[enctype] .btn`)
				p.is(kind)
				p.judgeHere(at)
			}
		}
	}
	end := func(kind, sql string) {
		t.Helper()
		must(t, town.Alter(sql+" WHERE core = '"+core+"'"))
		for _, lang := range []string{"id", "en"} {
			p.judge(a.Home+"/verify/"+core+"?lang="+lang, view{360, "dark"}, view{1280, "light"})
			p.is(kind)
		}
	}
	end("hm", `UPDATE document_documents SET valid_until = 1`)
	end("hm", `UPDATE document_documents SET valid_until = 0, state = 'superseded', changed_at = issued_at`)
	must(t, town.Alter(`UPDATE document_documents SET state = 'valid', changed_at = 0 WHERE core = '`+core+`'`))
	_, err = office.Revoke(core, "signer", "Diterbitkan untuk lapak yang keliru.")
	must(t, err)
	for _, lang := range []string{"id", "en"} {
		p.judge(a.Home+"/verify/"+core+"?lang="+lang, view{360, "dark"}, view{1280, "light"})
		p.is("no")
	}
}

// is fails unless the page shows a verdict of that kind: ok, no or hm.
func (p *tab) is(kind string) {
	p.t.Helper()
	selector := ".verdict." + kind
	if kind == "ok" {
		selector = ".verdict:not(.no):not(.hm)"
	}
	if !p.has(selector) {
		p.t.Errorf("the verdict is not %q: %.200s", kind, p.text())
	}
}
