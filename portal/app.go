package portal

import (
	"html/template"
	"net/http"

	"lancar/identity"
	"lancar/web"
)

func (v *visit) appView(view *devicesView) error {
	since, err := v.Identity.AppSince(v.r.Context(), v.session)
	if err == nil && !since.IsZero() {
		view.App = v.Date(since)
	}
	return err
}

// appSetup shows the secret of a new code app: once, on a page that nobody stores.
type appSetup struct {
	Code     template.HTML // for scanning
	Secret   string        // for typing, in groups
	Field    web.Field
	Problems []web.Problem
}

func (v *visit) appField(problems []web.Problem) web.Field {
	return codeField(v.T("Kode 6 angka dari aplikasi", "6-digit code of the app"), problems)
}

func newApp(v *visit) error {
	a, err := v.Identity.NewApp(v.r.Context(), v.session, v.site.look.AppName)
	if err != nil {
		return v.provedFirst(err)
	}
	return v.appPage(a)
}

func (v *visit) appPage(a identity.App) error {
	code, err := web.QR(a.URI, v.T("Kode QR untuk aplikasi kode", "QR code for the code app"))
	if err != nil {
		return err
	}
	view := appSetup{Code: code, Field: v.appField(nil)}
	for i, r := range a.Secret {
		if i > 0 && i%4 == 0 {
			view.Secret += " "
		}
		view.Secret += string(r)
	}
	v.noindex = true
	return v.show("app", v.T("Pasang aplikasi kode", "Set up a code app"), view)
}

// confirmApp takes the first code. After a wrong one the secret is not shown again: it stands in the
// app.
func confirmApp(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	err := v.Identity.ConfirmApp(v.r.Context(), v.session, digitsOnly(v.r.PostForm.Get("code")))
	if e, ok := invalid(err); ok {
		v.noindex = true
		problems := []web.Problem{{Field: "code", Text: v.In(e.Text)}}
		return v.showAs(http.StatusUnprocessableEntity, "app", v.T("Kesalahan: Pasang aplikasi kode", "Error: Set up a code app"),
			appSetup{Problems: problems, Field: v.appField(problems)})
	}
	if err != nil {
		return v.provedFirst(err)
	}
	return v.to("/me/devices?done=app")
}

func removeApp(v *visit) error {
	if err := v.Identity.RemoveApp(v.r.Context(), v.session); err != nil {
		return v.provedFirst(err)
	}
	return v.to("/me/devices?done=removed")
}
