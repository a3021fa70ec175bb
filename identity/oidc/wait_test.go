package oidc_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
)

const (
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
	cibaGrant   = "urn:openid:params:grant-type:ciba"
)

func (w *world) kiosk(change func(*oidc.Client)) *app {
	w.Helper()
	return w.app(func(c *oidc.Client) {
		c.Grants = []string{"authorization_code", "refresh_token", deviceGrant, cibaGrant}
		if change != nil {
			change(c)
		}
	})
}

func (a *app) pollDevice(code string) reply {
	a.Helper()
	return a.call("/oauth/token", url.Values{"grant_type": {deviceGrant}, "device_code": {code}})
}

func (a *app) pollCIBA(id string) reply {
	a.Helper()
	return a.call("/oauth/token", url.Values{"grant_type": {cibaGrant}, "auth_req_id": {id}})
}

func TestADeviceWithoutABrowserSignsAPersonIn(t *testing.T) {
	each(t, func(w *world) {
		tv, s := w.kiosk(func(c *oidc.Client) { c.Auth, c.JWKS, c.Name = oidc.None, "", lancar.Text{"id": "Layar kelurahan"} }), w.signIn(maria)
		start := tv.call("/oauth/device", url.Values{"scope": {"openid profile offline_access"}})
		user, code := start.get("user_code"), start.get("device_code")
		if start.status != 200 || len(user) != 9 || start.get("verification_uri") != w.provider.Issuer()+"/device" || start.body["interval"] != 5.0 || strings.ContainsAny(user, "AEIOU01") {
			t.Fatal(start.text)
		}
		tv.pollDevice(code).wants(t, 400, "authorization_pending")
		tv.pollDevice(code).wants(t, 400, "slow_down")
		w.Pass(6 * time.Second)
		tv.pollDevice(code).wants(t, 400, "slow_down") // 10 s by now
		w.Pass(16 * time.Second)
		tv.pollDevice(code).wants(t, 400, "authorization_pending")
		seen, err := w.provider.RemoteByCode(t.Context(), strings.ToLower(strings.ReplaceAll(user, "-", " ")), "192.0.2.7", s)
		w.Must(err)
		if seen.Step != oidc.Agree || !seen.Device || seen.Code != user || seen.App["id"] != "Layar kelurahan" || seen.From == "" || len(seen.Needed) != 4 {
			t.Fatalf("%+v", seen)
		}
		w.Must(w.provider.Answer(t.Context(), seen.ID, s, true, nil))
		if err := w.provider.Answer(t.Context(), seen.ID, s, true, nil); lancar.CodeOf(err) != lancar.Gone {
			t.Fatal("answered twice: ", err)
		}
		if _, err := w.provider.RemoteByCode(t.Context(), user, "192.0.2.7", s); lancar.CodeOf(err) != lancar.Invalid {
			t.Fatal("a used code: ", err)
		}
		thief := w.kiosk(func(c *oidc.Client) { c.Auth, c.JWKS = oidc.None, "" })
		thief.pollDevice(code).wants(t, 400, "invalid_grant")
		got := tv.pollDevice(code)
		if got.status != 200 || got.get("id_token") == "" || got.get("refresh_token") == "" || tv.userinfo(got.get("access_token"), nil).get("name") != "MARIA ELISABETH" {
			t.Fatal(got.text)
		}
		tv.pollDevice(code).wants(t, 400, "invalid_grant")
		if r := tv.userinfo(got.get("access_token"), nil); r.status != 401 {
			t.Fatal("a code that was traded twice leaves its tokens: ", r.status)
		}
	})
}

func TestADeviceIsRefusedOrForgotten(t *testing.T) {
	once(t, func(w *world) {
		tv, s := w.kiosk(nil), w.signIn(maria)
		no := tv.call("/oauth/device", url.Values{"scope": {"openid"}})
		seen, err := w.provider.RemoteByCode(t.Context(), no.get("user_code"), "192.0.2.7", s)
		w.Must(err)
		if _, err := w.provider.Remote(t.Context(), seen.ID, identity.Session{}); lancar.CodeOf(err) != lancar.Gone {
			t.Fatal("nobody signed in: ", err)
		}
		w.Must(w.provider.Answer(t.Context(), seen.ID, s, false, nil))
		tv.pollDevice(no.get("device_code")).wants(t, 400, "access_denied")
		late := tv.call("/oauth/device", url.Values{"scope": {"openid"}})
		w.Pass(11 * time.Minute)
		tv.pollDevice(late.get("device_code")).wants(t, 400, "expired_token")
		if _, err := w.provider.RemoteByCode(t.Context(), late.get("user_code"), "192.0.2.7", s); lancar.CodeOf(err) != lancar.Invalid {
			t.Fatal(err)
		}
		tv.pollDevice("d.AAAA").wants(t, 400, "invalid_grant")
		w.app(nil).call("/oauth/device", url.Values{"scope": {"openid"}}).wants(t, 400, "unauthorized_client")
		for range 40 {
			_, err = w.provider.RemoteByCode(t.Context(), "BBBB-BBBB", "192.0.2.7", s)
		}
		if lancar.CodeOf(err) != lancar.TooMany {
			t.Fatal("codes can be guessed: ", err)
		}
	})
}

