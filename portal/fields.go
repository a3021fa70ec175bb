package portal

import (
	"errors"
	"strings"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/web"
)

// form turns what the interpreter asks for into fields of a page.
type form struct {
	*visit
	path     string // of the draft or case that the form belongs to
	answers  map[string]string
	fetch    string // address, before a register's id, that has the register make a record; "" for no
	files    []casework.Attachment
	errors   map[string]string
	complain bool // show what is wrong; not while a page is filled in for the first time
}

func notesByField(notes []catalog.Note, w web.Words) map[string]string {
	m := map[string]string{}
	for _, n := range notes {
		if m[n.Field] == "" {
			m[n.Field] = w.In(n.Text)
		}
	}
	return m
}

// field is one question with its answer so far.
func (f *form) field(view catalog.FieldView) web.Field {
	d := view.Field
	out := web.Field{Name: d.ID, Label: f.In(d.Label), Hint: f.In(d.Hint), Value: view.Value, Optional: d.Optional, Kind: web.TextField}
	if f.complain {
		out.Error = f.errors[d.ID]
	}
	if s := d.Known; s != nil {
		if s.Must {
			out.Kind, out.Value = web.FactField, f.T("Diambil dari ", "Fetched from ")+f.registerName(s.Register)+f.T(" setelah halaman ini disimpan.", " once this page is saved.")
			return out
		}
		if s.Obtain != nil && f.session.RegisterContact && f.fetch != "" {
			out.Action = &web.Link{Href: f.fetch + s.Register, Text: f.T("Belum punya? Minta dari ", "None yet? Ask for it at ") + f.registerName(s.Register)}
		}
	}
	switch d.Kind {
	case "longtext":
		out.Kind, out.Max = web.LongField, or(d.MaxChars, 2000)
	case "number":
		out.Kind, out.Width = web.NumberField, "s"
	case "money":
		out.Kind = web.MoneyField
	case "date":
		out.Kind = web.DateField
		out.Year, out.Month, out.Day = splitDate(view.Value)
		if d.ID == "applicant.birth_date" {
			out.Auto = "bday"
		}
	case "choice", "multichoice":
		out.Kind, out.Options = choiceKind(d.Kind), f.options(d, view.Value)
		for i := range out.Options {
			out.Options[i].Opens = f.opened(view, out.Options[i].Value)
		}
	case "yesno":
		out.Kind = web.ChoiceField
		out.Options = []web.Option{{Value: "yes", Label: f.T("Ya", "Yes"), Checked: view.Value == "yes"},
			{Value: "no", Label: f.T("Tidak", "No"), Checked: view.Value == "no"}}
	case "place":
		out.Kind, out.Value = web.PlaceField, f.placeName(view.Value)
		out.Href = f.path + "/place/" + d.ID
	case "attachment":
		f.attachment(&out, d)
	default:
		f.plain(&out, d)
	}
	return out
}

func (f *form) plain(out *web.Field, d *catalog.Field) {
	out.Max = or(d.MaxChars, 200)
	switch d.Kind {
	case "nik", "family_card", "nib", "nop":
		out.Mode, out.Width, out.Max = "numeric", "m", 24
	case "passport", "plate":
		out.Width, out.Max = "m", 20
	case "phone":
		out.Mode, out.Auto, out.Width, out.Max = "tel", "tel", "m", 20
	case "email":
		out.Mode, out.Auto = "email", "email"
	}
	if d.ID == "applicant.address" {
		out.Auto = "street-address"
	}
}

func choiceKind(kind string) string {
	if kind == "multichoice" {
		return web.ManyField
	}
	return web.ChoiceField
}

func (f *form) options(d *catalog.Field, value string) []web.Option {
	chosen := strings.Split(value, ",")
	var out []web.Option
	for _, o := range d.Options {
		on := false
		for _, c := range chosen {
			on = on || c == o.Value
		}
		out = append(out, web.Option{Value: o.Value, Label: f.In(o.Label), Checked: on})
	}
	return out
}

