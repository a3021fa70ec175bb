package interop

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// fapi2Plan is fapi2-security-profile-final-test-plan with private_key_jwt, DPoP, plain responses and
// OpenID Connect. Where a module only repeats another with a second client, it is left out.
func fapi2Plan() []module {
	plan := []module{
		{"happy-flow", fapiHappy},
		{"user-rejects-authentication", fapiRejected},
		{"test-claims-parameter-identity-claims", fapiClaims},
		{"access-token-type-header-case-sensitivity, dpop-negative-tests", dpopNegative},
		{"check-dpop-proof-nbf-exp, -with-iat-10-seconds-before and -after", dpopTimes},
		{"ensure-mismatched-dpop-jkt-fails, dpop-proof-at-par-binding, dpop-auth-code-binding", dpopBinding},
		{"ensure-unsigned-authorization-request-without-using-par-fails", func(t *testing.T, p *plans) {
			p.refused(t, "fapi-1", "invalid_request", nothing)
		}},
		{"ensure-client-id-in-token-endpoint, ensure-authorization-code-is-bound-to-client", func(t *testing.T, p *plans) {
			c, other := p.client(t, "fapi-1"), p.client(t, "fapi-2")
			code := c.pushed(p.person(t), nothing)
			c.redeem(code, func(_ http.Header, f url.Values) { f.Set("client_id", "fapi-2") }).wants(t, 401, "invalid_client")
			other.verifier = c.verifier
			other.redeem(code, nil).wants(t, 400, "invalid_grant")
		}},
		{"ensure-holder-of-key-required", func(t *testing.T, p *plans) {
			c := p.client(t, "fapi-1")
			c.redeem(c.pushed(p.person(t), nothing), func(h http.Header, _ url.Values) { h.Del("DPoP") }).wants(t, 400, "invalid_request", "invalid_dpop_proof")
		}},
		{"attempt-reuse-authorization-code-after-one-second", func(t *testing.T, p *plans) {
			c := p.client(t, "fapi-1")
			code := c.pushed(p.person(t), nothing)
			token := c.trade(code).get("access_token")
			c.redeem(code, nil).wants(t, 400, "invalid_grant")
			c.info(token, nil).wants(t, 401, "invalid_token")
		}},
		{"ensure-signed-client-assertion-…-fails", assertions},
		{"ensure-signature-algorithms ES256, PS256, EdDSA", fapiAlgorithms},
		{"refresh-token", fapiRefresh},
		{"par-ensure-reused-request-uri-prior-to-auth-completion-succeeds, par-attempt-reuse-request_uri", func(t *testing.T, p *plans) {
			c, who := p.client(t, "fapi-1"), p.person(t)
			q := c.push(c.wish("openid"))
			who.open(t, c.address(q), nil)
			c.trade(c.code(who, q))
			if who.walk(t, c.address(q), nil) != nil || who.status < 400 {
				t.Error("a request_uri was answered twice: ", who.at)
			}
			other := p.client(t, "fapi-2")
			q = c.push(c.wish("openid"))
			q.Set("client_id", other.ID)
			if who.walk(t, c.address(q), nil) != nil || who.status < 400 {
				t.Error("another client's request_uri: ", who.at)
			}
		}},
		{"par-attempt-invalid-http-method", func(t *testing.T, p *plans) {
			c := p.client(t, "fapi-1")
			c.send(c.http, "PUT", c.Issuer+"/oauth/par", nil, "").ok(t, 405)
		}},
		{"par-pkce-required, -code-verifier-required, -incorrect-code-verifier-rejected", func(t *testing.T, p *plans) {
			c := p.client(t, "fapi-1")
			code := c.pushed(p.person(t), nothing)
			c.redeem(code, func(_ http.Header, f url.Values) { f.Del("code_verifier") }).wants(t, 400, "invalid_grant", "invalid_request")
			c.redeem(code, func(_ http.Header, f url.Values) { f.Set("code_verifier", strings.Repeat("x", 43)) }).wants(t, 400, "invalid_grant")
		}},
	}
	for name, change := range map[string]func(url.Values){ // what must change nothing
		"ensure-authorization-request-without-state-success":                       func(q url.Values) { q.Del("state") },
		"ensure-authorization-request-without-nonce-success":                       func(q url.Values) { q.Del("nonce") },
		"ensure-authorization-request-with-64-char-nonce-success":                  func(q url.Values) { q.Set("nonce", strings.Repeat("n", 64)) },
		"ensure-authorization-request-with-long-nonce":                             func(q url.Values) { q.Set("nonce", strings.Repeat("n", 384)) },
		"ensure-authorization-request-with-long-state":                             func(q url.Values) { q.Set("state", strings.Repeat("s", 1000)) },
		"ensure-other-scope-order-succeeds":                                        func(q url.Values) { q.Set("scope", "profile openid") },
		"par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted": nil,
	} {
		plan = append(plan, module{name, func(t *testing.T, p *plans) {
			c := p.client(t, "fapi-1")
			if change == nil {
				q := c.wish("openid")
				r := c.post("/oauth/par", q, func(_ http.Header, f url.Values) {
					c.assert(f, func(b map[string]any) { b["nbf"], b["iat"] = time.Now().Unix()+8, time.Now().Unix()+8 })
				})
				r.ok(t, 201)
				return
			}
			c.trade(c.pushed(p.person(t), change))
		}})
	}
	for name, change := range map[string]func(url.Values){ // what PAR refuses
		"ensure-request-object-without-redirect-uri-fails":        func(q url.Values) { q.Del("redirect_uri") },
		"ensure-registered-redirect-uri, tolerate-unregistered":   func(q url.Values) { q.Set("redirect_uri", q.Get("redirect_uri")+"/other") },
		"par-reject-request_uri-in-par-authorization-form-params": func(q url.Values) { q.Set("request_uri", "urn:ietf:params:oauth:request_uri:x") },
		"par-without-pkce-fails":                                  func(q url.Values) { q.Del("code_challenge"); q.Del("code_challenge_method") },
		"par-plain-pkce-rejected":                                 func(q url.Values) { q.Set("code_challenge_method", "plain") },
		"ensure-response-type-code-idtoken-fails":                 func(q url.Values) { q.Set("response_type", "code id_token") },
		"ensure-response-type-token-fails":                        func(q url.Values) { q.Set("response_type", "token") },
		"ensure-request-object-signature-algorithm-is-not-none":   func(q url.Values) { q.Set("request", "eyJhbGciOiJub25lIn0.e30.") },
	} {
		plan = append(plan, module{name, func(t *testing.T, p *plans) {
			c := p.client(t, "fapi-1")
			q := c.wish("openid")
			change(q)
			c.post("/oauth/par", q, nil).wants(t, 400, "invalid_request", "unsupported_response_type", "invalid_request_object")
		}})
	}
	return plan
}

