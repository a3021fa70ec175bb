package catalog

import "lancar"

// Walk interprets a definition in a situation. It is pure: the same definition and situation
// give the same outcome. It never fails; what cannot be judged is in the outcome.
func Walk(def *Definition, in Situation) Outcome { return Outcome{} }

// Lookup is one question to a register: the record found by the answer of field By gives Fields,
// a map from the register's field to ours. Confirm: the register only says whether typed values
// match.
type Lookup struct {
	Register string
	By       string
	Confirm  bool
	Fields   map[string]string
}

// Lookups lists what registers are asked for this service, population register first.
func (d *Definition) Lookups() []Lookup { return nil }

// Office returns the code of the region whose office decides for a place: the place's own code
// cut to the owner's level, "00" for a national agency. False when the place is not exact enough.
func (d *Definition) Office(place string) (string, bool) { return "", false }

// Field finds a field of the form, of the applicant ("applicant.nik") or of a section.
func (d *Definition) Field(id string) (*Field, *Section) { return nil, nil }

// LawOf finds a legal basis by its id, nil when there is none.
func (d *Definition) LawOf(id string) *Law { return nil }

// Unconfirmed lists the legal bases that nobody confirmed; such a service is not launchable in
// production.
func (d *Definition) Unconfirmed() []Law { return nil }

// CorrectionDays is the applicant's term for a correction, in working days.
func (d *Definition) CorrectionDays() int { return 20 }

// Values makes the function that fills a letter's or message's slots from an outcome: applicant.*,
// answers.* (written as people read them in lang), params.*, fee.total. What the catalog cannot
// know (case.number, decision.reason, …) comes from more.
func (d *Definition) Values(in Situation, o *Outcome, lang string, more map[string]string) func(slot string) string {
	return func(string) string { return "" }
}

// ValidUntil is the last day of validity of a document decided on a day: zero and false when it
// is valid until revoked.
func (d *Definition) ValidUntil(in Situation, o *Outcome) (date string, limited bool) {
	return "", false
}

// Components are the fourteen components of the service standard (UU 25/2009), public ones first.
func (d *Definition) Components() []Component { return nil }

// Component is one component of the service standard. The first six must be published.
type Component struct {
	Number int
	Name   lancar.Text
	Text   []lancar.Text // paragraphs or list items
	Public bool
}
