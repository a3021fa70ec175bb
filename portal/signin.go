package portal

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"lancar"
	"lancar/identity"
	"lancar/internal/serve"
	"lancar/notify"
	"lancar/region"
	"lancar/web"
)

// signInFor says where a sign-in leads and what it must prove.
type signInFor struct {
	To, Kind string
	Level    identity.Level // at least; 0 for any
	Fresh    bool           // prove it again, signed in or not
}

func asked(q url.Values) signInFor {
	w := signInFor{To: q.Get("to"), Kind: q.Get("kind"), Fresh: q.Get("fresh") == "1"}
	switch q.Get("level") {
	case "2":
		w.Level = identity.Verified
	case "3":
		w.Level = identity.Strong
	}
	return w
}

// Query is the same as a query.
func (w signInFor) Query() string {
	q := url.Values{"to": {w.To}}
	if w.Kind != "" {
		q.Set("kind", w.Kind)
	}
	if w.Level > 0 {
		q.Set("level", strconv.Itoa(int(w.Level)))
	}
	if w.Fresh {
		q.Set("fresh", "1")
	}
	return q.Encode()
}

type signInView struct {
	signInFor
	Script   string // of passkeys, "" where there are none
	Ask      string // why more is asked than a code
	StepUp   bool   // only a passkey helps
	App      string // that asks the person to sign in, "" for none
	Agency   string // whose it is
	Request  string // of that app, by which the person can decline
	NotNow   string // where somebody goes on who has no surer way, when an app asked; "" for nowhere
	People   string // page with people to sign in as, in a rehearsal
	National string // address of signing in at the national provider, "" where there is none
	Problems []web.Problem
	Fields   []web.Field
	Own      []web.Field // contacts of who is signed in and proves it once more, nil for nobody
}

// signIn asks for a passkey, or the three facts and a contact. On a region's host it leads to the
// one host where sign-in lives. Whoever is signed in already goes on, unless more is asked:
// level=2|3 for a surer sign-in, fresh=1 for proving it again.
func signIn(v *visit) error {
	want := asked(v.r.URL.Query())
	if v.signed && !want.Fresh && v.session.Meets(want.Level) {
		return v.to(v.goingTo("/me"))
	}
	if v.elsewhere() {
		v.toSignInFor(v.goingTo("/me"), want)
		return nil
	}
	v.noindex = true
	return v.signInPage(want, url.Values{}, nil)
}

// askFor says why a person who may be signed in is asked again.
func (v *visit) askFor(w signInFor) string {
	ask := v.askMore(w)
	if v.acting != nil && ask != "" {
		ask += v.T(" Masuk sebagai diri Anda sendiri; sesudah itu Anda tetap bertindak untuk ", " Sign in as yourself; afterwards you go on acting for ") + v.acting.Mandate.Principal.Name + "."
	}
	return ask
}

func (v *visit) askMore(w signInFor) string {
	switch {
	case w.Level == identity.Strong && v.signed && v.self.Kind == identity.Visitor, w.Level == identity.Verified && v.signed && v.self.Kind == identity.Visitor:
		return v.T("Ini belum bisa dibuka dengan akun paspor. Datang ke kantornya dengan paspor Anda, atau masuk dengan NIK kalau Anda punya.",
			"This cannot be opened with a passport account yet. Visit the office with your passport, or sign in with an Indonesian identity number if you have one.")
	case w.Level == identity.Strong:
		return v.T("Yang Anda buka ini meminta kunci sandi (passkey): sidik jari, wajah, atau PIN di perangkat Anda sendiri.",
			"What you are opening asks for a passkey: the finger, face or PIN of your own device.")
	case w.Level == identity.Verified:
		return v.T("Yang Anda buka ini meminta kontak yang tercatat di data kependudukan. Masuk dengan nomor HP atau surel itu.",
			"What you are opening asks for a contact that the population register has. Sign in with that number or e-mail.") + v.newContact()
	case w.Fresh && v.signed:
		return v.T("Buktikan sekali lagi bahwa ini Anda.", "Prove once more that it is you.")
	}
	return ""
}

