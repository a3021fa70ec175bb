package office

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"lancar"
	"lancar/access"
	"lancar/access/breach"
)

// chrome is a headless Chromium, or skips where there is none or no axe-core
// (LANCAR_TEST_AXE, see test/setup.sh).
func chrome(t *testing.T) (ctx context.Context, axe string) {
	t.Helper()
	script, err := os.ReadFile(os.Getenv("LANCAR_TEST_AXE"))
	path, missing := exec.LookPath("chromium")
	if err != nil || missing != nil {
		if os.Getenv("LANCAR_TEST_NO_SKIP") != "" {
			t.Fatalf("axe-core: %v, Chromium: %v", err, missing)
		}
		t.Skip("no Chromium or no axe-core")
	}
	alloc, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	limited, end := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(end)
	return limited, string(script)
}

// finding is what axe says against a page, or how far the page is too wide.
const finding = `(async () => {
  const r = await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]});
  const out = r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 160)).join(" | "));
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) out.push("wider than the screen by " + over + " px");
  return out;
})()`

// look opens a page at phone and desktop width, light and dark, and reports what is wrong. With
// LANCAR_TEST_SHOTS it leaves pictures in that folder.
func look(t *testing.T, ctx context.Context, axe string, b *browser, name, path string) {
	t.Helper()
	home, _ := url.Parse(b.server.URL)
	for _, c := range b.client.Jar.Cookies(home) {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, Domain: home.Hostname(), Path: "/"})
		b.Must(err)
	}
	for _, mode := range []struct {
		name  string
		width int64
		dark  string
	}{{"360", 360, "light"}, {"1280", 1280, "light"}, {"360-gelap", 360, "dark"}} {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: mode.dark}}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		b.Must(err)
		b.Must(chromedp.Do(ctx, chromedp.EmulateViewport(mode.width, 900), chromedp.Navigate(b.server.URL+path)))
		_, err = chromedp.Run(ctx, chromedp.Evaluate[int](axe+";0"))
		b.Must(err)
		wrong, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](finding, chromedp.EvalAwaitPromise))
		b.Must(err)
		for _, w := range wrong {
			t.Errorf("%s at %s: %s", path, mode.name, w)
		}
		if dir := os.Getenv("LANCAR_TEST_SHOTS"); dir != "" {
			shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			b.Must(err)
			b.Must(os.WriteFile(filepath.Join(dir, name+"-"+mode.name+".png"), shot, 0o644))
		}
	}
}

func TestPagesInABrowser(t *testing.T) {
	ctx, axe := chrome(t)
	w, _, number := staffed(t)
	path := "/office/cases/" + number
	look(t, ctx, axe, w.browser(), "masuk", "/office/signin")
	a := w.enter(anna, "")
	look(t, ctx, axe, a, "antrean", "/office")
	byKeys(t, ctx, a, number)
	look(t, ctx, axe, a, "pertimbangan", path)
	deciders := opined(w, number)
	b := w.holder(number, deciders)
	look(t, ctx, axe, b, "periksa", path)
	look(t, ctx, axe, b, "undian", path+"/draw")
	look(t, ctx, axe, b, "mundur", path+"/recuse?version=1")
	b.post(path+"/decide", judgement(b.get(path), "grant", "reason", "Jaga kebersihan lapak.")).is(200)
	s := w.enter(domi, "signer")
	look(t, ctx, axe, s, "peran", "/office/role")
	look(t, ctx, axe, s, "tanda-tangan", path)
	look(t, ctx, axe, s, "dokumen-cari", "/office/documents/TIDAKADA")
	p := s.get(path)
	s.post(path+"/sign", url.Values{"version": {p.hidden("version")}}).is(200)
	w.run()
	look(t, ctx, axe, s, "kosong", "/office")
	_, rest, _ := strings.Cut(s.get(path).body, `href="/office/documents?number=`)
	document, _, _ := strings.Cut(rest, `"`)
	look(t, ctx, axe, s, "dokumen", "/office/documents?number="+document)
	duties(t, ctx, axe, w)
}

// byKeys walks the inbox with the keyboard alone.
func byKeys(t *testing.T, ctx context.Context, b *browser, number string) {
	t.Helper()
	b.Must(chromedp.Do(ctx, chromedp.Navigate(b.server.URL+"/office"), chromedp.KeyEvent("j")))
	at, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.activeElement.textContent"))
	b.Must(err)
	if at != number {
		t.Errorf("J leads to %q, want %q", at, number)
	}
	b.Must(chromedp.Do(ctx, chromedp.KeyEvent("c")))
	if at, err = chromedp.Run(ctx, chromedp.Evaluate[string]("document.activeElement.id")); err != nil || at != "number" {
		t.Errorf("C leads to %q (%v)", at, err)
	}
}

// duties are the pages of the other roles.
func duties(t *testing.T, ctx context.Context, axe string, w *world) {
	_, session := w.person()
	_, err := w.Access.AskFor(t.Context(), session.Own, access.Ask{Right: access.Erase, Region: "53.15", Text: "Saya pindah ke luar negeri."})
	w.Must(err)
	d := w.enter(domi, "dpo")
	look(t, ctx, axe, d, "hak", "/office/rights")
	look(t, ctx, axe, d, "hak-jawab", d.get("/office/rights").link("/office/rights/"))
	dataPages(t, ctx, axe, w, d)
	w.apply2()
	w.Pass(7 * 24 * time.Hour)
	w.run()
	e := w.enter(elis, "")
	look(t, ctx, axe, e, "terlambat", "/office/late")
	look(t, ctx, axe, e, "tim", "/office/team")
	look(t, ctx, axe, e, "kendala", "/office/trouble")
	look(t, ctx, axe, e, "galat", "/office/nothing-here")
}

// dataPages are those of the data officer, with a breach that waits.
func dataPages(t *testing.T, ctx context.Context, axe string, w *world, d *browser) {
	_, err := w.Breaches.Open(t.Context(), lancar.Actor{Kind: lancar.Officer, ID: "domi", Role: access.OfficerRole, Agency: "dpmptsp", Region: "53.15"},
		breach.Breach{What: "Nama dan alamat usaha pemohon", How: "Berkas tertinggal di tempat fotokopi, ditemukan warga.", Measures: "Berkas ditarik; berkas tidak lagi dicetak.", Contact: "dpo@kantor.example",
			Found: w.Now().Add(-5 * time.Hour)}, breach.Pick{Service: slug, From: w.Now().Add(-30 * 24 * time.Hour), Until: w.Now()})
	w.Must(err)
	look(t, ctx, axe, d, "data", "/office/data")
	look(t, ctx, axe, d, "pemrosesan", "/office/data/processing")
	look(t, ctx, axe, d, "kegagalan", "/office/breaches")
	look(t, ctx, axe, d, "kegagalan-satu", d.get("/office/breaches").link("/office/breaches/"))
}

// apply2 brings one more application.
func (w *world) apply2() string {
	who, _ := w.person()
	return w.apply(who)
}
