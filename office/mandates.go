package office

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/web"
)

type heirRow struct {
	ID, Title, Paper, By, Until string
	Mine                        bool // this officer proposed it: another must settle
}

// mandates is where two officers settle who acts as the heir of somebody who died.
func mandates(v *visit) error { return v.mandatesPage(url.Values{}, nil, nil) }

// mandatesPage shows found, the mandates over somebody whom the officer asked about, nil for nobody asked.
func (v *visit) mandatesPage(sent url.Values, problems []web.Problem, found []mandate.Mandate) error {
	if err := v.only(identity.ClaimRole); err != nil {
		return err
	}
	list, err := v.Mandates.Proposals(v.r.Context(), v.actor)
	if err != nil {
		return err
	}
	view := struct {
		Rows     []heirRow
		Over     web.Field
		Found    []heirRow
		Asked    bool
		Done     string
		Fields   []web.Field
		Problems []web.Problem
	}{Problems: problems, Fields: v.heirFields(sent)}
	for _, p := range list {
		by, _ := v.Identity.OfficerName(v.r.Context(), p.By)
		view.Rows = append(view.Rows, heirRow{ID: string(p.ID), Title: p.Holder.Name + v.T(" untuk mendiang ", " for the late ") + p.Principal.Name, Paper: p.Paper, By: by,
			Until: v.Date(p.Until), Mine: p.By == v.actor.ID})
	}
	view.Over = web.Field{Name: "over", Kind: web.TextField, Label: v.T("NIK atau NIB pemilik urusan", "Identity or business number of whose affairs they are"), Mode: "numeric", Width: "m", Max: 24}
	mark(problems, &view.Over)
	view.Asked = sent.Has("over") && len(problems) == 0
	for _, m := range found {
		view.Found = append(view.Found, heirRow{ID: string(m.ID), Title: m.Holder.Name + v.T(" untuk ", " for ") + m.Principal.Name, Paper: v.In(m.Kind.Text()), Until: v.Date(m.Until)})
	}
	view.Done = v.Done(v.r, map[string][2]string{
		"stopped":  {"Kuasa itu dihentikan. Kedua pihak diberi tahu alasannya.", "The mandate is stopped. Both sides are told why."},
		"proposed": {"Usul Anda tercatat. Petugas lain harus memutusnya.", "Your proposal is recorded. Another officer must settle it."},
		"settled":  {"Sudah diputus. Kedua pihak diberi tahu.", "It is settled. Both sides are told."},
	})
	for i := range view.Fields {
		mark(problems, &view.Fields[i])
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return v.showAs(status, "mandates", v.title(v.T("Kuasa", "Mandates"), problems), view)
}

func (v *visit) heirFields(sent url.Values) []web.Field {
	f := func(name, id, en string, more web.Field) web.Field {
		more.Name, more.Label, more.Value = name, v.T(id, en), sent.Get(name)
		more.Day, more.Month, more.Year = sent.Get(name+".d"), sent.Get(name+".m"), sent.Get(name+".y")
		if more.Kind == "" {
			more.Kind = web.TextField
		}
		return more
	}
	return []web.Field{
		f("number", "NIK yang meninggal", "Identity number of who died", web.Field{Mode: "numeric", Width: "m", Max: 24}),
		f("name", "Nama yang meninggal", "Name of who died", web.Field{Max: 100}),
		f("born", "Tanggal lahir yang meninggal", "Date of birth of who died", web.Field{Kind: web.DateField}),
		f("heir", "NIK ahli waris", "Identity number of the heir", web.Field{Mode: "numeric", Width: "m", Max: 24}),
		f("heir_name", "Nama ahli waris", "Name of the heir", web.Field{Max: 100}),
		f("paper", "Nomor dan tanggal surat keterangan ahli waris", "Number and date of the statement of heirs", web.Field{Max: 200, Hint: v.T("Lihat surat aslinya.", "See the original.")}),
		f("until", "Berlaku sampai", "Valid until", web.Field{Kind: web.DateField, Hint: v.T("Paling lama satu tahun.", "One year at most.")}),
	}
}

// proposeHeir is the first of the two officers.
func proposeHeir(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	until, _ := time.ParseInLocation("2006-1-2", dateText(sent, "until"), v.Zone)
	born, _ := time.Parse("2006-1-2", dateText(sent, "born"))
	_, err = v.Mandates.Propose(v.r.Context(), v.actor, mandate.HeirClaim{Number: sent.Get("number"), Name: sent.Get("name"), BirthDate: born.Format(time.DateOnly),
		Heir: sent.Get("heir"), HeirName: sent.Get("heir_name"), Paper: sent.Get("paper"), Until: until.AddDate(0, 0, 1), Region: v.actor.Region})
	if e, ok := errors.AsType[*lancar.Error](err); ok && e.Field != "" && e.Code != lancar.Unavailable {
		return v.mandatesPage(sent, []web.Problem{{Field: e.Field, Text: v.In(e.Text)}}, nil)
	}
	if err != nil {
		return err
	}
	return v.to("/office/mandates?done=proposed")
}

// settleHeir is the second.
func settleHeir(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	if err := v.Mandates.Settle(v.r.Context(), v.actor, lancar.ID(v.r.PathValue("id")), sent.Get("do") == "agree", sent.Get("reason")); err != nil {
		return err
	}
	return v.to("/office/mandates?done=settled")
}

// findMandates looks for what stands over somebody's affairs. The number goes by a form, never in an address.
func findMandates(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	list, err := v.Mandates.Over(v.r.Context(), v.actor, sent.Get("over"))
	if p, ok := v.wrong(err); ok {
		return v.mandatesPage(url.Values{}, []web.Problem{p}, nil)
	}
	if err != nil {
		return err
	}
	return v.mandatesPage(url.Values{"over": {""}}, nil, list)
}

// stopMandate ends one, such as at a court's order, with the reason that both sides are told.
func stopMandate(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	if err := v.Mandates.Stop(v.r.Context(), v.actor, lancar.ID(v.r.PathValue("id")), strings.TrimSpace(sent.Get("reason"))); err != nil {
		return err
	}
	return v.to("/office/mandates?done=stopped")
}

func dateText(sent url.Values, name string) string {
	return sent.Get(name+".y") + "-" + sent.Get(name+".m") + "-" + sent.Get(name+".d")
}
