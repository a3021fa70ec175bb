package browser

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"lancar/test/lab"
)

const publicKey = `{"kty":"OKP","crv":"Ed25519","kid":"%s","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}` // RFC 8037, appendix A.2

// TestMachinesPassAxe has an officer register a machine, its superior approve and stop it, and a
// person their own agent, and judges every page on the way.
func TestMachinesPassAxe(t *testing.T) {
	p := newTab(t)
	p.afresh()
	home := town.Portal("")
	desks := map[string]*lab.Desk{}
	officers, err := town.Officers("53.15", "dpmptsp")
	p.must(err)
	for _, o := range officers {
		for _, role := range o.Roles {
			if desks[role] == nil {
				desks[role] = &lab.Desk{Officer: o, Role: role, B: lab.NewBrowser(town.Ready)}
				p.must(desks[role].SignIn(town.World, home))
			}
		}
	}
	post := func(b *lab.Browser, path string, form url.Values) *lab.Page {
		t.Helper()
		got, err := b.Do(http.MethodPost, home+path, "application/x-www-form-urlencoded", []byte(form.Encode()))
		p.must(err)
		return got
	}
	owner, head := desks["reviewer"], desks["superior"]
	form := url.Values{"name": {"Pengingat izin"}, "kind": {"bot"}, "stage": {"production"}, "purpose_id": {"Mengingatkan pemohon yang izinnya hampir habis."},
		"purpose_en": {"Reminds applicants whose permit is about to end."}, "scopes": {"cases.read", "messages.send"}, "budget": {"1000"}, "peak": {"60"},
		"expires.d": {"1"}, "expires.m": {"6"}, "expires.y": {"2027"}, "keys": {strings.Replace(publicKey, "%s", "kunci-2026-11", 1)}}
	made := post(owner.B, "/office/machines/new", form)
	p.must(made.OK())
	at := made.URL.Path
	p.cookies(owner.B, home)
	for _, path := range []string{"/office/machines", "/office/machines/new", at, "/office/machines/review"} {
		p.judge(home+path, views()...)
	}
	p.cookies(head.B, home)
	p.judge(home+at, views()...)
	p.judge(home+"/office/machines/stop", view{360, "light"}, view{1280, "dark"})
	p.must(post(head.B, at+"/approve", url.Values{"version": {"1"}}).OK())
	p.judge(home+at+"?lang=en", view{360, "dark"}, view{1280, "light"})
	p.cookies(owner.B, home)
	p.judge(home+at, views()...)
	p.judge(home+at+"/change", view{360, "light"}, view{1280, "dark"})
	p.must(post(head.B, at+"/stop", nil).OK())
	p.judge(home+at, view{360, "light"})

	who, err := town.Borrow("53.15")
	p.must(err)
	a := town.Visit(town.World, who, "")
	p.must(a.SignIn())
	p.must(post(a.B, "/me/agents/new", url.Values{"name": {"Asisten saya"}, "purpose": {"Mengingatkan saya tentang permohonan."}, "scopes": {"cases.read"}, "days": {"30"},
		"keys": {strings.Replace(strings.Replace(publicKey, "%s", "a", 1), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw", 1)}}).OK())
	p.cookies(a.B, home)
	for _, path := range []string{"/me/agents", "/me/agents/new"} {
		p.judge(home+path, views()...)
		p.judge(home+path+"?lang=en", view{360, "light"})
	}
	if dir := os.Getenv("SHOTS"); dir != "" {
		for _, s := range []string{"/me/agents", "/me/agents/new"} {
			p.shot(dir, home+s)
		}
		p.cookies(owner.B, home)
		for _, s := range []string{"/office/machines", at, "/office/machines/new"} {
			p.shot(dir, home+s)
		}
	}
}

func (p *tab) shot(dir, at string) {
	for _, v := range []view{{360, "light"}, {1280, "light"}} {
		p.look(v.width, v.colours)
		p.open(at)
		b := call(p, chromedp.FullScreenshot(100))
		u, _ := url.Parse(at)
		p.must(os.WriteFile(dir+"/"+strings.ReplaceAll(u.Path, "/", "_")+"_"+map[int64]string{360: "s", 1280: "l"}[v.width]+".png", b, 0o600))
	}
}
