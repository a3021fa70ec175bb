package office

import (
	"net/url"
	"slices"
	"strings"

	"lancar/casework"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/web"
)

// pairView is one line of the review: what was answered, what proves it, what the officer judges.
type pairView struct {
	Number int
	Title  string
	Lines  []lineView
	Files  []fileView
	Name   string // of the radio group, "" where nothing is judged
	Picked string
	Error  string
	Judged *web.Tag // what was found of it before
}

// partView is what no line of the checklist is about, by section of the form.
type partView struct {
	Title string
	Lines []lineView
	Files []fileView
}

// lineView is one answer with where it comes from.
type lineView struct {
	Label, Value string
	Tag          *web.Tag
	When         string
}

type fileView struct {
	Label, Name, Size, Href string
	Picture                 bool
}

// answers fills the page with what was answered: by the checklist of the officer's step first,
// then what is left. It returns the checklist.
func (v *visit) answers(view *caseView, in read, sent url.Values, problems []web.Problem) []catalog.Requirement {
	step := stepOf(in)
	if step == nil {
		step = &catalog.Step{}
	}
	list := step.Checklist
	shown := map[string]bool{}
	for i, item := range list {
		p := pairView{Number: i + 1, Title: v.In(item.Text)}
		for _, id := range item.Fields {
			field := fieldOf(in.def, id)
			if field == nil {
				continue
			}
			shown[field.ID] = true
			p.add(v, in, field)
		}
		p.Judged = v.found(in, item.ID)
		if in.held && in.c.State == flow.Review && step.ID == in.c.Step {
			p.Name = "check." + item.ID
			p.Picked = sent.Get(p.Name)
			p.Error = said(problems, p.Name)
		}
		view.Judged = append(view.Judged, p)
	}
	for _, s := range in.def.Pages() {
		part, title := pairView{}, v.In(s.Title)
		if len(s.Fields) > 0 && strings.HasPrefix(s.Fields[0].ID, "applicant.") {
			title = v.T("Pemohon", "Applicant")
		}
		for i := range s.Fields {
			if f := &s.Fields[i]; !shown[f.ID] {
				part.add(v, in, f)
			}
		}
		if len(part.Lines)+len(part.Files) > 0 {
			view.Rest = append(view.Rest, partView{Title: title, Lines: part.Lines, Files: part.Files})
		}
	}
	view.Hidden = hidden(in)
	return list
}

// found is what an officer found of an item of the checklist when they decided or gave their
// opinion.
func (v *visit) found(in read, item string) *web.Tag {
	var all []casework.Check
	for _, o := range in.c.Opinions {
		all = append(all, o.Checks...)
	}
	if in.c.Decision != nil {
		all = append(all, in.c.Decision.Checks...)
	}
	for _, c := range slices.Backward(all) {
		if c.Item == item {
			switch c.Found {
			case "yes":
				return &web.Tag{Kind: "ok", Icon: "check", Text: v.T("Dinilai terpenuhi", "Judged as met")}
			case "no":
				return &web.Tag{Kind: "bad", Icon: "cross", Text: v.T("Dinilai tidak terpenuhi", "Judged as not met")}
			}
			return &web.Tag{Kind: "warn", Icon: "chat", Text: v.T("Perlu ditanyakan", "To be asked")}
		}
	}
	return nil
}

// stepOf is the step that is on, else the last that an officer decided.
func stepOf(in read) *catalog.Step {
	var last *catalog.Step
	for i := range in.def.Steps {
		s := &in.def.Steps[i]
		if s.ID == in.c.Step && s.Kind != "sign" {
			return s
		}
		if len(s.Checklist) > 0 {
			last = s
		}
	}
	return last
}

// fieldOf finds a field as checklists name them, with or without "applicant.".
func fieldOf(def *catalog.Definition, id string) *catalog.Field {
	f, _ := def.Field(id)
	if f == nil {
		f, _ = def.Field("applicant." + id)
	}
	return f
}

func (p *pairView) add(v *visit, in read, f *catalog.Field) {
	if f.Kind == "attachment" {
		for _, a := range in.c.Files {
			if a.Field == f.ID {
				p.Files = append(p.Files, v.file(in.c.Number, f, a))
			}
		}
		return
	}
	value := in.c.Answers[f.ID]
	fact, known := in.c.Facts[f.ID]
	if known && (value == "" || fact.State == "read") {
		value = fact.Value
	}
	if value == "" {
		return
	}
	line := lineView{Label: v.In(f.Label), Value: f.Say(value, v.Lang, v.placeName)}
	if known {
		line.Tag, line.When = v.source(fact), in.w.Moment(fact.At, v.now)
	}
	p.Lines = append(p.Lines, line)
}

func (v *visit) file(number string, f *catalog.Field, a casework.Attachment) fileView {
	return fileView{Label: v.In(f.Label), Name: a.Name, Size: v.Size(a.Size), Href: casePath(number) + "/files/" + url.PathEscape(string(a.ID)),
		Picture: a.Type == "image/jpeg" || a.Type == "image/png"}
}

// source says what a register gave or thought of a value.
func (v *visit) source(f catalog.Fact) *web.Tag {
	register := v.registerName(f.Register)
	switch f.State {
	case "read":
		return &web.Tag{Kind: "ok", Icon: "check", Text: v.T("Dari ", "From ") + register}
	case "confirmed":
		return &web.Tag{Kind: "ok", Icon: "check", Text: v.T("Cocok dengan ", "Agrees with ") + register}
	case "nomatch":
		return &web.Tag{Kind: "bad", Icon: "alert", Text: v.T("Berbeda dari ", "Differs from ") + register}
	}
	return &web.Tag{Kind: "warn", Icon: "clock", Text: v.T("Belum dipastikan: ", "Not confirmed: ") + register}
}

// hidden says whether the room kept back who applies.
func hidden(in read) bool {
	_, fact := in.c.Facts["applicant.name"]
	return slices.Contains(in.def.Applicant, "name") && !fact && in.c.Answers["applicant.name"] == "" && !in.c.Erased
}

// said is what is wrong with a field, "" for nothing.
func said(problems []web.Problem, field string) string {
	for _, p := range problems {
		if p.Field == field {
			return p.Text
		}
	}
	return ""
}

// mark writes what is wrong at the field it is about.
func mark(problems []web.Problem, fields ...*web.Field) {
	for _, f := range fields {
		f.Error = said(problems, f.Name)
	}
}
