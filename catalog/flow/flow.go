// Package flow is the life of a case as a table: from, event, to, who may, when and why. The
// interpreter of catalog and the room casework obey the same table; its diagram in docs is
// generated from it.
package flow

import (
	"slices"

	"lancar"
)

// State is where a case stands. It is stored in tables and shown on pages through [State.Text].
type State string

// The states. Draft stands for what is not yet a case.
const (
	Draft      State = "draft"
	Unpaid     State = "unpaid"     // submitted, waits for the fee; seven days
	Drawing    State = "drawing"    // complete, the clock runs, an officer is being drawn
	Review     State = "review"     // an officer works on it; the definition's step says which
	Correction State = "correction" // waits for the applicant, the clock stands still
	Signing    State = "signing"    // decided, waits for the signature; the clock still runs
	Granted    State = "granted"    // over, also when deemed granted by law
	Refused    State = "refused"    // over
	Withdrawn  State = "withdrawn"  // over: by the applicant, or a correction was not answered
	Lapsed     State = "lapsed"     // over: the fee was not paid in time
	Done       State = "done"       // over: a service that is only a payment, paid
)

// Event moves a case.
type Event string

// The events.
const (
	Submit   Event = "submit"
	Settle   Event = "settle"   // the fee is settled
	Lapse    Event = "lapse"    // the fee was not paid in time
	Draw     Event = "draw"     // an officer was drawn
	Redraw   Event = "redraw"   // the officer cannot or must not go on
	Opine    Event = "opine"    // a review or opinion step is done, the next one begins
	Ask      Event = "ask"      // the one request for a correction
	Answer   Event = "answer"   // the correction was answered
	Close    Event = "close"    // the correction was not answered in time
	Withdraw Event = "withdraw" // the applicant withdraws
	Grant    Event = "grant"
	Refuse   Event = "refuse"
	Sign     Event = "sign"
	Return   Event = "return"   // the signer sends the decision back unsigned
	Deem     Event = "deem"     // the term ended: granted by law
	Escalate Event = "escalate" // the term ended where nothing is deemed: the superior is told
)

// Who may cause an event.
type Who string

// The three parties.
const (
	Applicant Who = "applicant"
	Officer   Who = "officer"
	System    Who = "system"
)

// When tells two transitions with the same state and event apart by a fact of the case.
type When string

// The facts that are asked.
const (
	Always    When = ""
	WithFee   When = "fee"      // the fee is more than nothing
	Free      When = "free"     // there is no fee
	Only      When = "only"     // the service is only a payment
	Decides   When = "decides"  // the service is decided on
	Alone     When = "alone"    // no second person signs
	Second    When = "second"   // a second person signs
	ToGrant   When = "to grant" // what waits for its signature is a grant
	ToRefuse  When = "to refuse"
	HasDeemed When = "deemed" // the service knows deemed approval
	NotDeemed When = "no deemed"
)

// Transition is one line of the table.
type Transition struct {
	From  State
	Event Event
	When  When
	To    State
	Who   Who
	Why   lancar.Text
}

// Next returns the transition of an event in a state; facts are those that hold for the case.
// False: the event is not possible there.
func Next(from State, event Event, facts ...When) (Transition, bool) {
	for _, t := range Table() {
		if t.From == from && t.Event == event && (t.When == Always || slices.Contains(facts, t.When)) {
			return t, true
		}
	}
	return Transition{}, false
}

// Over says whether nothing more happens to a case in this state.
func (s State) Over() bool {
	switch s {
	case Granted, Refused, Withdrawn, Lapsed, Done:
		return true
	}
	return false
}

// ClockRuns says whether the term of the decision runs in this state.
func (s State) ClockRuns() bool { return s == Drawing || s == Review || s == Signing }
