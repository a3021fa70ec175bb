package office

import (
	"net/http"
	"net/url"
	"strings"

	"lancar"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/internal/serve"
	"lancar/payment"
	"lancar/web"
)

type signInView struct {
	To       string
	Script   string // of passkeys, "" where there are none
	Number   web.Field
	Problems []web.Problem
}

// goingTo keeps to the pages of this door.
func goingTo(to string) string {
	if p := web.LocalPath(to); strings.HasPrefix(p, "/office") {
		return p
	}
	return "/office"
}

func signIn(v *visit) error {
	if v.actor.Role != "" && v.r.URL.Query().Get("fresh") == "" {
		return v.to(goingTo(v.r.URL.Query().Get("to")))
	}
	return v.signInPage(http.StatusOK, v.r.URL.Query().Get("to"), "", nil)
}

func (v *visit) signInPage(status int, to, number string, wrong []web.Problem) error {
	f := web.Field{Name: "number", Kind: web.TextField, Label: v.T("NIP", "Employee number"), Mode: "numeric", Auto: "username", Width: "m", Max: 25, Value: number,
		Hint: v.T("18 angka di kartu pegawai Anda. Kode dikirim ke surel kantor.", "The 18 digits on your staff card. A code goes to your office mail.")}
	if len(wrong) > 0 {
		f.Error = wrong[0].Text
	}
	return v.showAs(status, "signin", v.title(v.T("Masuk petugas", "Officers' sign-in"), wrong), signInView{To: goingTo(to), Script: v.keyScript, Number: f, Problems: wrong})
}

// title says first that something is wrong.
func (v *visit) title(t string, wrong []web.Problem) string {
	if len(wrong) > 0 {
		return v.T("Kesalahan: ", "Error: ") + t
	}
	return t
}

// sendCode starts a sign-in. The answer is the same whether or not there is such an officer.
func sendCode(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	a, err := v.Identity.OfficerStart(v.r.Context(), strings.TrimSpace(sent.Get("number")), serve.Address(v.r.Context()).String(), v.Lang)
	if p, ok := v.wrong(err); ok {
		return v.signInPage(http.StatusUnprocessableEntity, sent.Get("to"), sent.Get("number"), []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.toCode(a.ID, sent.Get("to"), "")
}

// entered begins a session: an officer chooses a role first if they hold several.
func (v *visit) entered(token string, s identity.Session, to string) error {
	http.SetCookie(v.w, identity.Cookie(token, v.secure()))
	switch {
	case s.Kind != identity.Officer:
		return v.to("/me")
	case s.Actor.Role == "":
		return v.to("/office/role?to=" + url.QueryEscape(goingTo(to)))
	}
	return v.to(v.first(s.Actor.Role, to))
}

// first is where an officer begins: where they wanted to go, else what their role does.
func (v *visit) first(role, to string) string {
	if p := goingTo(to); p != "/office" {
		return p
	}
	switch role {
	case identity.DataRole:
		return "/office/data"
	case identity.ClaimRole:
		return "/office/claims"
	case identity.Superior:
		return "/office/late"
	case machine.Role:
		return "/office/machines"
	case payment.Treasurer:
		return "/office/refunds"
	case roleOps:
		return "/office/trouble"
	}
	return "/office"
}

type roleView struct {
	Value, Name, Office string
	Current             bool
}

func roles(v *visit) error {
	if v.actor.ID == "" {
		return v.to("/office/signin")
	}
	held, err := v.Identity.Roles(v.r.Context(), v.session)
	if err != nil {
		return err
	}
	view := struct {
		To, Name string
		Roles    []roleView
	}{To: goingTo(v.r.URL.Query().Get("to")), Name: v.actor.Name}
	for _, r := range held {
		view.Roles = append(view.Roles, roleView{Value: spell(r), Name: v.roleName(r.Role), Office: v.agencyName(r.Agency, r.Region),
			Current: r == identity.Role{Role: v.actor.Role, Agency: v.actor.Agency, Region: v.actor.Region}})
	}
	return v.show("role", v.T("Pilih peran", "Choose your role"), view)
}

// spell writes a role as one value of a form.
func spell(r identity.Role) string { return r.Role + "/" + r.Agency + "/" + r.Region }

func chooseRole(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	if v.actor.ID == "" {
		return v.to("/office/signin")
	}
	parts := strings.Split(sent.Get("role"), "/")
	if len(parts) != 3 {
		return v.to("/office/role")
	}
	token, s, err := v.Identity.ChooseRole(v.r.Context(), identity.Token(v.r, v.secure()), identity.Role{Role: parts[0], Agency: parts[1], Region: parts[2]})
	if err != nil {
		return err
	}
	http.SetCookie(v.w, identity.Cookie(token, v.secure()))
	return v.to(v.first(s.Actor.Role, sent.Get("to")))
}

func signOut(v *visit) error {
	if err := v.Identity.SignOut(v.r.Context(), identity.Token(v.r, v.secure())); err != nil && lancar.CodeOf(err) != lancar.Unauthenticated {
		return err
	}
	http.SetCookie(v.w, identity.Cookie("", v.secure()))
	return v.to("/office/signin")
}
