package oidc_test

import (
	"crypto/ecdsa"
	"crypto/tls"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/identity/oidc"
)

func wantCertificates() *tls.Config { return &tls.Config{ClientAuth: tls.RequestClientCert} }

func TestAPersonSignsInToAnAppAndItLearnsWhatTheyAgreedTo(t *testing.T) {
	each(t, func(w *world) {
		a := w.app(nil)
		s := w.signIn(maria)
		q := a.want("openid profile email offline_access phone")
		request, _, _ := w.authorize(q)
		if p, err := w.provider.Pending(t.Context(), request, identity.Session{}); err != nil || p.Step != oidc.SignIn {
			t.Fatalf("%+v %v", p, err)
		}
		p, err := w.provider.Pending(t.Context(), request, s)
		if err != nil || p.Step != oidc.Agree || p.App["id"] != "Klinik Sehat" || p.Agency["id"] != "Dinas Kesehatan" || len(p.Needed) != 5 || p.Origin != "https://app.example" {
			t.Fatalf("%+v %v", p, err)
		}
		back := w.agree(request, s)
		if back.Get("state") != q.Get("state") || back.Get("iss") != w.provider.Issuer() {
			t.Fatal(back)
		}
		got := a.redeem(back.Get("code"))
		if got.status != 200 || got.get("token_type") != "Bearer" || got.get("scope") != "openid profile email offline_access" {
			t.Fatal(got.text)
		}
		id := w.claims(got.get("id_token"))
		if id["iss"] != w.provider.Issuer() || id["aud"] != string(a.ID) || id["nonce"] != q.Get("nonce") || id["acr"] != "urn:lancar:acr:2" || id["name"] != nil || id["at_hash"] == nil {
			t.Fatal(id)
		}
		info := a.userinfo(got.get("access_token"), nil)
		if info.get("sub") != id["sub"] || info.get("name") != "MARIA ELISABETH" || info.get("birthdate") != "1997-09-06" || info.get("email") != "maria@example.com" || info.body["email_verified"] != true || info.body["nik"] != nil {
			t.Fatal(info.text)
		}
		w.Drain()
		rows, _, err := w.Access.Rows(t.Context(), s.Own, "")
		w.Must(err)
		if !slices.ContainsFunc(rows, func(r access.Row) bool {
			return r.Who.Kind == lancar.Machine && r.Who.ID == a.ID && r.Purpose["id"] == "Mengisi pendaftaran pasien" && r.Consent == string(a.ID)
		}) {
			t.Fatalf("the person does not see the look: %+v", rows)
		}
		again, _, _ := w.authorize(a.want("openid profile"))
		if p, err := w.provider.Pending(t.Context(), again, s); err != nil || p.Step != oidc.Go {
			t.Fatalf("asked twice: %+v %v", p, err)
		}
	})
}

// RS256 is what OpenID Connect Discovery demands of every provider: we sign by it for who asks, and
// take nothing that a client signs by it.
func TestAnIDTokenMayBeRS256ForWhoAsks(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(func(c *oidc.Client) { c.IDTokenAlg = "RS256" })
		s := w.signIn(maria)
		got := a.login(s, "openid profile")
		id := w.claims(got.get("id_token"))
		if id["aud"] != string(a.ID) || !strings.Contains(decodeHead(t, got.get("id_token")), `"alg":"RS256"`) {
			t.Fatal(id)
		}
		q := a.want("openid profile")
		q.Set("id_token_hint", got.get("id_token"))
		if request, back, _ := w.authorize(q); request == "" {
			t.Fatalf("our own token is no hint: %v", back)
		}
		key, _ := newKey(t, "PS256")
		b := w.app(func(c *oidc.Client) { c.JWKS = jwks(t, key.Public()) })
		b.key, b.alg = key, jose.RS256
		b.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}}).wants(t, http.StatusUnauthorized, "invalid_client")
		_, _, err := w.provider.Register(t.Context(), engineer, oidc.Client{Name: lancar.Text{"id": "x"}, Purpose: lancar.Text{"id": "x"}, Redirects: []string{callback}, Auth: oidc.PrivateKeyJWT,
			JWKS: jwks(t, key.Public()), FAPI: true, DPoP: true, IDTokenAlg: "RS256"})
		if lancar.CodeOf(err) != lancar.Invalid {
			t.Errorf("FAPI with RS256: %v", err)
		}
	})
}

