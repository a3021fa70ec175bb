package portal

import (
	"net/url"

	"lancar"
)

// upload takes one file of one field. The rest of the page came with it and is kept too, so that
// pressing "Unggah" loses nothing. What is wrong with the file is said at its field.
func upload(v *visit) error {
	d, err := v.draft()
	if err != nil {
		return err
	}
	field := v.r.PathValue("field")
	step := stepOf(v.stepsOf(d), field)
	if _, err := v.saveSent(step); err != nil {
		return v.complainAt(step, err)
	}
	return v.to(stepPath(d.ID, step) + "#" + url.PathEscape(field))
}

func removeFile(v *visit) error {
	field := v.r.PathValue("field")
	d, err := v.draft()
	if err != nil {
		return err
	}
	step := stepOf(v.stepsOf(d), field)
	if _, err := v.saveSent(step); err != nil {
		return v.complainAt(step, err)
	}
	if err := v.Cases.Detach(v.r.Context(), v.applicant(), d.ID, lancar.ID(v.r.PathValue("file"))); err != nil {
		return err
	}
	return v.to(stepPath(d.ID, step) + "#" + url.PathEscape(field))
}
