package office

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lancar/casework"
)

// staffed is an office with one case that waits for its first officer.
func staffed(t *testing.T) (*world, casework.Applicant, string) {
	w := newWorld(t)
	w.staff()
	who, _ := w.person()
	return w, who, w.apply(who)
}

// opined takes a case past its opinion and returns the deciders' browsers.
func opined(w *world, number string) map[string]*browser {
	w.t.Helper()
	a := w.enter(anna, "")
	p := a.get("/office/cases/" + number).is(200)
	a.post("/office/cases/"+number+"/decide", url.Values{"version": {p.hidden("version")}, "decision": {"opine"}, "favourable": {"yes"}, "reason": {"Tempatnya cocok."}}).is(200)
	return map[string]*browser{beni: w.enter(beni, ""), clara: w.enter(clara, "")}
}

func judgement(p page, decision string, more ...string) url.Values {
	v := url.Values{"version": {p.hidden("version")}, "decision": {decision}, "check.fits": {"yes"}, "check.place-known": {"yes"}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

func TestFromSignInToSignedDocument(t *testing.T) {
	w, who, number := staffed(t)
	path := "/office/cases/" + number

	a := w.enter(anna, "")
	a.get("/office").has("Antrean saya", "Catatan register", number, "Izin uji", "Pertimbangan", "3 hari kerja lagi", "Anna Bahagia", "Pemeriksa")
	p := a.get(path).is(200).has("Berbeda dari Data kependudukan: Nama di kartu.", "MARIA GORETI JEHALUT", "531504******0001", "Cocok dengan", "Lapak <kopi> & teh", "Jam layanan, hari demi hari", "Pemohon melihat catatan ini")
	p.lacks(maria)
	a.post(path+"/decide", url.Values{"version": {p.hidden("version")}, "decision": {"opine"}, "favourable": {"yes"}, "reason": {"Tempatnya cocok."}}).is(200).
		has("Pertimbangan untuk " + number + " tercatat")

	deciders := map[string]*browser{beni: w.enter(beni, ""), clara: w.enter(clara, "")}
	b := w.holder(number, deciders)
	p = b.get(path).is(200).has("Pertimbangan", "Mendukung", "Tempatnya cocok.", "disembunyikan dalam langkah ini", "1. Foto sesuai catatan", "Kabulkan")
	p.lacks("MARIA", "maria@")
	if strings.Contains(p.body, ` checked`) || strings.Contains(p.body, ` selected`) {
		t.Error("something is chosen before the officer chose")
	}
	shown := b.post(path+"/preview", judgement(p, "grant", "reason", "Jaga kebersihan.")).is(200).
		has("Belum ada yang tercatat", "SURAT IZIN UJI", "Lapak <kopi> & teh", "Nama ditutup untuk Anda")
	shown.lacks("MARIA")
	back := b.post(path+"/edit", judgement(p, "grant", "reason", "Jaga kebersihan.")).is(200).has("Jaga kebersihan.")
	if strings.Count(back.body, " checked") != 3 {
		t.Errorf("going back kept %d choices, want 3", strings.Count(back.body, " checked"))
	}
	b.post(path+"/decide", judgement(p, "grant", "reason", "Jaga kebersihan.")).is(200).has("Keputusan mengabulkan " + number + " tercatat")

	s := w.enter(domi, "signer")
	s.get("/office").has(number, "Menunggu tanda tangan")
	p = s.get(path).is(200).has("Keputusan yang menunggu tanda tangan Anda", "Dinilai terpenuhi", "SURAT IZIN UJI", "MARIA GORETI JEHALUT", "Tanda tangani")
	s.post(path+"/return", url.Values{"version": {p.hidden("version")}, "reason": {""}}).is(422).has("Tulis alasannya.")
	s.post(path+"/sign", url.Values{"version": {p.hidden("version")}}).is(200).has(number + " ditandatangani")
	w.run()
	got, err := w.Cases.Case(t.Context(), who, number)
	w.Must(err)
	if got.How != "granted" || got.Document == "" {
		t.Fatalf("%s %s", got.How, got.Document)
	}
	s.get(path).is(200).has("Dikabulkan", got.Document)
	withdraw(s, got.Document)
}

// withdraw revokes a document, first without a reason.
func withdraw(s *browser, number string) {
	p := s.get("/office/documents?number="+url.QueryEscape(number)).is(200).has("Sah dan berlaku", "Cabut dokumen ini")
	at := p.path
	s.post(at+"/revoke", url.Values{"reason": {" "}}).is(422).has("Tulis alasan pencabutan.")
	s.post(at+"/revoke", url.Values{"reason": {"Terbit karena salah hitung."}}).is(200).has("Dokumen dicabut", "Sudah dicabut", "Terbit karena salah hitung.").lacks("Cabut dokumen ini")
	s.get("/office/documents/NOTHING").is(404).has("Tidak ada dokumen kami")
	s.run()
	if !s.Told("maria@example.com", "Dokumen Anda dicabut") {
		s.t.Error("the holder was not told")
	}
}

func TestWhatIsMissingIsSaidAndWhatWasTypedStays(t *testing.T) {
	w, who, number := staffed(t)
	path := "/office/cases/" + number
	deciders := opined(w, number)
	b := w.holder(number, deciders)
	p := b.get(path)
	p = b.post(path+"/decide", url.Values{"version": {p.hidden("version")}, "reason": {"Sudah <saya> ketik."}}).is(422).
		has("Kesalahan: ", "Pilih keputusannya dulu.", "Nilai butir 1", "Nilai butir 2", "Sudah <saya> ketik.")
	b.post(path+"/decide", judgement(p, "grant", "check.fits", "no")).is(422).has("Butir 1 Anda nilai belum sesuai")
	b.post(path+"/decide", judgement(p, "refuse", "reason", "")).is(422).has("Pilih dasar penolakan dari daftar.", "Tulis alasannya")
	b.post(path+"/decide", judgement(p, "ask", "reason", "Foto gelap.")).is(422).has("Pilih persyaratan yang belum terpenuhi.", "Foto gelap.")
	b.post(path+"/decide", judgement(p, "sell")).is(422).has("Pilih keputusannya dulu.")
	b.post(path+"/messages", url.Values{"text": {"  "}}).is(422).has("Tulis pesannya dahulu.")
	b.post(path+"/messages", url.Values{"text": {"Apakah fotonya baru?"}}).is(200).has("Apakah fotonya baru?")

	shown := b.post(path+"/preview", judgement(p, "ask", "requirement", "paper", "reason", "Foto gelap.")).is(200).has("Foto yang terang.", "Foto gelap.", "Jawab paling lambat")
	b.post(path+"/decide", judgement(shown, "ask", "requirement", "paper", "reason", "Foto gelap.")).is(200).has("Jam berhenti")
	b.get(path).has("Jam berhenti, menunggu pemohon", "Perbaikan yang diminta").lacks("Putuskan")
	got, err := w.Cases.Case(t.Context(), who, number)
	w.Must(err)
	if got.Correction == nil || got.Correction.Reason != "Foto gelap." || len(got.Messages) != 1 {
		t.Fatalf("%+v", got.Correction)
	}
	w.Must(w.Cases.Answer(t.Context(), who, number, got.Version, nil))
	w.run()
	p = b.get(path).has("Perbaikan sudah masuk", "tidak bisa diminta lagi").lacks("Minta perbaikan")
	b.post(path+"/decide", judgement(p, "refuse", "ground", "unfit", "reason", "Di luar rencana.")).is(200).has("Keputusan menolak")
}

func TestOnlyTheOneWhoHasItMayDecide(t *testing.T) {
	w, _, number := staffed(t)
	path := "/office/cases/" + number
	deciders := opined(w, number)
	b := w.holder(number, deciders)
	var other *browser
	for _, x := range deciders {
		if x != b {
			other = x
		}
	}
	p := b.get(path)
	for _, where := range []string{"", "/draw", "/recuse"} {
		other.get(path+where).is(404).lacks("Izin uji", "Lapak")
	}
	other.post(path+"/decide", judgement(p, "grant")).is(404)
	other.get("/office/cases/5315-AAAAA-AAAAA").is(404)
	other.get("/office/find?number=" + number).is(404)

	a := w.enter(anna, "") // she has seen it, but it is not her task any more
	a.get(path).is(200).has("Berkas ini sekarang dipegang").lacks("Putuskan", "Kirim pertimbangan")
	a.post(path+"/decide", judgement(p, "grant")).is(409).has("bukan tugas Anda")

	stale := judgement(p, "grant")
	stale.Set("version", "1")
	b.post(path+"/decide", stale).is(409).has("Berkas ini sudah bergerak")

	b.get(path + "/recuse?version=" + p.hidden("version")).is(200).has("Saya tidak bisa memutus berkas ini")
	b.post(path+"/recuse", url.Values{"version": {p.hidden("version")}, "reason": {""}}).is(422).has("Tulis alasannya.")
	b.post(path+"/recuse", url.Values{"version": {p.hidden("version")}, "reason": {"Tetangga saya."}}).is(200).has("diundi lagi")
	w.run()
	b.get(path).is(404)
	other.get(path).is(200).has("Keputusan Anda")
	other.get(path+"/draw").is(200).has("Sudah dihitung ulang: cocok", "Tidak ikut undian", "Terpilih", "Hash catatan yang memulai undian")
}

func TestAttachmentsAreSentSafely(t *testing.T) {
	w, _, number := staffed(t)
	a := w.enter(anna, "")
	p := a.get("/office/cases/" + number)
	_, rest, _ := strings.Cut(p.body, `src="/office/cases/`)
	src, _, _ := strings.Cut(rest, `"`)
	if src == "" {
		t.Fatal("the photo is not on the page")
	}
	f := a.get("/office/cases/" + src).is(200)
	if h := f.header; h.Get("Content-Type") != "image/png" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") ||
		!strings.Contains(h.Get("Cache-Control"), "no-store") || !strings.HasPrefix(h.Get("Content-Disposition"), `inline; filename="`) {
		t.Errorf("%v", f.header)
	}
	w.enter(beni, "").get("/office/cases/" + src).is(404)
	w.run()
}

func TestTheApplicantSeesWhoOpenedWhat(t *testing.T) {
	w, who, number := staffed(t)
	a := w.enter(anna, "")
	a.get("/office/cases/" + number)
	w.run()
	_, s := w.person()
	rows, _, err := w.Access.Rows(t.Context(), s.Own, "")
	w.Must(err)
	seen := false
	for _, r := range rows {
		seen = seen || r.Who.Name == "Anna Bahagia" && strings.Contains(r.Purpose.In("id"), "Izin uji")
	}
	if !seen {
		t.Errorf("opening left no trace for %s: %+v", who.Account, rows)
	}
}

func TestASuperiorSeesWhatIsLateAndWhoIsAway(t *testing.T) {
	w, _, number := staffed(t)
	e := w.enter(elis, "")
	e.get("/office/late").is(200).has("Tidak ada yang terlambat")
	e.get("/office/cases/" + number).is(404)
	w.Pass(5 * 24 * time.Hour) // from Monday to Saturday; three working days were promised
	w.run()
	e = w.enter(elis, "")
	e.get("/office/late").is(200).has(number, "Terlambat, naik ke atasan", "Lewat ")
	e.get("/office/cases/" + number).is(200).has("Berkas ini sekarang dipegang").lacks("Kirim pertimbangan")
	p := e.get("/office/team").is(200).has("Anna Bahagia", "Ikut undian", "Tandai tidak masuk")
	_, rest, _ := strings.Cut(p.body, `action="/office/team/`)
	account, _, _ := strings.Cut(rest, `"`)
	e.post("/office/team/"+account, url.Values{"absent": {"yes"}}).is(200).has("Tidak masuk", "Masuk lagi")
	e.post("/office/team/"+account, url.Values{"absent": {"no"}}).is(200).lacks("Masuk lagi")
	e.post("/office/team/01980000-0000-7000-8000-000000000000", url.Values{"absent": {"yes"}}).is(404)
	e.get("/office/trouble").is(200)
	w.enter(anna, "").get("/office/team").is(403).has("untuk peran lain")
}

func TestSignInTellsNothingAndKeepsOut(t *testing.T) {
	w := newWorld(t)
	w.staff()
	b := w.browser()
	for _, path := range []string{"/office", "/office/rights", "/office/cases/5315-AAAAA-AAAAA"} {
		if p := b.get(path).is(200); !strings.HasPrefix(p.path, "/office/signin?to=") {
			t.Errorf("%s led to %s", path, p.path)
		}
	}
	b.post("/office/cases/5315-AAAAA-AAAAA/decide", url.Values{}).is(401)
	b.post("/office/signin", url.Values{"number": {"12"}}).is(422).has("18 angka", "Kesalahan: ")
	known, unknown := b.post("/office/signin", url.Values{"number": {anna}}).is(200), b.post("/office/signin", url.Values{"number": {"199901012020121999"}}).is(200)
	if visible(known.body) != visible(unknown.body) {
		t.Error("sign-in tells employee numbers apart")
	}
	w.Must(w.Queue.Drain(t.Context()))
	b.post("/office/signin/code", url.Values{"attempt": {known.hidden("attempt")}, "code": {"000000"}}).is(422).has("Kode salah")
	b.post("/office/signin/code", url.Values{"attempt": {unknown.hidden("attempt")}, "code": {"000000"}}).is(422).has("Kode salah")

	s := w.enter(domi, "signer")
	s.get("/office/role").has("Penanda tangan", "Pejabat pelindungan data", "Petugas akun")
	s.post("/office/role", url.Values{"role": {"superior/dpmptsp/53.15"}}).is(403)
	s.get("/office?lang=en").has("My inbox", "Change role").lacks("Antrean saya")
	s.get("/office/keys").has("Shortcuts")
	s.post("/office/signout", nil).is(200)
	s.get("/office").has("Employee number")
}

func TestPostsFromOtherSitesAndOtherHosts(t *testing.T) {
	w := newWorld(t)
	w.staff()
	b := w.enter(anna, "")
	r, err := http.NewRequest("POST", w.server.URL+"/office/signout", nil)
	w.Must(err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.read(b.client.Do(r)).is(403).has("situs lain")
	b.get("/office").has("Antrean saya")

	r, err = http.NewRequest("GET", w.server.URL+"/office/keys", nil)
	w.Must(err)
	r.Host = "ntt.localhost"
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := stay.Do(r)
	w.Must(err)
	answer.Body.Close()
	if answer.StatusCode != 303 || answer.Header.Get("Location") != w.server.URL+"/office/keys" {
		t.Errorf("%d to %s", answer.StatusCode, answer.Header.Get("Location"))
	}
}

func TestEveryPageSpeaksEnglishToo(t *testing.T) {
	w, _, number := staffed(t)
	path := "/office/cases/" + number
	english := func(b *browser, paths ...string) {
		b.get("/office/keys?lang=en")
		for _, at := range paths {
			p := b.get(at)
			words := " " + visible(p.body) + " "
			for _, word := range []string{" Anda ", " berkas ", "Berkas", "Tenggat", "pemohon", "Pemohon", "Petugas", " yang ", " dan ", " atau "} {
				if strings.Contains(words, word) {
					t.Errorf("%s says %q in English:\n%s", at, word, words)
				}
			}
			if !strings.Contains(p.body, `<html lang="en">`) {
				t.Errorf("%s is not in English", at)
			}
		}
	}
	english(w.browser(), "/office/signin")
	english(w.enter(anna, ""), "/office", "/office?of=role", path, path+"/draw", path+"/recuse?version=1", "/office/keys", "/office/role", "/office/nothing", "/office/team")
	english(w.enter(elis, ""), "/office/late", "/office/team", "/office/trouble")
	english(w.enter(domi, "dpo"), "/office/rights")
	english(w.enter(domi, "claims"), "/office/claims")
	english(w.enter(domi, "signer"), "/office/documents", "/office/documents/NOTHING")
}

func TestTheInboxIsReadPageByPage(t *testing.T) {
	w := newWorld(t)
	w.staff()
	who, _ := w.person()
	for range 26 {
		w.submit(who)
	}
	w.run()
	a := w.enter(anna, "")
	p := a.get("/office").has("Tugas saya (26)", "Berikutnya")
	next := a.get(html.UnescapeString(p.link(`/office\?after=`))).is(200).has("Tugas saya (26)").lacks("Berikutnya")
	rows := regexp.MustCompile(`href="/office/cases/([^"]+)"><|href="/office/cases/([^"]+)">5315`)
	if first, second := len(rows.FindAllString(p.body, -1)), len(rows.FindAllString(next.body, -1)); first != 25 || second != 1 {
		t.Errorf("pages of %d and %d tasks", first, second)
	}
	a.get("/office?after=nonsense").is(422)
	a.get("/office?of=role").has("Semua tugas peran ini (26)")
}

func TestASignerSendsADecisionBackAndTheDeciderReadsWhy(t *testing.T) {
	w, _, number := staffed(t)
	path := "/office/cases/" + number
	b := w.holder(number, opined(w, number))
	b.post(path+"/decide", judgement(b.get(path), "refuse", "ground", "unfit", "reason", "Di luar rencana.")).is(200)
	s := w.enter(domi, "signer")
	p := s.get(path).has("Ditolak, menunggu tanda tangan", "Tidak sesuai rencana", "Di luar rencana.")
	s.post(path+"/return", url.Values{"version": {p.hidden("version")}, "reason": {"Lapaknya ada di rencana tahun ini."}}).is(200).has("dikembalikan kepada pemutus")
	s.post(path+"/sign", url.Values{"version": {p.hidden("version")}}).is(404)
	p = b.get(path).has("Penanda tangan mengembalikan keputusan ini: Lapaknya ada di rencana tahun ini.", "Keputusan Anda")
	b.post(path+"/decide", judgement(p, "grant")).is(200)
	s.get(path).has("Dikabulkan, menunggu tanda tangan").lacks("Lapaknya ada di rencana")
}

func TestAnErasedCaseKeepsOnlyItsHistory(t *testing.T) {
	w, _, number := staffed(t)
	path := "/office/cases/" + number
	b := w.holder(number, opined(w, number))
	b.post(path+"/decide", judgement(b.get(path), "grant")).is(200)
	s := w.enter(domi, "signer")
	s.post(path+"/sign", url.Values{"version": {s.get(path).hidden("version")}}).is(200)
	w.run()
	w.Pass(370 * 24 * time.Hour) // the service keeps its cases a year
	w.run()
	s = w.enter(domi, "signer")
	s.get(path).is(200).has("Isi permohonan sudah dihapus", "Perjalanan berkas", "Keputusan ditandatangani").lacks("MARIA", "Lapak", "Kirim pesan", "Diputuskan oleh")
}

func TestASuperiorSeesWhatNobodyCouldBeDrawnFor(t *testing.T) {
	w := newWorld(t)
	w.hire(elis, "Elis Tegas", "superior")
	who, _ := w.person()
	number := w.submit(who)
	w.Must(w.Queue.Drain(t.Context()))
	w.Pass(5 * 24 * time.Hour)
	w.run()
	e := w.enter(elis, "")
	e.get("/office/late").is(200).has(number, "Tidak ada yang bisa diundi")
	e.get("/office/cases/" + number).is(200).has("Lengkap, menunggu petugas").lacks("Kirim pertimbangan")
}
