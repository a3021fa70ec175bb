package oidc_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"lancar/identity"
	"lancar/identity/oidc"
)

// Databases take neither NUL nor what is not UTF-8 as text: whoever sends such is refused, and nothing of
// ours fails.
func TestWhatIsNoTextIsRefused(t *testing.T) {
	each(t, func(w *world) {
		a := w.app(func(c *oidc.Client) {
			c.Grants = append(c.Grants, "urn:ietf:params:oauth:grant-type:token-exchange", "urn:openid:params:grant-type:ciba")
		})
		machine := func(change func(map[string]any)) url.Values {
			return url.Values{"grant_type": {"client_credentials"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {a.assertion(change)}}
		}
		sane := func(what, bad string, r reply) {
			if t.Helper(); r.status >= 500 {
				t.Errorf("%s %q: %d %s", what, bad, r.status, r.text)
			}
		}
		for _, bad := range []string{"\x00", "x\x00y", "\xff\xfe"} {
			for _, path := range []string{"/oauth/token", "/oauth/par", "/oauth/introspect", "/oauth/revoke", "/oauth/device", "/oauth/bc-authorize"} {
				sane(path+" client_id", bad, w.post(path, nil, url.Values{"client_id": {bad}}))
				for _, name := range []string{"grant_type", "code", "refresh_token", "scope", "resource", "token", "subject_token", "audience", "auth_req_id", "login_hint", "binding_message", "state", "nonce", "claims", "request", "dpop_jkt", "redirect_uri"} {
					f := a.want("openid")
					f.Set("grant_type", "client_credentials")
					f.Set(name, bad)
					sane(path+" "+name, bad, a.call(path, f))
				}
			}
			sane("sub", bad, w.post("/oauth/token", nil, machine(func(c map[string]any) { c["iss"], c["sub"] = bad, bad })))
			sane("jti", bad, w.post("/oauth/token", nil, machine(func(c map[string]any) { c["jti"] = bad + unique() })))
			sane("mandate", bad, a.call("/oauth/token", url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "resource": {w.provider.Issuer()},
				"subject_token_type": {"urn:lancar:token-type:mandate"}, "subject_token": {bad}}))
			if _, err := w.provider.Pending(w.Context(), bad, identity.Session{}); err == nil || strings.Contains(err.Error(), "SQLSTATE") {
				t.Errorf("a page's request %q: %v", bad, err)
			}
			text, err := json.Marshal(map[string]any{"client_name": "n" + bad, "purpose": bad, "redirect_uris": []string{callback}, "scope": "openid " + bad, "resources": []string{"https://api.example/" + bad},
				"backchannel_logout_uri": "https://app.example/" + bad, "tls_client_auth_san_dns": bad})
			w.Must(err)
			req, err := http.NewRequestWithContext(w.Context(), "POST", w.provider.Issuer()+"/oauth/register", strings.NewReader(string(text)))
			w.Must(err)
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer "+w.provider.RegistrationToken())
			sane("registration", bad, w.do(req))
		}
	})
}
