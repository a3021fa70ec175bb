package oidc_test

import (
	"slices"
	"strings"
	"testing"

	"lancar/access"
	"lancar/identity"
	"lancar/identity/oidc"
)

// The address is the register's: told to who agreed to give it and signed in surely enough, at userinfo
// alone, with each look seen by the person.
func TestAnAddressIsToldByAgreementFromTheRegister(t *testing.T) {
	each(t, func(w *world) {
		for name, value := range map[string]string{"address": "JL. SOEKARNO HATTA 12", "rt": "003", "rw": "004", "village": "WALI", "district": "LANGKE REMBONG", "regency": "MANGGARAI"} {
			w.SetField("population "+maria, name, value)
		}
		a := w.app(func(c *oidc.Client) { c.Scopes = []string{"openid", "email", "address", "offline_access"} })
		s := w.signIn(maria)
		token := func(scope, claims string, s identity.Session) reply {
			t.Helper()
			q := a.want(scope)
			if claims != "" {
				q.Set("claims", claims)
			}
			request, _, _ := w.authorize(q)
			got := a.redeem(w.agree(request, s).Get("code"))
			if got.status != 200 {
				t.Fatal(got.text)
			}
			return got
		}
		got := token("openid address", `{"id_token":{"address":null}}`, s)
		if id := w.claims(got.get("id_token")); id["address"] != nil {
			t.Error("a register was asked for an ID token:", id)
		}
		info := a.userinfo(got.get("access_token"), nil)
		of, _ := info.body["address"].(map[string]any)
		if of["formatted"] != "JL. SOEKARNO HATTA 12, RT 003/RW 004\nWALI, LANGKE REMBONG\nMANGGARAI\nIndonesia" || of["street_address"] != "JL. SOEKARNO HATTA 12, RT 003/RW 004" ||
			of["locality"] != "MANGGARAI" || of["country"] != "Indonesia" || len(of) != 4 || info.get("name") != "" {
			t.Fatal(info.text)
		}
		w.Drain()
		rows, _, err := w.Access.Rows(t.Context(), s.Own, "")
		w.Must(err)
		if !slices.ContainsFunc(rows, func(r access.Row) bool {
			return r.Who.ID == a.ID && strings.Contains(strings.Join(r.What, " "), access.Register+"/population/address")
		}) {
			t.Errorf("the person does not see what was read: %+v", rows)
		}
		other := token("openid email", "", s)
		if info := a.userinfo(other.get("access_token"), nil); info.status != 200 || info.body["address"] != nil {
			t.Error("asked for by nobody:", info.text)
		}
		before := w.Questions()
		w.Must(withdrawAll(w, s))
		if info := a.userinfo(got.get("access_token"), nil); info.body["address"] != nil || w.Questions() != before {
			t.Error("after it was taken back:", info.text)
		}
		got = token("openid address", "", s)
		w.Down("population", true)
		if info := a.userinfo(got.get("access_token"), nil); info.status != 200 || info.body["address"] != nil || info.get("sub") == "" {
			t.Error("while the register is silent:", info.text)
		}
		w.Down("population", false)

		// A contact that the register does not have opens no register.
		w.SetField("population "+yosef, "address", "JL. MAWAR 3")
		_, typed, err := w.SignIn(yosef, "lain@example.com")
		w.Must(err)
		got = token("openid address", "", typed)
		if info := a.userinfo(got.get("access_token"), nil); info.status != 200 || info.body["address"] != nil {
			t.Error("told to who merely knows facts:", info.text)
		}
		if scopes := w.get("/.well-known/openid-configuration").text; !strings.Contains(scopes, `"address"`) {
			t.Error("it is not described")
		}
	})
}
