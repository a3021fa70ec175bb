package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lancar"
	"lancar/identity"
	"lancar/identity/oidc"
	"lancar/internal/serve"
	"lancar/web"
)

// The way of an app that signs people in: identity/oidc keeps its request, these pages lead the
// person through sign-in and ask them once. The names of fields are promised in docs/spec/oidc.md.

type agreeView struct {
	Request, App, Agency, Purpose string
	Name                          string // of the person, "" if unknown
	Sandbox, Switch               bool
	Needed, Acts, Optional        []kindView
	Other                         string // sign in as somebody else, then come back here
	Confirm                       *confirmView
	Problems                      []web.Problem
}

type kindView struct {
	Name, Text string
	Given      bool
}

// consent leads a request one step on: to sign-in, to a surer sign-in, to the question, or back to
// the app when nothing is left to ask.
func consent(v *visit) error {
	if v.elsewhere() {
		return v.to(v.Home.Scheme + "://" + v.Home.Host + v.r.URL.RequestURI())
	}
	id := v.r.URL.Query().Get("request")
	p, err := v.OIDC.Pending(v.r.Context(), id, v.person())
	if err != nil {
		return err
	}
	again := "/signin?to=" + url.QueryEscape(consentPath(id))
	switch p.Step {
	case oidc.SignIn:
		return v.to(again)
	case oidc.Fresh:
		return v.to(again + "&fresh=1")
	case oidc.Rise:
		return v.to(again + "&level=" + strconv.Itoa(int(p.Level)))
	case oidc.Back:
		return v.onward(p.Response)
	case oidc.Go:
		to, err := v.OIDC.Decide(v.r.Context(), id, v.session, given(p.Optional))
		if err != nil {
			return err
		}
		return v.onward(to)
	}
	return v.askConsent(id, p, nil)
}

func consentPath(id string) string { return "/consent?request=" + url.QueryEscape(id) }

// person is who is signed in as a person; the zero Session for nobody.
func (v *visit) person() identity.Session {
	if !v.signed {
		return identity.Session{}
	}
	return v.session
}

func given(kinds []oidc.Kind) (names []string) {
	for _, k := range kinds {
		if k.Given {
			names = append(names, k.Name)
		}
	}
	return names
}

// askConsent shows the question, again with what is wrong about the PIN.
func (v *visit) askConsent(id string, p oidc.Pending, wrong *lancar.Error) error {
	if p.Lang != "" {
		v.Words.Lang = p.Lang
	}
	name, err := v.Identity.GivenName(v.r.Context(), v.session.Own)
	if err != nil {
		return err
	}
	know, do := v.kindsOf(p.Needed)
	choose, _ := v.kindsOf(p.Optional)
	confirm, err := v.confirming(id, consentPath(id), p, wrong)
	if err != nil {
		return err
	}
	v.noindex = true
	v.w.Header().Set("Cache-Control", "no-store")
	v.endAt(p.Origin)
	status, title, problems := v.wrongPin(v.T("Izinkan "+p.App.In(v.Lang)+"?", "Allow "+p.App.In(v.Lang)+"?"), wrong)
	return v.showAs(status, "consent", title, agreeView{Confirm: confirm, Problems: problems, Request: id, App: v.In(p.App), Agency: v.In(p.Agency), Purpose: v.In(p.Purpose), Name: name,
		Sandbox: p.Sandbox, Switch: p.Switch, Needed: know, Acts: do, Optional: choose, Other: "/signin?to=" + url.QueryEscape(consentPath(id)) + "&fresh=1"})
}

// kindsOf are what an app will know, and what it may do in the person's name.
func (v *visit) kindsOf(list []oidc.Kind) (know, do []kindView) {
	for _, k := range list {
		one := kindView{k.Name, v.In(k.Words), k.Given}
		if k.Acts {
			do = append(do, one)
		} else {
			know = append(know, one)
		}
	}
	return know, do
}

