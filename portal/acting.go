package portal

import (
	"net/http"
	"strings"

	"lancar"
	"lancar/casework"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/payment"
	"lancar/web"
)

// For whom a browser acts stands with its session. A visit that acts has the principal's account and
// a grant to read about them in [visit.session], its own person in [visit.self]. What is not listed
// here is closed while somebody acts for another: a page that nobody thought of shows nobody's data.

// whileActing are the pages that are open while a visit acts for somebody else.
func whileActing(pattern string) bool {
	_, path, _ := strings.Cut(pattern, " ")
	switch path {
	case "/{$}", "/life/{event}", "/services", "/services/{slug}", "/services/{slug}/start", "/offline", "/places", "/search",
		"/verify", "/verify/{number}", "/signout", "/logout", "/session", "/session/go", "/me",
		"/release", "/release/passkey", "/release/passkey/options", // of who holds the browser, not of the principal
		"/signin", "/signin/code", "/signin/again", "/signin/own", "/signin/passkey", "/signin/passkey/options", "/signin/national", "/signin/national/back": // the person proves themself more surely, and goes on acting
		return true
	}
	return pattern == "/" || strings.HasPrefix(path, "/drafts/") || strings.HasPrefix(path, "/cases/") || strings.HasPrefix(path, "/documents/") ||
		strings.HasPrefix(path, "/me/mandates")
}

// whileOver are those that stay open after a mandate ended and before the holder stopped acting:
// nothing goes on for the holder in what they began for another.
func whileOver(pattern string) bool {
	_, path, _ := strings.Cut(pattern, " ")
	switch path {
	case "/{$}", "/life/{event}", "/services", "/services/{slug}", "/offline", "/search", "/verify", "/verify/{number}", "/signout", "/logout":
		return true
	}
	return strings.HasPrefix(path, "/me/mandates")
}

// act makes the visit one of the principal for whom its session acts.
func (v *visit) act() error {
	a, err := v.Mandates.Acting(v.r.Context(), v.self)
	if code := lancar.CodeOf(err); code == lancar.Gone || code == lancar.NotFound {
		v.session, v.signed, v.over = identity.Session{}, true, err
		return nil
	}
	if err != nil {
		return err
	}
	p := a.Mandate.Principal
	v.acting, v.signed = &a, true
	v.session.Account, v.session.Subject, v.session.Kind, v.session.Own = p.Account, p.Subject, a.Mandate.Of, a.Own
	v.session.RegisterContact = a.Mandate.Register
	return nil
}

// helps says whether an officer is on the way to act for a resident: on the pages of mandates alone.
// What they do as a person they do with their own account.
func (v *visit) helps(s identity.Session) bool {
	return s.Actor.Role != "" && strings.HasPrefix(v.r.URL.Path, "/me/mandates")
}

// seat is the region for which a mandate is made: the portal's, or the office of an officer.
func (v *visit) seat() string {
	if v.self.Kind == identity.Officer {
		return v.self.Actor.Region
	}
	return v.site.region.Code
}

// permitted refuses a page that is not open to who acts for somebody, or whose mandate is over.
func (v *visit) permitted() error {
	switch {
	case v.over != nil && !whileOver(v.r.Pattern):
		return v.over
	case v.acting != nil && !whileActing(v.r.Pattern):
		return lancar.Fail(lancar.Forbidden, "mandate", "Halaman ini hanya untuk orangnya sendiri, bukan untuk yang mewakili. Berhenti bertindak dulu untuk kembali ke urusan Anda sendiri.",
			"This page is for the person alone, not for who acts for them. Stop acting first to return to your own affairs.")
	}
	return nil
}

// actingBar says on every page for whom one acts, nil for oneself.
func (v *visit) actingBar() *web.ActingBar {
	switch {
	case v.over != nil:
		return &web.ActingBar{Text: v.T("Kuasa untuk bertindak bagi orang lain sudah berakhir.", "The mandate to act for somebody else is over."), Action: "/me/mandates/stop"}
	case v.acting != nil:
		m := v.acting.Mandate
		return &web.ActingBar{Text: v.T("Anda bertindak untuk ", "You act for "), Name: m.Principal.Name, Note: v.In(m.Kind.Text()), Action: "/me/mandates/stop"}
	}
	return nil
}

func (v *visit) applicant() casework.Applicant {
	who := casework.Applicant{Account: v.session.Account, Subject: v.session.Subject, Lang: v.Lang, Register: v.session.RegisterContact, Level: v.session.Level}
	if v.acting != nil {
		who.By = v.acting.By
	}
	return who
}

// paying notes that a holder opens the code of a charge, within the amount of their mandate.
func (v *visit) paying(c casework.Case, charge payment.Charge) error {
	return v.Cases.UseFor(v.r.Context(), v.applicant(), c.Region, c.ID, mandate.Pay, charge.Amount)
}

// mandateSorry is the page of who reached the end of their mandate: what it permits, and the way back.
func (v *visit) mandateSorry(view *web.Empty, code lancar.Code) {
	view.Title = v.T("Kuasa Anda tidak sampai ke sini", "Your mandate does not reach this far")
	if code != lancar.Forbidden {
		view.Title = v.T("Kuasa ini tidak berlaku", "This mandate is not valid")
	}
	view.Small, view.Href, view.Action = "", "/me/mandates", v.T("Ke halaman kuasa", "To the page of mandates")
}

// theirs heads the principal's page for who acts for them.
func (v *visit) theirs(view *meView) string {
	for _, verb := range v.acting.Mandate.Scope.Verbs {
		view.Permits = append(view.Permits, v.In(verb.Text()))
	}
	return v.T("Urusan ", "Affairs of ") + v.acting.Mandate.Principal.Name
}

// The actingCookie tells pages that are kept for everyone that this browser acts for somebody, so
// that they are made for it alone, with the bar. It decides nothing: who acts stands in the database.

func (v *visit) actingCookie() string { return identity.CookieName(v.secure()) + "-acting" }

func (v *visit) seemsActing() bool {
	_, err := v.r.Cookie(v.actingCookie())
	return err == nil
}

func (v *visit) markActing(on bool) {
	if on == v.seemsActing() {
		return
	}
	c := &http.Cookie{Name: v.actingCookie(), Value: "1", Path: "/", HttpOnly: true, Secure: v.secure(), SameSite: http.SameSiteLaxMode, MaxAge: 30 * 24 * 3600}
	if !on {
		c.MaxAge = -1
	}
	http.SetCookie(v.w, c)
}

// out makes the visit nobody's, after the sign-in has ended: nobody acts for anybody in it any more.
func (v *visit) out() {
	v.markActing(false)
	v.signed, v.forget, v.acting, v.over = false, true, nil, nil
}
