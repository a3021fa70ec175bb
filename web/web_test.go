package web

import (
	"bytes"
	"compress/gzip"
	"html/template"
	"image/png"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"lancar"
)

func sampleBrand() Brand {
	light, dark := map[string]string{}, map[string]string{}
	for i, n := range strings.Fields(tokens) {
		light[n] = "#" + strings.Repeat("0123456789abcdef"[i%16:i%16+1], 6)
		dark[n] = "#102030"
	}
	rows := make([]string, 24)
	for y := range rows {
		rows[y] = strings.Repeat("..xx.o", 4)
		if y%5 == 0 {
			rows[y] = strings.Repeat(".", 24)
		}
	}
	return Brand{Code: "53", AppName: "Contoh", Title: lancar.Text{"id": "Layanan publik Contoh", "en": "Public services of Contoh"},
		Owner: lancar.Text{"id": "Pemerintah Contoh"}, Light: light, Dark: dark, Tile: rows, Mark: rows}
}

func sampleLook(t *testing.T) *Look {
	t.Helper()
	l, err := NewLook(sampleBrand())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAWrongBrandIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Brand){
		"missing colour":     func(b *Brand) { delete(b.Dark, "ink") },
		"colour with script": func(b *Brand) { b.Light["ink"] = "red;}body{" },
		"ragged tile":        func(b *Brand) { b.Tile[3] = "..x" },
		"unknown thread":     func(b *Brand) { b.Mark[0] = strings.Repeat("z", 24) },
	} {
		b := sampleBrand()
		spoil(&b)
		if _, err := NewLook(b); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestSheetLeavesRoomForThePage(t *testing.T) {
	l := sampleLook(t)
	if n := len(l.Sheet.Gzip); n > 7000 {
		t.Errorf("style sheet is %d bytes compressed, want at most 7,000 of the 14,336 of a first load", n)
	}
	if bytes.Contains(l.Sheet.Data, []byte("/*")) || bytes.Contains(l.Sheet.Data, []byte("kbd{")) {
		t.Error("the citizens' sheet carries comments or officers' rules")
	}
	if !bytes.Contains(l.Office.Data, []byte("kbd{")) {
		t.Error("the officers' sheet lacks their rules")
	}
}

func TestAssetsAreServedForEverAndCompressed(t *testing.T) {
	l := sampleLook(t)
	h := NewAssets(l)
	req := httptest.NewRequest("GET", l.Sheet.Path, nil)
	req.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, "text/css") {
		t.Errorf("content type %q", got)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/assets/0000.css", nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("unknown asset answered %d", w.Code)
	}
}

func TestIconIsAPictureOfTheMark(t *testing.T) {
	l := sampleLook(t)
	img, err := png.Decode(bytes.NewReader(l.icons[1].Data))
	if err != nil || img.Bounds().Dx() != 192 {
		t.Fatalf("icon: %v %v", img, err)
	}
}

func samplePage(l *Look, lang string) *Page {
	return &Page{Words: Words{Lang: lang, Abbr: "WITA"}, Look: l, Title: "Percobaan", Path: "/x?a=1", Langs: []string{"id", "en"},
		Nav: []Link{{Href: "/search", Text: "Cari", Icon: "search"}}, Now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
}

func TestFrameCarriesOnlyUsedIconsAndNoInlineCode(t *testing.T) {
	ts, err := Parse(fstest.MapFS{"hello.html": {Data: []byte(`<div class="wrap"><h1>{{t "Halo" "Hello"}} {{.}}</h1>{{icon "shop"}}</div>`)}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := ts.Bytes(samplePage(sampleLook(t), "en"), "hello", "<b>")
	if err != nil {
		t.Fatal(err)
	}
	s := string(out)
	for _, want := range []string{`<html lang="en">`, "Hello &lt;b&gt;", `id="i-shop"`, `id="i-search"`, `href="/x?a=1&amp;lang=id"`, "Public services of Contoh"} {
		if !strings.Contains(s, want) {
			t.Errorf("page lacks %q", want)
		}
	}
	if strings.Contains(s, `id="i-baby"`) {
		t.Error("an icon that the page does not use is on it")
	}
	if regexp.MustCompile(`(?i)<script>|<style|style="|\son[a-z]+="|ZgotmplZ`).MatchString(s) {
		t.Error("inline script or style, which the policy forbids")
	}
}

func TestPublicPageAnswersNotModified(t *testing.T) {
	p := NewPublic([]byte("<p>halo</p>"))
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	p.ServeHTTP(w, r)
	zr, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.ReadFrom(zr)
	if b.String() != "<p>halo</p>" {
		t.Errorf("body %q", b.String())
	}
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	w = httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if w.Code != http.StatusNotModified {
		t.Errorf("got %d", w.Code)
	}
}

func TestWords(t *testing.T) {
	zone := time.FixedZone("WITA", 8*3600)
	id, en := Words{"id", zone, "WITA"}, Words{"en", zone, "WITA"}
	at := time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)
	for _, c := range [][2]string{
		{id.When(at), "24 November 2026, pukul 00.00 WITA"},
		{id.Until(at, at), "Senin, 23 November"},
		{en.Until(at, at), "Monday 23 November"},
		{en.Moment(at, at), "today, 00:00 WITA"},
		{id.Day(at, at.AddDate(1, 0, 0)), "Selasa, 24 November 2026"},
		{id.WorkDays(5), "5 hari kerja"}, {en.WorkDays(1), "1 working day"},
		{id.Money(lancar.Rupiah(0)), "Gratis"}, {en.Money(lancar.Rupiah(50000)), "Rp50.000"},
		{id.Size(412_000), "412 KB"}, {id.Size(1_500_000), "1,5 MB"},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}

func TestQRIsDrawnOnceACell(t *testing.T) {
	svg, err := QR("https://contoh.go.id/verify/1", `kode "contoh"`)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(svg), `aria-label="kode &#34;contoh&#34;"`) || strings.Count(string(svg), "M") < 50 {
		t.Errorf("%.200s", svg)
	}
}

func TestStripShowsEveryWorkingDay(t *testing.T) {
	got := Strip([]Day{{State: "done"}, {State: "off"}, {State: "now"}, {State: "left"}})
	if strings.Count(string(got), "<rect") != 4 { // three cells and today's woven half
		t.Errorf("%s", got)
	}
	if Strip(nil) != template.HTML("") {
		t.Error("no days, yet a strip")
	}
}
