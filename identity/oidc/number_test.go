package oidc_test

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/identity/pin"
)

const digits = "805193"

// numbers is an app that was approved for identity numbers.
func (w *world) numbers() *app {
	w.Helper()
	a := w.kiosk(func(c *oidc.Client) { c.Scopes = append(c.Scopes, "nik") })
	w.Must(w.provider.Submit(w.Context(), engineer, a.ID))
	w.Must(w.provider.Approve(w.Context(), w.officer("1003", identity.Superior), a.ID, 2, true))
	w.provider.ForgetForTest()
	return a
}

// locked is somebody signed in on a device that has a PIN.
func (w *world) locked(number string) (*pin.Pins, identity.Session, identity.Browser) {
	w.Helper()
	pins, s, b := pin.New(w.DB, w.Ring, w.Identity), w.signIn(number), identity.Browser{Address: "192.0.2.1", Host: "localhost", Device: "Firefox"}
	var err error
	b.Key, err = pins.Set(w.Context(), s, b, digits, digits)
	w.Must(err)
	return pins, s, b
}

// step is where a request stands for a session.
func (w *world) step(request string, s identity.Session) oidc.Pending {
	w.Helper()
	p, err := w.provider.Pending(w.Context(), request, s)
	w.Must(err)
	return p
}

// mayNot decides and must be refused for this reason, and nothing may have been agreed to.
func (w *world) mayNot(request string, s identity.Session, field string, kinds ...string) {
	w.Helper()
	before, err := w.Access.Consents(w.Context(), s.Own)
	w.Must(err)
	_, err = w.provider.Decide(w.Context(), request, s, kinds)
	w.lacks(err, field)
	list, err := w.Access.Consents(w.Context(), s.Own)
	w.Must(err)
	if len(list) != len(before) || len(list) > 0 && !slices.Equal(list[0].Kinds, before[0].Kinds) {
		w.Fatal("something was agreed to")
	}
}

func (w *world) lacks(err error, field string) {
	w.Helper()
	if e, ok := err.(*lancar.Error); !ok || e.Code != lancar.Forbidden || e.Field != field {
		w.Fatalf("got %v, want forbidden on %q", err, field)
	}
}

func TestTheNumberLeavesByThePinOfTheDevice(t *testing.T) {
	each(t, func(w *world) {
		a := w.numbers()
		pins, s, b := w.locked(maria)
		request, _, _ := w.authorize(a.want("openid nik"))
		if p := w.step(request, s); p.Step != oidc.Agree || !p.Number || p.Lacks != "pin" {
			t.Fatalf("%+v", p)
		}
		w.mayNot(request, s, "pin")
		w.Must(pins.Confirm(t.Context(), s, b, digits, oidc.ReleaseOf("another request")))
		w.mayNot(request, s, "pin")
		w.Must(pins.Confirm(t.Context(), s, b, digits, oidc.ReleaseOf(request)))
		if p := w.step(request, s); p.Lacks != "" {
			t.Fatalf("%+v", p)
		}
		if info := a.userinfo(a.redeem(w.agree(request, s).Get("code")).get("access_token"), nil); info.get("nik") != maria {
			t.Fatal(info.text)
		}

		w.Pass(time.Hour) // what was agreed to is not asked again
		request, _, _ = w.authorize(a.want("openid nik"))
		if p := w.step(request, s); p.Step != oidc.Go || p.Number {
			t.Fatalf("%+v", p)
		}
		if info := a.userinfo(a.redeem(w.agree(request, s).Get("code")).get("access_token"), nil); info.get("nik") != maria {
			t.Fatal(info.text)
		}
		request, _, _ = w.authorize(a.want("openid nik email")) // more, but not the number
		if p := w.step(request, s); p.Step != oidc.Agree || p.Number {
			t.Fatalf("%+v", p)
		}
		w.agree(request, s)

		q := a.want("openid nik")
		q.Set("prompt", "consent")
		request, _, _ = w.authorize(q)
		w.mayNot(request, s, "pin")
		list, err := w.Access.Consents(t.Context(), s.Own)
		w.Must(err)
		w.Must(w.Access.Withdraw(t.Context(), s.Own, list[0].ID))
		request, _, _ = w.authorize(a.want("openid nik"))
		w.mayNot(request, s, "pin")
	})
}

func TestWithoutAPinTheNumberNeedsAFreshProof(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.numbers(), w.signIn(maria)
		w.Pass(11 * time.Minute)
		request, _, _ := w.authorize(a.want("openid nik"))
		if p := w.step(request, s); p.Step != oidc.Fresh {
			t.Fatalf("%+v", p)
		}
		w.mayNot(request, s, "fresh")
		if list, err := w.Access.Consents(t.Context(), s.Own); err != nil || len(list) != 0 {
			t.Fatal("agreed: ", list, err)
		}
		s = w.signIn(maria)
		if p := w.step(request, s); p.Step != oidc.Agree || !p.Number || p.Lacks != "" {
			t.Fatalf("%+v", p)
		}
		if w.agree(request, s).Get("code") == "" {
			t.Fatal("no code")
		}
		w.Pass(time.Hour)
		request, _, _ = w.authorize(a.want("openid nik"))
		if p := w.step(request, s); p.Step != oidc.Go {
			t.Fatalf("%+v", p)
		}
		q := a.want("openid nik")
		q.Set("prompt", "none")
		w.agree(first(w.authorize(q)), s)
	})
}

