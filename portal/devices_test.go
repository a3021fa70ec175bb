package portal

import (
	"encoding/base32"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"lancar/identity/totp"
	"lancar/test/outside"
)

// A person sees where they are signed in, sends a device away, sets up a code app, and signs out
// everywhere, all without script.
func TestAPersonKeepsTheirAccountSafe(t *testing.T) {
	w := newWorld(t)
	b, phone := w.browser(), w.browser()
	b.signIn("5315044609970001")
	phone.signIn("5315044609970001")
	w.run()
	if !w.Told("", "Akun Anda dibuka di perangkat baru") {
		t.Errorf("nobody was told of a new device: %q", w.Mail(""))
	}
	b.get("/me/devices")
	b.shows(200, "Perangkat ini", "Akun Anda dibuka di perangkat baru", "Pasang aplikasi kode")
	b.post("/me/devices/signout", "device", b.find(`name="device" value="([^"]+)"`))
	b.shows(200, "Perangkat itu sudah keluar")
	if phone.get("/me"); phone.url != "/signin" {
		t.Errorf("the device that was sent away is at %s", phone.url)
	}
	b.post("/me/devices/app")
	b.shows(200, "Hanya ditampilkan sekali", "<svg")
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(b.find(`<b class="num">([A-Z2-7 ]+)</b>`), " ", ""))
	w.Must(err)
	b.post("/me/devices/app/confirm", "code", "000000")
	b.shows(422, "tidak cocok", "Mulai lagi dengan kunci baru")
	b.post("/me/devices/app/confirm", "code", totp.Code(secret, totp.Step(w.Now())))
	b.shows(200, "Aplikasi kode siap", "Diterima sejak")
	w.Pass(16 * time.Minute)
	b.get("/me/devices")
	b.shows(200, "buktikan sekali lagi", "/signin?to=%2Fme%2Fdevices&amp;fresh=1")
	if strings.Contains(b.body, "Hapus aplikasi kode") {
		t.Error("what needs a proof first is offered without")
	}
	b.post("/me/devices/app/remove")
	if b.url != "/signin" {
		t.Errorf("without a fresh proof it led to %s", b.url)
	}
	b.shows(200, "Buktikan sekali lagi")
	b.post("/me/devices/signout-all")
	b.shows(200, `data-forget="1"`)
	if b.get("/me/devices"); b.url != "/signin" {
		t.Errorf("signed out everywhere, and at %s", b.url)
	}
	b.post("/me/devices/passkey")
	b.shows(401, "Masuk")
}

// A contact that the register has only just got says what works, and from when the rest does.
func TestANewContactSaysFromWhenItCounts(t *testing.T) {
	w := newWorld(t)
	w.SetField("population "+maria, "email", "baru@example.com")
	w.SetField("population "+maria, "email_since", w.Now().Format(time.DateOnly))
	b := w.browser()
	b.signIn(maria)
	b.get("/me/devices")
	b.shows(200, "Kontak Anda baru tercatat di data kependudukan. Demi keamanan", "paling lambat", "Kontak Anda baru tercatat di data kependudukan")
	b.get("/signin?to=%2Fme&level=2")
	b.shows(200, "Yang Anda buka ini meminta kontak yang tercatat di data kependudukan", "paling lambat")
}

var stopAt = regexp.MustCompile(`/signin/stop/\S+`)

