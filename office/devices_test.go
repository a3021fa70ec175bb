package office

import (
	"net/url"
	"testing"
	"time"
)

// An officer sees where they are signed in and what happened to the account, and signs out
// everywhere; what changes the ways in asks for a new proof first.
func TestAnOfficerKeepsTheirAccountSafe(t *testing.T) {
	w := newWorld(t)
	w.staff()
	o, other := w.enter(anna, ""), w.enter(anna, "")
	o.get("/office/devices").is(200).has("Sedang masuk di", "Perangkat ini", "Keluar dari semua perangkat")
	w.Pass(16 * time.Minute)
	o.get("/office/devices").is(200).has("buktikan sekali lagi")
	o.post("/office/devices/passkey/options", url.Values{}).is(404) // this host's name cannot have passkeys
	o.post("/office/devices/passkey/x", url.Values{}).is(404)
	o.post("/office/signin/passkey", url.Values{"response": {"{}"}}).is(404)
	o.get("/office/signin?fresh=1&to=%2Foffice%2Fdevices").is(200).has("NIP Anda")
	o.post("/office/devices/signout-all", url.Values{}).is(200).has("NIP Anda")
	other.get("/office/devices").is(200).has("NIP Anda").lacks("Sedang masuk di")
}