func first(request string, _ url.Values, _ reply) string { return request }

// A number that the person may leave out is confirmed only when they give it; a form cannot add it to
// what goes on without a question.
func TestANumberThatIsLeftOutIsNotConfirmed(t *testing.T) {
	each(t, func(w *world) {
		a := w.numbers()
		pins, s, b := w.locked(maria)
		ask := func(more ...string) string {
			q := a.want("openid")
			q.Set("claims", `{"userinfo":{"nik":null}}`)
			if len(more) > 0 {
				q.Set("prompt", more[0])
			}
			return first(w.authorize(q))
		}
		nik := func(request string, kinds ...string) string {
			return a.userinfo(a.redeem(w.agree(request, s, kinds...).Get("code")).get("access_token"), nil).get("nik")
		}
		request := ask()
		if p := w.step(request, s); p.Step != oidc.Agree || !p.Number || p.Lacks != "pin" {
			t.Fatalf("%+v", p)
		}
		w.mayNot(request, s, "pin", "nik")
		if got := nik(request); got != "" {
			t.Fatal("left out and given: ", got)
		}
		request = ask()
		if p := w.step(request, s); p.Step != oidc.Go {
			t.Fatalf("%+v", p)
		}
		if got := nik(request, "nik"); got != "" { // posted directly
			t.Fatal("a form took the number: ", got)
		}
		request = ask("consent")
		w.Must(pins.Confirm(t.Context(), s, b, digits, oidc.ReleaseOf(request)))
		if got := nik(request, "nik"); got != maria {
			t.Fatal(got)
		}
		w.Pass(time.Hour)
		old := w.signIn(maria) // another browser of hers, not fresh any more
		w.Pass(11 * time.Minute)
		request = ask("consent")
		if p := w.step(request, old); p.Step != oidc.Agree || p.Lacks != "fresh" { // she may still leave it out
			t.Fatalf("%+v", p)
		}
		w.mayNot(request, old, "fresh", "nik")
	})
}

func TestACounterGetsTheNumberByThePinEachTime(t *testing.T) {
	each(t, func(w *world) {
		desk := w.numbers()
		pins, s, b := w.locked(maria)
		for range 2 {
			id := desk.call("/oauth/bc-authorize", url.Values{"scope": {"openid nik"}, "login_hint": {maria}}).get("auth_req_id")
			list, err := w.provider.Remotes(t.Context(), s)
			w.Must(err)
			if len(list) != 1 || list[0].Step != oidc.Agree || !list[0].Number || list[0].Lacks != "pin" {
				t.Fatalf("%+v", list)
			}
			w.lacks(w.provider.Answer(t.Context(), list[0].ID, s, true, nil), "pin")
			stolen := b
			stolen.Key = ""
			w.lacks(pins.Confirm(t.Context(), s, stolen, digits, oidc.ReleaseOf(list[0].ID)), "fresh")
			w.lacks(w.provider.Answer(t.Context(), list[0].ID, s, true, nil), "pin")
			w.Must(pins.Confirm(t.Context(), s, b, digits, oidc.ReleaseOf(list[0].ID)))
			w.Must(w.provider.Answer(t.Context(), list[0].ID, s, true, nil))
			w.Pass(6 * time.Second)
			if got := desk.pollCIBA(id); got.status != 200 {
				t.Fatal(got.text)
			}
		}
		id := desk.call("/oauth/bc-authorize", url.Values{"scope": {"openid nik"}, "login_hint": {maria}}).get("auth_req_id")
		list, err := w.provider.Remotes(t.Context(), s)
		w.Must(err)
		w.Must(w.provider.Answer(t.Context(), list[0].ID, s, false, nil)) // no needs no PIN
		w.Pass(6 * time.Second)
		desk.pollCIBA(id).wants(t, 400, "access_denied")

		start := desk.call("/oauth/device", url.Values{"scope": {"openid nik"}})
		seen, err := w.provider.RemoteByCode(t.Context(), start.get("user_code"), "192.0.2.7", s)
		if err != nil || !seen.Number || seen.Lacks != "pin" {
			t.Fatalf("%+v %v", seen, err)
		}
		w.lacks(w.provider.Answer(t.Context(), seen.ID, s, true, nil), "pin")
		old := w.signIn(maria)
		w.Pass(9*time.Minute + 30*time.Second)
		if seen, err = w.provider.Remote(t.Context(), seen.ID, old); err != nil || seen.Step != oidc.Agree {
			t.Fatalf("%+v %v", seen, err)
		}
	})
}
