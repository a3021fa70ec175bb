package interop

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// configPlan is oidcc-config-certification-test-plan.
func configPlan() []module {
	return []module{{"oidcc-discovery-endpoint-verification", func(t *testing.T, p *plans) {
		c := &rp{run: p.run, TB: t}
		r := c.send(p.http, "GET", p.Issuer+"/.well-known/openid-configuration", nil, "").ok(t, 200)
		if r.get("issuer") != p.Issuer || r.head.Get("Content-Type") != "application/json" {
			t.Fatal(r.text)
		}
		for name, value := range r.body {
			if to, _ := value.(string); strings.HasSuffix(name, "_endpoint") && !strings.HasPrefix(to, "https://") {
				t.Error(name, to)
			}
		}
		for name, want := range map[string]string{"response_types_supported": "code", "subject_types_supported": "pairwise", "id_token_signing_alg_values_supported": "RS256",
			"grant_types_supported": "authorization_code", "scopes_supported": "openid", "claims_supported": "sub", "code_challenge_methods_supported": "S256",
			"token_endpoint_auth_methods_supported": "private_key_jwt", "dpop_signing_alg_values_supported": "ES256", "token_endpoint_auth_signing_alg_values_supported": "PS256"} {
			if list, _ := r.body[name].([]any); !slices.Contains(list, any(want)) {
				t.Error(name, " without ", want)
			}
		}
		for name, want := range map[string]any{"claims_parameter_supported": true, "request_parameter_supported": true, "request_uri_parameter_supported": false,
			"authorization_response_iss_parameter_supported": true, "tls_client_certificate_bound_access_tokens": true, "backchannel_logout_supported": true, "backchannel_logout_session_supported": true} {
			if r.body[name] != want {
				t.Error(name, r.body[name])
			}
		}
		for _, k := range p.jwks.Keys {
			if k.KeyID == "" || !k.IsPublic() || !k.Valid() {
				t.Error(k)
			}
		}
		for _, absent := range []string{"frontchannel_logout_supported", "check_session_iframe"} {
			if r.body[absent] != nil {
				t.Error("claimed and not there: ", absent)
			}
		}
	}}}
}

// logoutPlan is oidcc-rp-initiated-logout-… and oidcc-backchannel-rp-initiated-logout-certification-test-plan.
func logoutPlan() []module {
	page := func(change func(c *rp, q url.Values), confirms bool) func(*testing.T, *plans) {
		return func(t *testing.T, p *plans) {
			c, who, q := signedIn(t, p, p.client(t, "logout-1"))
			change(c, q)
			who.walk(t, c.Issuer+"/oauth/logout?"+q.Encode(), nil)
			if !strings.HasPrefix(who.at.String(), p.Issuer) || (who.status < 400) != confirms {
				t.Fatal("ended at ", who.at, who.status)
			}
			if confirms && strings.Contains(who.page, `name="agree"`) {
				who.open(t, p.Issuer+"/logout", url.Values{"request": {who.hidden(t, "request")}, "agree": {"yes"}})
			}
			if !strings.HasPrefix(who.at.String(), p.Issuer) {
				t.Fatal("sent to ", who.at)
			}
			leftOut(t, c, who, confirms)
		}
	}
	return []module{
		{"oidcc-rp-initiated-logout static", func(t *testing.T, p *plans) { logsOut(t, p, p.client(t, "logout-1"), nil) }},
		{"oidcc-rp-initiated-logout dynamic", func(t *testing.T, p *plans) {
			logsOut(t, p, p.dynamic(t, map[string]any{"post_logout_redirect_uris": []string{bye}}), nil)
		}},
		{"oidcc-rp-initiated-logout-no-state", func(t *testing.T, p *plans) {
			logsOut(t, p, p.client(t, "logout-1"), func(q url.Values) { q.Del("state") })
		}},
		{"oidcc-rp-initiated-logout-other-state", func(t *testing.T, p *plans) {
			logsOut(t, p, p.client(t, "logout-1"), func(q url.Values) { q.Set("state", strings.Repeat("~é ", 40)) })
		}},
		{"oidcc-backchannel-rp-initiated-logout static", func(t *testing.T, p *plans) {
			c := logsOut(t, p, p.client(t, "logout-1"), nil)
			told(t, p, c, "/backchannel_logout/logout-1")
		}},
		{"oidcc-backchannel-rp-initiated-logout dynamic", func(t *testing.T, p *plans) {
			c := logsOut(t, p, p.dynamic(t, map[string]any{"post_logout_redirect_uris": []string{bye}, "backchannel_logout_uri": p.suite.URL + "/backchannel_logout/dynamic", "backchannel_logout_session_required": true}), nil)
			told(t, p, c, "/backchannel_logout/dynamic")
		}},
		{"oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", page(func(_ *rp, q url.Values) { q.Set("post_logout_redirect_uri", bye+"/other") }, false)},
		{"oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", page(func(_ *rp, q url.Values) { q.Set("post_logout_redirect_uri", bye+"?foo=bar") }, false)},
		{"oidcc-rp-initiated-logout-modified-id-token-hint", page(func(_ *rp, q url.Values) {
			id := q.Get("id_token_hint")
			q.Set("id_token_hint", id[:len(id)-6]+"AAAAAA")
		}, false)},
		{"oidcc-rp-initiated-logout-bad-id-token-hint", page(func(c *rp, q url.Values) {
			q.Set("id_token_hint", c.sign(newKey("RS256"), "RS256", map[string]any{"kid": "k1"}, c.claims))
		}, false)},
		{"oidcc-rp-initiated-logout-no-id-token-hint", page(func(_ *rp, q url.Values) { q.Del("id_token_hint") }, false)},
		{"oidcc-rp-initiated-logout-no-post-logout-redirect-uri", page(func(_ *rp, q url.Values) { q.Del("post_logout_redirect_uri") }, true)},
		{"oidcc-rp-initiated-logout-no-params", page(func(_ *rp, q url.Values) { clear(q) }, true)},
		{"oidcc-rp-initiated-logout-only-state", page(func(_ *rp, q url.Values) { q.Del("post_logout_redirect_uri"); q.Del("id_token_hint") }, true)},
	}
}

