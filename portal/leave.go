package portal

import (
	"net/http"
	"net/url"

	"lancar"
	"lancar/identity"
)

type leaveView struct {
	Request, App string
	Back         string // where "no" leads
	For          string // whom the person acts for, "" for nobody: that ends too
}

// leave signs a person out at an app's wish (identity/oidc): at once when the app brought the ID
// token of this very sign-in, else after they were asked.
func leave(v *visit) error {
	if v.elsewhere() {
		return v.to(v.Home.Scheme + "://" + v.Home.Host + v.r.URL.RequestURI())
	}
	request := v.r.URL.Query().Get("request")
	l, err := v.OIDC.Leaving(v.r, request, v.self)
	if err != nil {
		return err
	}
	v.noindex = true
	v.w.Header().Set("Cache-Control", "no-store")
	if !l.Ask {
		return v.goneTo(l.To)
	}
	if u, err := url.Parse(l.To); err == nil && l.To != "" {
		v.endAt(u.Scheme + "://" + u.Host)
	}
	return v.show("leave", v.T("Keluar?", "Sign out?"), leaveView{Request: request, App: v.In(l.App), Back: "/me", For: v.actsFor()})
}

// left takes the person's answer; the form comes from this site alone.
func left(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	l, err := v.OIDC.Leaving(v.r, v.r.PostForm.Get("request"), v.self)
	if err != nil {
		return err
	}
	switch v.r.PostForm.Get("agree") {
	case "yes":
		return v.goneTo(l.To)
	case "no":
		return v.to("/me")
	}
	return lancar.Fail(lancar.Invalid, "agree", "Pilih keluar atau tetap masuk.", "Choose to sign out or to stay.")
}

// actsFor names whom the person acts for, "" for nobody.
func (v *visit) actsFor() string {
	if v.acting == nil {
		return ""
	}
	return v.acting.Mandate.Principal.Name
}

// goneTo ends the sign-in, and acting for somebody with it, and shows so, or leads back to the app.
func (v *visit) goneTo(to string) error {
	if err := v.Identity.SignOut(v.r.Context(), identity.Token(v.r, v.secure())); err != nil && lancar.CodeOf(err) != lancar.Unauthenticated {
		return err
	}
	http.SetCookie(v.w, identity.Cookie("", v.secure()))
	v.out()
	if to != "" {
		return v.to(to)
	}
	return v.show("signedout", v.T("Anda sudah keluar", "You are signed out"), nil)
}
