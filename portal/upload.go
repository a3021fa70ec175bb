package portal

import (
	"net/url"

	"lancar"
	"lancar/web"
)

// upload takes one file of one field. The rest of the page came with it and is kept too, so that
// pressing "Unggah" loses nothing. What is wrong with the file is said at its field.
func upload(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	field := v.r.PathValue("field")
	steps := v.stepsOf(d)
	at := stepOf(steps, field)
	if d, err = v.saveSent(at); err != nil {
		wrong, ok := invalid(err)
		if !ok && lancar.CodeOf(err) != lancar.TooLarge {
			return err
		}
		if d, err = v.draft(); err != nil {
			return err
		}
		steps = v.stepsOf(d)
		said := v.T("Berkas ini terlalu besar.", "This file is too large.")
		if ok {
			said = v.In(wrong.Text)
		} else if e, is := err.(*lancar.Error); is {
			said = v.In(e.Text)
		}
		if i := findStep(steps, at); i >= 0 {
			return v.stepPage(d, steps, i, false, web.Problem{Field: field, Text: said})
		}
	}
	return v.to(stepPath(d.ID, at) + "#" + url.PathEscape(field))
}

func removeFile(v *visit) error {
	field := v.r.PathValue("field")
	d, err := v.draft()
	if err != nil {
		return err
	}
	at := stepOf(v.stepsOf(d), field)
	if _, err := v.saveSent(at); err != nil {
		return err
	}
	if err := v.Cases.Detach(v.r.Context(), v.applicant(), d.ID, lancar.ID(v.r.PathValue("file"))); err != nil {
		return err
	}
	return v.to(stepPath(d.ID, at) + "#" + url.PathEscape(field))
}