const bye = "https://localhost.emobix.co.uk:8443/test/a/lancar/post_logout_redirect"

// signedIn is a person with a sign-in at the app, and the request to sign out that the suite makes of it.
func signedIn(t *testing.T, p *plans, c *rp) (*rp, *person, url.Values) {
	who := p.person(t)
	id := c.login(who, c.wish("openid")).get("id_token")
	return c, who, url.Values{"id_token_hint": {id}, "post_logout_redirect_uri": {bye}, "state": {strings.Repeat("x", 128)}}
}

func logsOut(t *testing.T, p *plans, c *rp, change func(url.Values)) *rp {
	c, who, q := signedIn(t, p, c)
	if change != nil {
		change(q)
	}
	got := who.walk(t, c.Issuer+"/oauth/logout?"+q.Encode(), nil)
	if !strings.HasPrefix(who.at.String(), bye) || got.Get("state") != q.Get("state") || len(got) != len(q)-2 {
		t.Fatal("ended at ", who.at)
	}
	leftOut(t, c, who, true)
	return c
}

// leftOut asks with prompt=none whether the sign-in is over.
func leftOut(t *testing.T, c *rp, who *person, out bool) {
	t.Helper()
	claims := c.claims
	q := c.wish("openid")
	q.Set("prompt", "none")
	if got := who.walk(t, c.address(q), nil); (got.Get("error") == "login_required") != out {
		t.Error("signed out: ", out, got)
	}
	c.claims = claims
}

// told is the logout token that the app was sent.
func told(t *testing.T, p *plans, c *rp, path string) {
	var head, body map[string]any
	list := p.heard(path, 20*time.Second, func(one call) bool { // the others are of people who signed out meanwhile
		form, err := url.ParseQuery(one.body)
		must(t, err)
		parts := strings.Split(form.Get("logout_token"), ".")
		head, body = nil, nil
		for i, into := range []*map[string]any{&head, &body} {
			text, err := base64.RawURLEncoding.DecodeString(parts[i])
			must(t, err)
			must(t, json.Unmarshal(text, into))
		}
		return body["sid"] == c.claims["sid"] && one.head.Get("Content-Type") == "application/x-www-form-urlencoded"
	})
	if len(list) != 1 {
		t.Fatal("the app was told so often: ", len(list))
	}
	event, _ := body["events"].(map[string]any)["http://schemas.openid.net/event/backchannel-logout"].(map[string]any)
	if head["typ"] != "logout+jwt" || head["alg"] != "RS256" || body["iss"] != c.Issuer || body["aud"] != c.ID || body["sub"] != c.claims["sub"] || body["jti"] == nil || body["iat"] == nil ||
		body["nonce"] != nil || event == nil || len(event) != 0 {
		t.Error(head, body)
	}
}
