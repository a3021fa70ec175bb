package catalog

import (
	"time"

	"lancar"
	"lancar/catalog/flow"
)

// Situation is everything [Walk] looks at besides the definition.
type Situation struct {
	Kind    string            // of applicant: "resident" (when empty), "foreigner" or "company"
	Answers map[string]string // what was typed, by field
	Facts   map[string]Fact   // what registers said, by field
	Files   map[string]int    // how many readable attachments, by field
	Figures map[string]string // the region's parameters, by id
	Acts    []Act             // what happened so far, oldest first
	Now     time.Time
	Zone    *time.Location // of the region; UTC when nil
	// Place names a Home Ministry code, "" and false when there is none. May be nil: then every
	// well-formed code is accepted and names itself.
	Place func(code string) (name string, ok bool)
}

// Fact is what a register gave or said about one field.
type Fact struct {
	Value    string
	Register string
	At       time.Time
	State    string // "read", "confirmed" (typed and matched), "nomatch" (typed, differs) or "unchecked" (register was down)
}

// Act is one event of the case.
type Act struct {
	Event       flow.Event `yaml:"event"`
	Ground      string     `yaml:"ground"`      // of a refusal
	Requirement string     `yaml:"requirement"` // of a correction
}

// Outcome is what [Walk] finds.
type Outcome struct {
	State    flow.State
	How      string // of the decision, once there is one: "granted", "refused", "deemed"
	Step     *Step  // the step that is on, nil when none
	Letter   string // the letter of this state: "submitted", "receipt", "granted", "refused" or ""
	Office   string // code of the deciding region, "" while its place is not known
	Fields   []FieldView
	Errors   []Note    // answers that cannot be accepted or are missing
	Against  []Finding // rules that stand against the applicant
	Open     []string  // ids of conditions that cannot be judged yet
	Flags    []Note    // for the officer: a register disagrees or was not asked
	Fee      []FeeItem
	Total    lancar.Money
	FeeKnown bool   // false while the fee depends on what is not answered yet
	Refused  []Note // acts that cannot be; Field is the event

	vars map[string]any // values as rules see them
}

// Ready says whether the case could be submitted: nothing missing or wrong, nothing against it.
func (o *Outcome) Ready() bool {
	return len(o.Errors) == 0 && len(o.Against) == 0 && o.FeeKnown && o.Office != ""
}

// FieldView is a field that is asked or shown in this situation.
type FieldView struct {
	Section *Section
	Field   *Field
	Value   string
	Fact    *Fact // set when a register gave or judged the value
	Shown   bool  // the value comes from the register and is shown, not asked
	Answer  any   // the value as rules see it, nil when there is none or it is wrong
}

// Note is a sentence about a field.
type Note struct {
	Field string
	Text  lancar.Text
}

// Finding is a rule that stands against the applicant: why, by which facts, what can be done.
type Finding struct {
	Condition *Condition
	Because   lancar.Text
	Mend      lancar.Text
	Law       *Law
	Facts     []FieldView // what the rule looked at
}

// FeeItem is one line of the bill.
type FeeItem struct {
	Line   *FeeLine
	Amount lancar.Money
}
