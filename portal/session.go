package portal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"lancar"
	"lancar/identity"
	"lancar/internal/serve"
	"lancar/web"
)

// Sign-in lives on the bare host. A region's host without a session sends the browser there; that
// host answers with a ticket, good once and for that host alone, which [redeem] turns into a
// session of its own.

func (v *visit) hasCookie() bool { return identity.Token(v.r, v.secure()) != "" }

func (v *visit) secure() bool { return v.r.TLS != nil || v.Home.Scheme == "https" }

// recognise reads the session, if the browser has one. A session that ended is no error.
func (v *visit) recognise() error {
	token := identity.Token(v.r, v.secure())
	if token == "" {
		v.markActing(false)
		return nil
	}
	s, err := v.Identity.Session(v.r.Context(), token)
	if lancar.CodeOf(err) == lancar.Unauthenticated {
		return nil
	}
	if err != nil {
		return err
	}
	v.session, v.self, v.signed = s, s, s.Signed() && (s.Kind != identity.Officer || v.helps(s))
	if s.Mandate != "" {
		err = v.act()
	}
	v.markActing(s.Mandate != "")
	return err
}

// elsewhere says whether this host leaves sign-in to another.
func (v *visit) elsewhere() bool {
	return v.site.region.Host != "" && !strings.EqualFold(v.r.Host, v.Home.Host)
}

// allowForms lets a form of this page end at another portal of this node. Browsers hold every
// redirect after a form to form-action, and sign-in leads from one host to the other and back.
func (v *visit) allowForms(origin *url.URL) {
	v.w.Header().Set("Content-Security-Policy", strings.Replace(serve.CSP, "form-action 'self'",
		"form-action 'self' "+origin.Scheme+"://"+origin.Host, 1))
}

// allowReturn lets a form of a sign-in page end where the sign-in leads: perhaps on a region's host.
func (v *visit) allowReturn(to string) {
	if back := v.comesBackTo(to); back != nil {
		v.allowForms(back)
	}
}

// toSignIn sends the browser to sign in and then back to path.
func (v *visit) toSignIn(path string) { v.toSignInFor(path, signInFor{}) }

// toSignInFor is the same for a sign-in that must prove more: then the host of sign-in asks for it
// even where somebody is signed in.
func (v *visit) toSignInFor(path string, want signInFor) {
	v.w.Header().Set("Cache-Control", "no-store")
	kind := ""
	if v.r.URL.Query().Get("kind") == "passport" {
		kind, want.Kind = "&kind=passport", "passport"
	}
	if !v.elsewhere() {
		want.To = path
		http.Redirect(v.w, v.r, "/signin?"+want.Query(), http.StatusSeeOther)
		return
	}
	to := *v.Home
	to.Path, to.RawQuery = "/session/go", url.Values{"to": {v.wayBack(path)}}.Encode()+kind
	if want.Fresh || want.Level > 0 {
		want.To = to.RequestURI()
		to.Path, to.RawQuery = "/signin", want.Query()
	}
	http.Redirect(v.w, v.r, to.String(), http.StatusSeeOther)
}

// wayBack is the address at which this host takes a ticket and goes on to path.
func (v *visit) wayBack(path string) string {
	back := url.URL{Scheme: v.Home.Scheme, Host: v.r.Host, Path: "/session"}
	back.RawQuery = url.Values{"to": {path}, "way": {hashWay(v.wayOut())}}.Encode()
	return back.String()
}

// backOn is where the host of sign-in goes on from to come back to path on this host.
func (v *visit) backOn(path string) string {
	return "/session/go?" + url.Values{"to": {v.wayBack(path)}}.Encode()
}

// A ticket is good in the browser alone that set out for it: the way out leaves a cookie whose hash
// the ticket is bound to. Nobody can sign somebody else in as themself by sending them a ticket.

func (v *visit) wayName() string { return identity.CookieName(v.secure()) + "-way" }

// way is the secret of this browser's way to sign-in, "" if it never set out.
func (v *visit) way() string {
	c, err := v.r.Cookie(v.wayName())
	if err != nil {
		return ""
	}
	return c.Value
}

// wayOut is the same, made now if there is none: other tabs may be on their way too.
func (v *visit) wayOut() string {
	if w := v.way(); w != "" {
		return w
	}
	w := rand.Text()
	http.SetCookie(v.w, &http.Cookie{Name: v.wayName(), Value: w, Path: "/", MaxAge: 3600, HttpOnly: true, Secure: v.secure(), SameSite: http.SameSiteLaxMode})
	return w
}

// hashWay is what may stand in addresses.
func hashWay(way string) string {
	sum := sha256.Sum256([]byte(way))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// goingTo is the path that the query asks to go to.
func (v *visit) goingTo(otherwise string) string {
	if to := v.r.URL.Query().Get("to"); to != "" {
		return web.LocalPath(to)
	}
	return otherwise
}

// returnTo is where to go after signing in: a path of this host, "/me" for anything else.
func (v *visit) returnTo(to string) string {
	if p := web.LocalPath(to); to != "" && p != "/" {
		return p
	}
	return "/me"
}

// handOver gives a region's host a ticket for the session of this one.
func handOver(v *visit) error {
	back, err := url.Parse(v.r.URL.Query().Get("to"))
	if err != nil || back.Path != "/session" || !v.ours(back) {
		return lancar.Fail(lancar.Invalid, "to", "Alamat tujuan tidak dikenal.", "The address to return to is unknown.")
	}
	ticket, err := v.Identity.Handoff(v.r.Context(), v.session, back.Host+" "+back.Query().Get("way"))
	if err != nil {
		return err
	}
	q := back.Query()
	q.Set("ticket", ticket)
	back.RawQuery = q.Encode()
	return v.to(back.String())
}

// ours says whether an address is one of this node's portals: the bare host with a region's label
// before it, on the same port.
func (v *visit) ours(u *url.URL) bool {
	label, rest, ok := strings.Cut(u.Host, ".")
	if !ok || u.Scheme != v.Home.Scheme || !strings.EqualFold(rest, v.Home.Host) {
		return false
	}
	return strings.EqualFold(v.Regions.ByHost(u.Host).Host, label)
}

// redeem turns the ticket into a session of this host.
func redeem(v *visit) error {
	q := v.r.URL.Query()
	to := v.returnTo(q.Get("to"))
	if v.signed && q.Get("ticket") == "" {
		return v.to(to)
	}
	if v.way() == "" {
		return lancar.Fail(lancar.Unauthenticated, "", "Tautan masuk ini bukan dari peramban ini. Silakan masuk lagi.",
			"This sign-in link was not made in this browser. Please sign in again.")
	}
	token, _, err := v.Identity.Redeem(v.r.Context(), q.Get("ticket"), v.r.Host+" "+hashWay(v.way()), web.Device(v.r.UserAgent()), identity.Token(v.r, v.secure()))
	if err != nil && v.signed { // the page of a ticket that was used, loaded again
		return v.to(to)
	}
	if err != nil {
		return err
	}
	http.SetCookie(v.w, identity.Cookie(token, v.secure()))
	return v.to(to)
}
