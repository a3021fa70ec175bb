package catalog

import (
	"slices"

	"lancar"
	"lancar/catalog/flow"
)

// replay goes through what happened and finds where the case stands.
func (o *Outcome) replay(def *Definition, acts []Act) {
	o.State = flow.Draft
	officers, at, asked := def.officerSteps(), 0, false
	for _, a := range acts {
		facts := def.facts(o)
		if wrong := def.refuses(a, officers, at, asked); wrong != nil {
			o.Refused = append(o.Refused, Note{string(a.Event), wrong})
			continue
		}
		t, ok := flow.Next(o.State, a.Event, facts...)
		if !ok {
			o.Refused = append(o.Refused, Note{string(a.Event), say("Tidak mungkin pada keadaan "+string(o.State)+".", "Not possible in state "+string(o.State)+".")})
			continue
		}
		o.State = t.To
		switch a.Event {
		case flow.Opine:
			at++
		case flow.Ask:
			asked = true
		case flow.Grant:
			o.How = "granted"
		case flow.Refuse:
			o.How = "refused"
		case flow.Deem:
			o.How = "deemed"
		case flow.Return:
			o.How = ""
		}
	}
	o.Step, o.Letter = def.stepOf(o.State, officers, at), letterOf(o.State)
}

// refuses says why an act cannot be, beyond what the table of states says.
func (d *Definition) refuses(a Act, officers []*Step, at int, asked bool) lancar.Text {
	last := at >= len(officers)-1
	switch {
	case a.Event == flow.Opine && last:
		return say("Langkah terakhir adalah keputusan.", "The last step is the decision.")
	case (a.Event == flow.Grant || a.Event == flow.Refuse) && !last:
		return say("Keputusan diambil pada langkah terakhir.", "The decision is taken in the last step.")
	case a.Event == flow.Refuse && d.GroundOf(a.Ground) == nil:
		return say("Alasan penolakan tidak ada dalam daftar.", "The ground for refusal is not in the list.")
	case a.Event == flow.Ask && asked:
		return say("Perbaikan hanya dapat diminta satu kali.", "A correction can be asked for only once.")
	case a.Event == flow.Ask && !slices.ContainsFunc(d.Requirements, func(r Requirement) bool { return r.ID == a.Requirement }):
		return say("Perbaikan harus menyebut persyaratan yang diumumkan.", "A correction must cite a published requirement.")
	}
	return nil
}

// facts are what the table of states asks about this case.
func (d *Definition) facts(o *Outcome) []flow.When {
	pick := func(yes bool, a, b flow.When) flow.When {
		if yes {
			return a
		}
		return b
	}
	return []flow.When{
		pick(o.Total.Amount > 0, flow.WithFee, flow.Free),
		pick(d.Kind == "payment", flow.Only, flow.Decides),
		pick(d.Signer() != nil, flow.Second, flow.Alone),
		pick(o.How == "refused", flow.ToRefuse, flow.ToGrant),
		pick(d.Term.Deemed, flow.HasDeemed, flow.NotDeemed),
	}
}

// officerSteps are the steps between completeness and decision.
func (d *Definition) officerSteps() []*Step {
	var steps []*Step
	for i := range d.Steps {
		switch d.Steps[i].Kind {
		case "review", "opinion", "decide":
			steps = append(steps, &d.Steps[i])
		}
	}
	return steps
}

// Signer is the step in which a second person signs, nil when there is none.
func (d *Definition) Signer() *Step { return d.stepKind("sign") }

func (d *Definition) stepKind(kind string) *Step {
	for i := range d.Steps {
		if d.Steps[i].Kind == kind {
			return &d.Steps[i]
		}
	}
	return nil
}

func (d *Definition) stepOf(s flow.State, officers []*Step, at int) *Step {
	switch s {
	case flow.Unpaid:
		return d.stepKind("pay")
	case flow.Drawing, flow.Review, flow.Correction:
		if at < len(officers) {
			return officers[at]
		}
	case flow.Signing:
		return d.Signer()
	}
	return nil
}

