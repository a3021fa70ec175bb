package portal

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"lancar"
	"lancar/identity/oidc"
	"lancar/internal/store"
)

const (
	maria = "5315044609970001"
	yosef = "5315040101850002"

	deviceFlow  = "urn:ietf:params:oauth:grant-type:device_code"
	counterFlow = "urn:openid:params:grant-type:ciba"
)

// kiosk is an app that asks from another device than the person's: a screen, or a counter.
type kiosk struct {
	*world
	id, secret string
}

func (w *world) kiosk(auth oidc.Method, more ...string) (k kiosk) {
	k.world = w
	w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
		c, secret, err := w.oidc.RegisterTx(tx, oidc.Client{Region: "53.15", Agency: "dinkes", Officer: "x", Name: lancar.Text{"id": "Layar <Puskesmas>"}, AgencyName: lancar.Text{"id": "Dinas Kesehatan"},
			Purpose: lancar.Text{"id": "Memanggil antrean pasien"}, Redirects: []string{"http://127.0.0.1/cb"}, Scopes: append([]string{"openid", "profile", "email"}, more...), Auth: auth, Sector: "screen",
			Grants: []string{"authorization_code", deviceFlow, counterFlow}})
		k.id, k.secret = string(c.ID), secret
		return err
	}))
	return k
}

// asks calls the provider as the app does.
func (k kiosk) asks(path string, form url.Values) map[string]any {
	k.t.Helper()
	form.Set("client_id", k.id)
	if k.secret != "" {
		form.Set("client_secret", k.secret)
	}
	r, err := http.PostForm(k.base+path, form)
	k.Must(err)
	defer r.Body.Close()
	out := map[string]any{}
	k.Must(json.NewDecoder(r.Body).Decode(&out))
	return out
}

func (k kiosk) text(m map[string]any, name string) string {
	k.t.Helper()
	s, _ := m[name].(string)
	if s == "" {
		k.t.Fatalf("no %s: %v", name, m)
	}
	return s
}

func TestADeviceIsConnectedByWhoStandsBeforeIt(t *testing.T) {
	w := newWorld(t)
	tv := w.kiosk(oidc.None)
	begin := func() (user, code string) {
		m := tv.asks("/oauth/device", url.Values{"scope": {"openid profile"}, "claims": {`{"userinfo":{"email":null}}`}})
		return tv.text(m, "user_code"), tv.text(m, "device_code")
	}
	poll := func(code string) map[string]any {
		w.Pass(6 * time.Second)
		return tv.asks("/oauth/token", url.Values{"grant_type": {deviceFlow}, "device_code": {code}})
	}
	user, code := begin()
	b := w.browser()
	b.get("/device?user_code=" + user)
	b.shows(200, "Masuk") // signing in comes first
	b.signIn(maria)
	b.get("/device?user_code=" + user)
	b.shows(200, "Sambungkan perangkat", `value="`+user+`"`, "penipuan")
	if poll(code)["error"] != "authorization_pending" {
		t.Fatal("an address connects a device")
	}
	b.post("/device", "user_code", "BCDF-GHJK")
	b.shows(422, "tidak dikenal", `aria-invalid="true"`)
	b.forged("/device", "user_code", user)
	b.shows(403, "situs lain")
	b.post("/device", "user_code", user)
	b.shows(200, "Setujui Layar &lt;Puskesmas&gt;?", user, "jaringan yang sama", "Memanggil antrean pasien", "Nama lengkap Anda", "Maria")
	request := b.find(`name="request" value="([^"]+)"`)

	stranger := w.browser()
	stranger.post("/approve", "request", request, "agree", "yes")
	stranger.shows(401, "Masuk dulu") // nobody is signed in there
	b.forged("/approve", "request", request, "agree", "yes")
	b.shows(403, "situs lain")
	b.post("/approve", "request", request)
	b.shows(422, "Pilih setuju atau tolak")
	if poll(code)["error"] != "authorization_pending" {
		t.Fatal("something answered for the person")
	}
	b.post("/approve", "request", request, "agree", "yes", "kind", "email")
	b.shows(200, "Sudah disetujui")
	if got := poll(code); got["access_token"] == nil {
		t.Fatal(got)
	}
	b.post("/approve", "request", request, "agree", "yes")
	b.shows(410)
	b.post("/device", "user_code", user)
	b.shows(422, "tidak dikenal")

	user, code = begin()
	b.post("/device", "user_code", user)
	b.post("/approve", "request", b.find(`name="request" value="([^"]+)"`), "agree", "no")
	b.shows(200, "Ditolak")
	if got := poll(code); got["error"] != "access_denied" {
		t.Fatal(got)
	}

	user, code = begin()
	b.post("/device", "user_code", user)
	request = b.find(`name="request" value="([^"]+)"`)
	w.Pass(11 * time.Minute)
	b.get("/approve?request=" + url.QueryEscape(request))
	b.shows(410, "kedaluwarsa")
	b.post("/approve", "request", request, "agree", "yes")
	b.shows(410, "kedaluwarsa")
	if got := poll(code); got["error"] != "expired_token" {
		t.Fatal(got)
	}
}

