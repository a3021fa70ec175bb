package identity

import (
	"encoding/hex"
	"net/http"
	"time"

	"lancar/internal/keys"
	"lancar/internal/serve"
	"lancar/internal/store"
	"lancar/web"
)

// browserLife is how long a browser is remembered.
const browserLife = 400 * 24 * time.Hour

// BrowserOf is where a request comes from, as [serve.Wrap] told it; a browser that is new is given its mark.
// The mark signs nobody in: it says only that the browser was here before, so that its owner is not told
// of a new device, and not shut out by what strangers do.
func BrowserOf(w http.ResponseWriter, r *http.Request, secure bool) Browser {
	b := Browser{Address: serve.Address(r.Context()).String(), Host: r.Host, Device: web.Device(r.UserAgent()), Before: Token(r, secure)}
	if c, err := r.Cookie(keyName(secure)); err == nil && len(c.Value) == 43 {
		b.Key = c.Value
	}
	name := CookieName(secure) + "-mark"
	if c, err := r.Cookie(name); err == nil && len(c.Value) == 43 {
		b.Mark = c.Value
		return b
	}
	b.Mark = keys.Token()
	http.SetCookie(w, &http.Cookie{Name: name, Value: b.Mark, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode, MaxAge: int(browserLife.Seconds())})
	return b
}

func keyName(secure bool) string { return CookieName(secure) + "-device" }

// KeyCookie leaves the secret of a device in its browser. It signs nobody in: without it a PIN of this
// device is never looked at. It is Lax and not Strict, so that it is there too when an app or a national
// provider has sent the browser here.
func (b Browser) KeyCookie(secure bool) *http.Cookie {
	return &http.Cookie{Name: keyName(secure), Value: b.Key, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode, MaxAge: int(browserLife.Seconds())}
}

func (i *Identity) markName(what, value string) string {
	return hex.EncodeToString(i.ring.MAC("identity "+what, []byte(value))[:16])
}

// noticeBrowser remembers a browser; the owner hears of one that is new, unless it is the first.
func (i *Identity) noticeBrowser(tx *store.Tx, a accountRow, b Browser) error {
	if b.Mark == "" {
		return nil
	}
	others, known, err := upsertBrowser(tx, a.ID, i.markName("browser", b.Mark), b.Device)
	if err != nil || known || others == 0 {
		return err
	}
	return i.HappenedTx(tx, a.ID, NewDevice, b.Device)
}
