package portal

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lancar"
	"lancar/identity/oidc"
	"lancar/internal/store"
)

// appAt registers an app whose redirect address is a server that keeps what it is sent.
func appAt(t *testing.T, w *world, more ...string) (client lancar.ID, callback string, got *url.Values) {
	got = &url.Values{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		*got = r.Form
	}))
	t.Cleanup(server.Close)
	callback = server.URL + "/cb"
	w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
		c, _, err := w.oidc.RegisterTx(tx, oidc.Client{Region: "53.15", Agency: "dinkes", Officer: "x", Name: lancar.Text{"id": "Klinik Sehat"}, AgencyName: lancar.Text{"id": "Dinas Kesehatan"},
			Purpose: lancar.Text{"id": "Mengisi pendaftaran pasien"}, Redirects: []string{"http://127.0.0.1/cb"}, Scopes: append([]string{"openid", "profile", "email"}, more...), Auth: oidc.None, Sector: "clinic"})
		client = c.ID
		return err
	}))
	return client, callback, got
}

func TestAnAppSignsAPersonIn(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	client, callback, got := appAt(t, w)
	ask := func(more ...string) string {
		q := url.Values{"client_id": {string(client)}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid profile"}, "state": {"s1"},
			"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}, "claims": {`{"userinfo":{"email":null}}`}}
		for i := 0; i < len(more); i += 2 {
			q.Set(more[i], more[i+1])
		}
		return "/oauth/authorize?" + q.Encode()
	}
	b.get(ask()) // a stranger is led to sign-in first, and the form there may end at the app
	b.shows(200, "Masuk", "/consent?request=")
	if policy := b.header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' "+strings.TrimSuffix(callback, "/cb")+";") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Fatal(policy)
	}
	b.get(ask("login_hint", "maria@example.com")) // the app thinks it knows her
	b.shows(200, "Masuk", `name="contact" value="maria@example.com"`)
	for _, hint := range []string{"5315044609970001", "x@y\"><script>", "X1234567"} { // a number is shown to no browser
		if b.get(ask("login_hint", hint)); strings.Contains(b.body, hint) || !strings.Contains(b.body, `name="contact" value=""`) {
			t.Fatal("the page shows ", hint)
		}
	}
	b.get(ask()) // who asks stands on the page, and the way back to it without signing in
	b.shows(200, "Untuk memakai", "<b>Klinik Sehat</b> · Dinas Kesehatan", "Tidak jadi, kembali ke Klinik Sehat")
	b.post("/consent", "request", b.find(`name="request" value="([^"]+)"`), "agree", "no")
	if got.Get("error") != "access_denied" {
		t.Fatal(got)
	}
	b.signIn("5315044609970001")

	b.get(ask())
	b.shows(200, "Izinkan Klinik Sehat?", "Dinas Kesehatan", "Mengisi pendaftaran pasien", "Nama lengkap Anda", "Boleh Anda pilih", "Maria")
	if policy := b.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") || b.header.Get("Cache-Control") != "no-store" {
		t.Fatal(policy)
	}
	request := b.find(`name="request" value="([^"]+)"`)
	b.post("/consent", "request", request)
	b.shows(422, "Pilih setuju")
	b.post("/consent", "request", request, "agree", "no")
	if got.Get("error") != "access_denied" || got.Get("state") != "s1" || got.Get("iss") != w.oidc.Issuer() {
		t.Fatal(got)
	}
	b.post("/consent", "request", request, "agree", "yes")
	b.shows(410, "sudah dijawab")

	b.get(ask())
	request = b.find(`name="request" value="([^"]+)"`)
	other := w.browser()
	other.post("/consent", "request", request, "agree", "yes") // nobody is signed in there
	other.shows(409, "Masuk dulu")
	r, err := http.NewRequest("POST", b.base+"/consent", strings.NewReader("request="+request+"&agree=yes"))
	w.Must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.do(r)
	b.shows(403, "situs lain")
	b.post("/consent", "request", request, "agree", "yes", "kind", "email")
	if got.Get("code") == "" || got.Get("state") != "s1" {
		t.Fatal(got)
	}
	*got = url.Values{}
	b.get(ask("state", "s2")) // asked once: the second time nothing is shown
	if got.Get("code") == "" || got.Get("state") != "s2" {
		t.Fatal(b.url, got)
	}
	b.get(ask("response_mode", "form_post"))
	b.shows(200, "Kembali ke aplikasi", `name="code"`, `action="`+callback+`"`, "data-go")
	*got = url.Values{}
	b.get(ask("prompt", "login"))
	b.shows(200, "Masuk")
	if len(*got) != 0 {
		t.Fatal("prompt=login was passed over")
	}
	b.get(ask("acr_values", "urn:lancar:acr:3"))
	b.shows(200, "passkey", "Tidak sekarang, kembali ke aplikasi")
	b.get(strings.ReplaceAll(b.find(`class="row-a" href="(/consent[^"]+)"`), "&amp;", "&"))
	if got.Get("code") == "" { // voluntary: the app hears how sure it is
		t.Fatal(b.url, got)
	}
	b.get(ask("redirect_uri", "https://evil.example/cb"))
	b.shows(422, "alamat kembali tidak terdaftar")
	b.get("/me/consents")
	b.shows(200, "Klinik Sehat", "alamat surel")
}
