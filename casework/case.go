package casework

import (
	"time"

	"lancar"
)

// Case is an application as its applicant or an officer with a grant sees it.
type Case struct {
	Region, Number string
	ID             lancar.ID
	Service        string
	Definition     string
	Title          lancar.Text
	State          State
	Version        int64
	Agency         string // agency of the deciding office
	Step           string // the definition's step that is on: "review", "sign"…
	Officer        string // who has it, by name; "" before the draw and when it is over
	Submitted      time.Time
	Completed      time.Time // zero until complete: then the clock runs
	Due            time.Time // end of the term, or of the wait (payment, correction); zero when over
	Paused         bool      // the clock stands still
	Escalated      time.Time // zero unless the term ended without a decision
	Closed         time.Time
	How            string // of a decision: "granted", "refused", "deemed"
	Document       string // number of the decision's document, "" while there is none
	Answers        Answers
	Facts          map[string]Fact
	Files          []Attachment
	Charge         lancar.ID // of payment; "" when free
	Correction     *Correction
	Decision       *Decision
	Events         []Event
	Messages       []Message
	Flags          []Flag
	Next           lancar.Text // what happens next, said to the applicant
}

// Event is one line of a case's history.
type Event struct {
	Seq   int64
	At    time.Time
	Kind  string // one of the events of [Transitions]
	Who   lancar.ActorKind
	Name  string // of an officer where it may be shown, "" otherwise
	Text  lancar.Text
	Leaf  lancar.ID // leaf of the region's log, "" where there is none
	Draws int64     // how many draws so far
}

// Correction is the one request for a correction that an office may make.
type Correction struct {
	Requirement string   // id of a published requirement of the service
	Fields      []string // fields and attachments that may be changed
	Reason      lancar.Text
	Asked       time.Time
	Until       time.Time // unanswered by then, the case closes as withdrawn
	Answered    time.Time
}

// Decision is what was decided and why. It is complete only when Signed is set.
type Decision struct {
	How      string // "granted", "refused", "deemed"
	Ground   string // id of the definition's ground, for a refusal
	Law      lancar.Text
	Reason   string
	By       lancar.Actor
	At       time.Time
	Signer   lancar.Actor // the second person, where the definition asks for one
	Signed   time.Time
	Document string
}

// Flag tells the officer about something a register said later.
type Flag struct {
	Field, Register, Found string // Found: "nomatch" or "unknown"
	At                     time.Time
}

// Message is a line between the office and the applicant about a case.
type Message struct {
	At   time.Time
	From lancar.ActorKind
	Name string
	Text string
}

// Listed is a case in its applicant's list.
type Listed struct {
	Region, Number, Service string
	State                   State
	Due                     time.Time
	Changed                 time.Time
}