func decodeHead(t *testing.T, token string) string {
	t.Helper()
	head, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSayingNoIsAnAnswer(t *testing.T) {
	once(t, func(w *world) {
		a := w.app(nil)
		q := a.want("openid")
		request, _, _ := w.authorize(q)
		to, err := w.provider.Refuse(t.Context(), request)
		w.Must(err)
		u, _ := url.Parse(to.URL)
		if u.Query().Get("error") != "access_denied" || u.Query().Get("state") != q.Get("state") || u.Query().Get("iss") == "" {
			t.Fatal(to.URL)
		}
		if _, err := w.provider.Decide(t.Context(), request, w.signIn(maria), nil); lancar.CodeOf(err) != lancar.Gone {
			t.Fatal(err)
		}
	})
}

func TestACodeIsGoodOnceAndASecondUseEndsWhatTheFirstIssued(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		code := a.code(s, "openid offline_access")
		got := a.redeem(code)
		if got.status != 200 || !a.active(got.get("access_token")) || !a.active(got.get("refresh_token")) {
			t.Fatal(got.text)
		}
		a.redeem(code).wants(t, 400, "invalid_grant")
		if a.active(got.get("access_token")) || a.active(got.get("refresh_token")) {
			t.Fatal("the tokens outlive the stolen code")
		}
		if r := a.userinfo(got.get("access_token"), nil); r.status != 401 || !strings.Contains(r.header.Get("WWW-Authenticate"), "invalid_token") {
			t.Fatal(r.status, r.header)
		}
		a.refresh(got.get("refresh_token")).wants(t, 400, "invalid_grant")
	})
}

func TestACodeIsBoundToClientRedirectVerifierAndTime(t *testing.T) {
	once(t, func(w *world) {
		a, b, s := w.app(nil), w.app(nil), w.signIn(maria)
		code := a.code(s, "openid")
		b.verify = a.verify
		b.redeem(code).wants(t, 400, "invalid_grant") // code injection into another client
		good := a.verify
		a.verify = strings.Repeat("x", 43)
		a.redeem(code).wants(t, 400, "invalid_grant")
		a.verify = ""
		a.redeem(code).wants(t, 400, "invalid_grant")
		a.verify = good
		a.call("/oauth/token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {"https://evil.example/"}, "code_verifier": {good}}).wants(t, 400, "invalid_grant")
		a.redeem("c."+code[3:]+"A").wants(t, 400, "invalid_grant")
		if got := a.redeem(code); got.status != 200 {
			t.Fatal("a thief's failures must not cost the owner their code: ", got.text)
		}
		late := a.code(s, "openid")
		w.Pass(61 * time.Second)
		a.redeem(late).wants(t, 400, "invalid_grant")
	})
}

func TestAStolenRefreshTokenEndsTheFamily(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		first := a.login(s, "openid offline_access")
		second := a.refresh(first.get("refresh_token"))
		if second.status != 200 || second.get("refresh_token") == first.get("refresh_token") || second.get("id_token") == "" {
			t.Fatal(second.text)
		}
		if w.claims(second.get("id_token"))["sub"] != w.claims(first.get("id_token"))["sub"] {
			t.Fatal("another person")
		}
		a.refresh(first.get("refresh_token")).wants(t, 400, "invalid_grant")
		a.refresh(second.get("refresh_token")).wants(t, 400, "invalid_grant")
		if a.active(second.get("access_token")) {
			t.Fatal("the family's token lives")
		}
	})
}