func letterOf(s flow.State) string {
	switch s {
	case flow.Granted:
		return "granted"
	case flow.Refused:
		return "refused"
	case flow.Done:
		return "receipt"
	case flow.Draft, flow.Withdrawn, flow.Lapsed:
		return ""
	}
	return "submitted"
}

// GroundOf finds a ground for refusal by its id, nil when there is none.
func (d *Definition) GroundOf(id string) *Ground {
	for i := range d.Refusal {
		if d.Refusal[i].ID == id {
			return &d.Refusal[i]
		}
	}
	return nil
}

// LawOf finds a legal basis by its id, nil when there is none.
func (d *Definition) LawOf(id string) *Law {
	for i := range d.Law {
		if d.Law[i].ID == id {
			return &d.Law[i]
		}
	}
	return nil
}

// Unconfirmed lists the legal bases that nobody confirmed; such a service is not launchable in
// production.
func (d *Definition) Unconfirmed() []Law {
	var laws []Law
	for _, l := range d.Law {
		if l.Status != "confirmed" {
			laws = append(laws, l)
		}
	}
	return laws
}

// CorrectionDays is the applicant's term for a correction, in working days.
func (d *Definition) CorrectionDays() int {
	if d.Correction.Days > 0 {
		return d.Correction.Days
	}
	return 20
}

// Office returns the code of the region whose office decides for a place: the place's own code
// cut to the owner's level, "00" for a national agency. False when the place is not exact enough.
func (d *Definition) Office(place string) (string, bool) {
	if d.Owner.Level == "national" {
		return "00", true
	}
	n := placeLength(d.Owner.Level)
	if len(place) < n || !placeCode.MatchString(place) {
		return "", false
	}
	return place[:n], true
}

// Pages returns the pages of the form: the applicant's, then the sections.
func (d *Definition) Pages() []*Section { return d.pages }

// Field finds a field of the form, of the applicant ("applicant.nik") or of a section.
func (d *Definition) Field(id string) (*Field, *Section) {
	for _, s := range d.pages {
		for i := range s.Fields {
			if s.Fields[i].ID == id {
				return &s.Fields[i], s
			}
		}
	}
	return nil, nil
}

// Lookup is one question to a register: the record found by the answer of field By gives Fields,
// a map from the register's field to ours. Key is what the register calls the field it is found
// by, "" for its first. Confirm: the register only says whether typed values match. Obtain maps what
// it needs for making a record that is not there to our fields; nil where it makes none.
type Lookup struct {
	Register string
	By       string
	Key      string
	Confirm  bool
	Fields   map[string]string
	Obtain   map[string]string
}

// Personal says whether the record is found by the applicant's own number: such facts are shown
// only to somebody whose contact the register itself has. Others are found by what is typed (a tax
// object, a plate).
func (l *Lookup) Personal() bool { return isApplicant(l.By) }

// Lookups lists what registers are asked for this service, in the order of the form.
func (d *Definition) Lookups() []Lookup {
	var all []Lookup
	add := func(f *Field, s *Source, confirm bool) {
		if s == nil || f.ID == "applicant.nik" {
			return
		}
		i := slices.IndexFunc(all, func(l Lookup) bool { return l.Register == s.Register && l.By == s.By && l.Confirm == confirm })
		if i < 0 {
			i = len(all)
			all = append(all, Lookup{Register: s.Register, By: s.By, Key: d.keyOf(s), Confirm: confirm, Fields: map[string]string{}})
		}
		all[i].Fields[s.Field] = f.ID
		if s.Obtain != nil {
			all[i].Obtain = s.Obtain
		}
	}
	for _, s := range d.pages {
		for i := range s.Fields {
			add(&s.Fields[i], s.Fields[i].Known, false)
			add(&s.Fields[i], s.Fields[i].Confirm, true)
		}
	}
	return all
}

// keyOf is what a register calls the field by which a record is found.
func (d *Definition) keyOf(s *Source) string {
	if s.Key != "" {
		return s.Key
	}
	by, _ := d.Field(s.By)
	if by == nil {
		return ""
	}
	switch by.Kind {
	case "nik", "passport", "nib", "nop", "plate":
		return by.Kind
	}
	return ""
}
