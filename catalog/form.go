package catalog

import "lancar"

// Form is form.yaml: what is handed in and what is asked.
type Form struct {
	Applicant    []string      `yaml:"applicant" enum:"nik passport nationality name birth_place birth_date sex religion marital_status occupation address domicile family_card phone email" help:"what must be known of the applicant; asked only where no register knows it"`
	Requirements []Requirement `yaml:"requirements" help:"what must be handed in; a correction cites one of them"`
	Sections     []Section     `yaml:"sections" help:"the form, a page each"`
}

// Requirement is a published requirement (component 1 of the service standard).
type Requirement struct {
	ID     string      `yaml:"id" need:"yes"`
	Text   lancar.Text `yaml:"text" need:"yes"`
	Fields []string    `yaml:"fields" help:"fields that show it; a correction citing it opens them"`
	Law    string      `yaml:"law" help:"id of a law"`
}

// Section is one page of the form.
type Section struct {
	ID     string      `yaml:"id" need:"yes"`
	Title  lancar.Text `yaml:"title" need:"yes"`
	Text   lancar.Text `yaml:"text" help:"said above the questions"`
	Fields []Field     `yaml:"fields" need:"yes"`
}

// Field is one question. Its answer is text, keyed by the field's id: a number in digits, money in
// whole rupiah, a date as 2026-03-21, yes or no, a choice's value, several values joined by commas,
// a place as its Home Ministry code. Fields about the applicant have ids like "applicant.nik".
type Field struct {
	ID       string      `yaml:"id" need:"yes" help:"lower case letters, digits and _"`
	Kind     string      `yaml:"kind" need:"yes" enum:"text longtext number money date choice multichoice yesno place attachment nik family_card passport nib nop plate phone email" help:"what sort of answer"`
	Label    lancar.Text `yaml:"label" need:"yes" help:"the question"`
	Hint     lancar.Text `yaml:"hint" help:"help, under the question"`
	Optional bool        `yaml:"optional" help:"may stay empty"`
	Specific bool        `yaml:"specific" help:"specific personal data (UU 27/2022 Article 4): health, children, finances…"`
	ShowIf   string      `yaml:"show_if" help:"CEL; asked only when true"`
	Options  []Option    `yaml:"options" help:"for choice and multichoice"`
	Level    string      `yaml:"level" enum:"province regency district village" help:"for place: how exact"`
	Min      *int64      `yaml:"min" help:"least number or amount"`
	Max      *int64      `yaml:"max" help:"greatest number or amount"`
	MaxChars int         `yaml:"max_chars" help:"longest text; 200, for longtext 2000, when left out"`
	Past     bool        `yaml:"past" help:"a date not after today"`
	Accept   []string    `yaml:"accept" enum:"pdf jpeg png" help:"for attachment; all three when left out"`
	MaxMB    int         `yaml:"max_mb" help:"for attachment; 5 when left out"`
	Known    *Source     `yaml:"known" help:"a register knows it: shown instead of asked"`
	Confirm  *Source     `yaml:"confirm" help:"typed, and a register says whether it matches"`
}

// Option is one choice.
type Option struct {
	Value string      `yaml:"value" need:"yes"`
	Label lancar.Text `yaml:"label" need:"yes"`
}

// Source names a field of one record of a register. By is the field whose answer finds the record
// ("applicant.nik" when left out).
type Source struct {
	Register string `yaml:"register" need:"yes" help:"source of the exchange: population, oss, property…"`
	Field    string `yaml:"field" need:"yes" help:"name of the field there"`
	By       string `yaml:"by" help:"field whose answer finds the record; applicant.nik when left out"`
	Key      string `yaml:"key" help:"the register's name of that key; from the kind of the field when left out (nik, passport, nib, nop, plate), else the register's first"`
	Must     bool   `yaml:"must" help:"never typed: while the register is silent one cannot go on (an amount that is owed)"`
	// Obtain maps what the register needs for making the record to fields of the form that come
	// before, where it makes one on request (a business number at OSS).
	Obtain map[string]string `yaml:"obtain" help:"where the register has no record and makes one on request: its field to ours"`
}
