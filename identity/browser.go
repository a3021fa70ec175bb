package identity

import (
	"encoding/hex"
	"net/http"
	"time"

	"lancar/internal/keys"
	"lancar/internal/store"
)

// browserLife is how long a browser is remembered.
const browserLife = 400 * 24 * time.Hour

// MarkCookie is the mark of this request's browser, and the cookie to set if it had none (nil
// otherwise). The mark signs nobody in: it says only that the browser was here before, so that its
// owner is not told of a new device, and not shut out by what strangers do.
func MarkCookie(r *http.Request, secure bool) (mark string, set *http.Cookie) {
	name := CookieName(secure) + "-mark"
	if c, err := r.Cookie(name); err == nil && len(c.Value) == 43 {
		return c.Value, nil
	}
	mark = keys.Token()
	return mark, &http.Cookie{Name: name, Value: mark, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode, MaxAge: int(browserLife.Seconds())}
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
