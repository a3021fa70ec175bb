package portal

import (
	"errors"
	"slices"

	"lancar"
	"lancar/catalog"
	"lancar/web"
)

// obtain has a register make the record that it does not have yet, on the person's wish. The page
// it was pressed on is saved first.
func obtain(v *visit) error {
	step, register := v.r.PathValue("step"), v.r.PathValue("register")
	d, err := v.saveSent(step)
	if err != nil {
		return err
	}
	_, err = v.Cases.Obtain(v.r.Context(), v.applicant(), d.ID, d.Version, register)
	said, ok := errors.AsType[*lancar.Error](err)
	if !ok || said.Code != lancar.Invalid && said.Code != lancar.Unavailable {
		if err != nil {
			return err
		}
		return v.to(stepPath(d.ID, step))
	}
	steps := v.stepsOf(d)
	i := findStep(steps, step)
	if i < 0 {
		return err
	}
	at := said.Field
	if !slices.ContainsFunc(steps[i].asked, func(q catalog.FieldView) bool { return q.Field.ID == at }) {
		at = askedOf(steps[i], register)
	}
	return v.stepPage(d, steps, i, false, web.Problem{Field: at, Text: v.In(said.Text)})
}

// askedOf is the field of a step that the register would make.
func askedOf(s step, register string) string {
	for _, q := range s.asked {
		if k := q.Field.Known; k != nil && k.Register == register && k.Obtain != nil {
			return q.Field.ID
		}
	}
	return ""
}
