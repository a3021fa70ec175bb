package oidc_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"lancar/identity"
	"lancar/identity/oidc"
)

func TestWhoAgreedBeforeGoesStraightBackToTheApp(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		w.cookie = w.cookies[s.ID]
		if request, back, _ := w.authorize(a.want("openid email")); request == "" {
			t.Fatal("nobody asked her: ", back)
		}
		a.login(s, "openid email")

		_, back, _ := w.authorize(a.want("openid email"))
		if got := a.redeem(back.Get("code")); got.status != 200 || back.Get("iss") != w.provider.Issuer() || back.Get("state") == "" {
			t.Fatal(back, got.text)
		}
		pushed, _ := a.push(a.want("openid"))
		_, back, _ = w.authorize(pushed)
		if got := a.redeem(back.Get("code")); got.status != 200 {
			t.Fatal(back, got.text)
		}
		w.page = nil
		if request, back, _ := w.authorize(pushed); request != "" || back.Get("code") != "" || w.page == nil {
			t.Fatal("a pushed request was answered twice: ", back)
		}
		for name, want := range map[string]url.Values{
			"none":       {"prompt": {"none"}},
			"a hint":     {"login_hint": {"maria@example.com"}},
			"young":      {"max_age": {"3600"}},
			"a language": {"ui_locales": {"en"}},
		} {
			if _, back, _ := w.authorize(with(a.want("openid"), want)); back.Get("code") == "" {
				t.Fatal(name, back)
			}
		}
	})
}

func TestWhatNeedsThePersonIsAskedOfThePerson(t *testing.T) {
	once(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		w.cookie = w.cookies[s.ID]
		a.login(s, "openid")
		asked := func(name string, want url.Values) {
			t.Helper()
			if request, back, _ := w.authorize(with(a.want("openid"), want)); request == "" {
				t.Fatal(name, back)
			}
		}
		w.Pass(2 * time.Minute)
		asked("more than before", url.Values{"scope": {"openid email"}})
		asked("prompt=login", url.Values{"prompt": {"login"}})
		asked("prompt=consent", url.Values{"prompt": {"consent"}})
		asked("prompt=select_account", url.Values{"prompt": {"select_account"}})
		asked("an old sign-in", url.Values{"max_age": {"60"}})
		asked("a surer sign-in", url.Values{"acr_values": {"urn:lancar:acr:3"}})
		asked("a form", url.Values{"response_mode": {"form_post"}})
		if _, back, _ := w.authorize(with(a.want("openid email"), url.Values{"prompt": {"none"}})); back.Get("error") != "consent_required" {
			t.Fatal(back)
		}

		list, err := w.Access.Consents(t.Context(), s.Own)
		w.Must(err)
		w.Must(w.Access.Withdraw(t.Context(), s.Own, list[0].ID))
		asked("what was withdrawn", nil)
		w.Must(w.Identity.SignOut(t.Context(), w.cookie))
		asked("nobody", nil)

		again := w.signIn(maria)
		w.cookie = w.cookies[again.ID] + "x"
		asked("a made-up cookie", nil)
	})
}

func TestAPreviewOfTheAddressAnswersNothing(t *testing.T) {
	once(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		w.cookie = w.cookies[s.ID]
		a.login(s, "openid")
		q, _ := a.push(a.want("openid"))
		req, err := http.NewRequestWithContext(w.Context(), "HEAD", w.provider.Issuer()+"/oauth/authorize?"+q.Encode(), nil)
		w.Must(err)
		req.AddCookie(identity.Cookie(w.cookie, false))
		if r := w.do(req); r.status != http.StatusMethodNotAllowed || r.header.Get("Location") != "" {
			t.Fatal(r.status, r.header)
		}
		if _, back, _ := w.authorize(q); back.Get("code") == "" {
			t.Fatal("the preview used the request up: ", back)
		}
	})
}

func TestTwoWhoBringOnePushedRequestAtOnceGetOneCode(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.app(func(c *oidc.Client) { c.FAPI, c.DPoP = true, true }), w.signIn(maria)
		a.proof = ecdsaKey(t)
		a.login(s, "openid")
		w.cookie = w.cookies[s.ID]
		q, _ := a.push(a.want("openid"))
		codes := make(chan string, 8)
		for range cap(codes) {
			go func() {
				_, back, _ := w.authorize(q)
				codes <- back.Get("code")
			}()
		}
		n := 0
		for range cap(codes) {
			if <-codes != "" {
				n++
			}
		}
		if n != 1 {
			t.Fatal("codes of one request: ", n)
		}
	})
}

func with(q, more url.Values) url.Values {
	for name, v := range more {
		q[name] = v
	}
	return q
}
