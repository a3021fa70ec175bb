package catalog

import "lancar"

// Rules is rules.yaml: who is eligible, what it costs, how long it takes, why it may be refused.
type Rules struct {
	Figures    []Figure    `yaml:"figures" help:"numbers that law or a region sets; CEL reads them as params.ID"`
	Conditions []Condition `yaml:"conditions" help:"who is eligible"`

	// Fee is the fee table. No lines means free, and then Free says why.
	Fee struct {
		Free  lancar.Text `yaml:"free" help:"said instead of a price"`
		Law   string      `yaml:"law" help:"id of a law"`
		Lines []FeeLine   `yaml:"lines"`
	} `yaml:"fee" help:"what it costs"`

	// Term is the office's term, in working days after completeness. Deemed: at its end the
	// application is granted by law.
	Term struct {
		Days   int         `yaml:"working_days" need:"yes"`
		Deemed bool        `yaml:"deemed_approval"`
		Ground lancar.Text `yaml:"ground" need:"yes" help:"why this term, and why deemed approval applies or not"`
		Law    string      `yaml:"law" need:"yes" help:"id of a law"`
	} `yaml:"term" help:"how long the office has"`

	// Correction is the applicant's term; 20 working days unless said.
	Correction struct {
		Days int    `yaml:"working_days"`
		Law  string `yaml:"law" help:"id of a law"`
	} `yaml:"correction" help:"how long the applicant has to answer a correction"`

	Refusal []Ground `yaml:"refusal" help:"grounds on which an officer may refuse"`
}

// Figure is a number. Either the region sets it (Region) or Values hold it, each from a date on.
// IDR are whole rupiah; percent is an exact decimal, used with percent().
type Figure struct {
	ID     string      `yaml:"id" need:"yes"`
	Unit   string      `yaml:"unit" need:"yes" enum:"IDR percent years months days number"`
	Text   lancar.Text `yaml:"text" need:"yes"`
	Region bool        `yaml:"region" help:"each region sets it, under this name in its parameters"`

	// Dated is a value from a date on (2026-01-31), until the next one.
	Values []struct {
		From  string `yaml:"from" need:"yes"`
		Value string `yaml:"value" need:"yes"`
		Law   string `yaml:"law" need:"yes" help:"id of a law"`
	} `yaml:"values"`
}

// Condition is one rule of eligibility. What cannot be known yet does not stand against anyone.
type Condition struct {
	ID      string      `yaml:"id" need:"yes"`
	Require string      `yaml:"require" need:"yes" help:"CEL that must be true"`
	Because lancar.Text `yaml:"because" need:"yes" help:"said when it is false; slots like {applicant.birth_date}"`
	Mend    lancar.Text `yaml:"mend" need:"yes" help:"what the person can do, and how to correct a wrong fact"`
	Law     string      `yaml:"law" need:"yes" help:"id of a law"`
}

// FeeLine is one line of the bill, in whole rupiah.
type FeeLine struct {
	ID      string      `yaml:"id" need:"yes"`
	Text    lancar.Text `yaml:"text" need:"yes"`
	When    string      `yaml:"when" help:"CEL; always when left out"`
	Amount  string      `yaml:"amount" need:"yes" help:"CEL giving whole rupiah"`
	Account string      `yaml:"account" need:"yes" help:"ledger account of the treasury, such as levy or tax"`
	Law     string      `yaml:"law" need:"yes" help:"id of a law"`
}

// Ground is one ground for refusal.
type Ground struct {
	ID   string      `yaml:"id" need:"yes"`
	Text lancar.Text `yaml:"text" need:"yes"`
	Law  string      `yaml:"law" need:"yes" help:"id of a law"`
}
