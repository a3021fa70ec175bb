package find_test

import (
	"strings"
	"testing"

	"lancar/catalog/find"
)

func TestCryForHelpGetsHelpNotForms(t *testing.T) {
	x := find.New(entries(t))
	for text, want := range map[string]string{
		"mau bunuh diri":                      "bunuh-diri",
		"pengen mati aja":                     "bunuh-diri",
		"saya capek hidup":                    "bunuh-diri",
		"I want to kill myself":               "bunuh-diri",
		"gak mau hidup lagi":                  "bunuh-diri",
		"suami saya pukul saya":               "kekerasan",
		"saya sering dipukuli suami":          "kekerasan",
		"KDRT":                                "kekerasan",
		"beta pung laki pukul beta":           "kekerasan",
		"kita pe paitua bapukul pa kita":      "kekerasan",
		"bojoku nggebuki aku":                 "kekerasan",
		"my husband hits me":                  "kekerasan",
		"anak saya diperkosa tetangga":        "kekerasan",
		"korban perdagangan orang":            "perdagangan-orang",
		"saya disekap majikan":                "perdagangan-orang",
		"anak saya hilang dari kemarin":       "perdagangan-orang",
		"kebakaran":                           "kebakaran",
		"rumah tetangga kebakaran tolong":     "kebakaran",
		"omahku kobongan":                     "kebakaran",
		"house on fire":                       "kebakaran",
		"kecelakaan di jalan":                 "kecelakaan",
		"ada orang pingsan butuh ambulan":     "kecelakaan",
		"car accident":                        "kecelakaan",
		"saya dirampok":                       "kejahatan",
		"banjir besar di rumah":               "bencana",
		"suami saya hilang di laut":           "bencana",
		"tolong":                              "darurat",
		"tolong saya":                         "darurat",
		"help me please":                      "darurat",
		"nomor darurat":                       "darurat",
		"kdrtt":                               "kekerasan",
		"bunuhdiri":                           "bunuh-diri",
		"ada kebakran di pasar":               "kebakaran",
		"suami mukul saya terus":              "kekerasan",
		"saya diancam mau dibunuh mantan":     "kekerasan",
		"anak saya tenggelam":                 "bencana",
		"istri saya tidak sadarkan diri":      "kecelakaan",
		"lapar belum makan dua hari":          "lapar",
		"aku pingin bunuh diri":               "bunuh-diri",
		"rasanya ingin mengakhiri hidup saya": "bunuh-diri",
	} {
		r := x.Search(find.Query{Text: text})
		if r.Help == nil || r.Help.ID != want {
			t.Errorf("%q: want help %q, got %s", text, want, show(r))
			continue
		}
		if len(r.Hits) > 0 && want != "lapar" {
			t.Errorf("%q: forms below help: %s", text, show(r))
		}
		for _, lang := range []string{"id", "en"} {
			if r.Help.Title[lang] == "" || r.Help.Say[lang] == "" || len(r.Help.Contacts) == 0 {
				t.Errorf("%q: help has no words or numbers in %s", text, lang)
			}
		}
	}
}

func TestErrandsAreNotCries(t *testing.T) {
	x := find.New(entries(t))
	for text, want := range map[string]string{
		"tolong bantu urus ktp":                "ktp-baru",
		"suami mati urus apa":                  "akta-kematian",
		"ktp anak saya hilang":                 "ktp-hilang",
		"ktp terbakar waktu kebakaran rumah":   "ktp-hilang",
		"stnk mau mati":                        "stnk-tahunan",
		"help me renew my driving licence":     "sim-perpanjang",
		"surat kehilangan karena dirampok":     "lapor-kehilangan",
		"please help, I lost my id card":       "ktp-hilang",
		"bantuan untuk lansia":                 "bantuan-lansia",
		"mau lapor orang tua mati":             "akta-kematian",
		"jam berapa samsat buka, pukul 8 pagi": "pajak-kendaraan",
		"akta kelahiran hilang":                "akta-kelahiran",
	} {
		r := x.Search(find.Query{Text: text, Limit: 3})
		if r.Help != nil {
			t.Errorf("%q is an errand, got %s", text, show(r))
		}
		found := false
		for _, h := range r.Hits {
			found = found || h.Slug == want
		}
		if !found {
			t.Errorf("%q: want %s, got %s", text, want, show(r))
		}
	}
}

func TestWhatFitsNothingGetsAdvice(t *testing.T) {
	x := find.New(entries(t))
	for _, text := range []string{"resep rendang padang", "harga iphone 17", "siapa presiden amerika", "xqzzw", "ramalan cuaca besok", "lirik lagu", "kapan lebaran", "best pizza recipe", "token listrik", "jodoh saya", "skor bola tadi malam"} {
		r := x.Search(find.Query{Text: text})
		if len(r.Hits) > 0 || r.Help != nil {
			t.Errorf("%q fits nothing, got %s", text, show(r))
		}
		if r.Advice["id"] == "" || r.Advice["en"] == "" {
			t.Errorf("%q: no advice", text)
		}
	}
	for text, body := range map[string]string{"bikin paspor": "imigrasi", "token listrik habis": "PLN", "mau gugat cerai": "pengadilan"} {
		if r := x.Search(find.Query{Text: text}); !strings.Contains(r.Advice["id"], body) {
			t.Errorf("%q: advice does not name %s: %v", text, body, r.Advice)
		}
	}
	if r := x.Search(find.Query{Text: "  ?! "}); len(r.Hits) > 0 || r.Help != nil || r.Advice != nil {
		t.Error("an empty query has an answer")
	}
}

func TestClassesOrderAndHide(t *testing.T) {
	list := entries(t)
	x := find.New(list)
	class := func(i int) find.Class {
		switch list[i].Slug {
		case "stnk-tahunan":
			return find.Later
		case "stnk-lima-tahun":
			return find.Hidden
		}
		return find.Offered
	}
	r := x.Search(find.Query{Text: "perpanjang stnk", Filter: class})
	if len(r.Hits) < 2 || r.Hits[0].Slug != "pajak-kendaraan" {
		t.Fatalf("offered first: %s", show(r))
	}
	seen := false
	for _, h := range r.Hits {
		if h.Slug == "stnk-lima-tahun" {
			t.Error("hidden service shown")
		}
		if seen && h.Class == find.Offered {
			t.Error("an offered service after a later one")
		}
		seen = seen || h.Class == find.Later
	}
	if !seen {
		t.Error("the later service is missing")
	}
}
