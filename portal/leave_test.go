package portal

import (
	"net/http"
	"net/url"
	"testing"

	"lancar/identity"
	"lancar/internal/store"
)

// A page that sends an officer's browser to sign out does not end their work.
func TestAnOfficerIsAskedBeforeTheyAreSignedOut(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	id, err := w.Identity.SaveEmployee(t.Context(), identity.Employee{Number: "198001012005011001", Name: "Ina", Mail: "ina@kantor.example"})
	w.Must(err)
	var token string
	w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
		token, _, err = w.Identity.EnterTx(tx, identity.Entry{Account: id, Level: identity.Verified, Methods: []string{"otp"}, Browser: identity.Browser{Host: "localhost", Device: "Firefox"}})
		return err
	}))
	at, err := url.Parse(b.base)
	w.Must(err)
	b.http.Jar.SetCookies(at, []*http.Cookie{identity.Cookie(token, false)})
	b.get("/oauth/logout")
	b.shows(200, "Keluar dari akun Lancar?")
	if _, err := w.Identity.Session(t.Context(), token); err != nil {
		t.Fatal("a link signed the officer out: ", err)
	}
	b.post("/logout", "request", b.find(`name="request" value="([^"]+)"`), "agree", "yes")
	if _, err := w.Identity.Session(t.Context(), token); err == nil {
		t.Fatal("the officer stays signed in")
	}
}
