package casework

import (
	"time"

	"lancar"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/identity/mandate"
	"lancar/region"
)

// Case is an application as its applicant or an officer sees it.
//
//lancar:personal
type Case struct {
	Region     string // of the office that decides
	Number     string
	ID         lancar.ID
	Service    string // slug
	Definition string // hash of the pinned version
	Title      lancar.Text
	State      flow.State
	How        string // granted, refused or deemed; while it waits for its signature, which
	Version    int64  // send it back with the next act
	Agency     string // id of the agency that answers for the service
	Step       string // id of the definition's step that is on, "" when none
	StepTitle  lancar.Text
	Officer    string // who has it, by name; "" while nobody has
	Submitted  time.Time
	Completed  time.Time       // zero until complete: then the clock runs
	Due        time.Time       // end of the term or of the wait (payment, correction); zero when over
	Clock      region.Deadline // counted day by day; its From is zero while the clock has not begun
	Escalated  time.Time       // zero unless the term ended without a decision
	Closed     time.Time
	Charge     lancar.ID // of payment; "" when free
	Document   string    // number of the decision's document, "" while there is none
	Kind       string    // of applicant: resident, foreigner or company
	Answers    map[string]string
	Facts      map[string]catalog.Fact
	Files      []Attachment
	Correction *Correction
	Decision   *Decision
	Opinions   []Opinion
	Events     []Event
	Messages   []Message
	By         *ActedBy // who sent it for the applicant under a mandate, nil for who applied themself
	Flags      []Flag
	Returned   string // why the signer sent the decision back, while it waits for a new one; for officers alone
	Erased     bool   // retention ended: nothing personal is left
}

// Event is one line of a case's history.
type Event struct {
	Seq  int64
	At   time.Time
	Kind flow.Event
	Who  lancar.ActorKind
	Text lancar.Text // what happened, in words
	Leaf lancar.ID   // in the region's log, "" where there is none
	By   *ActedBy    // who acted for the applicant; nil where nobody did
	// Through is the app by which the applicant did it; nil for our own pages.
	Through *Through
}

// ActedBy is who did something for the applicant, under a mandate.
type ActedBy struct {
	Mandate lancar.ID    `json:"mandate"`
	Kind    mandate.Kind `json:"kind"`
	Name    string       `json:"name"`
	Holder  lancar.ID    `json:"holder"` // account or machine
}

// Correction is the one request for a correction that an office may make.
type Correction struct {
	Requirement string   // id of a published requirement of the service
	Fields      []string // fields and attachments that may be changed
	Reason      string
	Asked       time.Time
	Until       time.Time // unanswered by then, the case closes as withdrawn
	Answered    time.Time
}

// Decision is what was decided and why.
type Decision struct {
	How      string      `json:"how"`              // granted, refused or deemed
	Ground   string      `json:"ground,omitempty"` // id of the definition's ground of refusal
	Law      lancar.Text `json:"law,omitempty"`
	Reason   string      `json:"reason,omitempty"`
	By       string      `json:"by"` // name and office of who decided
	At       time.Time   `json:"at"`
	Signer   string      `json:"signer,omitempty"` // the second person, once signed
	Signed   time.Time   `json:"signed,omitzero"`
	Document string      `json:"document,omitempty"`
	Checks   []Check     `json:"checks,omitempty"` // of the checklist; for officers
}

// Opinion is what a review or opinion step came to.
type Opinion struct {
	Step       string    `json:"step"`
	By         string    `json:"by"`
	Favourable bool      `json:"favourable"`
	Text       string    `json:"text"`
	At         time.Time `json:"at"`
	Checks     []Check   `json:"checks,omitempty"`
}

// Flag tells the officer what a register said, or could not say, about a fact.
type Flag struct {
	Field    string    `json:"field"`
	Register string    `json:"register"`
	Found    string    `json:"found"` // nomatch or unchecked
	At       time.Time `json:"at"`
}

// Message is a line between the office and the applicant about a case.
//
//lancar:personal
type Message struct {
	At   time.Time
	From lancar.ActorKind
	Name string // of who wrote; of the applicant themself ""
	Text string
	App  string `json:",omitempty"` // the app by which the applicant wrote it
}

// Theirs says whether the applicant wrote it, or somebody or something for them.
func (m Message) Theirs() bool { return m.From == lancar.Person || m.From == lancar.Machine }

// Listed is a case in its applicant's list.
//
//lancar:personal
type Listed struct {
	Region, Number, Service string
	ID                      lancar.ID
	State                   flow.State
	Due                     time.Time
	Changed                 time.Time
}