func TestACounterIsAnsweredByWhomItNamedAndNobodyElse(t *testing.T) {
	w := newWorld(t)
	b, other := w.browser(), w.browser()
	b.signIn(maria)
	other.signIn(yosef)
	counter := w.kiosk(oidc.SecretPost)
	begin := func() string {
		return counter.text(counter.asks("/oauth/bc-authorize", url.Values{"scope": {"openid profile"}, "login_hint": {"maria@example.com"}, "binding_message": {"Loket 3"}}), "auth_req_id")
	}
	poll := func(id string) map[string]any {
		w.Pass(6 * time.Second)
		return counter.asks("/oauth/token", url.Values{"grant_type": {counterFlow}, "auth_req_id": {id}})
	}
	id := begin()
	b.get("/approve")
	b.shows(200, "Menunggu persetujuan Anda", "Layar &lt;Puskesmas&gt;")
	at := b.find(`href="(/approve\?request=[^"]+)"`)
	b.get(at)
	b.shows(200, "Loket 3", "Apakah Anda sendiri yang memulai ini?")
	request := b.find(`name="request" value="([^"]+)"`)
	other.get("/approve")
	other.shows(200, "Tidak ada yang menunggu")
	other.get(at)
	other.shows(410)
	for _, said := range []string{"yes", "no"} {
		other.post("/approve", "request", request, "agree", said)
		other.shows(410)
	}
	b.forged("/approve", "request", request, "agree", "yes")
	b.shows(403, "situs lain")
	if got := poll(id); got["error"] != "authorization_pending" {
		t.Fatal("somebody else answered: ", got)
	}
	b.post("/approve", "request", request, "agree", "yes")
	b.shows(200, "Sudah disetujui")
	if got := poll(id); got["access_token"] == nil {
		t.Fatal(got)
	}
	id = begin()
	w.Pass(6 * time.Minute)
	b.get("/approve")
	b.shows(200, "Tidak ada yang menunggu")
	if got := poll(id); got["error"] != "expired_token" {
		t.Fatal(got)
	}
}

func TestAConsentThatTookTooLongIsNone(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	client, callback, got := appAt(t, w)
	b.signIn(maria)
	b.get("/oauth/authorize?" + url.Values{"client_id": {string(client)}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid profile"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}}.Encode())
	b.shows(200, "Izinkan Klinik Sehat?")
	request := b.find(`name="request" value="([^"]+)"`)
	w.Pass(21 * time.Minute)
	b.get("/consent?request=" + url.QueryEscape(request))
	b.shows(410, "terlalu lama")
	for _, said := range []string{"yes", "no"} {
		b.post("/consent", "request", request, "agree", said)
		b.shows(410, "terlalu lama")
	}
	b.get("/consent?request=made-up")
	b.shows(410)
	if len(*got) != 0 {
		t.Fatal("the app was told: ", *got)
	}
}
