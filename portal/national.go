package portal

import (
	"net/http"

	"lancar/identity"
)

// A sign-in at a national provider of identities (identity/upstream). What this browser began is in a
// cookie that goes to these two pages alone.

const nationalCookie = "lancar_national"

func (v *visit) keepNational(value string, age int) {
	http.SetCookie(v.w, &http.Cookie{Name: nationalCookie, Value: value, Path: "/signin/national", HttpOnly: true, Secure: v.secure(), SameSite: http.SameSiteLaxMode, MaxAge: age})
}

// toNational sends the browser to the provider.
func toNational(v *visit) error {
	if v.National == nil {
		return notFound()
	}
	if v.elsewhere() {
		return v.to(v.Home.Scheme + "://" + v.Home.Host + v.r.URL.RequestURI())
	}
	at, cookie, err := v.National.Begin(v.r.Context(), v.r.URL.Query().Get("to"), v.r.URL.Query().Get("fresh") == "1")
	if err != nil {
		return err
	}
	v.keepNational(cookie, 20*60)
	return v.to(at)
}

// fromNational signs in whom the provider names, in the browser that it was asked from.
func fromNational(v *visit) error {
	if v.National == nil {
		return notFound()
	}
	cookie := ""
	if c, err := v.r.Cookie(nationalCookie); err == nil {
		cookie = c.Value
	}
	v.keepNational("", -1)
	p, err := v.National.Finish(v.r.Context(), v.r.URL.Query(), cookie)
	if err != nil {
		return err
	}
	token, _, err := v.National.Enter(v.r.Context(), p, v.browser(), v.Lang)
	if err != nil {
		return err
	}
	http.SetCookie(v.w, identity.Cookie(token, v.secure()))
	return v.to(v.returnTo(p.To))
}
