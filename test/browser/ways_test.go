package browser

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"lancar/test/lab"
)

// A service is started on a region's portal by somebody who is not signed in: the browser goes to
// the one host where sign-in lives and comes back, through all that browsers forbid. The session
// then holds on every other region's portal.
func TestSignInLeadsFromARegionAndBack(t *testing.T) {
	who, err := town.Borrow("53.15")
	if err != nil {
		t.Fatal(err)
	}
	p := newTab(t)
	region := town.Portal("mabar")
	p.open(region + "/services/lapak-pasar")
	p.press(`form[action$="/start"] button`)
	p.signIn(who)
	if at := eval[string](p, "location.href"); at != region+"/services/lapak-pasar/start" {
		t.Fatalf("came back to %s", at)
	}
	p.press(`form[action$="/start"] button`)
	if at := eval[string](p, "location.pathname"); !strings.HasPrefix(at, "/drafts/") {
		t.Fatalf("starting led to %s: %s", at, p.heading())
	}
	p.open(town.Portal("jogja") + "/me")
	if h := p.heading(); !strings.HasPrefix(h, "Selamat") {
		t.Errorf("the other region's portal greets with %q", h)
	}
}

// signIn types the three facts and the code.
func (p *tab) signIn(who lab.Person) {
	p.t.Helper()
	before, err := town.Last(who.Email)
	p.must(err)
	year, rest, _ := strings.Cut(who.BirthDate, "-")
	month, day, _ := strings.Cut(rest, "-")
	p.fill(map[string]string{"number": who.NIK, "name": who.Name, "contact": who.Email, "birth_date.d": day, "birth_date.m": month, "birth_date.y": year})
	p.press(`form[action="/signin"] button`)
	code, err := town.Code(who.Email, before)
	p.must(err)
	p.fill(map[string]string{"code": code})
	p.press(`form[action="/signin/code"] button`)
}

// The network drops in mid-form, for as long as it likes: what was typed is on the device, is
// offered again by the offline page, and is back in the form when the network is.
func TestANetworkThatDropsLosesNothing(t *testing.T) {
	own, err := lab.Start(town.bin, filepath.Join(t.TempDir(), "town"), "")
	if err != nil {
		t.Fatal(err)
	}
	world := lab.NewWorld(own.Sandbox)
	who, err := world.Borrow("53.15")
	if err != nil {
		t.Fatal(err)
	}
	a := own.Visit(world, who, "")
	if err := a.SignIn(); err != nil {
		t.Fatal(err)
	}
	draft := half(t, a)
	p := newTab(t)
	p.cookies(a.B, a.Home)
	p.open(a.Home + draft + "/step/stall")
	err = lab.Until("the service worker", func() (bool, error) {
		return eval[bool](p, `navigator.serviceWorker.ready.then(r => !!r.active && caches.match("/offline").then(Boolean))`), nil
	})
	p.must(err)
	p.fill(map[string]string{"market_name": "Pasar Ikan Lama"})
	own.Kill()
	p.press(`button[value="next"]`)
	if h := p.heading(); h != "Jaringan terputus" {
		t.Fatalf("without a network the page is %q", h)
	}
	if kept := eval[string](p, `document.getElementById("kept").textContent`); kept == "" {
		t.Error("the offline page does not offer what was typed")
	}
	again, err := lab.Start(town.bin, own.Dir, strings.TrimPrefix(own.Ready, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer again.Stop()
	p.press("#kept a")
	if got := eval[string](p, `document.getElementById("market_name").value`); got != "Pasar Ikan Lama" {
		t.Errorf("the form came back with %q", got)
	}
	if eval[bool](p, `document.querySelector("[data-say=restored]").hidden`) {
		t.Error("nothing says that the answers were brought back")
	}
	p.press(`button[value="later"]`)
	p.open(a.Home + draft + "/step/stall")
	if got := eval[string](p, `document.getElementById("market_name").value`); got != "Pasar Ikan Lama" {
		t.Errorf("the server has %q", got)
	}
}

// A question that one answer opens is there when the answer is chosen, and not before.
func TestAnAnswerOpensItsQuestion(t *testing.T) {
	who, err := town.Borrow("53.15")
	if err != nil {
		t.Fatal(err)
	}
	a := town.Visit(town.World, who, "")
	if err := a.SignIn(); err != nil {
		t.Fatal(err)
	}
	draft := half(t, a)
	p := newTab(t)
	p.cookies(a.B, a.Home)
	p.open(a.Home + draft + "/step/business")
	shown := `document.getElementById("goods_other").offsetParent !== null`
	if eval[bool](p, shown) {
		t.Error("the question is open before it is asked")
	}
	eval[bool](p, `document.querySelector('[name=goods][value=other]').click() || true`)
	if !eval[bool](p, shown) {
		t.Error("the question does not open")
	}
}

// Pages hold when the reader asks for other conditions: text at twice its size never makes one scroll
// sideways; forced colours leave codes that a phone can read; paper gets what is folded away, and no
// forms.
func TestOtherWaysOfReading(t *testing.T) {
	a, paths := lived(t)
	p := newTab(t)
	p.cookies(a.B, a.Home)
	for _, path := range append(paths, "/", "/search?q=mau+buka+warung", "/services/lapak-pasar", "/verify") {
		p.look(360, "light")
		p.open(a.Home + path)
		if wide := eval[int](p, `document.documentElement.style.fontSize = "200%", document.documentElement.scrollWidth`); wide > 360 {
			t.Errorf("%s at twice the text is %d px wide", path, wide)
		}
	}
	p.media("forced-colors", "active", "")
	p.open(a.Home + "/cases/" + a.Case + "/pay")
	if ground := eval[string](p, `getComputedStyle(document.querySelector(".qr")).backgroundColor`); ground != "rgb(255, 255, 255)" {
		t.Errorf("in forced colours the code stands on %s", ground)
	}
	p.media("prefers-color-scheme", "light", "print")
	for _, path := range []string{"/services/lapak-pasar", "/cases/" + a.Case} {
		p.open(a.Home + path)
		if !eval[bool](p, `[...document.querySelectorAll("main details")].every(d => d.lastElementChild.getBoundingClientRect().height > 0)`) {
			t.Errorf("%s keeps something folded on paper", path)
		}
		if eval[bool](p, `[...document.querySelectorAll("main .btn, .foot, .top nav")].some(e => e.getBoundingClientRect().height > 0)`) {
			t.Errorf("%s prints buttons", path)
		}
	}
}

// media sets what the reader prefers, on a screen or on paper ("print").
func (p *tab) media(feature, value, on string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: on, Features: []*emulation.MediaFeature{{Name: feature, Value: value}}})
	p.must(err)
}
