package browser

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"lancar/region/places"
	"lancar/test/lab"
)

// resident is somebody in front of a browser.
type resident struct {
	*tab
	lab.Person
	home string
	said lab.Answers
	no   string // of the case
}

// arrive has a resident of a place, with a business number, open a region's portal.
func arrive(t *testing.T, host, place string, width int64) *resident {
	t.Helper()
	who, err := town.Borrow(place, "oss")
	if err != nil {
		t.Fatal(err)
	}
	r := &resident{tab: newTab(t), Person: who, home: town.Portal(host)}
	r.look(width, "light")
	if r.said, err = town.Visit(town.World, who, host).Usual("lapak-pasar", lab.Answers{"market": who.Region}); err != nil {
		t.Fatal(err)
	}
	return r
}

// noScript turns JavaScript off, as some people do; the debugger still looks.
func (p *tab) noScript() {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.must(err)
	p.still = true
}

func (p *tab) has(selector string) bool {
	p.t.Helper()
	return eval[bool](p, `!!document.querySelector(`+quote(selector)+`)`)
}

func (p *tab) text() string {
	p.t.Helper()
	return strings.Join(strings.Fields(eval[string](p, `document.querySelector("main")?.innerText ?? ""`)), " ")
}

func (p *tab) at() *url.URL {
	p.t.Helper()
	u, err := url.Parse(eval[string](p, "location.href"))
	p.must(err)
	return u
}

// click presses what stays on the page.
func (p *tab) click(selector string) {
	p.t.Helper()
	if !eval[bool](p, `(e => e ? (e.click(), true) : false)(document.querySelector(`+quote(selector)+`))`) {
		p.t.Fatalf("%s has no %s: %.500s", p.at(), selector, p.text())
	}
}

func (p *tab) upload(selector, path string) {
	p.t.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.SetUploadFiles(selector, []string{path})))
}

// apply walks the form page by page until "check your answers", and sends it.
func (r *resident) apply() {
	r.t.Helper()
	for range 12 {
		if !strings.Contains(r.at().Path, "/step/") {
			break
		}
		if eval[bool](r.tab, `[...document.querySelectorAll('button[value*="/place/"]')].some(b => !b.closest('.f').querySelector('p > b'))`) {
			r.place()
			continue
		}
		r.answer()
		r.press(`button[name="go"][value="next"]`)
	}
	if !strings.HasSuffix(r.at().Path, "/check") {
		r.t.Fatalf("the form led to %s: %.600s", r.at(), r.text())
	}
	r.click("#true")
	r.press(`form[action$="/submit"] .btn`)
	path := r.at().Path
	if !strings.HasPrefix(path, "/cases/") {
		r.t.Fatalf("sending led to %s: %.500s", path, r.text())
	}
	r.no = strings.Split(path, "/")[2]
}

// place finds the market's village by name in the picker.
func (r *resident) place() {
	r.t.Helper()
	table, err := places.Open()
	r.must(err)
	at, _ := table.Lookup(r.Region)
	r.press(`button[value*="/place/"]`)
	r.fill(map[string]string{"name": at.Name})
	r.press(`form:has(#name) .btn`)
	r.press(`main a[href*="` + r.Region + `"]`)
	r.press(`form:has([name=place]) .btn`)
}

// control is one that is shown and still empty.
type control struct{ Name, Kind, ID string }

// answer fills in what is empty on a page of the form.
func (r *resident) answer() {
	r.t.Helper()
	for _, c := range eval[[]control](r.tab, `[...document.querySelectorAll('form[data-keep] input, form[data-keep] textarea, form[data-keep] select')]
		.filter(e => e.type !== 'hidden' && e.checkVisibility() && (e.type === 'radio' || e.type === 'checkbox' || !e.value))
		.map(e => ({Name: e.name, Kind: e.type, ID: e.id}))`) {
		field, part := c.Name, ""
		if i := strings.LastIndexByte(c.Name, '.'); i > 0 && len(c.Name)-i == 2 {
			field, part = c.Name[:i], c.Name[i+1:]
		}
		v := r.said[field]
		switch {
		case c.Kind == "file":
			if !r.has(`a[href*="/files/` + c.Name + `/"]`) {
				r.attach("#"+c.ID, onDisk(r.t, lab.Files()["photo"]), `a[href*="/files/`+c.Name+`/"]`)
			}
		case v == "":
		case c.Kind == "radio":
			r.click(`[name="` + c.Name + `"][value="` + v + `"]`)
		case part != "":
			r.fill(map[string]string{c.Name: map[string]string{"y": v[:4], "m": v[5:7], "d": v[8:]}[part]})
		default:
			r.fill(map[string]string{c.Name: v})
		}
	}
}

// attach chooses a file. With script it is sent at once, and the page with it comes by itself.
func (r *resident) attach(selector, path, there string) {
	r.t.Helper()
	r.upload(selector, path)
	if r.still {
		return
	}
	r.must(lab.Until("the upload", func() (bool, error) {
		ok, err := chromedp.Run(r.ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && !!document.querySelector(`+quote(there)+`)`))
		return ok && err == nil, nil // between two pages there is none to ask
	}))
}

func onDisk(t *testing.T, f lab.File) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), f.Name)
	if err := os.WriteFile(path, f.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pay pastes the code at the bank's page and waits until the money is seen.
func (r *resident) pay() {
	r.t.Helper()
	qris := eval[string](r.tab, `document.querySelector("#qris").textContent`)
	r.open(town.Sandbox + "/bank")
	r.fill(map[string]string{"qr": qris})
	r.press(`form[action="/bank/pay"] button`)
	r.must(lab.Until("the settlement", func() (bool, error) {
		r.open(r.home + "/cases/" + r.no)
		return !r.has(`a[href$="/pay"]`), nil
	}))
}
