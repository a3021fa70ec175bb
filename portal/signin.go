package portal

import (
	"net/http"
	"net/url"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/serve"
	"lancar/web"
)

type signInView struct {
	Kind, To string
	People   string // page with people to sign in as, in a rehearsal
	Problems []web.Problem
	Fields   []web.Field
}

// signIn asks for the three facts and a contact. On a region's host it leads to the one host
// where sign-in lives.
func signIn(v *visit) error {
	if v.signed {
		return v.to(v.goingTo("/me"))
	}
	if v.elsewhere() {
		v.toSignIn(v.goingTo("/me"))
		return nil
	}
	v.noindex = true
	return v.signInPage(v.r.URL.Query().Get("kind"), v.r.URL.Query().Get("to"), url.Values{}, nil)
}

func (v *visit) signInPage(kind, to string, sent url.Values, problems []web.Problem) error {
	wrong := map[string]string{}
	for _, p := range problems {
		wrong[p.Field] = p.Text
	}
	view := signInView{Kind: "resident", To: to, Problems: problems, People: v.sandbox("/")}
	if kind == "passport" {
		view.Kind = "passport"
		view.Fields = []web.Field{
			{Name: "number", Label: v.T("Nomor paspor", "Passport number"), Kind: web.TextField, Width: "m", Max: 12},
			{Name: "nation", Label: v.T("Negara penerbit", "Country that issued it"), Kind: web.TextField, Width: "s", Max: 3,
				Hint: v.T("Tiga huruf, seperti di paspor. Contoh: AUS.", "Three letters, as in the passport. Example: AUS.")},
			{Name: "name", Label: v.T("Nama di paspor", "Name in the passport"), Kind: web.TextField, Auto: "name", Max: 100}}
	} else {
		view.Fields = []web.Field{
			{Name: "number", Label: "NIK", Kind: web.TextField, Mode: "numeric", Width: "m", Max: 24,
				Hint: v.T("16 angka di KTP atau kartu keluarga.", "16 digits on the identity card or family card.")},
			{Name: "name", Label: v.T("Nama lengkap", "Full name"), Kind: web.TextField, Auto: "name", Max: 100,
				Hint: v.T("Seperti di KTP, tanpa gelar.", "As on the identity card, without titles.")}}
	}
	born := web.Field{Name: "birth_date", Label: v.T("Tanggal lahir", "Date of birth"), Kind: web.DateField, Auto: "bday",
		Hint: v.T("Contoh: 17 8 1990.", "Example: 17 8 1990.")}
	contact := web.Field{Name: "contact", Label: v.T("Nomor HP atau surel", "Mobile number or e-mail"), Kind: web.TextField, Max: 254,
		Hint: v.T("Kode dikirim ke sini. Kalau sama dengan yang tercatat di kependudukan, data Anda tidak perlu diketik ulang.",
			"The code goes here. If it is the one in the population register, you need not type your details again.")}
	if view.Kind == "passport" {
		contact.Label, contact.Hint, contact.Mode, contact.Auto = v.T("Alamat surel", "E-mail address"), v.T("Kode dikirim ke sini.", "The code goes here."), "email", "email"
	}
	view.Fields = append(view.Fields, born, contact)
	for i := range view.Fields {
		f := &view.Fields[i]
		f.Value, f.Error = sent.Get(f.Name), wrong[f.Name]
		f.Year, f.Month, f.Day = sent.Get(f.Name+".y"), sent.Get(f.Name+".m"), sent.Get(f.Name+".d")
	}
	status, title := http.StatusOK, v.T("Masuk", "Sign in")
	if len(problems) > 0 {
		status, title = http.StatusUnprocessableEntity, v.T("Kesalahan: Masuk", "Error: Sign in")
	}
	return v.showAs(status, "signin", title, view)
}

// sendCode starts a sign-in. What it answers does not depend on what any register holds.
func sendCode(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	sent := v.r.PostForm
	born, _ := dateOf("birth_date", sent)
	claim := identity.Claim{Kind: identity.Resident, Number: sent.Get("number"), Nation: sent.Get("nation"), Name: sent.Get("name"), BirthDate: born,
		Contact: sent.Get("contact"), Region: v.site.region.Code, Address: serve.Address(v.r.Context()).String(), Lang: v.Lang}
	if sent.Get("kind") == "passport" {
		claim.Kind = identity.Visitor
	}
	a, err := v.Identity.Start(v.r.Context(), claim)
	if e, ok := invalid(err); ok {
		return v.signInPage(sent.Get("kind"), sent.Get("to"), sent, []web.Problem{{Field: e.Field, Text: v.In(e.Text)}})
	}
	if err != nil {
		return err
	}
	return v.codePage(http.StatusOK, codeView{Attempt: a.ID, To: sent.Get("to"), Sent: v.sentTo(a.Contact), Until: v.codeUntil(a.Expires), Kind: sent.Get("kind")})
}

type codeView struct {
	Attempt, To, Sent, Until, Kind string
	Back                           string
	Mail, Phone                    string // where codes arrive in a rehearsal
	Problems                       []web.Problem
}

func (v *visit) codePage(status int, view codeView) error {
	view.Back = "/signin?to=" + url.QueryEscape(view.To) + "&kind=" + url.QueryEscape(view.Kind)
	if on, err := url.Parse(view.To); err == nil { // signing in may end on a region's host
		if back, err := url.Parse(on.Query().Get("to")); err == nil && on.Path == "/session/go" && v.ours(back) {
			v.allowForms(back)
		}
	}
	view.Mail, view.Phone = v.sandbox("/mail"), v.sandbox("/phone")
	v.noindex = true
	return v.showAs(status, "signincode", v.T("Masukkan kode", "Enter the code"), view)
}

func (v *visit) sentTo(contact string) string {
	return v.T("Kalau yang Anda tulis benar, kode dikirim ke ", "If what you wrote is right, a code is on its way to ") + contact + "."
}

func (v *visit) codeUntil(t time.Time) string {
	return v.T("Berlaku sampai pukul ", "Valid until ") + v.Clock(t) + "."
}

// Clock shadows Deps.Clock: on a page it is the time of day in words.
func (v *visit) Clock(t time.Time) string { return v.Words.Clock(t) }

func confirmCode(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	sent := v.r.PostForm
	token, _, err := v.Identity.Confirm(v.r.Context(), identity.Confirmation{Attempt: sent.Get("attempt"), Code: sent.Get("code"),
		Address: serve.Address(v.r.Context()).String(), Host: v.r.Host, Device: web.Device(v.r.UserAgent()), Before: identity.Token(v.r, v.secure())})
	if e, ok := invalid(err); ok {
		return v.codePage(http.StatusUnprocessableEntity, codeView{Attempt: sent.Get("attempt"), To: sent.Get("to"), Sent: v.T("Periksa lagi kodenya.", "Please check the code."),
			Kind: sent.Get("kind"), Problems: []web.Problem{{Field: "code", Text: v.In(e.Text)}}})
	}
	if err != nil {
		return err
	}
	http.SetCookie(v.w, identity.Cookie(token, v.secure()))
	return v.to(v.returnTo(sent.Get("to")))
}

func signOut(v *visit) error {
	if err := v.Identity.SignOut(v.r.Context(), identity.Token(v.r, v.secure())); err != nil && lancar.CodeOf(err) != lancar.Unauthenticated {
		return err
	}
	http.SetCookie(v.w, identity.Cookie("", v.secure()))
	v.signed = false
	v.forget = true
	return v.show("signedout", v.T("Anda sudah keluar", "You are signed out"), nil)
}
