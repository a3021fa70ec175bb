package browser

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"lancar/test/lab"
)

// TestAStallOnTheMarket is the headline journey: by a resident who finds the service by what they
// need, the officer drawn, the head of the office, and anyone who checks the permit; at the width
// of a phone and of a desk, in both languages, in all three regions, with and without JavaScript.
func TestAStallOnTheMarket(t *testing.T) {
	type journey struct {
		host, place, lang, ask string
		width                  int64
		noScript               bool
	}
	var all []journey
	for _, at := range [][2]string{{"ntt", "53.15"}, {"jogja", "34.71"}, {"papua", "91.71"}} {
		all = append(all, journey{at[0], at[1], "id", "mau buka warung", 360, false}, journey{at[0], at[1], "id", "mau jualan di pasar", 1280, false},
			journey{at[0], at[1], "en", "open a food stall", 360, false}, journey{at[0], at[1], "en", "sell at the market", 1280, false})
	}
	all = append(all, journey{"jogja", "34.71", "id", "mau jualan di pasar", 360, true})
	offices := map[string]*lab.Office{}
	for _, c := range all {
		office := offices[c.place]
		if office == nil {
			office = &lab.Office{Town: town.Town, World: town.World, Region: c.place, Agency: "dpmptsp"}
			offices[c.place] = office
		}
		t.Run(fmt.Sprintf("%s %s %d script %v", c.host, c.lang, c.width, !c.noScript), func(t *testing.T) {
			r := arrive(t, c.host, c.place, c.width)
			r.open(r.home + "/?lang=" + c.lang)
			if c.noScript {
				r.noScript()
			}
			if lang := eval[string](r.tab, "document.documentElement.lang"); lang != c.lang {
				t.Errorf("the page is in %q", lang)
			}
			r.fill(map[string]string{"q": c.ask})
			r.press(`form[role=search] .btn`)
			r.press(`main a[href*="/services/lapak-pasar"]`)
			r.press(`form[action$="/start"] .btn`)
			r.signIn(r.Person)
			if r.has(`form[action$="/start"] .btn`) {
				r.press(`form[action$="/start"] .btn`)
			}
			r.apply()
			r.pay()
			decide(t, r, office, c.width)
			if _, err := office.Act(r.no, "signer", "sign", nil); err != nil {
				t.Fatal(err)
			}
			verify(t, r, r.download())
		})
	}
}

// decide has the officer who was drawn decide, in a browser of their own.
func decide(t *testing.T, r *resident, office *lab.Office, width int64) {
	t.Helper()
	desk, err := office.Holding(r.no, "reviewer")
	if err != nil {
		t.Fatal(err)
	}
	w := newTab(t)
	w.look(width, "light")
	w.cookies(desk.B, town.Portal(""))
	w.open(town.Portal("") + "/office/cases/" + r.no)
	eval[bool](w, `document.querySelectorAll('.tri input[value=yes]').forEach(e => e.click()), true`)
	w.click(`[name=decision][value=grant]`)
	w.fill(map[string]string{"reason": "Lapak kosong, NIB atas nama pemohon."})
	w.press(`.judge .btn:not([formaction])`)
}

// download takes the signed document that the case's page offers.
func (r *resident) download() []byte {
	r.t.Helper()
	r.must(lab.Until("the document", func() (bool, error) {
		r.open(r.home + "/cases/" + r.no)
		return r.has(`a[href^="/documents/"]`), nil
	}))
	r.press(`a[href^="/documents/"]`)
	text := eval[string](r.tab, `fetch(document.querySelector('a[href*="/file"]').href).then(a => a.arrayBuffer())
		.then(b => btoa(Array.from(new Uint8Array(b), c => String.fromCharCode(c)).join("")))`)
	pdf, err := base64.StdEncoding.DecodeString(text)
	r.must(err)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		r.t.Fatalf("that is no PDF: %.60q", pdf)
	}
	return pdf
}

// verify drops the PDF on the public page: valid as issued, altered when one byte changed.
func verify(t *testing.T, r *resident, pdf []byte) {
	t.Helper()
	changed := bytes.Clone(pdf)
	changed[len(changed)/3] ^= 1
	for verdict, data := range map[string][]byte{".verdict:not(.no):not(.hm)": pdf, ".verdict.no, .verdict.hm": changed} {
		r.open(r.home + "/verify")
		r.upload("#file", onDisk(t, lab.File{Name: "izin.pdf", Data: data}))
		r.press(`form[enctype] .btn`)
		if !r.has(verdict) {
			t.Errorf("the verdict is not %s: %s", verdict, r.text())
		}
	}
}

// TestByKeyboardAlone signs in, begins and fills a step with Tab and Enter; the focus always shows.
func TestByKeyboardAlone(t *testing.T) {
	r := arrive(t, "ntt", "53.15", 1280)
	r.open(r.home + "/services/lapak-pasar")
	r.enter(`form[action$="/start"] .btn`)
	before, err := town.Last(r.Email)
	r.must(err)
	for _, f := range [][2]string{{"number", r.NIK}, {"name", r.Name}, {"birth_date.d", r.BirthDate[8:]}, {"birth_date.m", r.BirthDate[5:7]},
		{"birth_date.y", r.BirthDate[:4]}, {"contact", r.Email}} {
		r.reach(`[name="` + f[0] + `"]`)
		r.keys(f[1])
	}
	r.enter(`form[action="/signin"] .btn`)
	code, err := town.Code(r.Email, before)
	r.must(err)
	r.reach("#code")
	r.keys(code)
	r.enter(`form[action="/signin/code"] .btn`)
	if r.has(`form[action$="/start"] .btn`) {
		r.enter(`form[action$="/start"] .btn`)
	}
	r.reach(`[name="applicant.phone"]`)
	r.keys("081234567890")
	r.enter(`button[name="go"][value="next"]`)
	if !r.has(`button[value*="/place/"]`) {
		t.Errorf("the next step is %s: %.400s", r.at(), r.text())
	}
}

func (p *tab) keys(s string) {
	p.t.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.KeyEvent(s)))
}

// reach presses Tab until a control has the focus, which must show.
func (p *tab) reach(selector string) {
	p.t.Helper()
	for range 60 {
		if eval[bool](p, `document.activeElement?.matches(`+quote(selector)+`) ?? false`) {
			if !eval[bool](p, `(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none')(getComputedStyle(document.activeElement))`) {
				p.t.Errorf("%s: the focus on %s does not show", p.at(), selector)
			}
			return
		}
		p.keys(kb.Tab)
	}
	p.t.Fatalf("%s: Tab does not lead to %s", p.at(), selector)
}

// enter reaches a button with Tab and presses it with Enter.
func (p *tab) enter(selector string) {
	p.t.Helper()
	p.reach(selector)
	eval[bool](p, `window.gone = true`)
	p.keys(kb.Enter)
	p.must(lab.Until("the page after "+selector, func() (bool, error) {
		there, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](loaded))
		return there && err == nil, nil // between two pages there is none to ask
	}))
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string is always JSON
	return strings.ReplaceAll(string(b), "\u2028", " ")
}
