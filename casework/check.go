package casework

import (
	"context"
	"time"

	"lancar"
	"lancar/catalog"
	"lancar/internal/store"
	"lancar/region"
)

// Check reads a draft and says how it stands: what is asked or shown, what is missing or wrong,
// which rules stand against it, what it costs and whose office it is.
func (c *Cases) Check(ctx context.Context, who Applicant, id lancar.ID) (Checked, error) {
	d, err := c.Draft(ctx, who, id)
	if err != nil {
		return Checked{}, err
	}
	if d.Number != "" {
		return Checked{Draft: d}, lancar.Fail(lancar.Conflict, "", "Permohonan ini sudah dikirim.", "This application was already submitted.")
	}
	def := c.catalog.Service(d.Service)
	if def == nil {
		return Checked{}, errNotFound()
	}
	out := catalog.Walk(def, c.situation(def, d, c.db.Now()))
	if out.Office != "" {
		d.Region = out.Office
	}
	checked := Checked{Draft: d, Service: def, Outcome: out}
	if who.App != nil {
		veil(&checked.Outcome, checked.Answers)
		checked.Facts = nil
	}
	return checked, nil
}

// situation is a draft as the interpreter looks at it. Figures are those of the deciding region
// where it is known.
func (c *Cases) situation(def *catalog.Definition, d Draft, now time.Time) catalog.Situation {
	files := map[string]int{}
	for _, f := range d.Files {
		files[f.Field]++
	}
	s := catalog.Situation{Kind: d.Kind, Answers: withPlace(def, d), Facts: d.Facts, Files: files, Now: now, Place: c.placeName}
	code, ok := c.officeOf(def, d)
	if !ok {
		return s
	}
	r := c.regions.ByCode(code)
	if r == nil {
		return s
	}
	s.Figures, s.Zone = r.Figures(region.DateIn(now, r.Zone)), r.Zone
	return s
}

// withPlace answers the field that decides the office with the place the person chose, where the
// form left it open.
func withPlace(def *catalog.Definition, d Draft) map[string]string {
	field := ownerField(def)
	if d.Place == "" || field == "" || d.Answers[field] != "" {
		return d.Answers
	}
	if _, known := d.Facts[field]; known {
		return d.Answers
	}
	out := map[string]string{field: d.Place}
	for k, v := range d.Answers {
		out[k] = v
	}
	return out
}

// ownerField is the field whose place decides the office: "market" for answers.market.
func ownerField(def *catalog.Definition) string {
	const typed = "answers."
	if of := def.Owner.Of; len(of) > len(typed) && of[:len(typed)] == typed {
		return of[len(typed):]
	}
	return def.Owner.Of
}

// officeOf is the code of the region whose office decides, as far as it is known.
func (c *Cases) officeOf(def *catalog.Definition, d Draft) (string, bool) {
	field := ownerField(def)
	at := d.Answers[field]
	if f, ok := d.Facts[field]; ok && f.State == "read" {
		at = f.Value
	}
	if at == "" {
		at = d.Place
	}
	return def.Office(at)
}

func (c *Cases) placeName(code string) (string, bool) {
	p, ok := c.places.Lookup(code)
	return p.Name, ok
}

// Forecast says what this office has needed for this service; false: no figures yet.
func (c *Cases) Forecast(ctx context.Context, office, service string) (f Forecast, ok bool, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		rows, err := figures(tx, office, service)
		if err == nil {
			f, ok = forecast(rows)
		}
		return err
	})
	return f, ok, err
}
