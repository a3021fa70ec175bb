package portal

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/region/places"
	"lancar/web"
)

// correctionView is the one request for a correction, with the fields that it opens.
type correctionView struct {
	Requirement, Reason, Action string
	Problems                    []web.Problem
	Version                     int64
	Fields                      []web.Field
}

func (v *visit) correctionOf(c casework.Case, def *catalog.Definition, said correction) *correctionView {
	if c.State != flow.Correction || c.Correction == nil {
		return nil
	}
	k := c.Correction
	out := &correctionView{Reason: k.Reason, Action: "/cases/" + c.Number + "/correction", Version: c.Version}
	if i := slices.IndexFunc(def.Requirements, func(r catalog.Requirement) bool { return r.ID == k.Requirement }); i >= 0 {
		out.Requirement = v.In(def.Requirements[i].Text)
	}
	asked := v.corrected(c, def, said)
	f := &form{visit: v, path: "/cases/" + c.Number, answers: map[string]string{}, files: c.Files, errors: said.wrong(), complain: true}
	for _, q := range asked {
		f.answers[q.Field.ID] = q.Value
	}
	for _, q := range topLevel(step{asked: asked}) {
		out.Fields = append(out.Fields, v.correctionField(f, q, k.Fields, said))
	}
	if out.Problems = sayProblems(out.Fields); len(out.Problems) == 0 {
		out.Problems = said.problems
	}
	return out
}

// corrected are the fields that a correction opens, with what was just typed or else what stands.
func (v *visit) corrected(c casework.Case, def *catalog.Definition, said correction) []catalog.FieldView {
	var out []catalog.FieldView
	for _, id := range c.Correction.Fields {
		d, section := def.Field(id)
		if d == nil {
			continue
		}
		q := catalog.FieldView{Section: section, Field: d, Value: c.Answers[id]}
		if typed, ok := answerOf(d, said.sent); ok && said.sent != nil {
			q.Value = typed
		}
		out = append(out, q)
	}
	return out
}

// correctionField is a question of the form, sent all at once: files come with the answer, and a
// place is found by its name.
func (v *visit) correctionField(f *form, q catalog.FieldView, open []string, said correction) web.Field {
	field := f.field(q)
	field.Upload, field.Action = "", nil
	for i := range field.Files {
		field.Files[i].Href, field.Files[i].Remove = f.path+"/files/"+field.Files[i].ID, ""
	}
	if field.Kind == web.PlaceField {
		field.Kind, field.Href = web.TextField, ""
		field.Hint = strings.TrimSpace(field.Hint + " " + v.T("Tulis namanya, boleh dengan wilayah di atasnya.", "Write its name; you may add the place around it."))
		if typed := said.sent.Get(q.Field.ID); typed != "" {
			field.Value = typed
		}
		if list := said.places[q.Field.ID]; len(list) > 0 {
			field.Kind, field.Options = web.ChoiceField, list
		}
	}
	for i := range field.Options {
		field.Options[i].Opens = slices.DeleteFunc(field.Options[i].Opens, func(o web.Field) bool { return !slices.Contains(open, o.Name) })
	}
	return field
}

// correction is what was sent and what is wrong with it; zero while nothing was.
type correction struct {
	sent     url.Values
	problems []web.Problem
	places   map[string][]web.Option // that a name may mean, by field
	code     lancar.Code             // of what is wrong; "" stands for lancar.Invalid
}

func (k correction) wrong() map[string]string {
	m := map[string]string{}
	for _, p := range k.problems {
		m[p.Field] = p.Text
	}
	return m
}

