package office

import (
	"net/http"
	"net/url"
	"strings"

	"lancar/identity/oidc"
	"lancar/web"
)

// wantApp shows what can be changed of an app that is not in production.
func wantApp(v *visit) error {
	c, err := v.app()
	if err != nil {
		return err
	}
	return v.changeAppPage(http.StatusOK, c, url.Values{"name": {v.In(c.Name)}, "purpose_id": {c.Purpose["id"]}, "purpose_en": {c.Purpose["en"]}, "scopes": c.Scopes,
		"redirects": {strings.Join(c.Redirects, "\n")}, "logout": {strings.Join(c.LogoutTo, "\n")}}, nil)
}

func (v *visit) changeAppPage(status int, c oidc.Client, sent url.Values, problems []web.Problem) error {
	fields := append([]web.Field{{Name: "name", Kind: web.TextField, Label: v.T("Nama aplikasi", "Name of the app"), Max: 80, Value: sent.Get("name"),
		Hint: v.T("Dibaca warga saat diminta setuju.", "People read it when they are asked to agree.")}}, v.askedFields(sent)...)
	for i := range fields {
		mark(problems, &fields[i])
	}
	title := v.T("Ubah ", "Change ") + v.In(c.Name)
	return v.showAs(status, "appform", v.title(title, problems), map[string]any{"Title": title, "Fields": fields, "Problems": problems, "Action": appPath(c.ID) + "/change",
		"Back": appPath(c.ID), "BackText": v.In(c.Name), "Verb": v.T("Simpan perubahan", "Save the changes"),
		"Lead": v.T("Berlaku di uji coba dalam satu detik. Permintaan masuk produksi dikirim lagi sesudahnya.", "It holds in the sandbox within a second. Production is asked for anew afterwards.")})
}

// changeApp takes the changes.
func (v *visit) changeApp(c oidc.Client, sent url.Values) error {
	c.Wanted = nil
	v.takeAsked(sent, &c)
	err := v.OIDC.Change(v.r.Context(), v.actor, c)
	if p, ok := v.wrongApp(err); ok {
		return v.changeAppPage(http.StatusUnprocessableEntity, c, sent, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to(appPath(c.ID) + "?done=1")
}
