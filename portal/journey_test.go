package portal

import (
	"io/fs"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"lancar/document"
	"lancar/internal/store"
	"lancar/services"
	"lancar/test/outside"
)

// A resident's whole way through the pages, without script: sign in, apply, send twice, pay, follow,
// hold the receipt, have it checked; and a neighbour who may see nothing of it.
func TestAResidentLivesThroughIt(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("5315044609970001")
	draft := fillIn(b)
	b.post(draft+"/submit", "version", b.version())
	b.shows(422, "Centang dulu")
	v := b.version()
	b.post(draft+"/submit", "version", v, "true", "yes")
	b.shows(200, "QRIS", "Beda nama? Jangan bayar.", "Rp216.000")
	number := regexp.MustCompile(`/cases/([^/]+)/pay`).FindStringSubmatch(b.url)[1]
	b.post(draft+"/submit", "version", v, "true", "yes")
	if b.url != "/cases/"+number+"/pay" {
		t.Fatalf("sent twice, arrived at %s, want the same case %s", b.url, number)
	}
	b.get(draft + "/check")
	b.shows(200, number)
	b.get("/cases/" + number)
	b.shows(200, "Menunggu pembayaran", "Tarik permohonan")
	w.AllPaid()
	b.post("/cases/" + number + "/pay")
	w.run()
	b.get("/cases/" + number)
	b.shows(200, "Senin, 30 November", "hari kerja lagi", "Lunas", "531504******0001")
	b.post("/cases/"+number+"/messages", "text", "Kapan bisa mulai?")
	b.shows(200, "Kapan bisa mulai?")
	b.get("/cases/" + number + "/proof")
	b.shows(200, "Nomor di buku")
	follow(b, number)
	other := w.browser()
	other.signIn("5315040101850002")
	for _, path := range []string{"/cases/" + number, "/cases/" + number + "/pay", "/cases/" + number + "/receipt", draft, draft + "/step/stall"} {
		if other.get(path); other.code != 404 {
			t.Errorf("a neighbour gets %d at %s", other.code, path)
		}
	}
	sheet := len(sheetOf(t, w))
	if heaviest := max(b.most, other.most) + sheet; heaviest > 14336 {
		t.Errorf("the heaviest first load of a signed-in page is %d bytes, want at most 14,336", heaviest)
	}
	b.post("/signout")
	b.shows(200, "Anda sudah keluar", `data-forget="1"`)
	b.get("/me")
	b.shows(200, "Masuk")
}

func sheetOf(t *testing.T, w *world) []byte {
	t.Helper()
	b := w.browser()
	b.get("/")
	for _, s := range publicPortal(t).sites {
		if strings.Contains(b.body, s.look.Sheet.Path) {
			return s.look.Sheet.Gzip
		}
	}
	t.Fatal("the front page has no sheet of ours")
	return nil
}