// placeSent is the code of the place that was written: by its code, as the page spelled it, or by a
// name that is one place's alone. Otherwise it gives the places that may be meant.
func (v *visit) placeSent(d *catalog.Field, now, typed string) (code string, like []web.Option) {
	typed, deep := strings.TrimSpace(typed), wanted(d)
	if typed == "" || typed == v.placeName(now) {
		return now, nil
	}
	if cut, ok := places.Cut(typed, deep); ok {
		if _, known := v.Regions.Places().Lookup(cut); known {
			return cut, nil
		}
	}
	var same []string
	name, _, _ := strings.Cut(typed, ",")
	hits := v.Regions.Places().Search(typed, v.site.region.Code, 24)
	if d.ID == "applicant.domicile" || len(hits) == 0 {
		hits = v.Regions.Places().Search(typed, places.Nation, 24)
	}
	for _, h := range hits {
		if h.Level != deep || len(like) == 8 {
			continue
		}
		if strings.EqualFold(h.Name, strings.TrimSpace(name)) {
			same = append(same, h.Code)
		}
		like = append(like, web.Option{Value: h.Code, Label: h.Name, Note: v.placeName(places.Up(h.Code))})
	}
	if len(same) == 1 {
		return same[0], nil
	}
	return "", like
}

// correct answers the correction: files first, they stay whatever is wrong with the rest.
func correct(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	c, _, err := v.ownCase()
	if err != nil {
		return err
	}
	if c.Correction == nil {
		return v.to("/cases/" + c.Number)
	}
	def, err := v.Catalog.Pinned(v.r.Context(), c.Service, c.Definition)
	if err != nil {
		return err
	}
	said := correction{sent: v.r.PostForm, places: map[string][]web.Option{}}
	asked := v.corrected(c, def, said)
	version, _ := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	for _, q := range asked {
		if q.Field.Kind == "attachment" {
			if err := v.attachToCase(c.Number, q.Field.ID); err != nil {
				return v.complain(said, err, q.Field.ID)
			}
		}
	}
	answers := v.answersSent(c, asked, &said)
	if len(said.problems) > 0 {
		return v.casePage(said)
	}
	err = v.Cases.Answer(v.r.Context(), v.applicant(), c.Number, version, answers)
	if err != nil {
		return v.complain(said, err, "")
	}
	return v.to("/cases/" + c.Number)
}

// answersSent are the answers in the form that was sent; said learns of places that are not clear.
func (v *visit) answersSent(c casework.Case, asked []catalog.FieldView, said *correction) map[string]string {
	answers := map[string]string{}
	for _, d := range sentFields(step{asked: asked}, said.sent) {
		if d.Kind == "place" && said.sent.Has(d.ID) {
			code, like := v.placeSent(d, c.Answers[d.ID], said.sent.Get(d.ID))
			switch {
			case code != "":
				answers[d.ID] = code
			case len(like) > 0:
				said.places[d.ID] = like
				said.problems = append(said.problems, web.Problem{Field: d.ID, Text: v.T("Ada beberapa tempat yang mirip. Pilih satu.", "Several places have such a name. Choose one.")})
			default:
				said.problems = append(said.problems, web.Problem{Field: d.ID, Text: v.T("Tempat ini tidak kami kenal. Periksa ejaannya.", "We do not know this place. Check its spelling.")})
			}
		}
		if a, ok := answerOf(d, said.sent); ok {
			answers[d.ID] = a
		}
	}
	return answers
}

// complain shows what is wrong with a correction on the case's page, with what was typed; other
// errors go on.
func (v *visit) complain(said correction, err error, field string) error {
	e, ok := err.(*lancar.Error)
	if !ok || e.Code != lancar.Invalid && e.Code != lancar.TooLarge && e.Code != lancar.Unavailable {
		return err
	}
	if e.Field != "" && e.Field != "file" {
		field = e.Field
	}
	said.problems = append(said.problems, web.Problem{Field: field, Text: v.In(e.Text)})
	said.code = e.Code
	return v.casePage(said)
}

func (v *visit) attachToCase(number, field string) error {
	if v.r.MultipartForm == nil {
		return nil
	}
	for _, head := range v.r.MultipartForm.File[field] {
		if head.Size == 0 {
			continue
		}
		data, err := readPart(head)
		if err != nil {
			return err
		}
		up := casework.Upload{Field: field, Name: head.Filename, Data: data}
		if _, err := v.Cases.AttachCorrection(v.r.Context(), v.applicant(), number, up); err != nil {
			return err
		}
	}
	return nil
}
