package portal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/internal/store"
	"lancar/test/outside"
)

// session is the session of a browser.
func (b *browser) session() identity.Session {
	b.t.Helper()
	u, err := url.Parse(b.base)
	b.Must(err)
	for _, c := range b.http.Jar.Cookies(u) {
		if s, err := b.Identity.Session(b.t.Context(), c.Value); err == nil {
			return s
		}
	}
	b.t.Fatal("nobody is signed in")
	return identity.Session{}
}

// acts has Maria act for Yosef in her browser.
func (w *world) acts() *browser {
	w.t.Helper()
	principal, b := w.browser(), w.browser()
	principal.signIn(yosef)
	b.signIn(maria)
	m, err := w.Mandates.Offer(w.t.Context(), principal.session(), mandate.Gift{Number: maria, Name: "MARIA GORETI JEHALUT", Scope: mandate.Scope{Verbs: mandate.Verbs()}, Until: w.Now().Add(72 * time.Hour), Errand: "Lapak", Region: "53.15"})
	w.Must(err)
	w.Must(w.Mandates.Accept(w.t.Context(), b.session(), m.ID))
	b.get("/me/mandates/" + string(m.ID))
	b.post("/me/mandates/"+string(m.ID), "do", "act")
	b.shows(200, "Anda bertindak untuk", "YOSEF")
	return b
}

// Signing out while acting for somebody ends both, also at an app's wish.
func TestWhoSignsOutActsForNobody(t *testing.T) {
	w := newWorld(t)
	for name, out := range map[string]func(*browser){
		"the person": func(b *browser) { b.post("/signout") },
		"an app": func(b *browser) {
			b.get("/oauth/logout")
			b.shows(200, "Keluar dari akun Lancar?", "Anda juga berhenti bertindak untuk", "YOSEF")
			b.post("/logout", "request", b.find(`name="request" value="([^"]+)"`), "agree", "yes")
		},
	} {
		b := w.acts()
		out(b)
		b.shows(200, "Anda sudah keluar")
		if strings.Contains(b.body, "Anda bertindak untuk") {
			t.Errorf("%s: the page still says that one acts", name)
		}
		b.get("/me")
		b.shows(200, "Masuk")
		u, err := url.Parse(b.base)
		w.Must(err)
		for _, c := range b.http.Jar.Cookies(u) {
			if strings.Contains(c.Name, "acting") {
				t.Errorf("%s: the browser is marked as acting", name)
			}
		}
		b.signIn(maria)
		if b.get("/me"); b.session().Mandate != "" || strings.Contains(b.body, `class="acting"`) {
			t.Errorf("%s: who signs in anew acts for somebody", name)
		}
		w.Pass(2 * time.Hour)
	}
}

// A service asks for more than the holder's sign-in: they prove themself more surely and go on for the
// same person; whoever else signs in on that page acts for nobody.
func TestWhoActsCanSignInMoreSurely(t *testing.T) {
	w := newWorldOf(t, strictServices(t))
	w.SetField("population "+yosef, "address", "JL. SOEKARNO HATTA 14")
	w.SetRecord("oss "+yosef, map[string]string{"nib": "9000000000018", "business_name": "KOPI TABE", "status": "active"})
	b := w.acts()
	draft := fillIn(b)
	b.get(draft + "/check")
	b.shows(200, "Masuk lebih aman", "Anda bertindak untuk")
	b.get("/signin?level=3&to=" + url.QueryEscape(draft+"/check"))
	b.shows(200, "meminta kunci sandi", "tetap bertindak untuk", "YOSEF")
	before := b.session()
	token := ""
	w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) (err error) { // as a passkey does, which this host's name cannot have
		u, _ := url.Parse(b.base)
		had := ""
		for _, c := range b.http.Jar.Cookies(u) {
			if _, err := w.Identity.Session(t.Context(), c.Value); err == nil {
				had = c.Value
			}
		}
		token, _, err = w.Identity.EnterTx(tx, identity.Entry{Browser: identity.Browser{Host: before.Host, Address: "192.0.2.1", Device: "Firefox", Before: had}, Account: before.Account, Level: identity.Strong, Methods: []string{"passkey"}})
		return err
	}))
	u, err := url.Parse(b.base)
	w.Must(err)
	b.http.Jar.SetCookies(u, []*http.Cookie{identity.Cookie(token, false)})
	b.get(draft + "/check")
	b.shows(200, "Anda bertindak untuk", "YOSEF")
	if strings.Contains(b.body, "Masuk lebih aman") {
		t.Fatal("the surer sign-in is not taken")
	}
	if s := b.session(); s.Mandate != before.Mandate || s.Level != identity.Strong {
		t.Fatalf("%+v", s)
	}
	b.post("/signin", "kind", "resident", "to", "/me", "number", yosef, "name", "YOSEF", "contact", "yosef@example.com", "birth_date.d", "01", "birth_date.m", "01", "birth_date.y", "1985")
	attempt := b.find(`name="attempt" value="([^"]+)"`)
	w.Must(w.Queue.Drain(t.Context()))
	b.post("/signin/code", "attempt", attempt, "to", "/me", "code", outside.CodeIn(w.LastMail("")))
	b.shows(200, "Selamat")
	if s := b.session(); s.Mandate != "" || s.Account == before.Account {
		t.Fatal("another person acts by the holder's mandate")
	}
}