func TestACounterAsksAPersonWhoApprovesOnTheirPage(t *testing.T) {
	each(t, func(w *world) {
		desk, s, other := w.kiosk(nil), w.signIn(maria), w.signIn(yosef)
		ask := func(q url.Values) reply { return desk.call("/oauth/bc-authorize", q) }
		for hint, name := range map[string]string{maria: "her number", "maria@example.com": "her contact"} {
			r := ask(url.Values{"scope": {"openid profile"}, "login_hint": {hint}, "binding_message": {"Loket 3 · 41"}})
			if r.status != 200 || r.body["interval"] != 5.0 {
				t.Fatal(name, r.text)
			}
			list, err := w.provider.Remotes(t.Context(), s)
			w.Must(err)
			if len(list) != 1 || list[0].Message != "Loket 3 · 41" || list[0].Step != oidc.Agree {
				t.Fatalf("%s: %+v", name, list)
			}
			if _, err := w.provider.Remote(t.Context(), list[0].ID, other); lancar.CodeOf(err) != lancar.Gone {
				t.Fatal("somebody else sees it: ", err)
			}
			if err := w.provider.Answer(t.Context(), list[0].ID, other, true, nil); lancar.CodeOf(err) != lancar.Gone {
				t.Fatal("somebody else answers it: ", err)
			}
			desk.pollCIBA(r.get("auth_req_id")).wants(t, 400, "authorization_pending")
			w.Must(w.provider.Answer(t.Context(), list[0].ID, s, true, nil))
			got := desk.pollCIBA(r.get("auth_req_id"))
			if got.status != 200 || w.claims(got.get("id_token"))["aud"] != string(desk.ID) {
				t.Fatal(got.text)
			}
			desk.pollCIBA(r.get("auth_req_id")).wants(t, 400, "invalid_grant")
		}
		w.Drain()
		mail := w.LastMail("maria@example.com")
		if !strings.Contains(mail, "Klinik Sehat") || !strings.Contains(mail, "/approve") {
			t.Fatal("she was not told: ", mail)
		}
		signed := desk.login(s, "openid").get("id_token")
		if r := ask(url.Values{"scope": {"openid"}, "id_token_hint": {signed}}); r.status != 200 {
			t.Fatal(r.text)
		}
		if list, err := w.provider.Remotes(t.Context(), s); err != nil || len(list) != 1 {
			t.Fatal("not found by her ID token: ", err)
		}
	})
}

func TestACounterLearnsNothingAboutWhoIsThere(t *testing.T) {
	once(t, func(w *world) {
		desk, s := w.kiosk(nil), w.signIn(maria)
		known := desk.call("/oauth/bc-authorize", url.Values{"scope": {"openid"}, "login_hint": {maria}})
		nobody := desk.call("/oauth/bc-authorize", url.Values{"scope": {"openid"}, "login_hint": {"5315044609970009"}})
		if known.status != 200 || nobody.status != 200 || known.body["expires_in"] != nobody.body["expires_in"] {
			t.Fatal(known.text, nobody.text)
		}
		desk.pollCIBA(nobody.get("auth_req_id")).wants(t, 400, "authorization_pending")
		for name, q := range map[string]url.Values{
			"no hint":     {"scope": {"openid"}},
			"two hints":   {"scope": {"openid"}, "login_hint": {maria}, "id_token_hint": {"x"}},
			"forged hint": {"scope": {"openid"}, "id_token_hint": {"e30.e30.x"}},
			"bad expiry":  {"scope": {"openid"}, "login_hint": {maria}, "requested_expiry": {"-1"}},
		} {
			if r := desk.call("/oauth/bc-authorize", q); r.status != 400 || r.get("error") != "invalid_request" {
				t.Errorf("%s: %s", name, r.text)
			}
		}
		desk.call("/oauth/bc-authorize", url.Values{"scope": {"profile"}, "login_hint": {maria}}).wants(t, 400, "invalid_scope")
		desk.call("/oauth/bc-authorize", url.Values{"scope": {"openid"}, "login_hint": {maria}, "binding_message": {strings.Repeat("x", 200)}}).wants(t, 400, "invalid_binding_message")
		desk.call("/oauth/bc-authorize", url.Values{"scope": {"openid"}, "login_hint": {maria}, "binding_message": {"buka https://evil.example"}}).wants(t, 400, "invalid_binding_message")
		for range 30 { // pestering
			desk.call("/oauth/bc-authorize", url.Values{"scope": {"openid"}, "login_hint": {maria}})
		}
		if list, err := w.provider.Remotes(t.Context(), s); err != nil || len(list) > 10 {
			t.Fatal(len(list), err)
		}
		short := desk.call("/oauth/bc-authorize", url.Values{"scope": {"openid"}, "login_hint": {yosef}, "requested_expiry": {"30"}})
		w.Pass(31 * time.Second)
		desk.pollCIBA(short.get("auth_req_id")).wants(t, 400, "expired_token")
	})
}

