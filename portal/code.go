package portal

import (
	"errors"
	"net/http"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/web"
)

// The page that asks for the code is opened by its own address, so that going back, loading it again and
// changing its language work. Which attempt it is about says a cookie: a link sent to somebody else leads
// to nobody's.

func (v *visit) attempt(id string) *http.Cookie {
	return identity.AttemptCookie("/signin", id, v.secure())
}

// toCode leads to the page of an attempt that was just started.
func (v *visit) toCode(id string, want signInFor, more string) error {
	http.SetCookie(v.w, v.attempt(id))
	return v.to("/signin/code?" + want.Query() + more)
}

type codeView struct {
	signInFor
	Attempt, Sent, Until string
	Code                 web.Field
	Back                 string
	Again                bool   // another code can be asked for
	Done                 string // what was just done
	Mail, Phone          string // where codes arrive in a rehearsal
	Problems             []web.Problem
}

// showCode asks for the code of this browser's attempt. Who signed in meanwhile goes on; who has none
// begins.
func showCode(v *visit) error {
	want := asked(v.r.URL.Query())
	over := func() error {
		if v.signed && v.session.Meets(want.Level) {
			return v.to(v.returnTo(want.To))
		}
		return v.to("/signin?" + want.Query())
	}
	c, err := v.r.Cookie(v.attempt("").Name)
	if err != nil {
		return over()
	}
	view := codeView{signInFor: want, Attempt: c.Value}
	if v.r.URL.Query().Get("again") != "" {
		view.Done = v.T("Kode baru sudah dikirim. Pakai kode dari pesan terakhir.", "A new code was sent. Use the one of the latest message.")
	}
	wrong := v.r.URL.Query().Get("wrong") != ""
	if err := v.codeFor(&view); lancar.CodeOf(err) == lancar.NotFound && !wrong {
		return over()
	} else if err != nil && lancar.CodeOf(err) != lancar.NotFound {
		return err
	}
	if !wrong {
		return v.codePage(http.StatusOK, view)
	}
	view.Problems = []web.Problem{{Field: "code", Text: v.T("Kode salah atau sudah tidak berlaku. Periksa pesan terakhir, atau minta kode baru.",
		"The code is wrong or no longer valid. Check the latest message, or ask for a new code.")}}
	return v.codePage(http.StatusUnprocessableEntity, view)
}

// codeFor says where a code went and until when it counts, by the clock of the portal that the person
// came from.
func (v *visit) codeFor(view *codeView) error {
	a, err := v.Identity.Waiting(v.r.Context(), view.Attempt)
	if err != nil {
		return err
	}
	if r := v.cameFrom(view.To); r != nil && r.Zone != nil {
		v.Words.Zone, v.Words.Abbr = r.Zone, r.ZoneName
	}
	view.Again = true
	view.Sent = v.T("Kalau yang Anda tulis benar, kode dikirim ke ", "If what you wrote is right, a code is on its way to ") + a.Contact + "."
	view.Until = v.T("Berlaku sampai pukul ", "Valid until ") + v.Clock(a.Expires) + "."
	if v.now.After(a.Expires) {
		view.Until = v.T("Kode ini sudah lewat waktunya.", "This code is out of time.")
	}
	return nil
}

func (v *visit) codePage(status int, view codeView) error {
	title := v.T("Masukkan kode", "Enter the code")
	view.Back = "/signin?" + view.Query()
	view.Code = codeField(v.T("Kode dari pesan", "Code from the message"), view.Problems)
	view.Code.Hint = view.Until + " " + v.T("Boleh ditempel. Kode dari aplikasi kode Anda juga diterima.", "You may paste it. A code of your code app is taken too.")
	if len(view.Problems) > 0 {
		title = v.T("Kesalahan: ", "Error: ") + title
	}
	v.allowReturn(view.To)
	view.Mail, view.Phone = v.sandbox("/mail"), v.sandbox("/phone")
	v.noindex = true
	return v.showAs(status, "signincode", title, view)
}

// codeField asks for a code of six or ten digits.
func codeField(label string, problems []web.Problem) web.Field {
	f := web.Field{Name: "code", Kind: web.CodeField, Label: label, Max: 16}
	for _, p := range problems {
		f.Error = p.Text
	}
	return f
}

// Clock shadows Deps.Clock: on a page it is the time of day in words.
func (v *visit) Clock(t time.Time) string { return v.Words.Clock(t) }

// againCode sends another code for the same claim, so that nobody types it all once more.
func againCode(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	want := asked(v.r.PostForm)
	a, err := v.Identity.Again(v.r.Context(), v.r.PostForm.Get("attempt"), v.browser())
	if lancar.CodeOf(err) == lancar.NotFound {
		return v.to("/signin?" + want.Query())
	}
	if err != nil {
		return err
	}
	return v.toCode(a.ID, want, "&again=1")
}

func confirmCode(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	sent := v.r.PostForm
	b := v.browser()
	token, s, err := v.Identity.Confirm(v.r.Context(), identity.Confirmation{Attempt: sent.Get("attempt"), Code: sent.Get("code"),
		Address: b.Address, Host: b.Host, Device: b.Device, Before: b.Before, Mark: b.Mark, Key: b.Key})
	if _, ok := invalid(err); ok { // by an address of its own too: going back to it must work
		return v.toCode(sent.Get("attempt"), asked(sent), "&wrong=1")
	}
	if e, ok := errors.AsType[*lancar.Error](err); ok && e.Field == "recovery" {
		http.SetCookie(v.w, v.attempt(""))
		v.noindex = true
		title := v.T("Tunggu dulu", "Please wait")
		return v.show("empty", title, web.Empty{Pattern: "frame", Title: title, Lead: v.In(e.Text),
			Small: v.T("Mau lebih cepat? Datang ke kantor dukcapil dengan kartu Anda. Dua petugas memeriksanya di depan Anda.", "In a hurry? Visit the civil registry office with your card. Two officers check it in front of you."),
			Href:  "/signin?" + asked(sent).Query(), Action: v.T("Masuk dengan kontak lain", "Sign in with another contact")})
	}
	if err != nil {
		return err
	}
	http.SetCookie(v.w, v.attempt(""))
	http.SetCookie(v.w, identity.Cookie(token, v.secure()))
	if want := asked(sent); !s.Meets(want.Level) {
		want.Fresh = false
		return v.to("/signin?" + want.Query())
	}
	return v.to(v.returnTo(sent.Get("to")))
}
