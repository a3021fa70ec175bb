package office

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity/machine"
)

const publicKey = `{"kty":"OKP","crv":"Ed25519","kid":"k-1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}` // RFC 8037, appendix A.2

func registration(stage string) url.Values {
	return url.Values{"name": {"Pengingat <izin>"}, "kind": {"bot"}, "stage": {stage}, "purpose_id": {"Mengingatkan pemohon yang izinnya hampir habis."},
		"purpose_en": {"Reminds applicants whose permit is about to end."}, "scopes": {"cases.read", "messages.send"}, "budget": {"1.000"}, "peak": {"60"},
		"expires.d": {"30"}, "expires.m": {"6"}, "expires.y": {"2027"}, "keys": {publicKey}}
}

func TestAMachineIsRegisteredApprovedChangedAndStopped(t *testing.T) {
	w := newWorld(t)
	w.staff()
	b := w.enter(beni, "")
	b.get("/office/machines").is(200).has("Belum ada mesin")
	b.get("/office/machines/new").is(200).has("Setiap kali tercatat dan terbaca oleh orangnya.")
	wrong := registration("production")
	wrong.Set("expires.y", "2029")
	b.post("/office/machines/new", wrong).is(422).has("paling lama satu tahun", "Pengingat <izin>")
	wrong = registration("production")
	wrong.Set("keys", strings.TrimSuffix(publicKey, "}")+`,"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}`)
	b.post("/office/machines/new", wrong).is(422).has("kunci rahasia")
	p := b.post("/office/machines/new", registration("production")).is(200).has("Menunggu persetujuan", "melihat keadaan permohonan", "Beni Damai", "k-1")
	at, _, _ := strings.Cut(p.path, "?")
	p.lacks("Setujui")
	b.post(at+"/approve", url.Values{"version": {"1"}}).is(403)

	e := w.enter(elis, "")
	e.get("/office/machines").has("Pengingat <izin>", "Menunggu persetujuan")
	e.post(at+"/refuse", url.Values{}).is(422).has("Tulis alasannya.")
	p = e.get(at).is(200).has("Menunggu keputusan Anda")
	e.post(at+"/approve", url.Values{"version": {p.hidden("version")}}).is(200).has("Bekerja", "Disetujui")
	id := lancar.ID(strings.TrimPrefix(at, "/office/machines/"))
	if !w.Machines.Alive(t.Context(), id) {
		t.Fatal("it does not work")
	}

	b.get(at + "/change").is(200).has("Ubah Pengingat <izin>")
	more := registration("production")
	more["scopes"] = []string{"cases.read", "messages.send", "cases.files"}
	b.post(at+"/change", more).is(200).has("Minta lebih", "Menunggu orang kedua", "membuka berkas yang diunggah")
	p = e.get(at).is(200).has("Pemiliknya meminta:")
	e.post(at+"/refuse", url.Values{"why": {"Belum perlu."}}).is(200).has("Belum perlu.")
	b.post(at+"/key", url.Values{"keys": {"password123"}}).is(422).has("tidak terbaca")
	b.post(at+"/cut", url.Values{"thumb": {"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}}).is(200).has("Berakhir")

	w.enter(anna, "").get(at).is(200).lacks("Hentikan sekarang", "Setujui")
	w.enter(anna, "").post(at+"/stop", nil).is(403)
	e.post(at+"/stop", url.Values{}).is(200).has("Dihentikan", "Elis Tegas")
	if w.Machines.Alive(t.Context(), id) {
		t.Error("it goes on")
	}
	b.get("/office/machines").has("Belum ada mesin")
	b.get("/office/machines?over=1").has("Pengingat <izin>", "Dihentikan")
	b.get("/office/machines/none").is(404)
}

func TestEverythingOfAnOfficeStopsWithOneButton(t *testing.T) {
	w := newWorld(t)
	w.staff()
	b := w.enter(beni, "")
	for range 2 {
		b.post("/office/machines/new", func() url.Values { v := registration("sandbox"); v.Del("keys"); return v }()).is(200).has("Uji coba", "Bekerja", "belum bisa masuk")
	}
	b.get("/office/machines/stop").is(403)
	b.post("/office/machines/stop", url.Values{"why": {"iseng"}}).is(403)
	e := w.enter(elis, "")
	e.get("/office/machines").has("Hentikan semua mesin")
	e.get("/office/machines/stop").is(200).has("2 mesin")
	e.post("/office/machines/stop", url.Values{}).is(422).has("Tulis alasannya.")
	e.post("/office/machines/stop", url.Values{"why": {"Kebocoran kunci"}}).is(200).has("2 mesin dihentikan")
}

func TestTheYearlyReviewIsSigned(t *testing.T) {
	w := newWorld(t)
	w.staff()
	b := w.enter(beni, "")
	v := registration("sandbox")
	v.Set("expires.d", "20")
	v.Set("expires.m", "11")
	b.post("/office/machines/new", v).is(200)
	b.get("/office/machines/review").is(200).has("Tidak ada yang perlu ditinjau")
	w.Pass(340 * 24 * time.Hour)
	b = w.enter(beni, "")
	p := b.get("/office/machines").has("Tinjauan tahunan menunggu tanda tangan Anda")
	id := strings.TrimPrefix(p.link("/office/machines/0"), "/office/machines/")
	p = b.get("/office/machines/review").is(200).has("Pengingat <izin>", "Tingkat masuk Anda ikut tercatat")
	version := p.hidden("version_" + id)
	b.post("/office/machines/review", url.Values{"version_" + id: {version}}).is(422).has("Pilih untuk Pengingat <izin>.", "Centang tanda tangan Anda.")
	b.post("/office/machines/review", url.Values{"version_" + id: {version}, "verdict_" + id: {"reduce"}, "sure": {"yes"}}).is(422).has("Pilih cakupan yang tinggal")
	b.post("/office/machines/review", url.Values{"version_" + id: {version}, "verdict_" + id: {"reduce"}, "scopes_" + id: {"cases.read"}, "sure": {"yes"}}).is(200).has("Tinjauan Anda tercatat")
	b.get("/office/machines/"+id).has("Beni Damai, dikurangi", "Tinjauan ditandatangani")
	m, err := w.Machines.Live(t.Context(), lancar.ID(id))
	w.Must(err)
	if m.May("messages.send") || m.State != machine.Active {
		t.Errorf("%+v", m)
	}
}
