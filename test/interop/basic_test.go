package interop

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// basicPlan is oidcc-basic-certification-test-plan, with clients of the file and registered ones.
func basicPlan() []module {
	plan := []module{
		{"oidcc-server static", func(t *testing.T, p *plans) { happy(t, p, p.client(t, "basic-1")) }},
		{"oidcc-server-client-secret-post static", func(t *testing.T, p *plans) { happy(t, p, p.client(t, "basic-post")) }},
		{"oidcc-server-client-secret-post dynamic", func(t *testing.T, p *plans) {
			happy(t, p, p.dynamic(t, map[string]any{"token_endpoint_auth_method": "client_secret_post"}))
		}},
		{"oidcc-idtoken-signature dynamic", func(t *testing.T, p *plans) {
			c := p.dynamic(t, nil)
			happy(t, p, c)
			if c.head["alg"] != "RS256" || c.head["kid"] == "" {
				t.Error("the default of an ID token is RS256: ", c.head)
			}
		}},
		{"oidcc-response-type-missing", func(t *testing.T, p *plans) {
			p.refused(t, "basic-1", "invalid_request", func(q url.Values) { q.Del("response_type") })
		}},
		{"oidcc-prompt-none-not-logged-in", func(t *testing.T, p *plans) {
			p.refused(t, "basic-1", "login_required", func(q url.Values) { q.Set("prompt", "none"); q.Set("state", strings.Repeat("s", 128)) })
		}},
		{"oidcc-request-uri-unsigned-…-rejected-as-unsupported", func(t *testing.T, p *plans) {
			p.refused(t, "basic-1", "request_uri_not_supported", func(q url.Values) {
				q.Set("request_uri", "https://www.certification.openid.net/test/a/lancar/requesturi#x")
			})
		}},
		{"oidcc-ensure-registered-redirect-uri", func(t *testing.T, p *plans) {
			c := p.client(t, "basic-1")
			q := c.wish("openid")
			q.Set("redirect_uri", c.Redirect[0]+"/other")
			if who := p.person(t); who.walk(t, c.address(q), nil) != nil || who.status < 400 {
				t.Error("an address that is not registered: ", who.at, who.status)
			}
		}},
		{"oidcc-ensure-post-request-succeeds", func(t *testing.T, p *plans) {
			c := p.client(t, "basic-1")
			if got := p.person(t).walk(t, c.Issuer+"/oauth/authorize", c.wish("openid")); got.Get("state") != c.last.Get("state") {
				t.Error(got)
			} else {
				c.trade(got.Get("code"))
			}
		}},
		{"oidcc-userinfo-get, -post-header, -post-body", userinfo},
		{"oidcc-scope-profile, -email, -address, -phone, -all, ensure-other-scope-order", scopes},
		{"oidcc-claims-essential", claimsEssential},
		{"oidcc-prompt-login", func(t *testing.T, p *plans) {
			again(t, p, true, func(q url.Values, _ string) { q.Set("prompt", "login") })
		}},
		{"oidcc-max-age-1", func(t *testing.T, p *plans) {
			again(t, p, true, func(q url.Values, _ string) { q.Set("max_age", "1") })
		}},
		{"oidcc-max-age-10000", func(t *testing.T, p *plans) {
			again(t, p, false, func(q url.Values, _ string) { q.Set("max_age", "10000") })
		}},
		{"oidcc-prompt-none-logged-in", func(t *testing.T, p *plans) {
			again(t, p, false, func(q url.Values, _ string) { q.Set("prompt", "none") })
		}},
		{"oidcc-id-token-hint", func(t *testing.T, p *plans) {
			again(t, p, false, func(q url.Values, id string) { q.Set("prompt", "none"); q.Set("id_token_hint", id) })
		}},
		{"oidcc-codereuse, -30seconds", codeReuse},
		{"oidcc-refresh-token", refreshToken},
		{"oidcc-ensure-request-with-valid-pkce-succeeds", func(t *testing.T, p *plans) {
			c := p.client(t, "basic-1")
			q := c.wish("openid")
			c.pkce(q)
			c.login(p.person(t), q)
		}},
	}
	for name, change := range map[string]func(url.Values){ // what must change nothing
		"oidcc-ensure-request-without-nonce-succeeds-for-code-flow": func(q url.Values) { q.Del("nonce") },
		"oidcc-display-page":  func(q url.Values) { q.Set("display", "page") },
		"oidcc-display-popup": func(q url.Values) { q.Set("display", "popup") },
		"oidcc-ensure-request-with-unknown-parameter-succeeds": func(q url.Values) { q.Set("extra", "foobar") },
		"oidcc-login-hint":                              func(q url.Values) { q.Set("login_hint", "buffy@localhost") },
		"oidcc-ui-locales":                              func(q url.Values) { q.Set("ui_locales", "se") },
		"oidcc-claims-locales":                          func(q url.Values) { q.Set("claims_locales", "se") },
		"oidcc-ensure-request-with-acr-values-succeeds": func(q url.Values) { q.Set("acr_values", "urn:lancar:acr:1 urn:lancar:acr:2 urn:lancar:acr:3") },
	} {
		plan = append(plan, module{name, func(t *testing.T, p *plans) {
			c := p.client(t, "basic-1")
			q := c.wish("openid")
			change(q)
			c.login(p.person(t), q)
		}})
	}
	return plan
}

