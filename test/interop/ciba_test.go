package interop

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// cibaPlan is fapi-ciba-id1-test-plan with poll and ping, private_key_jwt and tokens that are bound to a
// TLS certificate; and with mutual TLS for clients that register themselves.
func cibaPlan() []module {
	plan := []module{
		{"fapi-ciba-id1 poll static", func(t *testing.T, p *plans) { cibaHappy(t, p, p.client(t, "ciba-poll-1")) }},
		{"fapi-ciba-id1 poll private_key_jwt dynamic", func(t *testing.T, p *plans) { cibaHappy(t, p, p.cibaDynamic(t, "private_key_jwt")) }},
		{"fapi-ciba-id1 poll mtls dynamic", func(t *testing.T, p *plans) { cibaHappy(t, p, p.cibaDynamic(t, "self_signed_tls_client_auth")) }},
		{"fapi-ciba-id1 ping", func(t *testing.T, p *plans) { cibaPing(t, p) }},
		{"fapi-ciba-id1-user-rejects-authentication", func(t *testing.T, p *plans) {
			c := p.client(t, "ciba-poll-1")
			id := c.ask(nil).ok(t, 200).get("auth_req_id")
			c.drive(id, "deny")
			c.poll(id, nil).wants(t, 400, "access_denied")
		}},
		{"fapi-ciba-id1-auth-req-id-expired, ensure-requested-expiry-as-string-succeeds", func(t *testing.T, p *plans) {
			c := p.client(t, "ciba-poll-1")
			r := c.ask(func(b map[string]any) { b["requested_expiry"] = "1" }).ok(t, 200)
			if r.body["expires_in"] != 1.0 {
				t.Error(r.text)
			}
			time.Sleep(1100 * time.Millisecond)
			c.poll(r.get("auth_req_id"), nil).wants(t, 400, "expired_token")
			if r = c.ask(func(b map[string]any) { b["requested_expiry"] = 30 }).ok(t, 200); r.body["expires_in"] != 30.0 {
				t.Error(r.text)
			}
		}},
		{"fapi-ciba-id1-multiple-call-to-token-endpoint", func(t *testing.T, p *plans) {
			c := p.client(t, "ciba-poll-1")
			id := c.ask(nil).ok(t, 200).get("auth_req_id")
			for range 20 {
				c.poll(id, nil).wants(t, 400, "authorization_pending", "slow_down")
			}
		}},
		{"fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message", func(t *testing.T, p *plans) {
			p.client(t, "ciba-poll-1").ask(func(b map[string]any) { b["binding_message"] = "1234 \U0001F44D\U0001F3FF 品川 Lor" }).wants(t, 400, "invalid_binding_message")
		}},
		{"fapi-ciba-id1-ensure-other-scope-order-succeeds", func(t *testing.T, p *plans) {
			p.client(t, "ciba-poll-1").ask(func(b map[string]any) { b["scope"] = "profile openid" }).ok(t, 200)
		}},
		{"fapi-ciba-id1-ensure-wrong-auth-req-id-in-token-endpoint-request", func(t *testing.T, p *plans) {
			p.client(t, "ciba-poll-2").poll(p.client(t, "ciba-poll-1").ask(nil).ok(t, 200).get("auth_req_id"), nil).wants(t, 400, "invalid_grant")
		}},
		{"fapi-ciba-id1-ensure-client-assertion-…", cibaAssertions},
		{"fapi-ciba-id1-ensure-unsigned-backchannel-authorization-request-fails", func(t *testing.T, p *plans) {
			for _, c := range []*rp{p.client(t, "ciba-poll-1"), p.cibaDynamic(t, "private_key_jwt")} {
				c.post("/oauth/bc-authorize", url.Values{"scope": {"openid"}, "login_hint": {p.Person.SignIn["nik"]}, "binding_message": {"1234"}}, nil).wants(t, 400, "invalid_request")
			}
		}},
		{"fapi-ciba-id1-ensure-mtls-holder-of-key-required", func(t *testing.T, p *plans) {
			c := p.client(t, "ciba-poll-1")
			id := c.ask(nil).ok(t, 200).get("auth_req_id")
			c.drive(id, "allow")
			bare := *c
			bare.tls = c.http
			bare.poll(id, nil).wants(t, 401, "invalid_client")
			token := c.poll(id, nil).ok(t, 200).get("access_token")
			c.info(token, nil).ok(t, 200)
			bare.info(token, nil).wants(t, 401, "invalid_token")
		}},
		{"fapi-ciba-id1-refresh-token", func(t *testing.T, p *plans) {
			c := p.client(t, "ciba-poll-1")
			id := c.ask(func(b map[string]any) { b["scope"] = "openid offline_access" }).ok(t, 200).get("auth_req_id")
			c.drive(id, "allow")
			token := c.poll(id, nil).ok(t, 200).get("refresh_token")
			r := c.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "scope": {"openid offline_access"}}, nil).ok(t, 200)
			c.verify(r.get("id_token"))
			p.client(t, "ciba-poll-2").post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {r.get("refresh_token")}}, nil).wants(t, 400, "invalid_grant")
		}},
	}
	now := time.Now().Unix()
	for name, change := range map[string]func(map[string]any){
		"missing-aud":                   func(b map[string]any) { delete(b, "aud") },
		"bad-aud":                       func(b map[string]any) { b["aud"] = "https://other.example" },
		"missing-iss":                   func(b map[string]any) { delete(b, "iss") },
		"bad-iss":                       func(b map[string]any) { b["iss"] = "ciba-poll-2" },
		"missing-exp":                   func(b map[string]any) { delete(b, "exp") },
		"expired-exp":                   func(b map[string]any) { b["exp"] = now - 300 },
		"exp-is-70-minutes-in-future":   func(b map[string]any) { b["exp"] = now + 70*60 },
		"missing-iat":                   func(b map[string]any) { delete(b, "iat") },
		"missing-nbf":                   func(b map[string]any) { delete(b, "nbf") },
		"nbf-is-10-minutes-in-future":   func(b map[string]any) { b["nbf"] = now + 600 },
		"nbf-is-70-minutes-in-the-past": func(b map[string]any) { b["nbf"] = now - 70*60 },
		"missing-jti":                   func(b map[string]any) { delete(b, "jti") },
		"multiple-hints":                func(b map[string]any) { b["login_hint_token"] = "x" },
	} {
		plan = append(plan, module{"fapi-ciba-id1-ensure-request-object-" + name + "-fails", func(t *testing.T, p *plans) {
			p.client(t, "ciba-poll-1").ask(change).wants(t, 400, "invalid_request")
		}})
	}
	for name, spoil := range map[string]func(c *rp, body map[string]any) string{
		"none": func(c *rp, b map[string]any) string { return c.sign(nil, "none", map[string]any{}, b) },
		"bad":  func(c *rp, b map[string]any) string { s := c.signed(b); return s[:len(s)-8] + "AAAAAAAA" },
		"RS256": func(c *rp, b map[string]any) string {
			return c.sign(c.key, "RS256", map[string]any{"kid": "k1"}, b)
		},
		"of another client": func(c *rp, b map[string]any) string {
			return c.sign(newKey("PS256"), "PS256", map[string]any{"kid": "k1"}, b)
		},
	} {
		plan = append(plan, module{"fapi-ciba-id1-ensure-request-object-signature-algorithm-is-" + name + "-fails", func(t *testing.T, p *plans) {
			c := p.client(t, "ciba-poll-1")
			c.post("/oauth/bc-authorize", url.Values{"request": {spoil(c, c.wanted())}}, nil).wants(t, 400, "invalid_request")
		}})
	}
	return plan
}

