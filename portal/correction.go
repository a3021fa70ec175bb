package portal

import (
	"slices"
	"strconv"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/web"
)

// correctionView is the one request for a correction, with the fields that it opens.
type correctionView struct {
	Requirement, Reason, Action string
	Problems                    []web.Problem
	Version                     int64
	Fields                      []web.Field
}

func (v *visit) correctionOf(c casework.Case, def *catalog.Definition, problems []web.Problem) *correctionView {
	if c.State != flow.Correction || c.Correction == nil {
		return nil
	}
	k := c.Correction
	out := &correctionView{Reason: k.Reason, Action: "/cases/" + c.Number + "/correction", Version: c.Version, Problems: problems}
	if i := slices.IndexFunc(def.Requirements, func(r catalog.Requirement) bool { return r.ID == k.Requirement }); i >= 0 {
		out.Requirement = v.In(def.Requirements[i].Text)
	}
	wrong := map[string]string{}
	for _, p := range problems {
		wrong[p.Field] = p.Text
	}
	f := &form{visit: v, path: "/cases/" + c.Number, answers: c.Answers, files: c.Files, errors: wrong, complain: true}
	for _, id := range k.Fields {
		d, _ := def.Field(id)
		if d == nil {
			continue
		}
		field := f.field(catalog.FieldView{Field: d, Value: c.Answers[id]})
		field.Upload = "" // sent together with the answer
		for i := range field.Files {
			field.Files[i].Href, field.Files[i].Remove = "/cases/"+c.Number+"/files/"+field.Files[i].ID, ""
		}
		if field.Kind == web.PlaceField {
			field.Kind, field.Value = web.TextField, c.Answers[id] // a place is typed as its code here
		}
		out.Fields = append(out.Fields, field)
	}
	return out
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
	if c.Correction == nil || c.State != flow.Correction {
		return v.to("/cases/" + c.Number)
	}
	def, err := v.Catalog.Pinned(v.r.Context(), c.Service, c.Definition)
	if err != nil {
		return err
	}
	answers := map[string]string{}
	version, _ := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	for _, id := range c.Correction.Fields {
		d, _ := def.Field(id)
		if d == nil {
			continue
		}
		if d.Kind == "attachment" {
			sent, err := v.attachToCase(c.Number, id)
			if err != nil {
				return v.complain(err, id)
			}
			if sent {
				version = 0
			}
			continue
		}
		if a, ok := answerOf(d, v.r.PostForm); ok {
			answers[id] = a
		} else if v.r.PostForm.Has(id) {
			answers[id] = v.r.PostForm.Get(id)
		}
	}
	if version == 0 { // a file moved the case on; the person's own act, not a conflict
		if c, _, err = v.ownCase(); err != nil {
			return err
		}
		version = c.Version
	}
	err = v.Cases.Answer(v.r.Context(), v.applicant(), c.Number, version, answers)
	if lancar.CodeOf(err) == lancar.Conflict {
		// A register's late answer may have come between. The question still stands: so does what was typed.
		if now, _, e := v.ownCase(); e == nil && now.State == flow.Correction && now.Version != version {
			err = v.Cases.Answer(v.r.Context(), v.applicant(), now.Number, now.Version, answers)
		}
	}
	if err != nil {
		return v.complain(err, "")
	}
	return v.to("/cases/" + c.Number)
}

// complain shows what is wrong with a correction on the case's page; other errors go on.
func (v *visit) complain(err error, field string) error {
	e, ok := err.(*lancar.Error)
	if !ok || e.Code != lancar.Invalid && e.Code != lancar.TooLarge {
		return err
	}
	if e.Field != "" {
		field = e.Field
	}
	return v.casePage([]web.Problem{{Field: field, Text: v.In(e.Text)}})
}

func (v *visit) attachToCase(number, field string) (sent bool, err error) {
	if v.r.MultipartForm == nil {
		return false, nil
	}
	for _, head := range v.r.MultipartForm.File[field] {
		if head.Size == 0 {
			continue
		}
		data, err := readPart(head)
		if err != nil {
			return sent, err
		}
		up := casework.Upload{Field: field, Name: head.Filename, Data: data}
		if _, err := v.Cases.AttachCorrection(v.r.Context(), v.applicant(), number, up); err != nil {
			return sent, err
		}
		sent = true
	}
	return sent, nil
}