func nothing(url.Values) {}

// push pushes a request and returns what the browser then brings.
func (c *rp) push(q url.Values) url.Values {
	c.Helper()
	r := c.post("/oauth/par", q, nil).ok(c, 201)
	if life, _ := r.body["expires_in"].(float64); life < 5 || life > 600 || r.get("request_uri") == "" {
		c.Fatal(r.text)
	}
	return url.Values{"client_id": {c.ID}, "request_uri": {r.get("request_uri")}}
}

// pushed is the flow up to the code.
func (c *rp) pushed(who *person, change func(url.Values)) string {
	c.Helper()
	q := c.wish("openid")
	change(q)
	return c.code(who, c.push(q))
}

func fapiHappy(t *testing.T, p *plans) {
	for _, c := range []*rp{p.client(t, "fapi-1"), p.client(t, "fapi-2")} {
		to := c.Redirect[len(c.Redirect)-1]
		c.Redirect = []string{to} // the second client's has a query
		who := p.person(t)
		r := c.trade(c.pushed(who, func(q url.Values) { q.Set("nonce", strings.Repeat("n", 43)) }))
		if !strings.HasPrefix(who.at.String(), to) || r.get("token_type") != "DPoP" || c.head["alg"] != "ES256" {
			t.Error(who.at, r.text, c.head)
		}
		info := c.info(r.get("access_token"), func(h http.Header) { h.Set("x-fapi-interaction-id", "c770aef3-6784-41f7-8e0e-ff5f97bddb3a") }).ok(t, 200)
		if info.head.Get("x-fapi-interaction-id") != "c770aef3-6784-41f7-8e0e-ff5f97bddb3a" || info.head.Get("Date") == "" || c.info(r.get("access_token"), nil).head.Get("x-fapi-interaction-id") == "" {
			t.Error(info.head)
		}
	}
}

