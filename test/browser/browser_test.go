// Package browser looks at the real program with a real browser: every page with axe-core, at
// phone and desktop width, light and dark; and the ways that only a browser can try: the redirect
// between hosts, a network that drops in mid-form, questions that open without script.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"lancar/test/lab"
)

// town is started once; tests that break things start their own.
var town struct {
	bin, dir, axe string
	*lab.Town
	*lab.World
	chromium context.Context // the one browser; every tab has its own cookies
}

func TestMain(m *testing.M) {
	why := prepare()
	if why != "" {
		fmt.Println("skipped:", why)
		if os.Getenv("LANCAR_TEST_NO_SKIP") != "" {
			os.Exit(1)
		}
		os.Exit(0)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.ExecPath("chromium"), chromedp.Flag("disable-quic", true))
	ctx, end := chromedp.NewExecAllocator(context.Background(), options...)
	town.chromium, _ = chromedp.NewContext(ctx) // ends with the browser
	code := m.Run()
	end()
	if err := town.Town.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping the node:", err)
	}
	os.RemoveAll(town.dir)
	os.Exit(code)
}

// prepare starts the town, or says why these tests cannot run on this machine.
func prepare() string {
	script, err := os.ReadFile(os.Getenv("LANCAR_TEST_AXE"))
	if err != nil {
		return "LANCAR_TEST_AXE does not name axe-core's script (make test installs it)"
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		return "there is no chromium"
	}
	town.axe = string(script)
	if town.dir, err = os.MkdirTemp("", "lancar-browser"); err != nil {
		return err.Error()
	}
	if town.bin, err = lab.Build(town.dir); err != nil {
		return err.Error()
	}
	if town.Town, err = lab.Start(town.bin, filepath.Join(town.dir, "town"), ""); err != nil {
		return err.Error()
	}
	town.World = lab.NewWorld(town.Sandbox)
	return ""
}

// tab is one open page of a browser with its own cookies.
type tab struct {
	t     *testing.T
	ctx   context.Context
	still bool // no script runs
}

func newTab(t *testing.T) *tab {
	t.Helper()
	if _, err := chromedp.Run(town.chromium, chromedp.Evaluate[bool]("true")); err != nil { // starts it, once
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(town.chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 10*time.Minute)
	t.Cleanup(cancel)
	return &tab{t: t, ctx: ctx}
}

func (p *tab) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func call[T any](p *tab, a chromedp.Action[T]) T {
	p.t.Helper()
	got, err := chromedp.Run(p.ctx, a)
	p.must(err)
	return got
}

func (p *tab) open(url string) {
	p.t.Helper()
	call(p, chromedp.Navigate(url))
}

// eval runs an expression in the page.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	return call(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// loaded is true on a page that came after [tab.press] and is whole; Chromium calls the empty page
// between two pages complete too.
const loaded = `document.readyState === "complete" && typeof window.gone === "undefined" && document.body?.childElementCount > 0`

// press clicks what a selector finds and waits for the page that follows.
func (p *tab) press(selector string) {
	p.t.Helper()
	if !p.has(selector) {
		p.t.Fatalf("%s has no %s: %.800s", p.at(), selector, p.text())
	}
	p.must(chromedp.Do(p.ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`window.gone = false; document.querySelector(%q).click()`, selector))))
	err := lab.Until("the page after "+selector, func() (bool, error) {
		there, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](loaded))
		return there && err == nil, nil // between two pages there is none to ask
	})
	p.must(err)
}

// fill types into the controls of the page, by name.
func (p *tab) fill(values map[string]string) {
	p.t.Helper()
	for name, v := range values {
		eval[bool](p, fmt.Sprintf(`(() => { const e = document.getElementsByName(%q)[0]; e.value = %q; return e.dispatchEvent(new Event("input", {bubbles: true})); })()`, name, v))
	}
}

func (p *tab) heading() string {
	p.t.Helper()
	return strings.TrimSpace(eval[string](p, `(document.querySelector("h1") || {}).textContent || ""`))
}

// cookies gives the tab those of a walker, for a host.
func (p *tab) cookies(b *lab.Browser, base string) {
	p.t.Helper()
	for _, c := range b.Cookies(base) {
		_, err := chromedp.Call(p.ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: base})
		p.must(err)
	}
}

// afresh has pages come from the node itself, as at a first visit.
func (p *tab) afresh() {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true})
	p.must(err)
}

// look sets the width and the colours that the reader prefers.
func (p *tab) look(width int64, colours string) {
	p.t.Helper()
	call(p, chromedp.EmulateViewport(width, 800))
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}}})
	p.must(err)
}
