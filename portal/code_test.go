package portal

import (
	"strings"
	"testing"
	"time"
)

const mariaNIK = "5315044609970001"

func (b *browser) claim(to string) {
	b.t.Helper()
	p := b.Record("population " + mariaNIK)
	b.post("/signin", "kind", "resident", "to", to, "number", mariaNIK, "name", p["name"], "contact", p["email"],
		"birth_date.d", "6", "birth_date.m", "9", "birth_date.y", "1997")
}

// Whoever leaves the form empty hears of every field at once, and what was right stays.
func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.post("/signin", "kind", "resident", "name", "Maria Goreti")
	b.shows(422, "Kesalahan: Masuk", `href="#number"`, `href="#birth_date"`, `href="#contact"`, `value="Maria Goreti"`)
	if strings.Contains(b.body, `href="#name"`) {
		t.Error("the name was right")
	}
	b.post("/signin", "kind", "passport")
	b.shows(422, `href="#number"`, `href="#nation"`, `href="#name"`, "Tulis alamat surel")
}

// The page that asks for the code has an address of its own: loading it again and going back work, and
// another code is one press away. A link to it is worth nothing in another browser.
func TestTheCodePageCanBeOpenedAgain(t *testing.T) {
	w := newWorld(t)
	b, other := w.browser(), w.browser()
	b.claim("/me/looked")
	b.shows(200, "Masukkan kode", "m***a@e***e.com", "Kirim kode lagi")
	if b.url != "/signin/code" {
		t.Fatalf("at %s", b.url)
	}
	first := b.find(`name="attempt" value="([^"]+)"`)
	b.get("/signin/code?to=%2Fme%2Flooked&lang=en")
	b.shows(200, "Enter the code", `value="/me/looked"`)
	b.get("/signin/code?lang=id")
	if other.get("/signin/code"); other.url != "/signin" {
		t.Errorf("another browser is at %s", other.url)
	}
	w.run()
	b.post("/signin/again", "attempt", first, "to", "/me/looked")
	b.shows(200, "Kode baru sudah dikirim")
	second := b.find(`name="attempt" value="([^"]+)"`)
	if second == first {
		t.Fatal("no new attempt")
	}
	w.run()
	b.post("/signin/code", "attempt", second, "to", "/me/looked", "code", "000000")
	b.shows(422, "Kesalahan: Masukkan kode", "m***a@e***e.com", `aria-describedby="code-h code-e"`)
	b.post("/signin/code", "attempt", second, "to", "/me/looked", "code", b.Code("maria@example.com"))
	b.shows(200, "Siapa melihat data saya")
	if b.get("/signin/code?to=%2Fme%2Flooked"); b.url != "/me/looked" {
		t.Errorf("going back led to %s", b.url)
	}
	if other.post("/signin/again", "attempt", second); other.url != "/signin" {
		t.Errorf("a used attempt led to %s", other.url)
	}
	for range 20 {
		if other.post("/signin/again", "attempt", first); other.code == 429 {
			return
		}
	}
	t.Error("codes can be asked for without end")
}

// A code that is out of time says so.
func TestAnOldCodeSaysSo(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.claim("/me")
	w.Pass(6 * time.Minute)
	b.get("/signin/code")
	b.shows(200, "Kode ini sudah lewat waktunya", "Kirim kode lagi")
}

// Who is signed in and proves it once more types nothing that we know.
func TestWhoProvesItOnceMoreTypesNothing(t *testing.T) {
	w := newWorld(t)
	b, other := w.browser(), w.browser()
	b.signIn(mariaNIK)
	w.Pass(20 * time.Minute)
	b.get("/signin?fresh=1&to=%2Fme%2Fdevices")
	b.shows(200, "Kirim kode ke", "m***a@e***e.com", "Akun lain, atau kontak lain")
	own := b.find(`name="own" id="own-0" value="([^"]+)"`)
	if other.post("/signin/own", "own", own, "to", "/me", "fresh", "1"); other.url != "/signin" {
		t.Errorf("a stranger is at %s", other.url)
	}
	b.post("/signin/own", "own", "somebody's", "to", "/me/devices", "fresh", "1")
	b.shows(404, "tidak dipakai lagi")
	b.post("/signin/own", "own", own, "to", "/me/devices", "fresh", "1")
	b.shows(200, "Masukkan kode", "m***a@e***e.com")
	attempt := b.find(`name="attempt" value="([^"]+)"`)
	b.Must(b.Queue.Drain(t.Context()))
	b.post("/signin/code", "attempt", attempt, "to", "/me/devices", "fresh", "1", "code", b.Code("maria@example.com"))
	b.shows(200, "Perangkat dan keamanan", "Pasang aplikasi kode")
	if other.get("/signin?fresh=1"); strings.Contains(other.body, "Kirim kode ke") {
		t.Error("a stranger is offered contacts")
	}
}
