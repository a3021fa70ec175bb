package oidc_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lancar/identity/oidc"
	"lancar/test/outside"
)

func FuzzClaimsParameter(f *testing.F) {
	for _, s := range []string{"", "{}", `{"userinfo":{"name":null}}`, `{"id_token":{"acr":{"values":["a"],"essential":true}}}`, `{"userinfo":[]}`, `{"userinfo":{"name":{"value":{}}}}`, "[[[["} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) { _ = oidc.ParseWishes(s) }) // must not panic
}

// FuzzJWTs sends arbitrary text wherever a JWT is taken: as client assertion, DPoP proof, request
// object, ID token hint and access token. Nobody gets in, and nothing is a fault of ours.
func FuzzJWTs(f *testing.F) {
	w := newWorld(f, outside.Once(f, begun, people), false)
	a := w.app(nil)
	good := a.assertion(nil)
	a.proof = ecdsaKey(w.TB)
	proof := a.dpop("POST", w.provider.Issuer()+"/oauth/token", "", nil)
	parts := strings.Split(good, ".")
	for _, s := range []string{"", ".", "..", "a.b.c", parts[0] + "." + parts[1] + ".", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.", `{"payload":""}`, strings.Repeat("A", 500), proof[:len(proof)-4]} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s == good || s == proof {
			return
		}
		form := func(more ...string) url.Values {
			v := machineForm()
			for i := 0; i < len(more); i += 2 {
				v.Set(more[i], more[i+1])
			}
			return v
		}
		call := func(method, target string, body url.Values, head http.Header) {
			r := httptest.NewRequest(method, w.provider.Issuer()+target, strings.NewReader(body.Encode()))
			r.Header = head
			if body != nil {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			rec := httptest.NewRecorder()
			w.provider.Handler().ServeHTTP(rec, r)
			if rec.Code == http.StatusOK || rec.Code >= 500 {
				t.Fatalf("%s: %d %s", target, rec.Code, rec.Body)
			}
		}
		call("POST", "/oauth/token", form("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", s), http.Header{})
		call("GET", "/oauth/userinfo", nil, http.Header{"Authorization": {"Bearer " + s}})
		call("GET", "/oauth/userinfo", nil, http.Header{"Authorization": {"DPoP x"}, "Dpop": {s}})
		q := a.want("openid")
		q.Set("request", s)
		q.Set("id_token_hint", s)
		call("GET", "/oauth/authorize?"+q.Encode(), nil, http.Header{})
	})
}