// decide takes the person's answer. No is an answer like yes.
func decide(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	sent := v.r.PostForm
	id := sent.Get("request")
	var to oidc.Response
	var err error
	switch sent.Get("agree") {
	case "yes":
		if err = v.confirmNumber(id, sent); err == nil {
			to, err = v.OIDC.Decide(v.r.Context(), id, v.person(), sent["kind"])
		}
		if e, byPin, byProof := unconfirmed(err); byPin {
			return v.consentAgain(id, sent["kind"], e)
		} else if byProof {
			if p, perr := v.OIDC.Pending(v.r.Context(), id, v.person()); perr == nil && p.Lang != "" {
				v.Words.Lang = p.Lang
			}
			return v.proveFirst(e, consentPath(id))
		}
	case "no":
		to, err = v.OIDC.Refuse(v.r.Context(), id)
	default:
		return lancar.Fail(lancar.Invalid, "agree", "Pilih setuju atau tidak.", "Choose to agree or not.")
	}
	if err != nil {
		return err
	}
	return v.onward(to)
}

// consentAgain shows the question as it was answered, with what is wrong about the PIN.
func (v *visit) consentAgain(id string, chosen []string, wrong *lancar.Error) error {
	p, err := v.OIDC.Pending(v.r.Context(), id, v.person())
	if err != nil {
		return err
	}
	if p.Step != oidc.Agree {
		return v.to(consentPath(id))
	}
	choose(p.Optional, chosen)
	return v.askConsent(id, p, wrong)
}

// choose ticks what the person had ticked.
func choose(optional []oidc.Kind, chosen []string) {
	for i := range optional {
		optional[i].Given = slices.Contains(chosen, optional[i].Name)
	}
}

// wrongPin is how a page says that a PIN was wrong.
func (v *visit) wrongPin(title string, wrong *lancar.Error) (int, string, []web.Problem) {
	if wrong == nil {
		return http.StatusOK, title, nil
	}
	return http.StatusUnprocessableEntity, v.T("Kesalahan: ", "Error: ") + title, []web.Problem{{Field: "pin", Text: v.In(wrong.Text)}}
}

type onwardView struct {
	URL    string
	Fields []oidc.Field
}

// onward sends the browser back to the app: by a redirect, or by a form (response_mode form_post)
// that the script sends at once, and a button without it.
func (v *visit) onward(to oidc.Response) error {
	if to.Form == nil {
		return v.to(to.URL)
	}
	v.noindex = true
	v.w.Header().Set("Cache-Control", "no-store")
	if u, err := url.Parse(to.URL); err == nil {
		v.endAt(u.Scheme + "://" + u.Host)
	}
	return v.show("onward", v.T("Kembali ke aplikasi", "Back to the app"), onwardView{to.URL, to.Form})
}

// endAt lets a form of this page end at an app: browsers hold every redirect after a form to
// form-action.
func (v *visit) endAt(origin string) {
	if origin == "" || strings.ContainsAny(origin, " ;,'\"") {
		return
	}
	v.w.Header().Set("Content-Security-Policy", strings.Replace(serve.CSP, "form-action 'self'", "form-action 'self' "+origin, 1))
}

// leadsOn lets the pages of sign-in end at the app that sent the person here: who agreed before is
// sent straight on.
func (v *visit) leadsOn() {
	if v.led {
		return
	}
	v.led = true
	to := v.r.URL.Query().Get("to")
	if v.r.PostForm != nil && v.r.PostForm.Get("to") != "" {
		to = v.r.PostForm.Get("to")
	}
	u, err := url.Parse(to)
	if err != nil || u.Path != "/consent" || u.Host != "" || v.OIDC == nil {
		return
	}
	v.request = u.Query().Get("request")
	v.asks, v.hinted = v.OIDC.Asking(v.r.Context(), v.request)
	v.endAt(v.asks.Origin)
}

// Apologise shows an error as a page, for rooms that speak a protocol to a browser and have nowhere
// to send the person back to.
func (p *Portal) Apologise(w http.ResponseWriter, r *http.Request, err error) {
	v := p.visitor(w, r)
	v.noindex, v.brought = true, true
	v.fail(err)
}
