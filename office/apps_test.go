package office

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lancar"
)

const appKeys = `{"keys":[` + publicKey + `]}`

func newAppForm(kind string) url.Values {
	return url.Values{"name": {"Klinik <Sehat>"}, "kind": {kind}, "purpose_id": {"Mengisi pendaftaran pasien."}, "purpose_en": {"Fills in a patient's registration."},
		"scopes": {"profile", "offline_access"}, "redirects": {"https://klinik.example/masuk\r\n\r\nhttps://klinik.example/lagi"}, "jwks": {appKeys}}
}

func TestAnEngineerRegistersAnAppAndASecondPersonLetsItIntoProduction(t *testing.T) {
	w := newWorld(t)
	w.staff()
	b := w.enter(beni, "")
	b.get("/office/apps").is(200).has("Belum ada aplikasi")
	b.get("/office/apps/new").is(200).has("Alamat kembali")
	for field, bad := range map[string]string{"redirects": "http://klinik.example/masuk", "jwks": `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`, "purpose_id": "", "name": ""} {
		wrong := newAppForm("server")
		wrong.Set(field, bad)
		b.post("/office/apps/new", wrong).is(422).has(`id="` + field)
	}
	p := b.post("/office/apps/new", newAppForm("server")).is(200).has("Uji coba", "Mengisi pendaftaran pasien.", "https://masuk.example", "openid-client", "private_key_jwt", "https://klinik.example/lagi").lacks("Menunggu keputusan Anda")
	at, _, _ := strings.Cut(p.path, "?")
	b.post(at+"/approve", nil).is(403)
	b.post(at+"/submit", nil).is(200).has("Menunggu persetujuan")
	b.post(at+"/approve", nil).is(403)

	w.enter(anna, "").post(at+"/approve", nil).is(403)
	e := w.enter(elis, "")
	e.get("/office/apps").has("Klinik <Sehat>", "Menunggu persetujuan")
	e.get(at).is(200).has("Menunggu keputusan Anda")
	e.post(at+"/approve", url.Values{"numbers": {"yes"}, "version": {"1"}}).is(409) // another than stands there now
	e.post(at+"/approve", url.Values{"numbers": {"yes"}, "version": {"2"}}).is(200).has("Produksi", "NIK, dengan perjanjian", "Elis Tegas")

	b.post(at+"/keys", url.Values{"jwks": {"rahasia"}}).is(422).has("tidak terbaca")
	b.post(at+"/keys", url.Values{"jwks": {appKeys}}).is(200).lacks("Kunci baru menunggu") // the same
	other := strings.ReplaceAll(appKeys, "k-1", "k-2")
	p = b.post(at+"/keys", url.Values{"jwks": {other}}).is(200).has("Kunci baru menunggu", "k-2", "Buang kunci baru").lacks("Setujui kunci baru")
	b.post(at+"/newkeys", url.Values{"version": {p.hidden("version")}}).is(403)
	b.post(at+"/oldkeys", url.Values{"version": {p.hidden("version")}}).is(200).lacks("Kunci baru menunggu")
	p = b.post(at+"/keys", url.Values{"jwks": {other}}).is(200)
	p = e.get(at).is(200).has("Setujui kunci baru", "Beni Damai")
	e.post(at+"/newkeys", url.Values{"version": {p.hidden("version")}}).is(200).has("k-2").lacks("Kunci baru menunggu")
	w.enter(anna, "").post(at+"/end", nil).is(403)
	b.post(at+"/end", nil).is(200).has("Diakhiri")
	b.get("/office/apps/none").is(404)
}

func TestAnAppOfAPhoneNeedsNoKeyAndShowsItsOwnExamples(t *testing.T) {
	w := newWorld(t)
	w.staff()
	b := w.enter(beni, "")
	b.get("/office/apps/new").is(200).has("Belum punya kunci?", "generateKeyPairSync")
	form := newAppForm("native")
	form.Del("jwks")
	form.Set("redirects", "https://klinik.example/masuk")
	b.post("/office/apps/new", form).is(200).has("fetchFromIssuer(Uri.parse", "GenerateVerifier", "oidc-client-ts", "OIDCPKCEMethod S256").lacks("PrivateKeyJwt", "Simpan kunci")
	// who must push requests and bind tokens reads nothing that does neither
	b.post("/office/apps/new", newAppForm("strict")).is(200).has("private_key_jwt", "buildAuthorizationUrlWithPAR", "getDPoPHandle").lacks("Authlib", "Spring")
	b.post("/office/apps/new", newAppForm("server")).is(200).has("generateKeyPairSync", "Authlib", "withPkce", "scope: openid,").lacks("{scope", "{path}", "{client}")
}

