package portal

import (
	"errors"
	"net/http"
	"strconv"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/identity"
	"lancar/web"
)

// checkView is "check your answers".
type checkView struct {
	Back     web.Link
	Steps    map[string]any
	Saved    []savedStep
	Problems []web.Problem
	Sections []section
	Fee      []web.Row
	After    []string
	Ready    bool
	Action   string
	Key      string
	Version  int64
	Verb     string
	Mend     string
	Discard  string
	Forecast *forecastView
	Surer    string // where a surer sign-in begins that the service asks for, "" when this one is enough
}

type section struct {
	Title string
	Rows  []web.Row
}

// savedStep tells the script what the server has of a form.
type savedStep struct {
	Key     string
	Version int64
}

func check(v *visit) error { return v.checkPage(http.StatusOK, nil) }

// checkPage renders the answers; problems are those of a submission that was just sent.
func (v *visit) checkPage(status int, problems []web.Problem) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	if d.Number != "" {
		return v.to("/cases/" + d.Number)
	}
	if len(d.Outcome.Against) > 0 {
		return v.to(draftPath(d.ID) + "/against")
	}
	steps := v.stepsOf(d)
	view := checkView{Steps: marks(len(steps)+1, len(steps)+1), Ready: d.Outcome.Ready(), Action: draftPath(d.ID) + "/submit", Discard: draftPath(d.ID) + "/discard",
		Key: string(d.ID), Version: d.Version, Verb: v.verb(d), Sections: v.sections(d, steps), Fee: v.fee(d.Outcome), After: v.after(d)}
	view.Back = web.Link{Href: draftPath(d.ID), Text: v.T("Kembali ke isian", "Back to the form")}
	if n := len(steps); n > 0 {
		view.Back = web.Link{Href: stepPath(d.ID, steps[n-1].id), Text: v.T("Langkah sebelumnya", "The step before")}
	}
	for _, s := range steps {
		view.Saved = append(view.Saved, savedStep{string(d.ID) + ":" + s.id, d.Version})
	}
	if !v.session.Meets(identity.Level(d.Service.Level)) {
		view.Surer = surer(d.Service.Level, draftPath(d.ID)+"/check")
	}
	view.Problems = problems
	for _, e := range d.Outcome.Errors {
		at := stepPath(d.ID, stepOf(steps, e.Field)) + "?mend=1#" + e.Field
		text := v.In(e.Text)
		if f, _ := d.Service.Field(e.Field); f != nil {
			text = labelled(v.In(f.Label), text)
		}
		view.Problems = append(view.Problems, web.Problem{Href: at, Text: text})
		if view.Mend == "" {
			view.Mend = at
		}
	}
	if view.Mend == "" {
		view.Mend = draftPath(d.ID)
	}
	if d.Outcome.Office != "" && d.Service.Kind == "decision" {
		f, err := v.forecastAt(d.Outcome.Office, d.Service.Slug)
		if err != nil {
			return err
		}
		f.Office, view.Forecast = v.office(d.Service, d.Outcome.Office), &f
	}
	return v.showAs(status, "check", v.T("Periksa jawaban", "Check your answers"), view)
}

func (v *visit) sections(d casework.Checked, steps []step) []section {
	var out []section
	last := ""
	for _, f := range d.Outcome.Fields {
		title := v.T("Tentang Anda", "About you")
		if f.Section != nil {
			title = v.In(f.Section.Title)
		}
		if title != last {
			out, last = append(out, section{Title: title}), title
		}
		row := v.row(f, d.Files)
		if !f.Shown {
			row.Change = stepPath(d.ID, stepOf(steps, f.Field.ID)) + "#" + f.Field.ID
		}
		s := &out[len(out)-1]
		s.Rows = append(s.Rows, row)
	}
	return out
}

func (v *visit) fee(o catalog.Outcome) []web.Row {
	if !o.FeeKnown || len(o.Fee) == 0 {
		return nil
	}
	var rows []web.Row
	for _, item := range o.Fee {
		rows = append(rows, web.Row{Term: v.In(item.Line.Text), Lines: []string{item.Amount.String()}, Num: true})
	}
	return append(rows, web.Row{Term: v.T("Jumlah, tidak ada biaya lain", "Total, nothing else"), Lines: []string{v.Money(o.Total)}, Num: true})
}

func (v *visit) verb(d casework.Checked) string {
	if d.Outcome.FeeKnown && d.Outcome.Total.Amount > 0 {
		return v.T("Kirim dan bayar ", "Send and pay ") + d.Outcome.Total.String()
	}
	return v.T("Kirim permohonan", "Send the application")
}

