package office

import (
	"net/http"
	"net/url"

	"lancar"
	"lancar/identity"
	"lancar/web"
)

// The page that asks for the code has an address of its own, as the one of people has: going back and
// loading it again work. A cookie says which attempt it is about.

func (v *visit) attempt(id string) *http.Cookie {
	return identity.AttemptCookie("/office/signin", id, v.secure())
}

func (v *visit) toCode(id, to, more string) error {
	http.SetCookie(v.w, v.attempt(id))
	return v.to("/office/signin/code?to=" + url.QueryEscape(goingTo(to)) + more)
}

type codeView struct {
	Attempt, To string
	Code        web.Field
	Mail        string // where codes arrive in a rehearsal
	Problems    []web.Problem
}

// showCode asks for the code of this browser's attempt; it says the same whether or not there is such an
// officer.
func showCode(v *visit) error {
	to := goingTo(v.r.URL.Query().Get("to"))
	c, err := v.r.Cookie(v.attempt("").Name)
	if err != nil {
		return v.to("/office/signin?to=" + url.QueryEscape(to))
	}
	view := codeView{Attempt: c.Value, To: to}
	view.Code = web.Field{Name: "code", Kind: web.CodeField, Label: v.T("Kode dari pesan", "Code from the message"), Max: 16,
		Hint: v.T("Berlaku 5 menit. Boleh ditempel.", "Valid for 5 minutes. You may paste it.")}
	if v.Rehearsal && v.Sandbox != "" {
		view.Mail = v.Sandbox + "/mail"
	}
	status := http.StatusOK
	if v.r.URL.Query().Get("wrong") != "" {
		status = http.StatusUnprocessableEntity
		view.Problems = []web.Problem{{Field: "code", Text: v.T("Kode salah atau sudah tidak berlaku. Periksa pesan terakhir, atau minta kode baru.", "The code is wrong or no longer valid. Check the latest message, or ask for a new code.")}}
	}
	mark(view.Problems, &view.Code)
	return v.showAs(status, "signincode", v.title(v.T("Masukkan kode", "Enter the code"), view.Problems), view)
}

func confirmCode(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	b := v.browser()
	token, s, err := v.Identity.Confirm(v.r.Context(), identity.Confirmation{Attempt: sent.Get("attempt"), Code: sent.Get("code"),
		Address: b.Address, Host: b.Host, Device: b.Device, Before: b.Before, Mark: b.Mark})
	if lancar.CodeOf(err) == lancar.Invalid {
		return v.toCode(sent.Get("attempt"), sent.Get("to"), "&wrong=1")
	}
	if err != nil {
		return err
	}
	http.SetCookie(v.w, v.attempt(""))
	return v.entered(token, s, sent.Get("to"))
}