func TestRefreshGivesNoMoreThanWasGranted(t *testing.T) {
	once(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		got := a.login(s, "openid offline_access")
		a.call("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {got.get("refresh_token")}, "scope": {"openid email"}}).wants(t, 400, "invalid_scope")
		w.Must(withdrawAll(w, s))
		if a.active(got.get("access_token")) || a.userinfo(got.get("access_token"), nil).status != 401 { // no job has run
			t.Fatal("a token outlives the agreement")
		}
		a.refresh(got.get("refresh_token")).wants(t, 400, "invalid_grant")
		none := a.login(s, "openid")
		if none.get("refresh_token") != "" {
			t.Fatal("a refresh token nobody asked for")
		}
	})
}

func TestSigningOutEverywhereEndsTheAppsToo(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.app(nil), w.signIn(maria)
		got := a.login(s, "openid offline_access")
		w.Must(w.Identity.SignOutEverywhere(t.Context(), s))
		if a.active(got.get("access_token")) || a.active(got.get("refresh_token")) { // no job has run yet
			t.Fatal("the app's token lives on")
		}
		if r := a.userinfo(got.get("access_token"), nil); r.status != 401 {
			t.Fatal(r.status, r.text)
		}
		a.refresh(got.get("refresh_token")).wants(t, 400, "invalid_grant")
		again := a.login(w.signIn(maria), "openid offline_access")
		w.Drain()
		if !a.active(again.get("access_token")) {
			t.Fatal("the job of signing out ends a newer sign-in")
		}
	})
}

func withdrawAll(w *world, s identity.Session) error {
	list, err := w.Access.Consents(w.Context(), s.Own)
	for _, c := range list {
		if err == nil {
			err = w.Access.Withdraw(w.Context(), s.Own, c.ID)
		}
	}
	return err
}

func TestAMachineGetsAShortTokenForItself(t *testing.T) {
	each(t, func(w *world) {
		w.serves("https://api.example/permits")
		a := w.app(func(c *oidc.Client) { c.Resources = []string{"https://api.example/permits"} })
		got := a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "scope": {"permits.read"}, "resource": {"https://api.example/permits"}})
		if got.status != 200 || got.body["expires_in"] != 60.0 || got.get("refresh_token")+got.get("id_token") != "" {
			t.Fatal(got.text)
		}
		c := w.claims(got.get("access_token"))
		if c["sub"] != string(a.ID) || c["aud"] != "https://api.example/permits" || c["scope"] != "permits.read" {
			t.Fatal(c)
		}
		if !a.active(got.get("access_token")) {
			t.Fatal("not active")
		}
		if r := a.userinfo(got.get("access_token"), nil); r.status != 403 {
			t.Fatal(r.status)
		}
		w.Pass(61 * time.Second)
		if a.active(got.get("access_token")) {
			t.Fatal("it lives too long")
		}
		a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "scope": {"openid"}}).wants(t, 400, "invalid_scope")
		a.call("/oauth/token", url.Values{"grant_type": {"client_credentials"}, "resource": {"https://other.example"}}).wants(t, 400, "invalid_target")
		a.call("/oauth/token", url.Values{"grant_type": {"password"}}).wants(t, 400, "unsupported_grant_type")
	})
}