// after says what follows a submission, from the steps of the definition.
func (v *visit) after(d casework.Checked) []string {
	var out []string
	if d.Outcome.Total.Amount > 0 {
		out = append(out, v.T("Bayar ", "Pay ")+d.Outcome.Total.String()+v.T(" dengan QRIS.", " by QRIS."))
	}
	if d.Service.Kind == "payment" {
		return append(out, v.T("Bukti bayar bertanda tangan langsung terbit.", "The signed receipt is issued at once."))
	}
	out = append(out, v.T("Jam ", "The clock of ")+v.WorkDays(d.Service.Term.Days)+v.T(" mulai berjalan.", " starts."))
	for _, s := range d.Service.Steps {
		if s.Kind == "review" || s.Kind == "opinion" || s.Kind == "decide" || s.Kind == "sign" {
			out = append(out, v.In(s.Title)+v.T(", oleh petugas yang diundi.", ", by an officer drawn by lot."))
		}
	}
	if d.Service.Term.Deemed {
		out = append(out, v.T("Kalau waktunya habis tanpa keputusan, permohonan dikabulkan oleh sistem.", "If time runs out without a decision, the system grants it."))
	}
	return out
}

// surer is where a surer sign-in leads back to this draft.
func surer(level int, back string) string {
	return "/signin?" + signInFor{To: back, Level: identity.Level(level)}.Query()
}

// askSurer says that a service asks for a surer sign-in, and leads to it and back. What was filled
// in stays.
func (v *visit) askSurer(text lancar.Text) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	v.noindex = true
	return v.showAs(http.StatusForbidden, "empty", v.T("Masuk lebih aman dulu", "A surer sign-in first"), web.Empty{Pattern: "frame",
		Title: v.T("Masuk lebih aman dulu", "A surer sign-in first"), Lead: v.In(text),
		Small: v.T("Belum ada yang dikirim. Isian Anda tersimpan.", "Nothing was sent. Your answers are saved."),
		Href:  surer(d.Service.Level, draftPath(d.ID)+"/check"), Action: v.T("Masuk", "Sign in")})
}

// submit sends the draft, once: the same draft always leads to the same case.
func submit(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	if v.r.PostForm.Get("true") != "yes" {
		return v.checkPage(http.StatusUnprocessableEntity, []web.Problem{{Field: "true",
			Text: v.T("Centang dulu bahwa semua yang Anda tulis benar.", "Please tick that everything you wrote is true.")}})
	}
	version, _ := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	c, err := v.Cases.Submit(v.r.Context(), v.applicant(), casework.Submission{Draft: lancar.ID(v.r.PathValue("id")), Version: version})
	if lancar.CodeOf(err) == lancar.Invalid {
		return v.to(draftPath(lancar.ID(v.r.PathValue("id"))) + "/check") // says what is missing
	}
	if e, ok := errors.AsType[*lancar.Error](err); ok && e.Field == "level" {
		return v.askSurer(e.Text)
	}
	if err != nil {
		return err
	}
	if c.State == "unpaid" {
		return v.to("/cases/" + c.Number + "/pay")
	}
	return v.to("/cases/" + c.Number)
}

// against explains which rule stands against an application, by which fact, and the mend.
func against(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	if len(d.Outcome.Against) == 0 {
		return v.to(draftPath(d.ID))
	}
	type finding struct {
		Because, Mend, Law string
		Facts              []web.Row
	}
	var list []finding
	steps := v.stepsOf(d)
	change := draftPath(d.ID)
	for _, a := range d.Outcome.Against {
		f := finding{Because: v.In(a.Because), Mend: v.In(a.Mend)}
		if a.Law != nil {
			f.Law = a.Law.Text
			if a.Law.Status != "confirmed" {
				f.Law += v.T(" (belum dipastikan)", " (not confirmed)")
			}
		}
		for _, fact := range a.Facts {
			f.Facts = append(f.Facts, v.row(fact, d.Files))
			if !fact.Shown {
				change = stepPath(d.ID, stepOf(steps, fact.Field.ID)) + "#" + fact.Field.ID
			}
		}
		list = append(list, f)
	}
	if change == draftPath(d.ID) && len(steps) > 0 {
		change = stepPath(d.ID, steps[0].id)
	}
	return v.show("against", v.T("Belum bisa diajukan", "Cannot be applied for yet"), map[string]any{
		"Back": web.Link{Href: "/me#drafts", Text: v.T("Halaman saya", "My page")}, "Findings": list, "Change": change})
}
