package browser

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"lancar/test/lab"
)

// device gives the tab an authenticator that verifies its user at once, as a phone with a finger
// on it does.
func (p *tab) device() webauthn.AuthenticatorID {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, webauthn.Enable, webauthn.EnableParams{})
	p.must(err)
	got, err := chromedp.Call(p.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Ctap2version: webauthn.Ctap2versionCtap21, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true, HasCmtgKey: true}})
	p.must(err)
	return got.AuthenticatorID
}

func (p *tab) passkeys(id webauthn.AuthenticatorID) []*webauthn.Credential {
	p.t.Helper()
	got, err := chromedp.Call(p.ctx, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: id})
	p.must(err)
	return got.Credentials
}

const enter = `form[action="/signin/passkey"] button`

// A person makes a passkey, signs out everywhere, and comes back with it: no number, no code. From
// a region's portal it works the same, over the one host of sign-in.
func TestAPersonSignsInWithAPasskey(t *testing.T) {
	who, err := town.Borrow("53.15")
	if err != nil {
		t.Fatal(err)
	}
	p := newTab(t)
	device := p.device()
	home := town.Portal("")
	p.open(home + "/signin?to=/me/devices")
	p.signIn(who)
	p.fill(map[string]string{"name": "Ponsel uji"})
	p.press(`form[action="/me/devices/passkey"] button`)
	if !strings.Contains(p.text(), "Ponsel uji") || !strings.Contains(p.text(), "Kunci sandi tersimpan") {
		t.Fatalf("no passkey: %.800s", p.text())
	}
	keys := p.passkeys(device)
	if len(keys) != 1 || keys[0].RpID != "localhost" || !keys[0].IsResidentCredential || strings.Contains(string(keys[0].UserHandle), who.NIK) {
		t.Fatalf("%+v", keys)
	}
	p.press(`form[action="/me/devices/signout-all"] button`)
	if h := p.heading(); !strings.Contains(h, "keluar") {
		t.Fatalf("after signing out everywhere: %q", h)
	}
	p.open(home + "/signin")
	p.press(enter)
	if h := p.heading(); !strings.HasPrefix(h, "Selamat") {
		t.Fatalf("the passkey led to %q: %.500s", h, p.text())
	}
	p.open(home + "/me/devices")
	if !strings.Contains(p.text(), "Anda masuk dengan kunci sandi") || !strings.Contains(p.text(), "terakhir dipakai") {
		t.Errorf("%.800s", p.text())
	}
	p.press(`form[action="/signout"], form[action="/me/devices/signout-all"] button`)
	region := town.Portal("mabar")
	p.open(region + "/me")
	p.press(enter)
	if at := p.at(); !strings.HasPrefix(at.String(), region+"/me") {
		t.Errorf("from a region's portal the passkey led to %s: %.300s", at, p.text())
	}
}

// What the browser sent once is of no use again, and a copied authenticator is noticed: the counter
// of the key goes back, and the key is refused from then on.
func TestAReplayedAnswerAndACopiedKeyAreRefused(t *testing.T) {
	who, err := town.Borrow("53.15")
	if err != nil {
		t.Fatal(err)
	}
	p := newTab(t)
	device := p.device()
	home := town.Portal("")
	p.open(home + "/signin?to=/me/devices")
	p.signIn(who)
	p.press(`form[action="/me/devices/passkey"] button`)
	c := p.passkeys(device)[0]
	stolen := &webauthn.Credential{CredentialID: c.CredentialID, IsResidentCredential: true, RpID: c.RpID, PrivateKey: c.PrivateKey, UserHandle: c.UserHandle, SignCount: c.SignCount}
	keep := `(() => { const s = HTMLFormElement.prototype.submit; HTMLFormElement.prototype.submit = function () {
		sessionStorage.sent = new URLSearchParams(new FormData(this)).toString(); s.call(this); }; return true; })()`
	p.open(home + "/signin?fresh=1&to=/me")
	eval[bool](p, keep)
	p.press(enter)
	replay := eval[string](p, `fetch("/signin/passkey", {method: "POST", headers: {"Content-Type": "application/x-www-form-urlencoded"}, body: sessionStorage.sent}).then(r => r.status + " " + r.url)`)
	if !strings.HasPrefix(replay, "422 ") {
		t.Errorf("a replayed answer got %s", replay)
	}
	foreign := eval[string](p, `fetch("`+home+`/signin/passkey/options", {method: "POST"}).then(r => r.json()).then(o => Object.keys(o.options.publicKey).sort().join(" ") + " " + o.options.publicKey.userVerification)`)
	if foreign != "challenge rpId timeout userVerification required" {
		t.Errorf("the challenge says %q", foreign)
	}
	_, err = chromedp.Call(p.ctx, webauthn.RemoveCredential, webauthn.RemoveCredentialParams{AuthenticatorID: device, CredentialID: stolen.CredentialID})
	p.must(err)
	_, err = chromedp.Call(p.ctx, webauthn.AddCredential, webauthn.AddCredentialParams{AuthenticatorID: device, Credential: stolen})
	p.must(err)
	before, err := town.Last(who.Email)
	p.must(err)
	p.open(home + "/signin?fresh=1&to=/me")
	p.press(enter)
	if !strings.Contains(p.text(), "tidak bisa dipakai di sini") {
		t.Fatalf("a copied key led to %q", p.heading())
	}
	p.must(lab.Until("a warning", func() (bool, error) {
		list, err := town.Messages(who.Email, before, 1)
		return len(list) > 0 && strings.Contains(fmt.Sprint(list), "disalin"), err
	}))
}