// formPostPlan is oidcc-formpost-basic-certification-test-plan: the basic one, with every answer by form_post.
func formPostPlan() []module {
	plan := basicPlan()
	for i, m := range plan {
		plan[i].play = func(t *testing.T, p *plans) {
			m.play(t, &plans{run: p.run, clients: p.clients, keys: p.keys, suite: p.suite, mode: "form_post"})
		}
	}
	return plan
}

func happy(t *testing.T, p *plans, c *rp) {
	c.info(c.login(p.person(t), c.wish("openid")).get("access_token"), nil).ok(t, 200)
}

// refused is a request that goes back to the app with an error, its state and iss, and no code.
func (p *plans) refused(t *testing.T, client, want string, change func(url.Values)) {
	t.Helper()
	c := p.client(t, client)
	q := c.wish("openid")
	change(q)
	got := p.person(t).walk(t, c.address(q), nil)
	if got.Get("error") != want || got.Get("state") != q.Get("state") || got.Get("iss") != c.Issuer || got.Get("code") != "" {
		t.Errorf("got %v, want %s", got, want)
	}
}

func userinfo(t *testing.T, p *plans) {
	c := p.client(t, "basic-1")
	token := c.login(p.person(t), c.wish("openid")).get("access_token")
	at, form := c.Issuer+"/oauth/userinfo", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for name, r := range map[string]reply{
		"get":         c.info(token, nil),
		"post header": c.send(c.http, "POST", at, http.Header{"Authorization": {"Bearer " + token}}, ""),
		"post body":   c.send(c.http, "POST", at, form, url.Values{"access_token": {token}}.Encode()),
	} {
		if r.ok(t, 200).get("sub") != c.claims["sub"] {
			t.Error(name, r.text)
		}
	}
}

func scopes(t *testing.T, p *plans) {
	c, who := p.client(t, "basic-1"), p.person(t)
	for scope, want := range map[string][]string{"openid profile": {"name", "birthdate"}, "openid email": {"email", "email_verified"}, "openid phone": nil, "openid address": {"address"},
		"openid profile email phone address": {"name", "email", "address"}, "email openid": {"email"}} {
		r := c.info(c.login(who, c.wish(scope)).get("access_token"), nil).ok(t, 200)
		for _, name := range want {
			if r.body[name] == nil {
				t.Error(scope, " without ", name, r.text)
			}
		}
		if of, is := r.body["address"].(map[string]any); r.body["address"] != nil && (!is || of["formatted"] == nil) {
			t.Error("address must be an object with text in it: ", r.text)
		}
		if _, is := r.body["email_verified"].(bool); r.body["email_verified"] != nil && !is {
			t.Error("email_verified must be a boolean: ", r.text)
		}
	}
}

func claimsEssential(t *testing.T, p *plans) {
	c := p.client(t, "basic-1")
	q := c.wish("openid")
	q.Set("claims", `{"userinfo":{"name":{"essential":true}}}`)
	r := c.info(c.login(p.person(t), q).get("access_token"), nil).ok(t, 200)
	if r.get("name") == "" || c.claims["name"] != nil {
		t.Error(r.text, c.claims)
	}
}

// again signs in twice in one browser: the second time the person proves themself anew, or must not
// be asked.
func again(t *testing.T, p *plans, anew bool, change func(q url.Values, id string)) {
	c, who := p.client(t, "basic-1"), p.person(t)
	q := c.wish("openid")
	if !anew {
		q.Set("max_age", "15000")
	}
	id := c.login(who, q).get("id_token")
	first := c.claims
	if anew {
		time.Sleep(2 * time.Second)
	}
	q = c.wish("openid")
	change(q, id)
	c.login(who, q)
	if first["auth_time"] == nil || c.claims["sub"] != first["sub"] || (c.claims["auth_time"] != first["auth_time"]) != anew || (who.signed == 2) != anew {
		t.Errorf("first %v, then %v, signed in %d times", first, c.claims, who.signed)
	}
}

func codeReuse(t *testing.T, p *plans) {
	c := p.client(t, "basic-1")
	code := c.code(p.person(t), c.wish("openid"))
	token := c.trade(code).get("access_token")
	c.redeem(code, nil).wants(t, 400, "invalid_grant")
	if r := c.info(token, nil); r.status < 400 {
		t.Error("the token of a code that came twice still counts")
	}
}

func refreshToken(t *testing.T, p *plans) {
	one, two := p.client(t, "basic-1"), p.client(t, "basic-2")
	var got reply
	for _, c := range []*rp{one, two} {
		q := c.wish("openid offline_access")
		q.Set("prompt", "consent")
		got = c.login(p.person(t), q)
		first := c.claims
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {got.get("refresh_token")}}
		if c == one {
			form.Set("scope", "openid offline_access")
		}
		time.Sleep(time.Second)
		got = c.post("/oauth/token", form, nil).ok(t, 200)
		c.verify(got.get("id_token"))
		if c.claims["sub"] != first["sub"] || c.claims["auth_time"] != first["auth_time"] || c.claims["nonce"] != nil || c.claims["iat"] == first["iat"] {
			t.Error(first, c.claims)
		}
		c.info(got.get("access_token"), nil).ok(t, 200)
	}
	one.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {got.get("refresh_token")}}, nil).wants(t, 400, "invalid_grant")
}
