package browser

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"lancar/app"
	"lancar/test/lab"
)

// demoApp is a request of the app that every demonstration knows.
func demoApp() string {
	return town.Portal("") + "/oauth/authorize?" + url.Values{"client_id": {app.DemoClient}, "redirect_uri": {"http://127.0.0.1/callback"}, "response_type": {"code"}, "scope": {"openid profile email"},
		"claims": {`{"userinfo":{"phone_number":null}}`}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}, "prompt": {"consent"}}.Encode()
}

// TestAppPagesPassAxe shows the pages on which apps ask a person to axe-core: the consent, a device's code,
// what waits for an answer, and the way out.
func TestAppPagesPassAxe(t *testing.T) {
	who, err := town.Borrow("53.15")
	must(t, err)
	a := town.Visit(town.World, who, "")
	must(t, a.SignIn())
	p := newTab(t)
	p.afresh()
	for _, lang := range []string{"id", "en"} {
		must(t, a.Speak(lang))
		p.cookies(a.B, a.Home)
		p.judge(demoApp(), views()...)
		p.judge(a.Home+"/approve", view{360, "light"})
		p.judge(a.Home+"/logout", view{360, "light"}, view{1280, "dark"})
		p.look(360, "light")
		p.open(a.Home + "/device")
		p.fill(map[string]string{"user_code": "BCDF-GHJK"})
		p.press(`form[action="/device"] button`)
		p.judgeHere(view{360, "light"})
		p.fill(map[string]string{"user_code": deviceCode(t)})
		p.press(`form[action="/device"] button`)
		p.judgeHere(view{360, "light"})
		p.judge(p.at().String(), view{1280, "dark"}, view{360, "light"})
		p.press(`button[value="no"]`)
		p.judgeHere(view{360, "light"})
	}
	p.judge(town.Portal("")+"/consent?request=made-up", view{360, "light"})
}

func deviceCode(t *testing.T) string {
	t.Helper()
	r, err := http.PostForm(town.Portal("")+"/oauth/device", url.Values{"client_id": {app.DemoClient}, "scope": {"openid profile"}})
	must(t, err)
	defer r.Body.Close()
	var body struct {
		Code string `json:"user_code"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Code == "" {
		t.Fatal(r.Status, body, err)
	}
	return body.Code
}

// TestActingPagesPassAxe shows the pages of somebody who acts for their child: the bar that says so stands
// on each.
func TestActingPagesPassAxe(t *testing.T) {
	parent, child, err := town.Family("53.15", "2012-01-01")
	must(t, err)
	a := town.Visit(town.World, parent, "ntt")
	must(t, a.SignIn())
	page, err := a.Open("/me/mandates/new/child")
	must(t, err)
	f, err := page.To("/me/mandates/new/child")
	must(t, err)
	y, m, d := lab.Day(child.BirthDate)
	for name, value := range map[string]string{"number": child.NIK, "name": child.Name, "birth_date.d": d, "birth_date.m": m, "birth_date.y": y} {
		f.Values.Set(name, value)
	}
	page, err = a.B.Submit(f)
	must(t, err)
	at := page.Link("/me/mandates/", "")
	page, err = a.B.Get(at)
	must(t, err)
	f, err = page.To(page.URL.Path)
	must(t, err)
	_, err = a.B.Submit(f, "do", "act")
	must(t, err)
	p := newTab(t)
	p.afresh()
	for _, lang := range []string{"id", "en"} {
		must(t, a.Speak(lang))
		p.cookies(a.B, a.Home)
		for _, path := range []string{"/", "/me", "/me/mandates", "/services/lapor-kehilangan", "/me/looked", "/me/devices"} {
			p.judge(a.Home+path, views()...)
		}
		if bar := eval[string](p, `document.querySelector(".acting")?.textContent ?? ""`); bar == "" {
			t.Error("no bar says for whom one acts")
		}
	}
}
