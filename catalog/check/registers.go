package check

import (
	"fmt"
	"io/fs"
	"slices"

	"lancar/catalog"
	"lancar/exchange"
	"lancar/internal/strictyaml"
)

// registers checks that what a form wants of registers is there to be had, and that it asks
// nothing that a register it already reads would answer.
func (r *Report) registers(fsys fs.FS, d *catalog.Definition) {
	sources, err := exchange.Sources()
	if err != nil {
		r.fail("form.yaml", 0, "%v", err)
		return
	}
	line := lineOf(fsys, r.Slug, "form.yaml")
	source := func(id string) *exchange.Source {
		i := slices.IndexFunc(sources, func(s exchange.Source) bool { return s.ID == id })
		if i < 0 {
			return nil
		}
		return &sources[i]
	}
	read := map[string]bool{} // registers whose record about the applicant this form reads
	for _, l := range d.Lookups() {
		s := source(l.Register)
		if s != nil && l.Key != "" && !slices.Contains(s.Key, l.Key) {
			r.fail("form.yaml", 0, "the register %q finds no record by %q; it has %v", l.Register, l.Key, s.Key)
		}
		read[l.Register] = read[l.Register] || !l.Confirm && l.Personal()
	}
	for i, section := range d.Sections {
		for j := range section.Fields {
			f := &section.Fields[j]
			at := line("sections", i, "fields", j)
			r.source(f, f.Known, source, at)
			r.source(f, f.Confirm, source, at)
			if f.Known == nil && f.Confirm == nil {
				r.asked(f, at, read, source)
			}
		}
	}
}

// asked complains of a question whose answer the state already knows. A name alone does not prove
// it, so beyond what is known of every applicant it is a note.
func (r *Report) asked(f *catalog.Field, line int, read map[string]bool, find func(string) *exchange.Source) {
	if f.KnownOfApplicant() {
		r.fail("form.yaml", line, "the field %q asks what the population register knows: put it in \"applicant\", or give it another id if it is about something else", f.ID)
		return
	}
	for id := range read {
		if s := find(id); read[id] && s != nil && s.Has(f.ID) {
			r.Notes = append(r.Notes, fmt.Sprintf("form.yaml:%d: does the register %q, which this form reads, already know %q?", line, id, f.ID))
		}
	}
}

func (r *Report) source(f *catalog.Field, s *catalog.Source, find func(string) *exchange.Source, line int) {
	if s == nil {
		return
	}
	register := find(s.Register)
	switch {
	case register == nil:
		r.fail("form.yaml", line, "the field %q: there is no register %q", f.ID, s.Register)
	case !register.Has(s.Field):
		r.fail("form.yaml", line, "the field %q: the register %q has no field %q", f.ID, s.Register, s.Field)
	}
	for theirs := range s.Obtain {
		if register != nil && !slices.Contains(register.Obtain, theirs) {
			r.fail("form.yaml", line, "the field %q: the register %q does not take %q", f.ID, s.Register, theirs)
		}
	}
}

// lineOf finds lines in a file of a service.
func lineOf(fsys fs.FS, slug, file string) func(path ...any) int {
	text, err := fs.ReadFile(fsys, slug+"/"+file)
	doc, bad := strictyaml.Parse(file, text)
	if err != nil || bad != nil {
		return func(...any) int { return 0 }
	}
	return doc.Line
}