func fapiRejected(t *testing.T, p *plans) {
	c, who := p.client(t, "fapi-1"), p.person(t)
	q := c.wish("openid nothing")
	q.Set("prompt", "consent")
	who.open(t, c.address(c.push(q)), nil)
	who.signIn(t)
	who.open(t, p.Issuer+"/consent", url.Values{"request": {who.hidden(t, "request")}, "agree": {"no"}})
	if got := who.at.Query(); got.Get("error") != "access_denied" || got.Get("state") != q.Get("state") || got.Get("iss") != c.Issuer || got.Get("code") != "" {
		t.Error(got)
	}
}

func fapiClaims(t *testing.T, p *plans) {
	c, who := p.client(t, "fapi-1"), p.person(t)
	q := c.wish("openid")
	q.Set("claims", `{"userinfo":{"name":null,"email":{"essential":true},"https://x.example/y":{"value":1}},"id_token":{"birthdate":{"essential":false},"name":{"essential":true},"z":{"values":["a",2]}},"q":{"m":null}}`)
	r := c.trade(c.code(who, c.push(q)))
	if c.claims["name"] == nil || c.info(r.get("access_token"), nil).ok(t, 200).body["email"] == nil {
		t.Error(c.claims)
	}
}

// dpopNegative is one token, presented in every way that is right or wrong.
func dpopNegative(t *testing.T, p *plans) {
	c := p.client(t, "fapi-1")
	token := c.trade(c.pushed(p.person(t), nothing)).get("access_token")
	at := c.Issuer + "/oauth/userinfo"
	spoil := func(change func(head, body map[string]any)) func(http.Header) {
		return func(h http.Header) { h.Set("DPoP", c.proof("GET", at, token, change)) }
	}
	without := func(part string, names ...string) func(http.Header) {
		return spoil(func(head, body map[string]any) {
			for _, n := range names {
				delete(map[string]map[string]any{"head": head, "body": body}[part], n)
			}
		})
	}
	once := c.proof("GET", at, token, nil)
	for _, one := range []struct {
		name  string
		ok    bool
		spoil func(http.Header)
	}{
		{"DPOP in capitals", true, func(h http.Header) { h.Set("Authorization", "DPOP "+token) }},
		{"dpop in small letters", true, func(h http.Header) { h.Set("Authorization", "dpop "+token) }},
		{"two proofs", false, func(h http.Header) { h.Add("DPoP", c.proof("GET", at, token, nil)) }},
		{"no JWT", false, func(h http.Header) { h.Set("DPoP", h.Get("DPoP")+".x") }},
		{"no typ", false, without("head", "typ")},
		{"no jwk", false, without("head", "jwk")},
		{"no jti", false, without("body", "jti")},
		{"no htm", false, without("body", "htm")},
		{"no htu", false, without("body", "htu")},
		{"no iat", false, without("body", "iat")},
		{"no ath", false, without("body", "ath")},
		{"another typ", false, spoil(func(head, _ map[string]any) { head["typ"] = "jwt" })},
		{"alg none", false, func(h http.Header) {
			parts := strings.Split(h.Get("DPoP"), ".")
			h.Set("DPoP", c.sign(nil, "none", map[string]any{"typ": "dpop+jwt"}, map[string]any{})+parts[2])
		}},
		{"a bad signature", false, func(h http.Header) { s := h.Get("DPoP"); h.Set("DPoP", s[:len(s)-8]+"AAAAAAAA") }},
		{"a private key", false, spoil(func(head, _ map[string]any) { head["jwk"] = privateJWK(c.dpop) })},
		{"another method", false, spoil(func(_, body map[string]any) { body["htm"] = "PUT" })},
		{"htu with query and fragment", true, spoil(func(_, body map[string]any) { body["htu"] = at + "?a=b#c" })},
		{"another address", false, spoil(func(_, body map[string]any) { body["htu"] = c.Issuer + "/oauth/token" })},
		{"htu in capitals", true, spoil(func(_, body map[string]any) { body["htu"] = strings.ToUpper(c.Issuer) + "/oauth/userinfo" })},
		{"an hour ahead", false, spoil(func(_, body map[string]any) { body["iat"] = time.Now().Unix() + 3600 })},
		{"an hour ago", false, spoil(func(_, body map[string]any) { body["iat"] = time.Now().Unix() - 3600 })},
		{"once", true, func(h http.Header) { h.Set("DPoP", once) }},
		{"twice", false, func(h http.Header) { h.Set("DPoP", once) }},
		{"another token", false, spoil(func(_, body map[string]any) { body["ath"] = "x" + body["ath"].(string)[1:] })},
		{"another key", false, func(h http.Header) {
			other := *c
			other.dpop = newKey("ES256")
			h.Set("DPoP", other.proof("GET", at, token, nil))
		}},
		{"unknown members", true, spoil(func(head, body map[string]any) { head["extra"], body["extra"] = "x", map[string]any{"y": 1} })},
		{"no proof", false, func(h http.Header) { h.Del("DPoP") }},
		{"no proof, as Bearer", false, func(h http.Header) { h.Del("DPoP"); h.Set("Authorization", "Bearer "+token) }},
		{"as it should be", true, func(http.Header) {}},
	} {
		r := c.info(token, one.spoil)
		if one.ok && r.status != 200 || !one.ok && r.status != 400 && r.status != 401 {
			t.Errorf("%s: %d %s", one.name, r.status, r.text)
		}
		if r.status == 401 && !strings.HasPrefix(r.head.Get("WWW-Authenticate"), "DPoP ") && !strings.HasPrefix(r.head.Get("WWW-Authenticate"), "Bearer ") {
			t.Error(one.name, r.head)
		}
	}
}

