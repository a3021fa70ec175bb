package portal

import (
	"slices"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/web"
)

// applicantStep is the id of the step that asks about the applicant themself.
const applicantStep = "applicant"

// draft reads the draft named in the path, with the interpreter's word on it.
func (v *visit) draft() (casework.Checked, error) {
	d, err := v.Cases.Check(v.r.Context(), v.applicant(), lancar.ID(v.r.PathValue("id")))
	if lancar.CodeOf(err) == lancar.Conflict && d.Number != "" {
		return d, nil // it became a case: every page of the draft leads there
	}
	return d, err
}

func draftPath(id lancar.ID) string { return "/drafts/" + string(id) }

func stepPath(id lancar.ID, step string) string { return draftPath(id) + "/step/" + step }

// step is one page of the form as it is asked in this draft's situation.
type step struct {
	id    string
	title string
	text  string
	asked []catalog.FieldView
	known []catalog.FieldView
}

// stepsOf groups what is asked by section. A section that asks nothing has no page of its own;
// what is known in it is shown on the next one that has.
func (v *visit) stepsOf(d casework.Checked) []step {
	var all []step
	for _, f := range d.Outcome.Fields {
		s := step{id: applicantStep, title: v.T("Tentang Anda", "About you")}
		if f.Section != nil {
			s = step{id: f.Section.ID, title: v.In(f.Section.Title), text: v.In(f.Section.Text)}
		}
		i := slices.IndexFunc(all, func(o step) bool { return o.id == s.id })
		if i < 0 {
			all, i = append(all, s), len(all)
		}
		if f.Shown {
			all[i].known = append(all[i].known, f)
		} else {
			all[i].asked = append(all[i].asked, f)
		}
	}
	var pages []step
	var carried []catalog.FieldView
	for _, s := range all {
		carried = append(carried, s.known...)
		if len(s.asked) > 0 {
			s.known, carried = carried, nil
			pages = append(pages, s)
		}
	}
	return pages
}

func findStep(steps []step, id string) int {
	return slices.IndexFunc(steps, func(s step) bool { return s.id == id })
}

// stepOf is the id of the step that asks a field, the first when none does.
func stepOf(steps []step, field string) string {
	for _, s := range steps {
		for _, f := range s.asked {
			if f.Field.ID == field {
				return s.id
			}
		}
	}
	if len(steps) > 0 {
		return steps[0].id
	}
	return applicantStep
}

// marks is the decoration of "Langkah 2 dari 4"; the check of the answers is the last step.
func marks(now, all int) map[string]any {
	on := make([]bool, all)
	for i := range on {
		on[i] = i < now
	}
	return map[string]any{"Now": now, "All": all, "Marks": on}
}

// begin makes or finds the draft of this person for a service. Who is not signed in does that
// first and comes back to [beginAsk].
func begin(v *visit) error {
	slug := v.r.PathValue("slug")
	if !v.signed {
		v.toSignIn("/services/" + slug + "/start")
		return nil
	}
	d, err := v.Cases.StartDraft(v.r.Context(), v.applicant(), slug, v.site.place())
	if err != nil {
		return err
	}
	return v.to(draftPath(d.ID))
}

// beginAsk is where one comes back to after signing in: what will be read, and the button.
func beginAsk(v *visit) error {
	def := v.Catalog.Service(v.r.PathValue("slug"))
	if def == nil {
		return notFound()
	}
	var reads []string
	for _, l := range def.Lookups() {
		if name := v.registerName(l.Register); !slices.Contains(reads, name) {
			reads = append(reads, name)
		}
	}
	return v.show("begin", v.In(def.Title), map[string]any{
		"Title": v.In(def.Title), "Action": "/services/" + def.Slug + "/start", "Reads": reads, "Shown": v.session.RegisterContact,
		"Back": web.Link{Href: "/services/" + def.Slug, Text: v.In(def.Title)},
	})
}

// openDraft goes to the step where the person left off.
func openDraft(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	if d.Number != "" {
		return v.to("/cases/" + d.Number)
	}
	return v.to(v.leftOff(d))
}

// leftOff is the page to go on with: where the person was, or a step before it that was skipped.
func (v *visit) leftOff(d casework.Checked) string {
	steps := v.stepsOf(d)
	wrong := notesByField(d.Outcome.Errors, v.Words)
	for _, s := range steps {
		missing := slices.ContainsFunc(s.asked, func(q catalog.FieldView) bool { return wrong[q.Field.ID] != "" })
		if missing || s.id == d.Step {
			return stepPath(d.ID, s.id)
		}
	}
	return draftPath(d.ID) + "/check"
}

func askDiscard(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	if d.Number != "" {
		return v.to("/cases/" + d.Number)
	}
	return v.show("discard", v.T("Buang isian", "Throw the draft away"), map[string]any{
		"Title": v.In(d.Service.Title), "Action": draftPath(d.ID) + "/discard", "Back": draftPath(d.ID)})
}

func discard(v *visit) error {
	if err := v.Cases.Discard(v.r.Context(), v.applicant(), lancar.ID(v.r.PathValue("id"))); err != nil {
		return err
	}
	return v.to("/me#drafts")
}

// draftFile shows a person their own upload.
func draftFile(v *visit) error {
	a, data, err := v.Cases.DraftFile(v.r.Context(), v.applicant(), lancar.ID(v.r.PathValue("id")), lancar.ID(v.r.PathValue("file")))
	if err != nil {
		return err
	}
	web.SendFile(v.w, a.Type, a.Name, data)
	return nil
}
