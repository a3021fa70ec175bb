package oidc_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
)

// peopleApp is one that may go to production.
func peopleApp(c *oidc.Client) { c.Grants = []string{"authorization_code"} }

func (w *world) registered(id lancar.ID) oidc.Client {
	w.Helper()
	list, err := w.provider.Clients(w.Context(), engineer)
	w.Must(err)
	for _, c := range list {
		if c.ID == id {
			return c
		}
	}
	w.Fatal("the client is gone")
	return oidc.Client{}
}

// A superior who sends people's answers to an address of their own, and approves that themself.
func TestWhoChangedAnAppDoesNotApproveIt(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(peopleApp)
		head := engineer
		head.ID, head.Role = "0000000000000000000000000000bbbb", identity.Superior
		mine := a.Client
		mine.Redirects = []string{"https://head.example/cb"}
		w.Must(w.provider.Change(t.Context(), head, mine))
		w.Must(w.provider.Submit(t.Context(), head, a.ID))
		if err := w.provider.Approve(t.Context(), head, a.ID, w.registered(a.ID).Version, true); lancar.CodeOf(err) != lancar.Forbidden {
			t.Fatal("who changed it approved it: ", err)
		}
		other := head
		other.ID = "0000000000000000000000000000cccc"
		w.Must(w.provider.Approve(t.Context(), other, a.ID, w.registered(a.ID).Version, false))
		if err := w.provider.Submit(t.Context(), engineer, a.ID); lancar.CodeOf(err) != lancar.Conflict {
			t.Error("a colleague takes an app out of production: ", err)
		}
	})
}

// What is approved is what was read.
func TestAnAppThatChangedIsNotApprovedUnseen(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(peopleApp)
		w.Must(w.provider.Submit(t.Context(), engineer, a.ID))
		seen := w.registered(a.ID).Version
		head := engineer
		head.ID, head.Role = "0000000000000000000000000000bbbb", identity.Superior
		mine := a.Client
		mine.Redirects = []string{"https://engineer.example/cb"}
		w.Must(w.provider.Change(t.Context(), engineer, mine))
		w.Must(w.provider.Submit(t.Context(), engineer, a.ID))
		if err := w.provider.Approve(t.Context(), head, a.ID, seen, false); lancar.CodeOf(err) != lancar.Conflict {
			t.Fatal("approved unseen: ", err)
		}
		w.Must(w.provider.Approve(t.Context(), head, a.ID, w.registered(a.ID).Version, false))
	})
}

// The keys of a client are the client: a colleague at the counter does not bring their own.
func TestAColleagueNeitherChangesNorEndsAnApp(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(peopleApp)
		clerk := engineer
		clerk.ID, clerk.Role = "0000000000000000000000000000dddd", "reviewer"
		key, _ := newKey(t, "ES256")
		mine := a.Client
		mine.JWKS = jwks(t, key.Public())
		if err := w.provider.Change(t.Context(), clerk, mine); lancar.CodeOf(err) != lancar.Forbidden {
			t.Errorf("a colleague puts in their own key: %v", err)
		}
		if err := w.provider.End(t.Context(), clerk, a.ID); lancar.CodeOf(err) != lancar.Forbidden {
			t.Errorf("a colleague ends it: %v", err)
		}
	})
}

// An app registered through an invitation: changing it by its own token while it waits, and after its
// engineer left.
func TestARegistrationTokenIsWorthNoMoreThanItsEngineer(t *testing.T) {
	once(t, func(w *world) {
		office := identity.Employee{Number: "198001012005011001", Name: "Ina", Mail: "ina@kantor.example", Roles: []identity.Role{{Role: "engineer", Agency: "dinkes", Region: "53.15"}}}
		ina, err := w.Identity.SaveEmployee(t.Context(), office)
		w.Must(err)
		by := engineer
		by.ID = ina
		invitation, _, err := w.provider.InvitationToken(by)
		w.Must(err)
		r := w.manage("POST", "/oauth/register", invitation, map[string]any{"client_name": "Arsip", "purpose": "Membuka arsip", "redirect_uris": []string{callback}, "token_endpoint_auth_method": "none"})
		if r.status != 201 {
			t.Fatal(r.text)
		}
		id, at, token := lancar.ID(r.get("client_id")), r.get("registration_client_uri"), r.get("registration_access_token")
		w.Must(w.provider.Submit(t.Context(), by, id))
		changed := r.body
		for _, own := range []string{"registration_access_token", "registration_client_uri", "client_id_issued_at", "client_secret_expires_at"} {
			delete(changed, own)
		}
		changed["redirect_uris"] = []string{"https://evil.example/cb"}
		if put := w.manage("PUT", at, token, changed); put.status != 200 {
			t.Fatal(put.text)
		}
		if c := w.registered(id); c.Stage != oidc.Sandbox {
			t.Errorf("it was changed and still waits: %v", c.Stage)
		}
		office.Roles = nil
		_, err = w.Identity.SaveEmployee(t.Context(), office)
		w.Must(err)
		w.manage("PUT", at, token, changed).wants(t, 401, "invalid_token")
		w.manage("DELETE", at, token, nil).wants(t, 401, "invalid_token")
	})
}

