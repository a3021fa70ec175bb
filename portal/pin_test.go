package portal

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/internal/store"
)

const digits = "805193"

// numbers has two officers approve an app for identity numbers.
func (w *world) numbers(id lancar.ID) {
	w.t.Helper()
	engineer := lancar.Actor{Kind: lancar.Officer, ID: "x", Agency: "dinkes", Region: "53.15", Role: "engineer"}
	superior := lancar.Actor{Kind: lancar.Officer, ID: "0000000000000000000000000000bbbb", Agency: "dinkes", Region: "53.15", Role: identity.Superior}
	for n, who := range []lancar.Actor{engineer, superior} {
		w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
			return tx.Queue(`INSERT INTO identity_officers (account, number, name, subject, family) VALUES ($1, $1, 'Petugas', $2, $3) ON CONFLICT DO NOTHING`, string(who.ID), w.Ring.Subject("nik", fmt.Sprint(n)), w.Ring.Subject("family", fmt.Sprint(n)))
		}))
	}
	w.Must(w.oidc.Submit(w.t.Context(), engineer, id))
	w.Must(w.oidc.Approve(w.t.Context(), superior, id, 2, true))
}

// clinic is an app that was approved for numbers, and how it asks.
func (w *world) clinic() (ask func(more ...string) string, got *url.Values) {
	client, callback, got := appAt(w.t, w, "nik")
	w.numbers(client)
	return func(more ...string) string {
		q := url.Values{"client_id": {string(client)}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid nik"},
			"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}}
		for i := 0; i < len(more); i += 2 {
			q.Set(more[i], more[i+1])
		}
		return "/oauth/authorize?" + q.Encode()
	}, got
}

func (b *browser) setPin(digits string) {
	b.t.Helper()
	b.get("/me/devices/pin")
	b.shows(200, "PIN baru")
	b.post("/me/devices/pin", "do", "set", "pin", digits, "again", digits)
	b.shows(200, "PIN tersimpan")
}

func (b *browser) request() string { b.t.Helper(); return b.find(`name="request" value="([^"]+)"`) }

func TestAPersonLocksTheirNumberOnADevice(t *testing.T) {
	w := newWorld(t)
	ask, got := w.clinic()
	b := w.browser()
	b.signIn(maria)
	b.get(ask())
	b.shows(200, "Izinkan Klinik Sehat?", "Nomor identitas Anda", "Kunci nomor Anda di perangkat ini")
	if strings.Contains(b.body, `name="pin"`) {
		t.Fatal("a PIN is asked that was never set")
	}
	set := strings.ReplaceAll(b.find(`href="(/me/devices/pin[^"]+)"`), "&amp;", "&")
	to, err := url.Parse(set)
	w.Must(err)
	b.get(set)
	b.shows(200, "PIN perangkat ini", `type="password"`, `inputmode="numeric"`, `autocomplete="off"`)
	b.post("/me/devices/pin", "do", "set", "pin", "060997", "again", "060997", "to", to.Query().Get("to"))
	b.shows(422, "mudah ditebak", `aria-invalid="true"`, `href="#pin"`)
	b.post("/me/devices/pin", "do", "set", "pin", digits, "again", "805194", "to", to.Query().Get("to"))
	b.shows(422, "tidak sama", `href="#again"`)
	if strings.Contains(b.body, digits) {
		t.Fatal("a page shows a PIN")
	}
	b.post("/me/devices/pin", "do", "set", "pin", "80 51 93", "again", digits, "to", to.Query().Get("to"))
	b.shows(200, "Izinkan Klinik Sehat?", `name="pin"`)

	request := b.request()
	b.post("/consent", "request", request, "agree", "yes") // posted past the question
	b.shows(422, "Ketik PIN perangkat ini dulu", `aria-invalid="true"`)
	b.post("/consent", "request", request, "agree", "yes", "pin", "805194")
	b.shows(422, "PIN salah. Masih ada 4 kali lagi.", "Izinkan Klinik Sehat?")
	b.post("/consent", "request", request, "agree", "yes", "pin", "80519")
	b.shows(422, "PIN terdiri dari 6 angka")
	if list, err := w.Access.Consents(t.Context(), b.session().Own); err != nil || len(list) != 0 || len(*got) != 0 {
		t.Fatal("something was agreed to: ", list, *got, err)
	}
	b.forged("/consent", "request", request, "agree", "yes", "pin", digits)
	b.shows(403, "situs lain")
	b.post("/consent", "request", request, "agree", "yes", "pin", digits)
	if got.Get("code") == "" {
		t.Fatal(b.url, b.text(), *got)
	}
	*got = url.Values{}
	w.Pass(time.Hour)
	b.get(ask()) // agreed to before
	if got.Get("code") == "" {
		t.Fatal(b.url, b.text())
	}
	b.get(ask("prompt", "consent"))
	b.shows(200, `name="pin"`)
	*got = url.Values{}
	b.post("/consent", "request", b.request(), "agree", "no") // no needs no PIN
	if got.Get("error") != "access_denied" {
		t.Fatal(b.url, b.text(), *got)
	}
}

func TestTheFifthWrongPinIsTheEndOfIt(t *testing.T) {
	w := newWorld(t)
	ask, got := w.clinic()
	b := w.browser()
	b.signIn(maria)
	b.setPin(digits)
	b.get(ask())
	request := b.request()
	for range 4 {
		b.post("/consent", "request", request, "agree", "yes", "pin", "112358")
		b.shows(422, "PIN salah")
	}
	b.post("/consent", "request", request, "agree", "yes", "pin", "112358")
	b.shows(403, "PIN salah lima kali", "Buktikan", "fresh=1")
	b.post("/consent", "request", request, "agree", "yes", "pin", digits)
	b.shows(403, "Buktikan")
	b.get(ask())
	if b.url != "/signin" || len(*got) != 0 {
		t.Fatal("it goes on: ", b.url, *got)
	}
	w.run()
	if !w.Told("maria@example.com", "PIN salah lima kali") {
		t.Error("she was not told")
	}
	b.get("/me/devices")
	b.shows(200, "PIN salah lima kali", "PIN di perangkat ini sudah dihapus")
	b.get("/me/devices/pin")
	b.shows(200, "buktikan sekali lagi", "fresh=1")
	b.post("/me/devices/pin", "do", "set", "pin", "719305", "again", "719305")
	b.shows(403, "Buktikan dulu")
	b.signIn(maria)
	b.setPin("719305")
}

// Whoever has the session's cookie and not the device's gives nothing, and uses no try up.
func TestAStolenSessionIsNoWayRoundThePin(t *testing.T) {
	w := newWorld(t)
	ask, got := w.clinic()
	b := w.browser()
	b.signIn(maria)
	b.setPin(digits)
	home, err := url.Parse(b.base)
	w.Must(err)
	thief := w.browser()
	jar, err := cookiejar.New(nil)
	w.Must(err)
	for _, c := range b.http.Jar.Cookies(home) {
		if c.Name == identity.CookieName(false) {
			jar.SetCookies(home, []*http.Cookie{c})
		}
	}
	thief.http.Jar = jar
	thief.get(ask())
	request := thief.request()
	for _, pin := range []string{"112358", "112358", "112358", "112358", "112358", "112358", digits} {
		thief.post("/consent", "request", request, "agree", "yes", "pin", pin)
		thief.shows(403, "Buktikan")
	}
	thief.post("/consent", "request", request, "agree", "yes")
	thief.shows(422, "Ketik PIN")
	thief.post("/me/devices/pin", "do", "set", "pin", "719305", "again", "719305")
	thief.shows(403, "Buktikan")
	thief.get("/me/data")
	thief.shows(200, "Ketik PIN perangkat ini")
	thief.post("/release", "to", "/me/rights", "pin", digits)
	thief.shows(403, "Buktikan")
	if len(*got) != 0 {
		t.Fatal("the number was given: ", *got)
	}
	b.get(ask())
	request = b.request()
	for range 4 {
		b.post("/consent", "request", request, "agree", "yes", "pin", "112358")
		b.shows(422, "PIN salah")
	}
	b.post("/consent", "request", request, "agree", "yes", "pin", digits)
	if got.Get("code") == "" {
		t.Fatal(b.url, b.text())
	}
}

func TestOnesDataIsLockedForWhoSetAPin(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn(maria)
	b.get("/me/data")
	b.shows(200, "siapa_melihat_data")
	b.get("/me/rights")
	b.shows(200, `href="/me/data" download`)
	b.setPin(digits)
	b.get("/me/rights")
	b.shows(200, `href="/me/data">`) // what is downloaded must not be the page that asks
	b.get("/me/data")
	b.shows(200, "Ketik PIN perangkat ini", "Berlaku 10 menit")
	b.forged("/release", "to", "/me/rights", "pin", digits)
	b.shows(403, "situs lain")
	b.post("/release", "to", "https://evil.example/", "pin", "805194")
	b.shows(422, "Masih ada 4 kali lagi")
	b.post("/release", "to", "/me/rights", "pin", digits)
	b.shows(200, "Unduh data saya")
	for range 2 {
		b.get("/me/data")
		b.shows(200, "siapa_melihat_data")
	}
	w.Pass(11 * time.Minute)
	b.get("/me/data")
	b.shows(200, "Ketik PIN perangkat ini")
}

func TestThePinIsChangedAndRemovedOnThePageOfDevices(t *testing.T) {
	w := newWorld(t)
	b, phone := w.browser(), w.browser()
	b.signIn(maria)
	phone.signIn(maria)
	phone.setPin(digits)
	phone.get("/me/devices")
	phone.shows(200, "PIN dibuat di perangkat", "Ganti atau hapus PIN")
	phone.post("/me/devices/pin", "do", "change", "old", "805194", "pin", "719305", "again", "719305")
	phone.shows(422, "Masih ada 4", `href="#old"`)
	phone.get("/me/devices")
	phone.shows(200, "sejak itu salah diketik 1 kali")
	phone.post("/me/devices/pin", "do", "change", "old", digits, "pin", "719305", "again", "719305")
	phone.shows(200, "PIN tersimpan")
	b.get("/me/devices")
	b.shows(200, "Buat PIN di perangkat ini", `action="/me/devices/pin"`)
	id := b.find(`action="/me/devices/pin" method="post"><input type="hidden" name="id" value="([^"]+)"`)
	b.forged("/me/devices/pin", "do", "remove", "id", id)
	b.shows(403, "situs lain")
	other := w.browser()
	other.signIn(yosef)
	other.post("/me/devices/pin", "do", "remove", "id", id)
	other.shows(404)
	w.Pass(12 * time.Minute)
	if b.get("/me/devices"); strings.Contains(b.body, id) {
		t.Fatal("what needs a proof first is offered without")
	}
	b.post("/me/devices/pin", "do", "remove", "id", id)
	b.shows(200, "Buktikan sekali lagi")
	b.signIn(maria)
	b.post("/me/devices/pin", "do", "remove", "id", id)
	b.shows(200, "PIN dihapus")
	phone.get("/me/data")
	if phone.url != "/signin" {
		t.Fatal("removing the PIN opened what it held: ", phone.url)
	}
	phone.get("/me/devices/pin")
	phone.shows(200, "PIN di perangkat ini sudah dihapus", "fresh=1")
	stranger := w.browser()
	stranger.post("/me/devices/pin", "do", "set", "pin", digits, "again", digits)
	stranger.shows(401)
}

func TestACounterIsGivenTheNumberByPin(t *testing.T) {
	w := newWorld(t)
	counter := w.kiosk(oidc.SecretPost, "nik")
	w.numbers(lancar.ID(counter.id))
	b := w.browser()
	b.signIn(maria)
	b.setPin(digits)
	id := counter.text(counter.asks("/oauth/bc-authorize", url.Values{"scope": {"openid nik"}, "login_hint": {"maria@example.com"}, "binding_message": {"Loket 3"}}), "auth_req_id")
	b.get("/approve")
	b.get(b.find(`href="(/approve\?request=[^"]+)"`))
	b.shows(200, "Loket 3", "Nomor identitas Anda", `name="pin"`)
	request := b.request()
	b.post("/approve", "request", request, "agree", "yes")
	b.shows(422, "Ketik PIN")
	b.post("/approve", "request", request, "agree", "yes", "pin", "805194")
	b.shows(422, "Masih ada 4", "Loket 3")
	w.Pass(6 * time.Second)
	poll := url.Values{"grant_type": {counterFlow}, "auth_req_id": {id}}
	if got := counter.asks("/oauth/token", poll); got["error"] != "authorization_pending" {
		t.Fatal(got)
	}
	b.post("/approve", "request", request, "agree", "yes", "pin", digits)
	b.shows(200, "Sudah disetujui")
	w.Pass(6 * time.Second)
	if got := counter.asks("/oauth/token", poll); got["access_token"] == nil {
		t.Fatal(got)
	}
}