// A contact that is new to an account waits; the link in the message stops it without signing in,
// and only by its button.
func TestARecoveryIsStoppedByALink(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("5315044609970001")
	w.SetField("population 5315044609970001", "phone", "+6281200000001")
	w.SetField("population 5315044609970001", "email", "pencuri@example.com")
	thief := w.browser()
	p := w.Record("population 5315044609970001")
	thief.post("/signin", "kind", "resident", "to", "/me", "number", "5315044609970001", "name", p["name"], "contact", "pencuri@example.com",
		"birth_date.d", "06", "birth_date.m", "09", "birth_date.y", "1997")
	attempt := thief.find(`name="attempt" value="([^"]+)"`)
	w.run()
	thief.post("/signin/code", "attempt", attempt, "to", "/me", "code", outside.CodeIn(w.LastMail("")))
	thief.shows(200, "Tunggu dulu", "72 jam")
	w.run()
	link := stopAt.FindString(strings.Join(w.Mail(""), "\n"))
	if link == "" {
		t.Fatalf("no link: %q", w.Mail(""))
	}
	b.get("/me") // the most pressing thing stands first there
	b.shows(200, "Selengkapnya", "Dalam 72 jam kontak itu menggantikan", "1 hal menunggu Anda", "Ada yang ingin memulihkan akun Anda lewat p***i@e***e.com")
	b.get("/me/devices")
	b.shows(200, "Ada yang ingin memulihkan akun ini", "p***i@e***e.com", "Ada yang ingin memulihkan akun Anda")
	anyone := w.browser()
	anyone.get(link)
	anyone.shows(200, "Bukan saya, batalkan")
	if b.get("/me/devices"); !strings.Contains(b.body, "Ada yang ingin memulihkan akun ini") {
		t.Error("opening the link stopped it")
	}
	anyone.post(link)
	anyone.shows(200, "Pemulihan dibatalkan")
	anyone.post(link)
	anyone.shows(404)
	if b.get("/me/devices"); strings.Contains(b.body, "Ada yang ingin memulihkan akun ini") {
		t.Error("it still waits")
	}
	anyone.get("/signin?" + url.Values{"to": {"//evil.example"}, "level": {"3"}, "fresh": {"1"}}.Encode())
	anyone.shows(200, "kunci sandi")
}

// What leads nowhere leads nowhere: pages of a host whose name cannot have passkeys, answers that
// are none, addresses that are not ours.
func TestPasskeyPagesAnswerNonsensePlainly(t *testing.T) {
	w := newWorld(t) // 127.0.0.1 is no domain
	b := w.browser()
	b.post("/signin/passkey/options")
	b.shows(404)
	b.post("/signin/passkey", "state", "x", "response", "{}")
	b.shows(404)
	b.get("/signin")
	if strings.Contains(b.body, "data-passkey") {
		t.Error("a passkey is offered where there can be none")
	}
}

// Contacts stand on the page of security; one of two is removed after a wait, the last one never, and another
// site's form removes none.
func TestAContactIsRemovedOnThePageOfSecurity(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn(maria)
	b.get("/me/devices")
	b.shows(200, "m***a@e***e.com", "Kontak terakhir tidak bisa dihapus")
	if strings.Contains(b.body, `name="do" value="remove"`) || strings.Contains(b.body, "maria@example.com") {
		t.Fatal("the last contact can be removed, or is shown whole")
	}
	one, err := w.Identity.Contacts(t.Context(), b.session())
	w.Must(err)
	b.post("/me/devices/contact", "contact", one[0].ID, "do", "remove")
	b.shows(409, "satu-satunya kontak")

	w.SetField("population "+maria, "email", "baru@example.com")
	p := w.Record("population " + maria)
	second := w.browser()
	second.post("/signin", "kind", "resident", "to", "/me", "number", maria, "name", p["name"], "contact", p["email"], "birth_date.d", "06", "birth_date.m", "09", "birth_date.y", "1997")
	attempt := second.find(`name="attempt" value="([^"]+)"`)
	w.run()
	second.post("/signin/code", "attempt", attempt, "to", "/me", "code", outside.CodeIn(w.LastMail("")))
	second.shows(200, "Tunggu dulu")
	b.get("/me/devices")
	b.post("/me/devices/recovery", "recovery", b.find(`name="recovery" value="([^"]+)"`), "do", "allow")
	b.shows(200, "m***a@e***e.com", "b***u@e***e.com", `name="do" value="remove"`)
	b.forged("/me/devices/contact", "contact", one[0].ID, "do", "remove")
	b.shows(403, "situs lain")
	b.post("/me/devices/contact", "contact", one[0].ID, "do", "remove")
	b.shows(200, "Semua kontak Anda diberi tahu", "Jangan dihapus")
	b.post("/me/devices/contact", "contact", one[0].ID, "do", "keep")
	b.shows(200, "Kontak itu tetap dipakai")
	w.Pass(20 * time.Minute)
	b.post("/me/devices/contact", "contact", one[0].ID, "do", "remove")
	b.shows(200, "Buktikan sekali lagi")
}
