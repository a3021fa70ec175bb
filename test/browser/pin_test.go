package browser

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lancar/app"
)

const (
	setPin  = `form[action="/me/devices/pin"] button[value="set"]`
	agreed  = `form[action="/consent"] button[value="yes"]`
	release = `form[action="/release"] button`
)

// asks is a request of the demonstration's app for the identity number; it comes back to a server of
// this test.
func asks(t *testing.T, more ...string) (address string, back func() url.Values) {
	t.Helper()
	got := make(chan url.Values, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" {
			got <- r.URL.Query()
		}
		_, _ = w.Write([]byte("<!doctype html><title>app</title><h1>App</h1>"))
	}))
	t.Cleanup(server.Close)
	q := url.Values{"client_id": {app.DemoClient}, "redirect_uri": {server.URL + "/callback"}, "response_type": {"code"}, "scope": {"openid nik"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}, "prompt": {"consent"}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return town.Portal("") + "/oauth/authorize?" + q.Encode(), func() url.Values {
		t.Helper()
		select {
		case v := <-got:
			return v
		default:
			t.Fatal("the app heard nothing")
			return nil
		}
	}
}

// The pages on which a person locks their number with a PIN, and is asked for it, in both languages.
func TestPinPagesPassAxe(t *testing.T) {
	who, err := town.Borrow("53.15")
	must(t, err)
	p := newTab(t)
	p.afresh()
	p.look(360, "light")
	home := town.Portal("")
	address, _ := asks(t)
	p.open(address)
	p.signIn(who)
	p.judgeHere(view{360, "light"})
	p.press(`a[href^="/me/devices/pin"]`)
	for _, lang := range []string{"en", "id"} {
		p.judge(home+"/me/devices/pin?lang="+lang, views()...)
		p.look(360, "light")
		p.fill(map[string]string{"pin": "123456", "again": "123456"})
		p.press(setPin)
		p.judgeHere(view{360, "light"})
	}
	p.open(address)
	p.press(`a[href^="/me/devices/pin"]`)
	p.fill(map[string]string{"pin": "805193", "again": "805193"})
	p.press(setPin)
	if !strings.HasPrefix(p.at().Path, "/consent") || !p.has(`input[name="pin"][inputmode="numeric"]`) {
		t.Fatalf("setting a PIN led to %s: %.500s", p.at(), p.text())
	}
	for _, lang := range []string{"en", "id"} {
		p.judge(address+"&ui_locales="+lang, views()...)
		p.look(360, "light")
		p.fill(map[string]string{"pin": "112358"})
		p.press(agreed)
		p.judgeHere(view{360, "light"})
	}
	if !strings.Contains(p.text(), "PIN salah. Masih ada 3 kali lagi.") {
		t.Fatalf("%.800s", p.text())
	}
	for _, lang := range []string{"en", "id"} {
		p.judge(home+"/me/devices?lang="+lang, view{360, "light"}, view{1280, "dark"})
		p.judge(home+"/me/devices/pin?lang="+lang, views()...)
	}
	p.look(360, "light")
	p.fill(map[string]string{"old": "805194", "pin": "719305", "again": "719305"})
	p.press(`form[action="/me/devices/pin"] button[value="change"]`)
	p.judgeHere(view{360, "light"})
	p.press(`form[action="/me/devices/pin"] button[value="remove"]`)
	p.judgeHere(view{360, "light"})
	if !strings.Contains(p.text(), "PIN di perangkat ini sudah dihapus") {
		t.Fatalf("%.800s", p.text())
	}
}

// The same from beginning to end in a browser that runs no script.
func TestThePinNeedsNoScript(t *testing.T) {
	who, err := town.Borrow("53.15")
	must(t, err)
	p := newTab(t)
	p.noScript()
	address, back := asks(t)
	p.open(address)
	p.signIn(who)
	p.press(`a[href^="/me/devices/pin"]`)
	p.fill(map[string]string{"pin": "805193", "again": "805193"})
	p.press(setPin)
	p.fill(map[string]string{"pin": "112358"})
	p.press(agreed)
	if !strings.Contains(p.text(), "PIN salah. Masih ada 4 kali lagi.") || p.has(`form[action="/release/passkey"]:not([hidden])`) {
		t.Fatalf("%.800s", p.text())
	}
	p.fill(map[string]string{"pin": "805193"})
	p.press(agreed)
	if back().Get("code") == "" {
		t.Fatal("no code")
	}
}

// From a region's portal the PIN is asked on the host of sign-in, and leads back; a passkey stands in
// for it.
func TestAPinIsAskedOverTheHostOfSignIn(t *testing.T) {
	who, err := town.Borrow("53.15")
	must(t, err)
	p := newTab(t)
	p.afresh()
	p.look(360, "light")
	device := p.device()
	home, region := town.Portal(""), town.Portal("mabar")
	p.open(home + "/signin?to=/me/devices/pin")
	p.signIn(who)
	p.fill(map[string]string{"pin": "805193", "again": "805193"})
	p.press(setPin)
	p.press(`form[action="/me/devices/passkey"] button`)
	if len(p.passkeys(device)) != 1 {
		t.Fatalf("no passkey: %.500s", p.text())
	}
	p.open(region + "/me/rights")
	p.press(`a[href="/me/data"]`)
	if at := p.at(); !strings.HasPrefix(at.String(), home+"/release?") {
		t.Fatalf("the download led to %s", at)
	}
	p.judgeHere(view{360, "light"})
	p.fill(map[string]string{"pin": "112358"})
	p.press(release)
	p.judgeHere(view{360, "light"})
	p.fill(map[string]string{"pin": "805193"})
	p.press(release)
	if at := p.at(); at.String() != region+"/me/rights" {
		t.Fatalf("the PIN led to %s: %.300s", at, p.text())
	}
	if got := eval[string](p, `fetch("/me/data").then(r => r.headers.get("content-type"))`); got != "application/json" {
		t.Errorf("the download is %s", got)
	}

	address, back := asks(t)
	p.open(address)
	p.judgeHere(view{360, "light"})
	p.press(`form[action="/release/passkey"] button`)
	if !strings.HasPrefix(p.at().Path, "/consent") || p.has(`input[name="pin"]`) {
		t.Fatalf("the passkey led to %s: %.500s", p.at(), p.text())
	}
	p.judgeHere(view{360, "light"})
	p.press(agreed)
	if back().Get("code") == "" {
		t.Fatal("no code")
	}
}
