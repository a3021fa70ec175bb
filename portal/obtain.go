package portal

// obtain has a register make the record that it does not have yet, on the person's wish. The page
// it was pressed on is saved first.
func obtain(v *visit) error {
	step, register := v.r.PathValue("step"), v.r.PathValue("register")
	d, err := v.saveSent(step)
	if err != nil {
		return v.complainAt(step, err)
	}
	if _, err := v.Cases.Obtain(v.r.Context(), v.applicant(), d.ID, d.Version, register); err != nil {
		return v.complainAt(step, named(err, askedOf(v.stepsOf(d), step, register)))
	}
	return v.to(stepPath(d.ID, step))
}

// askedOf is the field of a step that the register would make.
func askedOf(steps []step, id, register string) string {
	i := findStep(steps, id)
	if i < 0 {
		return ""
	}
	for _, q := range steps[i].asked {
		if k := q.Field.Known; k != nil && k.Register == register && k.Obtain != nil {
			return q.Field.ID
		}
	}
	return ""
}