func TestDPoPBindsTokensToTheKey(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.app(func(c *oidc.Client) { c.DPoP, c.Nonce = true, true }), w.signIn(maria)
		code := a.code(s, "openid offline_access")
		a.redeem(code).wants(t, 400, "invalid_request")
		a.proof = ecdsaKey(t)
		first := a.redeem(code) // teaches the nonce
		first.wants(t, 400, "use_dpop_nonce")
		got := a.redeem(code)
		if got.status != 200 || got.get("token_type") != "DPoP" {
			t.Fatal(got.text)
		}
		token := got.get("access_token")
		if r := a.userinfo(token, nil); r.status != 200 {
			t.Fatal(r.text)
		}
		at := w.provider.Issuer() + "/oauth/userinfo"
		proof := a.dpop("GET", at, token, nil)
		for name, change := range map[string]func(*http.Request){
			"as a bearer token": func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token); r.Header.Del("DPoP") },
			"without a proof":   func(r *http.Request) { r.Header.Del("DPoP") },
			"another method":    func(r *http.Request) { r.Header.Set("DPoP", a.dpop("POST", at, token, nil)) },
			"another address":   func(r *http.Request) { r.Header.Set("DPoP", a.dpop("GET", at+"x", token, nil)) },
			"another token":     func(r *http.Request) { r.Header.Set("DPoP", a.dpop("GET", at, token+"x", nil)) },
			"no ath":            func(r *http.Request) { r.Header.Set("DPoP", a.dpop("GET", at, "", nil)) },
			"an old proof": func(r *http.Request) {
				r.Header.Set("DPoP", a.dpop("GET", at, token, func(b map[string]any) { b["iat"] = w.Now().Add(-5 * time.Minute).Unix() }))
			},
			"a future proof": func(r *http.Request) {
				r.Header.Set("DPoP", a.dpop("GET", at, token, func(b map[string]any) { b["iat"] = w.Now().Add(5 * time.Minute).Unix() }))
			},
			"a made-up nonce": func(r *http.Request) {
				r.Header.Set("DPoP", a.dpop("GET", at, token, func(b map[string]any) { b["nonce"] = "x" }))
			},
			"two proofs": func(r *http.Request) { r.Header.Add("DPoP", a.dpop("GET", at, token, nil)) },
			"another key": func(r *http.Request) {
				thief := *a
				thief.proof = ecdsaKey(t)
				r.Header.Set("DPoP", thief.dpop("GET", at, token, nil))
			},
		} {
			if r := a.userinfo(token, change); r.status != 401 || r.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %d %s", name, r.status, r.text)
			}
		}
		use := func(r *http.Request) { r.Header.Set("DPoP", proof) }
		if r := a.userinfo(token, use); r.status != 200 {
			t.Fatal(r.text)
		}
		if r := a.userinfo(token, use); r.status != 401 || r.get("error") != "invalid_dpop_proof" {
			t.Fatal("a proof was replayed: ", r.text)
		}
	})
}

func ecdsaKey(t testing.TB) *ecdsa.PrivateKey {
	k, _ := newKey(t, "ES256")
	return k.(*ecdsa.PrivateKey)
}

func TestFAPI2(t *testing.T) {
	each(t, func(w *world) {
		a, s := w.app(func(c *oidc.Client) { c.FAPI, c.DPoP = true, true }), w.signIn(maria)
		a.proof = ecdsaKey(t)
		request, back, _ := w.authorize(a.want("openid"))
		if request != "" || back.Get("error") != "invalid_request" {
			t.Fatal("a request that was not pushed: ", back)
		}
		q, r := a.push(a.want("openid offline_access"))
		if r.status != 201 || r.body["expires_in"].(float64) > 90 {
			t.Fatal(r.text)
		}
		request, _, _ = w.authorize(q)
		if again, _, _ := w.authorize(q); again != request {
			t.Fatal("a browser that loads the page twice is lost")
		}
		code := w.agree(request, s).Get("code")
		if again, _, _ := w.authorize(q); again != "" || w.page == nil {
			t.Fatal("a request_uri was used twice")
		}
		thief := *a
		thief.proof = ecdsaKey(t)
		thief.redeem(code).wants(t, 400, "invalid_grant") // the code is bound to the key that pushed
		got := a.redeem(code)
		if got.status != 200 {
			t.Fatal(got.text)
		}
		again := a.refresh(got.get("refresh_token"))
		if again.status != 200 || again.get("refresh_token") != got.get("refresh_token") || a.refresh(got.get("refresh_token")).status != 200 {
			t.Fatal("FAPI 2.0 wants refresh tokens to stay: ", again.text)
		}
		q, _ = a.push(a.want("openid"))
		seen, _ := a.push(a.want("openid"))
		w.authorize(seen)
		w.Pass(61 * time.Second)
		for _, q := range []url.Values{q, seen} {
			if late, _, _ := w.authorize(q); late != "" {
				t.Fatal("a pushed request lives too long")
			}
		}
		q, _ = a.push(a.want("openid"))
		q.Set("client_id", string(w.app(nil).ID))
		if other, _, _ := w.authorize(q); other != "" {
			t.Fatal("another client used the request")
		}
	})
}