// An app's callback that would lead us into our own network, also dressed up as IPv6.
func TestCallbacksLeadToThePublicNetworkAlone(t *testing.T) {
	for _, inside := range []string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3", "::1", "fd00::1", "fe80::1", "fec0::1", "::ffff:10.0.0.1",
		"64:ff9b::a9fe:a9fe", "64:ff9b::a00:1", "2002:a00:1::1", "::10.0.0.1", "198.18.0.1", "240.0.0.1", "255.255.255.255"} {
		if oidc.PublicAddressForTest(inside) {
			t.Errorf("%s is called", inside)
		}
	}
	for _, outside := range []string{"203.0.114.7", "8.8.8.8", "2400:cb00::1", "2001:4860::8888"} {
		if !oidc.PublicAddressForTest(outside) {
			t.Errorf("%s is not called", outside)
		}
	}
}

// Neither a spouse, nor an officer of whom nobody knows who they are, is the other person who lets an app
// into production.
func TestNobodyApprovesAnAppOfTheirFamily(t *testing.T) {
	once(t, func(w *world) {
		hire := func(number, nik, family, role string) lancar.Actor {
			id, err := w.Identity.SaveEmployee(t.Context(), identity.Employee{Number: number, Name: "Petugas", Mail: number + "@dinkes.example", NIK: nik, FamilyCard: family,
				Roles: []identity.Role{{Role: role, Agency: "dinkes", Region: "53.15"}}})
			w.Must(err)
			return lancar.Actor{Kind: lancar.Officer, ID: id, Role: role, Agency: "dinkes", Region: "53.15"}
		}
		owner := hire("2001", "5371040101802001", "5371040101100001", "engineer")
		spouse := hire("2002", "5371040101802002", "5371040101100001", identity.Superior)
		unknown := hire("2003", "", "", identity.Superior)
		other := hire("2004", "5371040101802004", "5371040101100002", identity.Superior)
		a := w.app(peopleApp)
		mine := a.Client
		mine.ID = ""
		c, _, err := w.provider.Register(t.Context(), owner, mine)
		w.Must(err)
		w.Must(w.provider.Submit(t.Context(), owner, c.ID))
		for name, by := range map[string]lancar.Actor{"spouse": spouse, "unknown": unknown} {
			if err := w.provider.Approve(t.Context(), by, c.ID, 2, false); lancar.CodeOf(err) != lancar.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.Must(w.provider.Approve(t.Context(), other, c.ID, 2, false))
	})
}

// Somebody writes in an app's name, with ever new faults: what the app's own requests came to stays, and
// the database does not fill.
func TestNobodyBuriesAnAppsErrors(t *testing.T) {
	each(t, func(w *world) {
		a := w.app(nil)
		a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "scope": {"no.such"}}).wants(w.TB, 400, "invalid_scope")
		for n := range 150 {
			q := a.want("openid")
			q[strings.Repeat("x", n%40+1)] = []string{"1", "2"}
			w.authorize(q)
		}
		time.Sleep(1100 * time.Millisecond) // a kind is kept once a second
		for n := range 40 {
			q := a.want("openid")
			q[strings.Repeat("x", n+1)] = []string{"1", "2"}
			w.authorize(q)
		}
		list, err := w.provider.Troubles(w.Context(), engineer, a.ID)
		w.Must(err)
		own, times := false, int64(0)
		for _, t := range list {
			own = own || t.Code == "invalid_scope" && t.N == 1
			if t.Endpoint == "authorize" {
				times += t.N
			}
		}
		if !own || len(list) > 5 || times < 150 {
			w.Fatalf("%v, %d kinds, %d times: %+v", own, len(list), times, list)
		}
		for n := range 20 {
			req, err := http.NewRequestWithContext(w.Context(), "GET", w.provider.Issuer()+"/oauth/logout?post_logout_redirect_uri=x&client_id=nobody"+strings.Repeat("x", n), nil)
			w.Must(err)
			w.do(req)
		}
		if n := w.rows("identity_client_errors"); n > len(list) {
			w.Fatalf("%d kinds: of clients that do not exist", n)
		}
		w.Pass(40 * 24 * time.Hour)
		w.Must(w.provider.SweepForTest(w.Context()))
		if n := w.rows("identity_client_errors"); n != 0 {
			w.Fatalf("%d kinds are kept for ever", n)
		}
	})
}

// On a production node, an app that nobody approved is no way to send people's browsers elsewhere.
func TestAnUnapprovedAppSendsNobodyAnywhere(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(func(c *oidc.Client) { c.LogoutTo = []string{"https://app.example/bye"} })
		w.provider.ProductionForTest()
		for name, change := range map[string]func(url.Values){
			"a good request": func(url.Values) {},
			"a bad one":      func(q url.Values) { q.Set("response_type", "token") },
			"form_post":      func(q url.Values) { q.Set("response_mode", "form_post") },
			"none":           func(q url.Values) { q.Set("prompt", "none") },
		} {
			q := a.want("openid")
			change(q)
			if _, _, r := w.authorize(q); r.status != 422 || r.header.Get("Location") != "" || strings.Contains(r.text, "app.example") {
				t.Errorf("%s: %d %s %s", name, r.status, r.header.Get("Location"), r.text)
			}
		}
		q := url.Values{"client_id": {string(a.ID)}, "post_logout_redirect_uri": {"https://app.example/bye"}}
		req, err := http.NewRequestWithContext(t.Context(), "GET", w.provider.Issuer()+"/oauth/logout?"+q.Encode(), nil)
		w.Must(err)
		if r := w.do(req); strings.Contains(r.header.Get("Location")+r.text, "app.example") {
			t.Errorf("logout: %d %s", r.status, r.header.Get("Location"))
		}
	})
}
