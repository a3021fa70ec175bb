package portal

import (
	"cmp"
	"time"

	"lancar/casework"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/web"
)

// timeline is what happened, what is happening, and what is still to come.
func timeline(w web.Words, c casework.Case, def *catalog.Definition, now time.Time) []web.Step {
	var out []web.Step
	for _, e := range c.Events {
		if text := w.In(e.Text); text != "" {
			step := web.Step{State: "done", Title: text, When: w.Moment(e.At, now)}
			if e.By != nil {
				step.Lines = []string{actedBy(w, *e.By)}
			}
			if e.Through != nil {
				step.Lines = append(step.Lines, w.T("Lewat aplikasi ", "By the app ")+e.Through.Name)
			}
			out = append(out, step)
		}
	}
	if !open(c.State) {
		return out
	}
	out = append(out, current(w, c, now))
	past := false
	for _, s := range def.Steps {
		if past && s.Kind != "check" {
			out = append(out, web.Step{State: "next", Title: w.In(s.Title)})
		}
		past = past || s.ID == c.Step
	}
	if title := w.In(def.Output.Title); title != "" {
		out = append(out, web.Step{State: "next", Title: title + w.T(" di halaman Anda", " on your page"),
			When: w.T("Bisa dicetak, bisa diperiksa siapa pun lewat kode QR", "You can print it; anyone can check it by its QR code")})
	}
	return out
}

// actedBy says who did it for the applicant, and as what.
func actedBy(w web.Words, by casework.ActedBy) string {
	return w.T("Oleh ", "By ") + cmp.Or(by.Name, w.T("wakil", "a representative")) + " (" + w.In(by.Kind.Text()) + ")"
}

func current(w web.Words, c casework.Case, now time.Time) web.Step {
	_, what := c.Turn()
	s := web.Step{State: "now", Title: w.In(what)}
	switch c.State {
	case flow.Drawing:
		s.Lines = []string{w.T("Undian memakai catatan publik, jadi tidak bisa diatur siapa pun.", "The draw uses the public log, so that nobody can steer it.")}
	case flow.Review:
		s.Lines = []string{w.T("Dipegang satu petugas, dipilih dengan undian. Namanya dibuka setelah keputusan.", "One officer, drawn by lot, has it. The name is shown after the decision.")}
	}
	if !c.Due.IsZero() {
		s.When = w.T("Paling lambat ", "At the latest by ") + w.Until(c.Due, now)
	}
	return s
}
