package office

import (
	"net/http"

	"lancar/identity"
	"lancar/web"
)

// askNumber is the form by which an officer for accounts changes a person's identity number.
func askNumber(v *visit) error {
	if err := v.only(identity.ClaimRole); err != nil {
		return err
	}
	return v.numberPage(http.StatusOK, identity.NewNumber{}, nil)
}

func (v *visit) numberPage(status int, n identity.NewNumber, problems []web.Problem) error {
	fields := []web.Field{
		{Name: "old", Kind: web.TextField, Label: v.T("NIK lama", "Old identity number"), Mode: "numeric", Width: "m", Max: 24, Value: n.Old,
			Hint: v.T("Yang dipakai pemilik akun sampai sekarang.", "The one that the account's holder has used until now.")},
		{Name: "new", Kind: web.TextField, Label: v.T("NIK baru", "New identity number"), Mode: "numeric", Width: "m", Max: 24, Value: n.New,
			Hint: v.T("Seperti di kartu yang baru. Data kependudukan harus mencatat nama dan tanggal lahir yang sama.", "As on the new card. The population register must have the same name and date of birth.")}}
	for i := range fields {
		mark(problems, &fields[i])
	}
	done := ""
	if v.r.URL.Query().Get("done") != "" {
		done = v.T("Nomor diganti. Pemilik akun diberi tahu di semua kontaknya.", "The number is changed. The holder is told on all contacts.")
	}
	return v.showAs(status, "number", v.title(v.T("Nomor berubah", "A number changed"), problems), map[string]any{"Fields": fields, "Problems": problems, "Done": done})
}

func changeNumber(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	n := identity.NewNumber{Region: v.actor.Region, Old: sent.Get("old"), New: sent.Get("new")}
	err = v.Identity.ChangeNumber(v.r.Context(), v.actor, n)
	if p, ok := v.wrong(err); ok {
		return v.numberPage(http.StatusUnprocessableEntity, n, []web.Problem{p})
	}
	if err != nil {
		return err
	}
	return v.to("/office/number?done=1")
}
