package catalog

import (
	"lancar"
	"lancar/catalog/letter"
)

// Definition is one version of one public service. It is immutable once loaded, shared by all
// callers, and must not be copied.
type Definition struct {
	Slug string `yaml:"-" json:"-"` // name of the folder
	Hash string `yaml:"-" json:"-"` // hex SHA-256 over the names and contents of its files

	Service `yaml:",inline"`
	Form    `yaml:",inline"`
	Rules   `yaml:",inline"`

	Letters map[string]letter.Letter `yaml:"-" json:"-"` // by "granted", "refused", "receipt", "submitted"

	pages  []*Section // the applicant's page, then Sections
	rules  *compiled
	source files // the files it was read from
	told   *stories
}

// Service is service.yaml: what the service is and who decides.
type Service struct {
	Kind       string              `yaml:"kind" need:"yes" enum:"decision payment handover" help:"decision: an office decides; payment: only a payment and its receipt; handover: done elsewhere, we lead there"`
	Title      lancar.Text         `yaml:"title" need:"yes" help:"name of the service as people say it"`
	Summary    lancar.Text         `yaml:"summary" need:"yes" help:"what one gets and for whom, in one or two plain sentences"`
	Owner      Owner               `yaml:"owner" need:"yes" help:"the office that answers for the service"`
	Audience   []string            `yaml:"audience" need:"yes" enum:"resident foreigner company" help:"who may apply"`
	Level      int                 `yaml:"level" help:"how sure the sign-in must be to send it: 2 by a contact that the population register has, 3 by a passkey; any when left out"`
	LifeEvents []string            `yaml:"life_events" help:"moments in life in which it is needed"`
	Keywords   map[string][]string `yaml:"keywords" need:"yes" help:"words people search with, at most 12 a language"`
	Law        []Law               `yaml:"law" need:"yes" help:"legal basis; other parts cite its ids"`

	// Standard holds what UU 25/2009 wants published and is not derived from the rest of the
	// definition: procedure and complaints are public, the others internal.
	Standard struct {
		Procedure   lancar.Text `yaml:"procedure" need:"yes" help:"component 2: how it goes, for the person"`
		Complaints  lancar.Text `yaml:"complaints" help:"component 6: where to complain; the common text when left out"`
		Facilities  lancar.Text `yaml:"facilities" help:"component 8"`
		Competence  lancar.Text `yaml:"competence" help:"component 9"`
		Supervision lancar.Text `yaml:"supervision" help:"component 10"`
		Staff       lancar.Text `yaml:"staff" help:"component 11"`
		Guarantee   lancar.Text `yaml:"guarantee" help:"component 12"`
		Security    lancar.Text `yaml:"security" help:"component 13"`
		Evaluation  lancar.Text `yaml:"evaluation" help:"component 14"`
	} `yaml:"standard" need:"yes" help:"components of the service standard (UU 25/2009) that are not derived from the rest"`

	Steps  []Step `yaml:"steps" help:"the procedure, in order"`
	Output Output `yaml:"output" help:"the document that a grant (or a payment) gives"`

	// Retention says when a closed case is destroyed.
	Retention struct {
		Years int         `yaml:"years" help:"so many years after the case is over; 0 with keep"`
		Keep  bool        `yaml:"keep" help:"never destroyed (permanent archive)"`
		Text  lancar.Text `yaml:"text" need:"yes" help:"what is kept and why"`
		Law   string      `yaml:"law" help:"id of a law"`
	} `yaml:"retention" need:"yes" help:"how long the case is kept"`

	// Handover leads to where a service is really done.
	Handover *struct {
		To    lancar.Text `yaml:"to" need:"yes" help:"who does it"`
		URL   string      `yaml:"url" help:"address to go to"`
		Bring lancar.Text `yaml:"bring" help:"what to have at hand"`
	} `yaml:"handover" help:"where it is done, for kind handover"`

	Messages map[string]Message `yaml:"messages" help:"own texts of messages instead of the common ones, by event"`
}

// Owner says which agency decides, and in which region: the agency's office at Level (province,
// regency, district, village, or national) of the place named by Of, a field such as
// "answers.market" or "applicant.domicile".
type Owner struct {
	Agency string `yaml:"agency" need:"yes" help:"id of the agency, such as dpmptsp"`
	Level  string `yaml:"level" need:"yes" enum:"national province regency district village" help:"level of the office that decides"`
	Of     string `yaml:"of" help:"field whose place decides the office: answers.FIELD or applicant.domicile; not for national"`
}

// Law is one legal basis. Only confirmed law may stand in production; the status of each is shown.
type Law struct {
	ID     string `yaml:"id" need:"yes" help:"what other parts cite"`
	Text   string `yaml:"text" need:"yes" help:"citation, with article"`
	Status string `yaml:"status" need:"yes" enum:"confirmed unconfirmed" help:"confirmed: somebody read the source"`
}

// Step is one step of the procedure.
type Step struct {
	ID        string        `yaml:"id" need:"yes"`
	Kind      string        `yaml:"kind" need:"yes" enum:"check pay review opinion decide sign" help:"check and pay are done by the system, the others by an officer"`
	Title     lancar.Text   `yaml:"title" need:"yes"`
	Role      string        `yaml:"role" help:"role of the officer; needed for review, opinion, decide, sign"`
	Agency    string        `yaml:"agency" help:"agency of the officer, when not the owner"`
	HideName  bool          `yaml:"hide_name" help:"the officer does not see who applies"`
	Checklist []Requirement `yaml:"checklist" help:"what the officer verifies, and in which fields"`
}

// Output is the document that ends the case well. Exactly one of Months, Until and Forever says
// how long it is valid; a receipt needs none.
type Output struct {
	Kind    string      `yaml:"kind" enum:"permit certificate letter registration receipt" help:"what sort of document"`
	Title   lancar.Text `yaml:"title" help:"its heading and name"`
	Number  string      `yaml:"number" help:"pattern of its number: {number} {year} {month} {region}"`
	Months  int         `yaml:"valid_months" help:"valid until the same day so many months after the decision"`
	Until   string      `yaml:"valid_until" help:"CEL giving the last day of validity"`
	Forever bool        `yaml:"valid_forever" help:"valid until revoked"`
}

// Message is what is sent at an event; its slots are those of letters.
type Message struct {
	Title lancar.Text `yaml:"title" need:"yes"`
	Body  lancar.Text `yaml:"body" need:"yes"`
}