func TestTheLastErrorsOfAnAppStandInWords(t *testing.T) {
	w := newWorld(t)
	w.staff()
	b := w.enter(beni, "")
	p := b.post("/office/apps/new", newAppForm("server")).is(200).has("Belum ada. Bila permintaan aplikasi Anda salah")
	at, _, _ := strings.Cut(p.path, "?")
	id := strings.TrimPrefix(at, "/office/apps/")
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}}
	req := httptest.NewRequest(http.MethodPost, "/oauth/token", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res := httptest.NewRecorder()
	if w.apps.Handler().ServeHTTP(res, req); res.Code != http.StatusUnauthorized {
		t.Fatalf("the provider answered %d", res.Code)
	}
	b.get(at).has("invalid_client", "token")
}

// A token from the office registers one app, for the agency of the officer who asked for it.
func TestAnInvitationIsShownOnce(t *testing.T) {
	w := newWorld(t)
	w.staff()
	b := w.enter(beni, "")
	b.post("/office/apps/invitation", nil).is(200).has("Hanya ditampilkan sekali", "https://masuk.example/oauth/register")
	b.get("/office/apps").lacks("Hanya ditampilkan sekali")
	list, err := w.apps.Clients(t.Context(), lancar.Actor{Kind: lancar.Officer, Agency: "nobody", Region: "53.15"})
	if err != nil || len(list) != 0 {
		t.Error("another agency sees apps", list, err)
	}
}

// An app that is not ready goes back with a reason, its engineer mends it and asks again; nobody has to
// register it anew.
func TestAnAppIsSentBackAndMended(t *testing.T) {
	w := newWorld(t)
	w.staff()
	b, e := w.enter(beni, ""), w.enter(elis, "")
	none := newAppForm("server")
	none.Del("kind")
	b.post("/office/apps/new", none).is(422).has("Pilih jenis aplikasinya")
	p := b.post("/office/apps/new", newAppForm("server")).is(200)
	at, _, _ := strings.Cut(p.path, "?")
	p = b.post(at+"/submit", nil).is(200).has("Menunggu orang kedua", "Tarik permintaan")
	b.post(at+"/back", url.Values{"version": {p.hidden("version")}}).is(200).has("Uji coba").lacks("Dikembalikan")
	b.post(at+"/submit", nil).is(200)

	version := url.Values{"version": {e.get(at).has("Kembalikan ke uji coba").hidden("version")}}
	e.post(at+"/back", version).is(422).has("Tulis apa yang perlu diperbaiki")
	w.enter(anna, "").post(at+"/back", version).is(403)
	version.Set("why", "Nama dan tanggal lahir <tidak> perlu.")
	e.post(at+"/back", version).is(200).has("Uji coba")
	e.post(at+"/back", version).is(409)

	b.get(at).is(200).has("Dikembalikan", "Nama dan tanggal lahir <tidak> perlu.")
	w.enter(anna, "").get(at).is(200).lacks(at + "/change")
	b.get(at+"/change").is(200).has("https://klinik.example/lagi", "Mengisi pendaftaran pasien.")
	form := newAppForm("server")
	form.Set("redirects", "klinik")
	b.post(at+"/change", form).is(422).has(`id="redirects`)
	form.Set("redirects", "https://klinik.example/baru")
	form.Del("scopes")
	b.post(at+"/change", form).is(200).has("https://klinik.example/baru").lacks("Nama dan tanggal lahir\n", "klinik.example/lagi", "refresh_token")
	p = b.post(at+"/submit", nil).is(200).lacks("Dikembalikan")
	e.post(at+"/approve", url.Values{"version": {p.hidden("version")}}).is(200).has("Produksi")
	b.get(at).lacks(at + "/change")
	form.Set("name", "Klinik Lain")
	b.post(at+"/change", form).is(409)
}