func dpopTimes(t *testing.T, p *plans) {
	c := p.client(t, "fapi-1")
	now := time.Now().Unix()
	for name, change := range map[string]func(_, body map[string]any){
		"nbf and exp": func(_, b map[string]any) { b["nbf"], b["exp"] = now, now+300 },
		"10 s before": func(_, b map[string]any) { b["iat"] = time.Now().Unix() - 10 },
		"10 s after":  func(_, b map[string]any) { b["iat"] = time.Now().Unix() + 10 },
	} {
		r := c.redeem(c.pushed(p.person(t), nothing), func(h http.Header, _ url.Values) { h.Set("DPoP", c.proof("POST", c.Issuer+"/oauth/token", "", change)) })
		if r.status != 200 {
			t.Error(name, r.text)
		}
	}
}

func dpopBinding(t *testing.T, p *plans) {
	c, who := p.client(t, "fapi-1"), p.person(t)
	q := c.wish("openid")
	q.Set("dpop_jkt", strings.Repeat("A", 43))
	c.post("/oauth/par", q, nil).wants(t, 400, "invalid_request", "invalid_dpop_proof")
	code, mine := c.pushed(who, nothing), c.dpop // PAR with a proof binds the code
	c.dpop = newKey("ES256")
	c.redeem(code, nil).wants(t, 400, "invalid_grant", "invalid_dpop_proof")
	c.dpop = mine
	c.trade(code)
	q = c.wish("openid") // and so does dpop_jkt alone
	q.Set("dpop_jkt", thumbprint(t, c.dpop))
	r := c.post("/oauth/par", q, func(h http.Header, _ url.Values) { h.Del("DPoP") }).ok(t, 201)
	code = c.code(who, url.Values{"client_id": {c.ID}, "request_uri": {r.get("request_uri")}})
	c.dpop = newKey("ES256")
	c.redeem(code, nil).wants(t, 400, "invalid_grant", "invalid_dpop_proof")
	c.dpop = mine
	c.trade(code)
}