// wanted is the body of a signed request.
func (c *rp) wanted() map[string]any {
	now := time.Now().Unix()
	return map[string]any{"iss": c.ID, "aud": c.Issuer, "iat": now, "nbf": now, "exp": now + 300, "jti": unique(), "scope": "openid", "login_hint": c.Person.SignIn["nik"], "binding_message": "1234"}
}

func (c *rp) signed(body map[string]any) string {
	return c.sign(c.key, "PS256", map[string]any{"kid": "k1", "typ": "oauth-authz-req+jwt"}, body)
}

// ask begins a request; change may spoil what is signed.
func (c *rp) ask(change func(map[string]any)) reply {
	c.Helper()
	body := c.wanted()
	if change != nil {
		change(body)
	}
	return c.post("/oauth/bc-authorize", url.Values{"request": {c.signed(body)}}, nil)
}

func (c *rp) poll(id string, change func(http.Header, url.Values)) reply {
	c.Helper()
	return c.post("/oauth/token", url.Values{"grant_type": {"urn:openid:params:grant-type:ciba"}, "auth_req_id": {id}}, change)
}

// drive is the suite's automated_ciba_approval_url.
func (c *rp) drive(id, action string) {
	c.Helper()
	c.send(c.http, "POST", c.CIBA+"?auth_req_id="+url.QueryEscape(id)+"&action="+action, nil, "").ok(c, 204)
}

func cibaHappy(t *testing.T, p *plans, c *rp) {
	r := c.ask(nil).ok(t, 200)
	id := r.get("auth_req_id")
	if len(id) < 22 || r.body["expires_in"] == nil || r.body["interval"] == nil {
		t.Fatal(r.text)
	}
	c.poll(id, nil).wants(t, 400, "authorization_pending")
	c.drive(id, "allow")
	cibaTokens(t, c, c.poll(id, nil))
}

func cibaTokens(t *testing.T, c *rp, r reply) {
	if r.ok(t, 200).head.Get("Cache-Control") != "no-store" || r.get("token_type") != "Bearer" {
		t.Error(r.text)
	}
	c.verify(r.get("id_token"))
	if c.head["alg"] != "PS256" || c.claims["c_hash"] != nil || c.claims["s_hash"] != nil {
		t.Error(c.head, c.claims)
	}
	info := c.info(r.get("access_token"), nil).ok(t, 200)
	if info.head.Get("x-fapi-interaction-id") == "" || info.head.Get("Date") == "" || info.head.Get("Content-Type") != "application/json" {
		t.Error(info.head)
	}
}