// newContact says to who signed in with a contact that the register has only just got how long that
// counts for less; "" to others.
func (v *visit) newContact() string {
	if !v.signed {
		return ""
	}
	until, err := v.Identity.NewContact(v.r.Context(), v.session)
	if err != nil || until.IsZero() {
		return ""
	}
	return v.T(" Kontak Anda baru tercatat di data kependudukan. Demi keamanan Anda, kontak itu baru membuka data dari register mulai ", " Your contact is new in the population register. For your safety it opens what registers hold from ") +
		v.Date(until) + v.T(" paling lambat. Layanan biasa sudah bisa dipakai.", " at the latest. Ordinary services work already.")
}

// signInPage shows the form, with what was sent and what is wrong with it.
func (v *visit) signInPage(want signInFor, sent url.Values, problems []web.Problem) error {
	wrong := map[string]string{}
	for _, p := range problems {
		wrong[p.Field] = p.Text
	}
	v.allowReturn(want.To)
	v.leadsOn()
	view := signInView{signInFor: want, Problems: problems, People: v.sandbox("/"), Script: v.passkeyScript(), Ask: v.askFor(want),
		StepUp: want.Level == identity.Strong && v.signed && v.session.Level == identity.Verified}
	var err error
	if view.Own, err = v.ownWays(want); err != nil {
		return err
	}
	view.App, view.Agency = v.In(v.asks.App), v.In(v.asks.Agency)
	if want.Level > 0 && v.signed && strings.HasPrefix(want.To, "/consent?") {
		view.NotNow = want.To // the app hears how sure it is, or that it is not enough
	} else {
		view.Request = v.request
	}
	if v.National != nil && want.Level < identity.Strong {
		view.National = "/signin/national?to=" + url.QueryEscape(want.To)
		if want.Fresh {
			view.National += "&fresh=1"
		}
	}
	kind := want.Kind
	view.Kind = "resident"
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
	if v.WhatsApp && view.Kind != "passport" {
		view.Fields = append(view.Fields, web.Field{Name: "via", Kind: web.ChoiceField, Label: v.T("Kalau nomor HP, kirim kode lewat", "To a mobile number, send the code by"),
			Options: []web.Option{{Value: "sms", Label: "SMS", Checked: sent.Get("via") != "whatsapp"}, {Value: "whatsapp", Label: "WhatsApp", Checked: sent.Get("via") == "whatsapp"}}})
	}
	for i := range view.Fields {
		f := &view.Fields[i]
		f.Value, f.Error = sent.Get(f.Name), wrong[f.Name]
		if f.Name == "contact" && !sent.Has("contact") {
			f.Value = v.hinted
		}
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
		Contact: sent.Get("contact"), Via: notify.Channel(sent.Get("via")), Region: v.cameFrom(sent.Get("to")).Code, Address: serve.Address(v.r.Context()).String(), Mark: v.browser().Mark, Lang: v.Lang}
	if sent.Get("kind") == "passport" {
		claim.Kind = identity.Visitor
	}
	a, err := v.Identity.Start(v.r.Context(), claim)
	if _, ok := invalid(err); ok {
		var problems []web.Problem
		for _, e := range v.Identity.Faults(claim) {
			problems = append(problems, web.Problem{Field: e.Field, Text: v.In(e.Text)})
		}
		return v.signInPage(asked(sent), sent, problems)
	}
	if err != nil {
		return err
	}
	return v.toCode(a.ID, asked(sent), "")
}

// comesBackTo is the region's host where a sign-in ends, nil when it stays on this one.
func (v *visit) comesBackTo(to string) *url.URL {
	on, err := url.Parse(to)
	if err != nil || on.Path != "/session/go" {
		return nil
	}
	back, err := url.Parse(on.Query().Get("to"))
	if err != nil || !v.ours(back) {
		return nil
	}
	return back
}

// cameFrom is the region whose portal sent the person to sign in: its officers settle a dispute.
func (v *visit) cameFrom(to string) *region.Region {
	if back := v.comesBackTo(to); back != nil {
		return v.Regions.ByHost(back.Host)
	}
	return v.site.region
}

func signOut(v *visit) error {
	if err := v.Identity.SignOut(v.r.Context(), identity.Token(v.r, v.secure())); err != nil && lancar.CodeOf(err) != lancar.Unauthenticated {
		return err
	}
	http.SetCookie(v.w, identity.Cookie("", v.secure()))
	v.out()
	return v.show("signedout", v.T("Anda sudah keluar", "You are signed out"), nil)
}