func TestASignedRequestOfACounterAndItsPing(t *testing.T) {
	each(t, func(w *world) {
		pinged := make(chan string, 10)
		fail := true
		client := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if fail {
				fail = false
				rw.WriteHeader(500)
				return
			}
			pinged <- r.Header.Get("Authorization") + " " + string(body)
			rw.WriteHeader(204)
		}))
		defer client.Close()
		desk, s := w.kiosk(func(c *oidc.Client) {
			c.FAPI, c.DPoP, c.Delivery, c.NotifyTo = true, true, "ping", strings.Replace(client.URL, "127.0.0.1", "localhost", 1)
		}), w.signIn(maria)
		desk.proof = ecdsaKey(t)
		request := func(change func(map[string]any)) string {
			body := map[string]any{"iss": desk.ID, "aud": w.provider.Issuer(), "iat": w.Now().Unix(), "nbf": w.Now().Unix(), "exp": w.Now().Add(5 * time.Minute).Unix(), "jti": unique(),
				"scope": "openid", "login_hint": maria, "client_notification_token": "c0ffee-c0ffee-c0ffee-c0ffee"}
			if change != nil {
				change(body)
			}
			return jws(t, desk.key, desk.alg, "JWT", false, body)
		}
		send := func(object string) reply { return desk.call("/oauth/bc-authorize", url.Values{"request": {object}}) }
		desk.call("/oauth/bc-authorize", url.Values{"scope": {"openid"}, "login_hint": {maria}}).wants(t, 400, "invalid_request")
		for name, change := range map[string]func(map[string]any){
			"another's":      func(b map[string]any) { b["iss"] = "someone" },
			"for another":    func(b map[string]any) { b["aud"] = "https://other.example" },
			"late":           func(b map[string]any) { b["exp"] = w.Now().Add(-time.Minute).Unix() },
			"too long":       func(b map[string]any) { b["exp"] = w.Now().Add(2 * time.Hour).Unix() },
			"from tomorrow":  func(b map[string]any) { b["nbf"] = w.Now().Add(time.Minute).Unix() },
			"without jti":    func(b map[string]any) { delete(b, "jti") },
			"without nbf":    func(b map[string]any) { delete(b, "nbf") },
			"without token":  func(b map[string]any) { delete(b, "client_notification_token") },
			"a broken token": func(b map[string]any) { b["client_notification_token"] = "a b" },
			"nested":         func(b map[string]any) { b["request"] = "x" },
		} {
			if r := send(request(change)); r.status != 400 || r.get("error") != "invalid_request" {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
		}
		object := request(nil)
		r := send(object)
		if r.status != 200 {
			t.Fatal(r.text)
		}
		send(object).wants(t, 400, "invalid_request") // replayed
		list, err := w.provider.Remotes(t.Context(), s)
		w.Must(err)
		w.Must(w.provider.Answer(t.Context(), list[0].ID, s, true, nil))
		_ = w.Queue.Drain(t.Context()) // the first ping fails, and is kept for the engineer
		w.Pass(2 * time.Second)
		w.Drain()
		var said struct {
			ID string `json:"auth_req_id"`
		}
		got := <-pinged
		head, body, _ := strings.Cut(got, " {")
		w.Must(json.Unmarshal([]byte("{"+body), &said))
		if head != "Bearer c0ffee-c0ffee-c0ffee-c0ffee" || said.ID != r.get("auth_req_id") {
			t.Fatal(got)
		}
		troubles, err := w.provider.Troubles(t.Context(), engineer, desk.ID)
		w.Must(err)
		if len(troubles) == 0 {
			t.Fatal("the failed ping is not visible")
		}
		thief := *desk
		thief.proof = ecdsaKey(t)
		thief.pollCIBA(said.ID).wants(t, 400, "invalid_grant")
		if got := desk.pollCIBA(said.ID); got.status != 200 || got.get("token_type") != "DPoP" {
			t.Fatal(got.text)
		}
	})
}
