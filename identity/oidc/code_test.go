package oidc_test

import (
	"log/slog"
	"testing"
	"time"

	"lancar/identity/oidc"
)

func TestACodeDiesWithWhatThePersonGaveItOn(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		code := a.code(s, "openid email")
		w.Must(w.Identity.SignOut(t.Context(), w.cookies[s.ID]))
		a.redeem(code).wants(t, 400, "invalid_grant")

		s = w.signIn(maria)
		code = a.code(s, "openid email")
		list, err := w.Access.Consents(t.Context(), s.Own)
		w.Must(err)
		w.Must(w.Access.Withdraw(t.Context(), s.Own, list[0].ID))
		a.redeem(code).wants(t, 400, "invalid_grant")

		code = a.code(s, "openid email")
		w.Must(w.Identity.SignOutEverywhere(t.Context(), s))
		a.redeem(code).wants(t, 400, "invalid_grant")
	})
}

// Each copy of a node remembers what it answered; what one request gives is decided by the database.
func TestCodesThatTwoCopiesMadeOfOneRequestGiveTokensOnce(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		w.cookie = w.cookies[s.ID]
		a.login(s, "openid")
		q, _ := a.push(a.want("openid"))
		_, one, _ := w.authorize(q)
		w.provider = oidc.New(oidc.Rooms{DB: w.DB, Queue: w.queue2(), Keys: w.Ring, Identity: w.Identity, Access: w.Access, Log: slog.New(slog.DiscardHandler)},
			oidc.Config{Issuer: w.provider.Issuer(), Sandbox: true})
		_, two, _ := w.authorize(q)
		if one.Get("code") == "" || two.Get("code") == "" {
			t.Fatal(one, two)
		}
		got := a.redeem(one.Get("code"))
		if got.status != 200 {
			t.Fatal(got.text)
		}
		a.redeem(two.Get("code")).wants(t, 400, "invalid_grant")
		if a.active(got.get("access_token")) {
			t.Fatal("two held one answer, and nothing was ended")
		}
	})
}

func TestAPushedRequestLastsAsLongAsItsCode(t *testing.T) {
	once(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		w.cookie = w.cookies[s.ID]
		a.login(s, "openid")
		q, _ := a.push(a.want("openid"))
		w.Pass(59 * time.Second)
		_, back, _ := w.authorize(q)
		w.Pass(59 * time.Second)
		w.Must(w.provider.SweepForTest(t.Context()))
		if got := a.redeem(back.Get("code")); got.status != 200 {
			t.Fatal(got.text)
		}
	})
}
