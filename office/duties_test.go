package office

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
	"lancar/notify"
)

// link finds the first link of a page below path.
func (p page) link(path string) string {
	p.Helper()
	m := regexp.MustCompile(`href="(` + path + `[^"]+)"`).FindStringSubmatch(p.body)
	if m == nil {
		p.Fatalf("%s links nowhere below %s:\n%s", p.path, path, visible(p.body))
	}
	return m[1]
}

func TestDataRightsAreAnsweredInTime(t *testing.T) {
	w, _, number := staffed(t)
	w.enter(anna, "").get("/office/cases/" + number)
	w.run()
	_, s := w.person()
	rows, _, err := w.Access.Rows(t.Context(), s.Own, "")
	w.Must(err)
	var look access.Row
	for _, r := range rows {
		if r.Who.Name == "Anna Bahagia" {
			look = r
		}
	}
	_, err = w.Access.AskFor(t.Context(), s.Own, access.Ask{Right: access.Why, Row: look.ID, Text: "Saya tidak kenal <beliau>."})
	w.Must(err)

	d := w.enter(domi, "dpo")
	p := d.get("/office").is(200).has("Hak data", "Kenapa data saya dilihat?", "72 jam lagi", "Baru")
	at := p.link("/office/rights/")
	d.get(at).is(200).has("Saya tidak kenal <beliau>.", "Anna Bahagia", "Memeriksa permohonan: Izin uji", "UU 27/2022")
	d.post(at, url.Values{"text": {"Setengah jadi"}}).is(422).has("Pilih jawabannya dulu.", "Setengah jadi")
	d.post(at, url.Values{"result": {"done"}, "text": {" "}}).is(422).has("Tulis jawaban")
	d.post(at, url.Values{"result": {"done"}, "text": {"Anna memeriksa izin Anda."}}).is(200).has("Jawaban terkirim")
	asks, err := w.Access.Asks(t.Context(), s.Own)
	w.Must(err)
	if len(asks) != 1 || asks[0].State != access.Done || asks[0].Answer != "Anna memeriksa izin Anda." {
		t.Fatalf("%+v", asks)
	}

	// A village without an officer of its own is answered by the office above; no other one is.
	_, err = w.Access.AskFor(t.Context(), s.Own, access.Ask{Right: access.Erase, Region: "53.15.05"})
	w.Must(err)
	at = w.enter(domi, "dpo").get("/office/rights").link("/office/rights/")
	w.enter(domi, "dpo").get(at).is(200)
	w.enter(domi, "dpo").get(strings.Replace(at, "53.15.05", "34.71", 1)).is(403)
	w.Pass(73 * time.Hour)
	d = w.enter(domi, "dpo")
	p = d.get("/office/rights").has("Terlambat, naik ke atasan", "Lewat 1 jam")
	at = p.link("/office/rights/")
	d.post(at, url.Values{"result": {"done"}, "text": {"Kami hapus."}, "erase": {"1"}}).is(422).has("Centang bahwa Anda paham")
	d.post(at, url.Values{"result": {"refuse"}, "text": {"Masih ada permohonan berjalan."}, "erase": {"1"}}).is(200)
	d.get("/office/rights").has("Tidak ada permintaan")
	w.enter(anna, "").get("/office/rights").is(403)
}

func TestADisputedAccountIsSettled(t *testing.T) {
	w := newWorld(t)
	w.staff()
	w.person()
	a, err := w.Identity.Start(t.Context(), identity.Claim{Kind: identity.Resident, Number: maria, Name: "MARIA GORETI JEHALUT", BirthDate: "1997-09-06", Contact: "lain@example.com",
		Region: "53.15", Address: "192.0.2.9", Lang: "id"})
	w.Must(err)
	w.Must(w.Queue.Drain(t.Context()))
	if code := w.Code("lain@example.com"); code != "" {
		_, _, err = w.Identity.Confirm(t.Context(), identity.Confirmation{Attempt: a.ID, Code: code, Address: "192.0.2.9", Host: "localhost"})
		if err == nil {
			t.Fatal("a second claim was let in")
		}
	}
	w.Must(w.Queue.Drain(t.Context()))

	c := w.enter(domi, "claims")
	p := c.get("/office").is(200).has("Sengketa akun", "Akun diakui orang lain")
	at := p.link("/office/claims/")
	c.get(at).is(200).has("MARIA GORETI JEHALUT", "l***n@e***e.com").lacks("lain@example.com", maria)
	c.post(at, url.Values{}).is(422).has("Pilih milik siapa akun ini.")
	c.post(at, url.Values{"keep": {"yes"}}).is(200).has("Perkara selesai", "Tidak ada sengketa")
	c.get(at).is(404)
	w.run()
	if !w.Told("maria@example.com", "Akun ini tetap milik Anda") {
		t.Error("the holder was not told")
	}
}

func TestAnAccountMovesByTwoOfficersAndItsNumberIsChanged(t *testing.T) {
	w := newWorld(t)
	w.staff()
	_, s := w.person()
	w.hire("197501012000011002", "Tena Adil", "claims")
	_, err := w.Identity.Start(t.Context(), identity.Claim{Kind: identity.Resident, Number: maria, Name: "MARIA GORETI JEHALUT", BirthDate: "1997-09-06", Contact: "lain@example.com",
		Region: "53.15", Address: "192.0.2.9", Lang: "id"})
	w.Must(err)
	w.Must(w.Queue.Drain(t.Context()))
	c := w.enter(domi, "claims")
	at := c.get("/office").is(200).link("/office/claims/")
	c.post(at, url.Values{"keep": {"no"}}).is(200).has("Petugas lain harus mengesahkannya", "menunggu petugas kedua")
	c.post(at, url.Values{"keep": {"no"}}).is(403).has("Petugas lain yang mengesahkan")
	second := w.enter("197501012000011002", "")
	second.get(at).is(200).has("Diusulkan pindah oleh", "Domi Jujur")
	second.post(at, url.Values{"keep": {"no"}}).is(200).has("Perkara selesai")
	w.run()
	if !w.Told("lain@example.com", "bisa masuk dengan kontak ini") {
		t.Error("the claimant was not told")
	}
	second.get("/office/number").is(200).has("NIK lama").lacks(maria)
	second.post("/office/number", url.Values{"old": {"123"}, "new": {maria}}).is(422).has("16 angka")
	second.post("/office/number", url.Values{"old": {maria}, "new": {"5315044609970098"}}).is(422).has("tidak mencatat nama")
	w.enter(anna, "").get("/office/number").is(403)
	if s.Account == "" {
		t.Error("nobody")
	}
}

func TestTroubleShowsWhatDoesNotArriveAndNobodysName(t *testing.T) {
	w := newWorld(t)
	w.staff()
	w.hire("197501012000011001", "Oka Tekun", roleOps)
	o := w.enter("197501012000011001", "")
	o.get("/office").is(200).has("Tidak ada kendala")
	w.RefuseMail("maria@example.com")
	who, _ := w.Identity.SaveEmployee(t.Context(), identity.Employee{Number: "197501012000011009", Name: "Maria Terang", Mail: "maria@example.com"})
	w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
		return w.Identity.TellTx(tx, who, notify.Message{Region: "53.15", Title: map[string]string{"id": "Halo"}, Body: map[string]string{"id": "Halo."}, Key: "k"})
	}))
	w.Must(w.Queue.Drain(t.Context()))
	o.get("/office/trouble").is(200).has("Pesan yang belum sampai", "Surel", "Dicoba lagi").lacks("maria@", "Terang")
	w.enter(elis, "").get("/office/trouble").is(200).has("Pesan yang belum sampai")
}