// fillIn answers a market stall's form, with the mistakes that people make, and stops at the check.
func fillIn(b *browser) (draft string) {
	b.post("/services/lapak-pasar/start")
	b.shows(200, "Tentang Anda", "Sudah diketahui dari")
	draft = regexp.MustCompile(`/drafts/[0-9a-f]+`).FindString(b.url)
	b.post(draft+"/step/applicant", "version", b.version(), "applicant.phone", "0812 3456 7890", "go", "next")
	b.shows(200, "Lapak", "Pilih wilayah")
	stale := b.version()
	b.post(draft+"/step/stall", "version", stale, "go", draft+"/place/market", "size", "6")
	b.get(draft + "/place/market?in=53.15.05.1025")
	b.post(draft+"/place/market", "place", "53.15.05.1025")
	b.shows(200, "Labuan Bajo", `value="6"`)
	b.post(draft+"/step/stall", "version", stale, "size", "7")
	b.shows(409, "sudah berubah")
	b.get(draft + "/step/stall")
	b.post(draft+"/step/stall", "version", b.version(), "market_name", "Pasar Batu Cermin", "size", "99", "months", "6",
		"start.d", "31", "start.m", "2", "start.y", "2027", "go", "next")
	b.shows(200, `role="alert"`, `value="31"`, `value="99"`, "Kesalahan:")
	b.post(draft+"/step/stall", "version", b.version(), "market_name", "Pasar Batu Cermin", "size", "6", "months", "6",
		"start.d", "1", "start.m", "2", "start.y", "2027", "go", "next")
	b.shows(200, "Usaha Anda", "KOPI TABE")
	b.upload(draft+"/files/goods_photo", "goods_photo", "foto.png", []byte("MZ bukan foto"), "version", b.version(), "goods", "other", "goods_other", "Jamu")
	b.shows(422, "Kesalahan:", "Jamu")
	b.upload(draft+"/files/goods_photo", "goods_photo", "foto.png", outside.Picture(), "version", b.version(), "goods", "food")
	b.shows(200, "foto.png", "Diterima")
	b.post(draft+"/step/business", "version", b.version(), "goods", "food", "go", "next")
	b.shows(200, "Periksa jawaban Anda", "531504******000", "Pasar Batu Cermin", "Kirim dan bayar Rp216.000")
	if strings.Contains(b.body, "Jamu") {
		b.t.Error("an answer to a question that is hidden again is still there")
	}
	return draft
}

// follow is everything a person can look at afterwards.
func follow(b *browser, number string) {
	b.get("/cases/" + number + "/receipt")
	if b.code != 200 || !strings.HasPrefix(b.body, "%PDF") {
		b.t.Fatalf("receipt: %d %.80s", b.code, b.body)
	}
	pdf := []byte(b.body)
	b.upload("/verify", "file", "tanda-terima.pdf", pdf)
	b.shows(200, "Dokumen ini sah", "M•••• G•••• JEHALUT")
	pdf[len(pdf)/2] ^= 1
	b.upload("/verify", "file", "tanda-terima.pdf", pdf)
	b.shows(200, "Berkas ini sudah diubah")
	b.run()
	b.get("/me")
	b.shows(200, "Sedang diperiksa", "Tanda terima", "Rp216.000")
	document := b.find(`href="(/documents/[^"]+)"`)
	b.get(document)
	b.shows(200, "Unduh PDF")
	b.get("/me/looked")
	b.shows(200, "Data kependudukan", "Tanyakan")
	b.post("/me/looked/ask", "row", b.find(`name="row" value="([^"]+)"`))
	b.shows(200, "Pertanyaan Anda terkirim")
	b.post("/me/rights", "right", "correct")
	b.shows(422, `role="alert"`)
	b.get("/me/rights")
	b.shows(200, "Menunggu jawaban")
	locked(b, document, "/cases/"+number+"/receipt")
}

// locked are whole files for who has set a PIN on the device.
func locked(b *browser, document, receipt string) {
	b.signIn(maria)
	b.setPin(digits)
	b.get(document)
	b.shows(200, "PIN perangkat ini diminta dulu")
	for _, file := range []string{document + "/file", receipt} {
		b.get(file)
		b.shows(200, "Ketik PIN perangkat ini")
		if strings.HasPrefix(b.body, "%PDF") {
			b.t.Fatal(file, " came without the PIN")
		}
	}
	b.post("/release", "to", document, "pin", digits)
	b.shows(200, "Unduh PDF")
	for _, file := range []string{document + "/file", receipt} {
		if b.get(file); b.code != 200 || !strings.HasPrefix(b.body, "%PDF") {
			b.t.Fatalf("%s: %d %.80s", file, b.code, b.body)
		}
	}
}