func (f *form) attachment(out *web.Field, d *catalog.Field) {
	out.Kind, out.Accept = web.FileField, accept(d.Accept)
	out.Upload = f.path + "/files/" + d.ID
	for _, a := range f.files {
		if a.Field == d.ID {
			at := f.path + "/files/" + d.ID + "/" + string(a.ID)
			out.Files = append(out.Files, web.File{ID: string(a.ID), Name: a.Name, Size: f.Size(a.Size), Href: at, Remove: at + "/remove"})
		}
	}
	hint := f.T("Foto HP boleh. ", "A phone photo will do. ") + strings.ToUpper(strings.Join(kindsOf(d.Accept), ", ")) +
		f.T(", paling besar ", ", at most ") + f.Size(int64(or(d.MaxMB, 5))*1_000_000) + "."
	out.Hint = strings.TrimSpace(out.Hint + " " + hint)
}

func kindsOf(kinds []string) []string {
	if len(kinds) == 0 {
		return []string{"jpeg", "png", "pdf"}
	}
	return kinds
}

func accept(kinds []string) string {
	types := map[string]string{"jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
	var out []string
	for _, k := range kindsOf(kinds) {
		out = append(out, types[k])
	}
	return strings.Join(out, ",")
}

// row is a field with its answer in words, for reading.
func (v *visit) row(view catalog.FieldView, files []casework.Attachment) web.Row {
	d := view.Field
	r := web.Row{Term: v.In(d.Label), Num: d.Kind == "number" || d.Kind == "nik"}
	r.Lines = v.inWords(d, view.Value)
	if d.Kind == "attachment" {
		for _, a := range files {
			if a.Field == d.ID {
				r.Lines = append(r.Lines, a.Name+" ("+v.Size(a.Size)+")")
			}
		}
	}
	if len(r.Lines) == 0 {
		r.Lines = []string{v.T("(tidak diisi)", "(not filled in)")}
	}
	if view.Fact != nil {
		r.Source = v.sourceOf(view.Fact)
	}
	return r
}

// inWords is an answer as a person reads it. Identity numbers are masked.
func (v *visit) inWords(d *catalog.Field, value string) []string {
	if value == "" || d.Kind == "attachment" {
		return nil
	}
	said := d.Say(value, v.Lang, func(code string) (string, bool) { return v.placeName(code), true })
	return strings.Split(said, "\n")
}

// sourceOf says which register a value is from, and when it was asked.
func (v *visit) sourceOf(f *catalog.Fact) string {
	who := v.registerName(f.Register)
	switch f.State {
	case "confirmed":
		return v.T("cocok dengan ", "agrees with ") + who + ", " + v.Moment(f.At, v.now)
	case "unchecked":
		return v.T("belum bisa dipastikan ", "not yet confirmed by ") + who + v.T("; diperiksa kemudian", "; checked later")
	case "nomatch":
		return v.T("berbeda dengan ", "differs from ") + who
	}
	return v.T("dari ", "from ") + who + ", " + v.Moment(f.At, v.now)
}

func or(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// sayProblems lists what is wrong for the summary at the top, in the order of the page.
func sayProblems(fields []web.Field) []web.Problem {
	var out []web.Problem
	for _, f := range fields {
		if f.Error != "" {
			out = append(out, web.Problem{Field: f.Name, Text: labelled(f.Label, f.Error)})
		}
	}
	return out
}

// labelled says which question a complaint is about, for where it stands away from it.
func labelled(label, text string) string {
	if strings.HasSuffix(label, "?") {
		return label + " " + text
	}
	return label + ": " + text
}

// invalid is the complaint about what was sent, if that is what err is.
func invalid(err error) (*lancar.Error, bool) {
	e, ok := errors.AsType[*lancar.Error](err)
	return e, ok && e.Code == lancar.Invalid
}