// assertions are those that PAR and the token endpoint must not take.
func assertions(t *testing.T, p *plans) {
	c := p.client(t, "fapi-1")
	now := time.Now().Unix()
	for name, change := range map[string]func(map[string]any){
		"no sub":              func(b map[string]any) { delete(b, "sub") },
		"another iss":         func(b map[string]any) { b["iss"] = "fapi-2" },
		"expired 5 min ago":   func(b map[string]any) { b["exp"] = now - 300 },
		"no exp":              func(b map[string]any) { delete(b, "exp") },
		"nbf over 60 s ahead": func(b map[string]any) { b["iat"], b["nbf"], b["exp"] = now+65, now+65, now+125 },
		"8 h ahead":           func(b map[string]any) { b["iat"], b["nbf"], b["exp"] = now+8*3600, now+8*3600, now+8*3600+60 },
		"aud somebody else":   func(b map[string]any) { b["aud"] = "https://example.com" },
		"aud PAR":             func(b map[string]any) { b["aud"] = c.Issuer + "/oauth/par" },
		"aud token endpoint":  func(b map[string]any) { b["aud"] = c.Issuer + "/oauth/token" },
		"aud a list":          func(b map[string]any) { b["aud"] = []string{c.Issuer, "https://other.example"} },
		"no jti":              func(b map[string]any) { delete(b, "jti") },
	} {
		r := c.post("/oauth/par", c.wish("openid"), func(_ http.Header, f url.Values) { c.assert(f, change) })
		if r.status != 401 && r.status != 400 || !slices.Contains([]string{"invalid_client", "invalid_request"}, r.get("error")) {
			t.Error(name, r.status, r.text)
		}
	}
	c.post("/oauth/token", url.Values{"grant_type": {"authorization_code"}}, func(_ http.Header, f url.Values) { f.Del("client_assertion"); f.Set("client_id", c.ID) }).wants(t, 401, "invalid_client")
}

// fapiAlgorithms registers clients whose keys are of each kind; RS256 is refused with a key that could.
func fapiAlgorithms(t *testing.T, p *plans) {
	for _, alg := range []string{"ES256", "PS256", "EdDSA", "RS256"} {
		key := newKey(alg)
		c := p.dynamic(t, map[string]any{"fapi2_security_profile": true, "dpop_bound_access_tokens": true, "token_endpoint_auth_method": "private_key_jwt",
			"jwks": keySet(key, map[bool]string{true: "PS256", false: alg}[alg == "RS256"])})
		c.key, c.dpop = key, newKey("ES256")
		r := c.post("/oauth/par", c.wish("openid"), func(_ http.Header, f url.Values) {
			now := time.Now().Unix()
			f.Set("client_assertion", c.sign(key, alg, map[string]any{"kid": "k1"}, map[string]any{"iss": c.ID, "sub": c.ID, "aud": c.Issuer, "jti": unique(), "iat": now, "exp": now + 60}))
		})
		if alg == "RS256" {
			r.wants(t, 401, "invalid_client")
		} else {
			r.ok(t, 201)
		}
	}
}

func fapiRefresh(t *testing.T, p *plans) {
	one, two := p.client(t, "fapi-1"), p.client(t, "fapi-2")
	var token string
	for _, c := range []*rp{one, two} {
		q := c.wish("openid offline_access")
		q.Set("prompt", "consent")
		got := c.trade(c.code(p.person(t), c.push(q)))
		token = got.get("refresh_token")
		form := func() url.Values {
			return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "scope": {"openid offline_access"}}
		}
		c.dpop = newKey("ES256") // the suite takes a new key
		again := c.post("/oauth/token", form(), nil).ok(t, 200)
		if again.get("refresh_token") != "" && again.get("refresh_token") != token || again.get("token_type") != "DPoP" {
			t.Error("rotated: ", again.text)
		}
		c.verify(again.get("id_token"))
		c.info(again.get("access_token"), nil).ok(t, 200)
		c.post("/oauth/token", form(), func(h http.Header, _ url.Values) { h.Del("DPoP") }).wants(t, 400, "invalid_request", "invalid_grant", "invalid_client")
	}
	one.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, nil).wants(t, 400, "invalid_grant")
}