// Another host of the node shows no passkeys of its own, and one without script none at all: a code
// is always there.
func TestWithoutScriptThereIsACode(t *testing.T) {
	p := newTab(t)
	p.noScript()
	p.open(town.Portal("") + "/signin")
	if eval[bool](p, `document.querySelector('`+enter+`').offsetParent !== null`) {
		t.Error("a button that can do nothing is shown")
	}
	if !p.has(`form[action="/signin"] button`) {
		t.Error("no way to ask for a code")
	}
}

// signInWith types the three facts, another contact and its code, in a town of one's own.
func (p *tab) signInWith(world *lab.World, who lab.Person, contact string) {
	p.t.Helper()
	before, err := world.Last(contact)
	p.must(err)
	year, rest, _ := strings.Cut(who.BirthDate, "-")
	month, day, _ := strings.Cut(rest, "-")
	p.fill(map[string]string{"number": who.NIK, "name": who.Name, "contact": contact, "birth_date.d": day, "birth_date.m": month, "birth_date.y": year})
	p.press(`form[action="/signin"] button`)
	code, err := world.Code(contact, before)
	p.must(err)
	p.fill(map[string]string{"code": code})
	p.press(`form[action="/signin/code"] button`)
}

// Somebody lost their phone with its passkey, and their mail. With the number that the register has
// they come back after three days, and the lost phone opens nothing any more.
func TestALostAccountIsRecovered(t *testing.T) {
	own, err := lab.Start(town.bin, filepath.Join(t.TempDir(), "town"), "")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Stop()
	world := lab.NewWorld(own.Sandbox)
	who, err := world.Borrow("53.15")
	if err != nil || who.Phone == "" {
		t.Fatalf("%+v %v", who, err)
	}
	lost := newTab(t)
	lost.device()
	home := own.Portal("")
	lost.open(home + "/signin?to=/me/devices")
	lost.signInWith(world, who, who.Email)
	lost.press(`form[action="/me/devices/passkey"] button`)

	p := newTab(t)
	p.open(home + "/signin?to=/me")
	p.signInWith(world, who, who.Phone)
	if h := p.heading(); h != "Tunggu dulu" {
		t.Fatalf("a contact that is new to the account led to %q: %.500s", h, p.text())
	}
	p.must(world.Advance("73h"))
	p.open(home + "/signin?to=/me/devices")
	p.signInWith(world, who, who.Phone)
	if h := p.heading(); h != "Perangkat dan keamanan" || !strings.Contains(p.text(), "Akun Anda dipulihkan") {
		t.Fatalf("after the wait: %q: %.800s", h, p.text())
	}
	lost.open(home + "/me")
	if h := lost.heading(); h != "Masuk" {
		t.Errorf("the lost phone still sees %q", h)
	}
	lost.press(enter)
	if !strings.Contains(lost.text(), "tidak bisa dipakai di sini") {
		t.Errorf("the lost phone's passkey led to %q", lost.heading())
	}
}
