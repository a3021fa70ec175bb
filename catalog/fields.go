package catalog

import "fmt"

// fields checks each question: what its kind needs, and that registers are asked properly.
func (p *parser) fields() {
	for i, s := range p.def.Sections {
		for j := range s.Fields {
			path := []any{"sections", i, "fields", j}
			f := &s.Fields[j]
			for _, wrong := range f.wrong() {
				p.fail("form.yaml", path, "the field %q: %s", f.ID, wrong)
			}
			p.source(f, f.Known, "known", path)
			p.source(f, f.Confirm, "confirm", path)
		}
	}
}

// wrong lists what a kind of question lacks or cannot have.
func (f *Field) wrong() []string {
	var wrong []string
	only := func(set bool, what string, kinds ...string) {
		fits := false
		for _, k := range kinds {
			fits = fits || f.Kind == k
		}
		if set && !fits {
			wrong = append(wrong, fmt.Sprintf("%q has no meaning for kind %s", what, f.Kind))
		}
	}
	only(len(f.Options) > 0, "options", "choice", "multichoice")
	only(f.Level != "", "level", "place")
	only(f.Min != nil, "min", "number", "money")
	only(f.Max != nil, "max", "number", "money")
	only(f.MaxChars > 0, "max_chars", "text", "longtext")
	only(f.Past, "past", "date")
	only(f.MaxMB != 0 && f.MaxMB != 5, "max_mb", "attachment")
	switch f.Kind {
	case "choice", "multichoice":
		if len(f.Options) < 2 {
			wrong = append(wrong, "a choice needs at least two options")
		}
	case "place":
		if f.Level == "" {
			wrong = append(wrong, "a place needs its level")
		}
	case "attachment":
		if f.Known != nil || f.Confirm != nil {
			wrong = append(wrong, "an attachment does not come from a register")
		}
		if f.MaxMB < 1 || f.MaxMB > 10 {
			wrong = append(wrong, "max_mb is between 1 and 10")
		}
	}
	if f.Min != nil && f.Max != nil && *f.Min > *f.Max {
		wrong = append(wrong, "min is greater than max")
	}
	if f.Known != nil && f.Confirm != nil {
		wrong = append(wrong, "either known (shown) or confirm (typed and matched), not both")
	}
	return wrong
}

// source checks a question to a register. What it holds about another person than the applicant
// is never shown: such a field is typed and confirmed.
func (p *parser) source(f *Field, s *Source, key string, path []any) {
	if s == nil {
		return
	}
	by, _ := p.def.Field(s.By)
	switch {
	case by == nil:
		p.fail("form.yaml", append(path, key), "the field %q: the record cannot be found by %q, which is no field of the form (is it in \"applicant\"?)", f.ID, s.By)
	case by.ID == f.ID && key == "known":
		p.fail("form.yaml", append(path, key), "the field %q cannot find its own record", f.ID)
	case key == "known" && by.Kind == "nik" && by.ID != "applicant.nik":
		p.fail("form.yaml", append(path, key), "the field %q would show a record of somebody else; use confirm", f.ID)
	}
}

// KnownOfApplicant says whether the population register knows this about an applicant, so that a
// form that asks it again should not.
func (f *Field) KnownOfApplicant() bool {
	for _, known := range applicantFields() {
		if known.ID == "applicant."+f.ID {
			return known.Known != nil
		}
	}
	return false
}