// cibaDynamic registers as the suite's dynamic_client variant does.
func (p *plans) cibaDynamic(t *testing.T, auth string) *rp {
	t.Helper()
	key, cert := newKey("PS256"), certificate(t)
	set := keySet(key, "PS256")
	text, err := json.Marshal(set)
	must(t, err)
	var plain struct {
		Keys []map[string]any `json:"keys"`
	}
	must(t, json.Unmarshal(text, &plain))
	tlsKey := map[string]any{}
	text, err = json.Marshal(certificateJWK(t, cert))
	must(t, err)
	must(t, json.Unmarshal(text, &tlsKey))
	tlsKey["kid"] = "tls"
	more := map[string]any{"grant_types": []string{"urn:openid:params:grant-type:ciba"}, "response_types": []string{}, "redirect_uris": []string{}, "backchannel_user_code_parameter": false,
		"backchannel_token_delivery_mode": "poll", "backchannel_authentication_request_signing_alg": "PS256", "id_token_signed_response_alg": "PS256",
		"token_endpoint_auth_method": auth, "tls_client_certificate_bound_access_tokens": true, "jwks": map[string]any{"keys": []any{plain.Keys[0], tlsKey}}}
	if auth == "private_key_jwt" {
		maps.Copy(more, map[string]any{"token_endpoint_auth_signing_alg": "PS256"})
	}
	c := p.dynamic(t, more)
	c.key, c.tls = key, p.withCertificate(cert)
	return c
}

func cibaAssertions(t *testing.T, p *plans) {
	c := p.client(t, "ciba-poll-1")
	for _, aud := range []string{c.Issuer, c.MTLS + "/oauth/token", c.Issuer + "/oauth/token", c.Issuer + "/oauth/bc-authorize"} {
		r := c.post("/oauth/bc-authorize", url.Values{"request": {c.signed(c.wanted())}}, func(_ http.Header, f url.Values) {
			c.assert(f, func(b map[string]any) { b["aud"] = aud })
		}).ok(t, 200)
		c.poll(r.get("auth_req_id"), func(_ http.Header, f url.Values) {
			c.assert(f, func(b map[string]any) { b["aud"] = c.MTLS + "/oauth/token" })
		}).wants(t, 400, "authorization_pending")
	}
	bare := func(_ http.Header, f url.Values) {
		f.Del("client_assertion")
		f.Del("client_assertion_type")
		f.Set("client_id", c.ID)
	}
	weak := func(_ http.Header, f url.Values) {
		now := time.Now().Unix()
		f.Set("client_assertion", c.sign(c.key, "RS256", map[string]any{"kid": "k1"}, map[string]any{"iss": c.ID, "sub": c.ID, "aud": c.Issuer, "jti": unique(), "iat": now, "exp": now + 60}))
	}
	id := c.ask(nil).ok(t, 200).get("auth_req_id")
	for _, change := range []func(http.Header, url.Values){bare, weak} {
		c.post("/oauth/bc-authorize", url.Values{"request": {c.signed(c.wanted())}}, change).wants(t, 401, "invalid_client")
		c.poll(id, change).wants(t, 401, "invalid_client")
	}
}

// cibaPing is every ping module: each answer of the notification endpoint is taken, once.
func cibaPing(t *testing.T, p *plans) {
	path := "/ciba-notification-endpoint/ciba-ping-1"
	for _, status := range []int{204, 200, 401, 403, 302} {
		p.mu.Lock()
		p.answer[path] = status
		p.mu.Unlock()
		c, token := p.client(t, "ciba-ping-1"), unique()
		id := c.ask(func(b map[string]any) { b["client_notification_token"] = token }).ok(t, 200).get("auth_req_id")
		c.poll(id, nil).wants(t, 400, "authorization_pending")
		c.drive(id, map[bool]string{true: "deny", false: "allow"}[status == 403])
		list := p.heard(path, 20*time.Second, func(one call) bool { return strings.Contains(one.body, id) })
		if len(list) != 1 || list[0].head.Get("Authorization") != "Bearer "+token || !strings.HasPrefix(list[0].head.Get("Content-Type"), "application/json") || list[0].body != `{"auth_req_id":"`+id+`"}` {
			t.Fatal(status, list)
		}
		if r := c.poll(id, nil); status == 403 {
			r.wants(t, 400, "access_denied")
		} else {
			cibaTokens(t, c, r)
		}
	}
	time.Sleep(1500 * time.Millisecond) // a job that failed comes again after a second
	seen := map[string]int{}
	for _, one := range p.heard(path, time.Second, func(call) bool { return true }) {
		if seen[one.body]++; seen[one.body] > 1 {
			t.Error("asked again after an answer: ", one.body)
		}
	}
	if len(p.heard("/followed", 50*time.Millisecond, func(call) bool { return true })) > 0 {
		t.Error("a redirect was followed")
	}
	p.client(t, "ciba-ping-1").ask(nil).wants(t, 400, "invalid_request") // no client_notification_token
}
