package oidc_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity/oidc"
)

// manage calls the registration endpoint; body nil sends none.
func (w *world) manage(method, address, token string, body map[string]any) reply {
	w.Helper()
	text := []byte{}
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		w.Must(err)
	}
	if strings.HasPrefix(address, "/") {
		address = w.provider.Issuer() + address
	}
	req, err := http.NewRequestWithContext(w.Context(), method, address, bytes.NewReader(text))
	w.Must(err)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return w.do(req)
}

// dynamic registers a client as a foreign app does.
func (w *world) dynamic(body map[string]any) (*app, reply) {
	w.Helper()
	a := &app{world: w}
	a.key, a.alg = newKey(w.TB, "ES256")
	base := map[string]any{"client_name": "Klinik Sehat", "redirect_uris": []string{callback}, "grant_types": []string{"authorization_code", "refresh_token"}, "token_endpoint_auth_method": "private_key_jwt",
		"jwks": json.RawMessage(jwks(w.TB, a.key.Public()))}
	for k, v := range body {
		if base[k] = v; v == nil {
			delete(base, k)
		}
	}
	r := w.manage("POST", "/oauth/register", w.provider.RegistrationToken(), base)
	a.ID, a.Auth, a.secret = lancar.ID(r.get("client_id")), oidc.Method(r.get("token_endpoint_auth_method")), r.get("client_secret")
	return a, r
}

func TestAnAppRegistersItselfAndPeopleSignIn(t *testing.T) {
	each(t, func(w *world) {
		s := w.signIn(maria)
		a, r := w.dynamic(map[string]any{"post_logout_redirect_uris": []string{"https://app.example/bye"}})
		if r.status != 201 || r.get("registration_access_token") == "" || r.get("registration_client_uri") == "" || r.get("id_token_signed_response_alg") != "ES256" || r.get("subject_type") != "pairwise" || r.get("client_secret") != "" {
			t.Fatal(r.status, r.text)
		}
		if got := a.login(s, "openid profile"); got.status != 200 {
			t.Fatal(got.text)
		}
		token, at := r.get("registration_access_token"), r.get("registration_client_uri")
		if read := w.manage("GET", at, token, nil); read.status != 200 || read.get("client_name") != "Klinik Sehat" {
			t.Fatal(read.text)
		}
		changed := r.body
		for _, own := range []string{"registration_access_token", "registration_client_uri", "client_id_issued_at", "client_secret_expires_at"} {
			delete(changed, own)
		}
		changed["client_name"] = "Klinik Lain"
		if put := w.manage("PUT", at, token, changed); put.status != 200 || put.get("client_name") != "Klinik Lain" {
			t.Fatal(put.status, put.text)
		}
		changed["client_id"] = "another"
		w.manage("PUT", at, token, changed).wants(t, 400, "invalid_client_metadata")
		_, other := w.dynamic(nil)
		w.manage("GET", at, other.get("registration_access_token"), nil).wants(t, 401, "invalid_token")
		w.manage("DELETE", at, "g.AAAA", nil).wants(t, 401, "invalid_token")
		if gone := w.manage("DELETE", at, token, nil); gone.status != 204 {
			t.Fatal(gone.status)
		}
		w.manage("GET", at, token, nil).wants(t, 401, "invalid_token")
		a.call("/oauth/token", map[string][]string{"grant_type": {"client_credentials"}}).wants(t, 401, "invalid_client")
	})
}

func TestRegistrationIsProtectedAndStrict(t *testing.T) {
	once(t, func(w *world) {
		w.manage("POST", "/oauth/register", "", map[string]any{}).wants(t, 401, "invalid_token")
		w.manage("POST", "/oauth/register", "guess", map[string]any{}).wants(t, 401, "invalid_token")
		secret, err := json.Marshal(map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "AAAA"}}})
		w.Must(err)
		for name, c := range map[string]struct {
			change map[string]any
			code   string
		}{
			"implicit flow":        {map[string]any{"response_types": []string{"id_token"}}, "invalid_client_metadata"},
			"password grant":       {map[string]any{"grant_types": []string{"password"}}, "invalid_client_metadata"},
			"no signature":         {map[string]any{"id_token_signed_response_alg": "none"}, "invalid_client_metadata"},
			"symmetric signature":  {map[string]any{"token_endpoint_auth_signing_alg": "HS256"}, "invalid_client_metadata"},
			"keys by reference":    {map[string]any{"jwks": nil, "jwks_uri": "http://169.254.169.254/"}, "invalid_client_metadata"},
			"a shared key":         {map[string]any{"jwks": json.RawMessage(secret)}, "invalid_client_metadata"},
			"plain http redirect":  {map[string]any{"redirect_uris": []string{"http://app.example/cb"}}, "invalid_redirect_uri"},
			"a script as redirect": {map[string]any{"redirect_uris": []string{"javascript:alert(1)//"}}, "invalid_redirect_uri"},
			"a fragment":           {map[string]any{"redirect_uris": []string{"https://app.example/cb#x"}}, "invalid_redirect_uri"},
			"no redirect":          {map[string]any{"redirect_uris": []string{}}, "invalid_redirect_uri"},
			"numbers":              {map[string]any{"scope": "openid nik"}, "invalid_client_metadata"},
			"encryption":           {map[string]any{"id_token_encrypted_response_alg": "RSA-OAEP"}, "invalid_client_metadata"},
			"push":                 {map[string]any{"backchannel_token_delivery_mode": "push"}, "invalid_client_metadata"},
			"logout over http":     {map[string]any{"backchannel_logout_uri": "http://10.0.0.1/logout"}, "invalid_client_metadata"},
			"wrong type":           {map[string]any{"redirect_uris": "https://app.example/cb"}, "invalid_client_metadata"},
		} {
			_, r := w.dynamic(c.change)
			if r.status != 400 || r.get("error") != c.code {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
		}
		if _, r := w.dynamic(map[string]any{"no_such_member": 1, "contacts": []string{"a@example.com"}}); r.status != 201 {
			t.Fatal("members that nobody knows are passed over: ", r.text)
		}
	})
}

func TestAnInvitationOfTheOfficeIsGoodForOneClient(t *testing.T) {
	each(t, func(w *world) {
		token, _, err := w.provider.InvitationToken(engineer)
		w.Must(err)
		body := map[string]any{"client_name": "Arsip", "purpose": "Membuka arsip", "redirect_uris": []string{callback}, "token_endpoint_auth_method": "none"}
		r := w.manage("POST", "/oauth/register", token, body)
		if r.status != 201 {
			t.Fatal(r.text)
		}
		mine, err := w.provider.Clients(t.Context(), engineer)
		w.Must(err)
		if len(mine) != 1 || mine[0].Officer != engineer.ID || mine[0].Stage != oidc.Sandbox {
			t.Fatalf("%+v", mine)
		}
		w.manage("POST", "/oauth/register", token, body).wants(t, 401, "invalid_token")
		late, _, err := w.provider.InvitationToken(engineer)
		w.Must(err)
		w.Pass(25 * time.Hour)
		w.manage("POST", "/oauth/register", late, body).wants(t, 401, "invalid_token")
		if _, _, err := w.provider.InvitationToken(lancar.Actor{Kind: lancar.Person, ID: "x"}); lancar.CodeOf(err) != lancar.Forbidden {
			t.Fatal(err)
		}
	})
}
