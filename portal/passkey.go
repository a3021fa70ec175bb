package portal

import (
	"net/http"
	"net/url"

	"lancar"
	"lancar/identity"
	"lancar/identity/passkey"
	"lancar/web"
)

// A passkey answers the one host where people sign in, so these pages stand there alone; a region's
// host leads to it. Without script, or without a passkey, a code signs in.

// browser is where this request comes from; it gives a browser that is new its mark.
func (v *visit) browser() identity.Browser { return identity.BrowserOf(v.w, v.r, v.secure()) }

// passkeyScript is the script's address, "" where passkeys cannot work.
func (v *visit) passkeyScript() string {
	if v.Passkeys == nil || v.elsewhere() {
		return ""
	}
	return v.keyScript
}

// noPasskeys is the answer of a node whose address cannot have any.
func noPasskeys() error {
	return lancar.Fail(lancar.NotFound, "", "Kunci sandi tidak tersedia di alamat ini.", "Passkeys are not available at this address.")
}

// offerPasskey hands the page's script the challenge of a sign-in.
func offerPasskey(v *visit) error {
	if v.passkeyScript() == "" {
		return noPasskeys()
	}
	o, err := v.Passkeys.Offer()
	if err != nil {
		return err
	}
	return o.Send(v.w)
}

// enterByPasskey ends a sign-in, or a step up.
func enterByPasskey(v *visit) error {
	if v.passkeyScript() == "" {
		return noPasskeys()
	}
	if err := v.readForm(); err != nil {
		return err
	}
	sent := v.r.PostForm
	token, s, err := v.Passkeys.Enter(v.r.Context(), passkey.Answer{State: sent.Get("state"), Response: []byte(sent.Get("response"))}, v.browser())
	if e, ok := invalid(err); ok {
		return v.signInPage(asked(sent), url.Values{}, []web.Problem{{Text: v.In(e.Text)}})
	}
	if err != nil {
		return err
	}
	http.SetCookie(v.w, identity.Cookie(token, v.secure()))
	if s.Kind == identity.Officer {
		return v.to("/office")
	}
	if want := asked(sent); !s.Meets(want.Level) {
		want.Fresh = false
		return v.to("/signin?" + want.Query())
	}
	return v.to(v.returnTo(sent.Get("to")))
}