// The register is down: one types what it would have known, and goes on.
// A service may ask for a surer sign-in than a person has: that is said before and when they send it,
// nothing is lost, and with a passkey it goes through.
// strictServices has a market stall ask for a passkey.
func strictServices(t *testing.T) fs.FS {
	strict := fstest.MapFS{}
	err := fs.WalkDir(services.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(services.FS, path)
		if path == "lapak-pasar/service.yaml" {
			text = append([]byte("level: 3\n"), text...)
		}
		strict[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strict
}

func TestAServiceAsksForASurerSignIn(t *testing.T) {
	w := newWorldOf(t, strictServices(t))
	b := w.browser()
	b.signIn("5315044609970001")
	draft := fillIn(b)
	b.get(draft + "/check")
	b.shows(200, "Masuk lebih aman")
	v := b.version()
	b.post(draft+"/submit", "version", v, "true", "yes")
	b.shows(403, "Belum ada yang dikirim", "kunci sandi", "/signin?level=3&amp;to=")
	b.get("/signin?level=3&to=" + url.QueryEscape(draft+"/check"))
	b.shows(200, "meminta kunci sandi", "Belum punya kunci sandi?")
	w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error { // as a passkey does, which this host's name cannot have
		_, err := tx.Exec(`UPDATE identity_sessions SET level = 3`)
		return err
	}))
	b.get("/signin?level=3&to=" + url.QueryEscape(draft+"/check"))
	if b.url != draft+"/check" || strings.Contains(b.body, "Masuk lebih aman") {
		t.Fatalf("%s: %s", b.url, b.text())
	}
	b.post(draft+"/submit", "version", v, "true", "yes")
	b.shows(200, "QRIS")
}

func TestOneCanGoOnWhileTheRegisterIsDown(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("5315044609970001")
	w.Down("", true)
	b.post("/services/lapak-pasar/start")
	b.shows(200, "Tentang Anda", `name="applicant.address"`)
	draft := regexp.MustCompile(`/drafts/[0-9a-f]+`).FindString(b.url)
	b.post(draft+"/step/applicant", "version", b.version(), "applicant.phone", "0812 3456 7890", "applicant.address", "Jl. Soekarno Hatta 12", "go", "later")
	b.shows(200, "Belum dikirim", "Izin lapak pasar")
	b.get(draft + "/step/applicant")
	b.shows(200, "Jl. Soekarno Hatta 12")
	b.post(draft + "/discard")
	b.get(draft)
	if b.code != 410 {
		t.Errorf("a draft thrown away answers %d", b.code)
	}
}

// Anybody may have a file checked, but nobody keeps a node busy with it.
func TestCheckingFilesIsBounded(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.upload("/verify", "other", "a.pdf", []byte("%PDF"))
	b.shows(422, "Pilih berkas PDF dulu")
	b.upload("/verify", "file", "a.pdf", nil)
	b.shows(422, "Pilih berkas PDF dulu")
	b.upload("/verify", "file", "a.pdf", make([]byte, document.MaxFile+1))
	b.shows(413, "paling besar 2 MB")
	b.upload("/verify", "file", "a.pdf", make([]byte, 12<<20))
	b.shows(413, "paling besar 2 MB")
	b.upload("/verify", "file", "a.pdf", []byte("not a PDF of ours"))
	b.shows(200, "Tidak kami kenal")
	b.post("/verify", "number", "1")
	b.shows(422, "Pilih berkas PDF dulu")
	for b.code != 429 {
		if b.upload("/verify", "file", "a.pdf", []byte("%PDF")); b.code == 413 {
			t.Fatal(b.text())
		}
	}
	b.shows(429, "Tunggu 1 menit")
	b.get("/verify/nothing")
	b.shows(200, "Tidak kami kenal")
	b.post("/signin", "kind", "resident", "name", strings.Repeat("A", 100<<10))
	if b.code != 413 {
		t.Errorf("a stranger sends 100 KB to sign in and gets %d", b.code)
	}
}

// Every service's page says its terms before anything is asked, lightly.
func TestEveryServicePageIsLight(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	for _, d := range publicPortal(t).Catalog.All() {
		b.get("/services/" + d.Slug)
		b.shows(200, d.Title["id"], "Standar layanan", "Dasar hukum")
	}
	if n := b.most + len(sheetOf(t, w)); n > 14336 {
		t.Errorf("the heaviest service page is %d bytes on first load, want at most 14,336", n)
	}
}
