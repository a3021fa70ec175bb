package oidc_test

import (
	"net/url"
	"testing"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
)

// A client that names an address of which nobody on this node says that it serves it gets no token for it,
// however it asks; this node itself it may name.
func TestATokenIsForARegisteredServerAlone(t *testing.T) {
	each(t, func(w *world) {
		const permits, evil = "https://api.example/permits", "https://evil.example/api"
		server := w.serves(permits)
		a := w.kiosk(func(c *oidc.Client) {
			c.Resources, c.Grants = []string{permits, evil}, append(c.Grants, "client_credentials", exchangeGrant)
		})
		s := w.signIn(maria)
		for resource, fault := range map[string]string{permits: "", w.provider.Issuer(): "", evil: "invalid_target", "https://other.example": "invalid_target"} {
			q := a.want("openid")
			q.Set("resource", resource)
			request, back, _ := w.authorize(q)
			if back.Get("error") != fault || (fault == "") != (request != "") {
				w.Errorf("%s: authorize: %v", resource, back)
			}
			_, r := a.push(q)
			if r.get("error") != fault {
				w.Errorf("%s: par: %s", resource, r.text)
			}
			for what, r := range map[string]reply{
				"machine":  a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "scope": {"permits.read"}, "resource": {resource}}),
				"device":   a.call("/oauth/device", url.Values{"scope": {"openid"}, "resource": {resource}}),
				"ciba":     a.call("/oauth/bc-authorize", url.Values{"scope": {"openid"}, "resource": {resource}, "login_hint": {"maria@example.com"}}),
				"exchange": a.exchange(a.login(s, "openid profile").get("access_token"), accessType, url.Values{"resource": {resource}}),
			} {
				if r.get("error") != fault {
					w.Errorf("%s: %s: %s", resource, what, r.text)
				}
			}
		}
		w.Must(w.provider.End(w.Context(), engineer, server.ID))
		w.provider.ForgetForTest()
		a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "resource": {permits}}).wants(w.TB, 400, "invalid_target")
	})
}

// An agency does not admit a server for an address that another agency's serves: it would be told of
// tokens that are not for it.
func TestNobodyServesAnotherAgencysAddress(t *testing.T) {
	once(t, func(w *world) {
		admit := func(agency string, number string) error {
			hire := func(number, role string) lancar.Actor {
				id, err := w.Identity.SaveEmployee(t.Context(), identity.Employee{Number: number, Name: "Petugas", Mail: number + "@kantor.example", NIK: "537104010180" + number, Roles: []identity.Role{{Role: role, Agency: agency, Region: "53.15"}}})
				w.Must(err)
				return lancar.Actor{Kind: lancar.Officer, ID: id, Role: role, Agency: agency, Region: "53.15"}
			}
			owner, head := hire(number+"1", "engineer"), hire(number+"2", identity.Superior)
			c, _, err := w.provider.Register(t.Context(), owner, oidc.Client{Name: lancar.Text{"id": "Arsip"}, AgencyName: lancar.Text{"id": agency}, Purpose: lancar.Text{"id": "Membuka arsip"},
				Grants: []string{exchangeGrant}, Auth: oidc.PrivateKeyJWT, JWKS: w.app(nil).JWKS, Server: true, Resources: []string{archive}})
			w.Must(err)
			w.Must(w.provider.Submit(t.Context(), owner, c.ID))
			return w.provider.Approve(t.Context(), head, c.ID, 2, false)
		}
		w.Must(admit("dinkes", "401"))
		if err := admit("dukcapil", "402"); lancar.CodeOf(err) != lancar.Conflict {
			t.Fatal(err)
		}
		w.Must(admit("dinkes", "403"))
	})
}
