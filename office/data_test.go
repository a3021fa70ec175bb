package office

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lancar/access"
	"lancar/access/breach"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

func TestTheDataOfficerSeesEverythingThatWaits(t *testing.T) {
	w, _, number := staffed(t)
	d := w.enter(domi, "dpo")
	d.get("/office/data").is(200).has("Pelindungan data", "Tidak ada yang menunggu", "Permintaan terbuka", "Jejak masuk")
	w.enter(anna, "").get("/office/cases/" + number)
	w.run()
	_, s := w.person()
	_, err := w.Access.AskFor(t.Context(), s.Own, access.Ask{Right: access.See, Region: "53.15", Text: "Apa saja?"})
	w.Must(err)
	w.Pass(2 * time.Hour)
	d.get("/office/data").has("Data apa yang disimpan tentang saya?", "70 jam lagi", "1, terlambat 0")
	csv := d.get("/office/data.csv").is(200)
	for _, want := range []string{"jenis,hal,sejak,batas,umur_jam,terlambat", "see,Data apa yang disimpan", ",2,tidak"} {
		if !strings.Contains(csv.body, want) {
			t.Errorf("the table lacks %q:\n%s", want, csv.body)
		}
	}
	d.get("/office/data/processing").is(200).has("Catatan pemrosesan", "Pasal 31", "Catatan siapa melihat data")
	if p := d.get("/office/data/processing.csv").is(200); !strings.Contains(p.body, "kegiatan,penanggung_jawab") || !strings.Contains(p.body, "Catatan siapa melihat data") {
		t.Error(p.body)
	}
	for _, path := range []string{"/office/data", "/office/data.csv", "/office/data/processing", "/office/data/processing.csv", "/office/breaches"} {
		w.enter(anna, "").get(path).is(403)
	}
}

func TestABreachIsRecordedCheckedAndTold(t *testing.T) {
	w, _, number := staffed(t)
	told := 0
	w.Queue.Subscribe(breach.EventTold, "test", func(*store.Tx, jobs.Event) error { told++; return nil })
	d := w.enter(domi, "dpo")
	d.get("/office/breaches").is(200).has("Belum pernah ada yang dicatat", "Nomor permohonan, satu sebaris")
	form := url.Values{"what": {"Nama pemohon"}, "how": {"Berkas tertinggal"}, "measures": {"Ditarik"}, "contact": {"dpo@kantor.example"}, "found.d": {"23"}, "found.m": {"11"}, "found.y": {"2026"},
		"found_at": {"09.30"}, "by": {"cases"}, "cases": {"5315-AAAAA-AAAAA"}}
	d.post("/office/breaches", form).is(422).has("Tidak ada permohonan 5315-AAAAA-AAAAA", "Berkas tertinggal")
	form.Set("cases", number)
	form.Set("found.y", "")
	d.post("/office/breaches", form).is(422).has("Tulis tanggal lengkap")
	form.Set("found.y", "2026")
	p := d.post("/office/breaches", form).is(200).has("Nama pemohon", "Beri tahu 1 orang", "Pemilik data belum diberi tahu")
	if told != 0 {
		t.Fatal("somebody was told before it was sent")
	}
	at := regexp.MustCompile(`action="(/office/breaches/[^"]+)/tell"`).FindStringSubmatch(p.body)[1]
	w.enter(anna, "").post(at+"/tell", nil).is(403)
	d.post(at+"/tell", url.Values{}).is(200).has("sedang dikirim", "Lembaga pengawas belum diberi tahu")
	d.post(at+"/tell", url.Values{}).is(200)
	w.run()
	if told != 1 {
		t.Fatalf("told %d times", told)
	}
	d.get(at).has("1 dari 1 lewat pesan")
	letter := d.get(at + "/letter").is(200)
	if !strings.Contains(letter.body, "UU 27/2022 Pasal 46") || !strings.Contains(letter.body, "Diketahui: 23-11-2026 09.30 WITA") {
		t.Error(letter.body)
	}
	pdf := d.get(at + "/letter.pdf").is(200)
	if !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Type") != "application/pdf" || strings.Contains(pdf.body, "/ByteRange") {
		t.Errorf("no letter to sign: %.60q", pdf.body)
	}
	if v, err := w.Documents.Check(t.Context(), []byte(pdf.body)); err != nil || v.State != "unknown" {
		t.Errorf("it is taken for an issued document: %+v %v", v, err)
	}
	w.enter(anna, "").get(at + "/letter.pdf").is(403)
	d.post(at+"/report", url.Values{"ref": {" "}}).is(422).has("Tulis nomor surat")
	d.post(at+"/report", url.Values{"ref": {"800/1/2026"}}).is(200).has("Semua diberi tahu", "800/1/2026")
	by := url.Values{"what": {"Isi permohonan"}, "how": {"Dibuka tanpa tugas"}, "measures": {"Ditindak"}, "contact": {"dpo"}, "found.d": {"23"}, "found.m": {"11"}, "found.y": {"2026"},
		"by": {"reader"}, "from.d": {"1"}, "from.m": {"11"}, "from.y": {"2026"}, "until.d": {"23"}, "until.m": {"11"}, "until.y": {"2026"}, "reader": {"nobody"}}
	d.post("/office/breaches", by).is(200).has("Beri tahu 0 orang")
	d.get("/office/data").has("Kegagalan pelindungan: Isi permohonan").lacks("Nama pemohon")
}

func TestARequestIsPassedOnFromThePage(t *testing.T) {
	w, _, _ := staffed(t)
	w.hire("197601012000011007", "Gregorius Pusat", access.OfficerRole)
	_, s := w.person()
	asked, err := w.Access.AskFor(t.Context(), s.Own, access.Ask{Right: access.Correct, Region: "53.15.05", Text: "Tanggal lahir salah"})
	w.Must(err)
	d := w.enter(domi, "dpo")
	at := below("/office/rights/", asked.Region, asked.ID)
	d.get(at).is(200).has("Tanggal lahir salah", "Teruskan")
	d.post(at, url.Values{"result": {"pass"}, "text": {"Bukan kami."}}).is(422).has("Pilih kantor lain")
	d.post(at, url.Values{"result": {"pass"}, "to": {"53.15 dpmptsp"}, "text": {"Dicatat di kabupaten."}}).is(200)
	asks, err := w.Access.Asks(t.Context(), s.Own)
	w.Must(err)
	if len(asks) != 2 {
		t.Fatalf("%+v", asks)
	}
	for _, a := range asks {
		if a.State == access.Passed && a.Answer != "Dicatat di kabupaten." || a.State == access.Received && (a.Region != "53.15" || !a.Due.Equal(asked.Due)) {
			t.Errorf("%+v", a)
		}
	}
}
