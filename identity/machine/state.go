package machine

import (
	"slices"

	"lancar"
)

// State is where a machine stands in its life.
type State string

// The states; the last two are final.
const (
	Proposed State = "proposed" // waits for a second officer
	Active   State = "active"
	Paused   State = "paused"
	Orphaned State = "orphaned" // its owner left; works until [Machine.Stops]
	Stopped  State = "stopped"
	Expired  State = "expired"
)

// Over says that nothing follows.
func (s State) Over() bool { return s == Stopped || s == Expired }

// Hold is who paused a machine, and so who may lift it.
type Hold string

// The holds.
const (
	ByOwner  Hold = "owner"
	ByOffice Hold = "office" // a superior, or an officer in [Role]
	ByReview Hold = "review" // its owner did not sign; signing lifts it
)

// Who is a part that somebody plays towards a machine.
type Who string

// The parts.
const (
	Owner  Who = "owner"  // an officer for their own machine, a person for their own agent
	Second Who = "second" // another human being than the owner, superior or in [Role] in the same office
	Peer   Who = "peer"   // any officer with a role in the same office
	System Who = "system"
)

// Role is the office that approves, pauses and stops machines beside the superior.
const Role = "machines"

// Transition is one line of the life of a machine.
type Transition struct {
	From  []State // nil: it begins here
	Event string
	To    State
	Who   []Who
	Why   string
}

// Transitions is the whole life of a machine.
func Transitions() []Transition {
	open := []State{Proposed, Active, Paused, Orphaned}
	return []Transition{
		{nil, "propose", Proposed, []Who{Owner}, "an officer registers a machine for production, as its owner"},
		{nil, "begin", Active, []Who{Owner}, "a machine of the sandbox stage, or a person's own agent, works at once"},
		{[]State{Proposed}, "approve", Active, []Who{Second}, "a second human being of the same office says yes"},
		{[]State{Proposed}, "refuse", Stopped, []Who{Second}, "or no"},
		{[]State{Active}, "want", Active, []Who{Owner}, "the owner wants more scopes, budget or time; in production it waits for a second officer"},
		{[]State{Active}, "widen", Active, []Who{Second}, "the second officer gives it"},
		{[]State{Active}, "deny", Active, []Who{Second}, "or does not"},
		{[]State{Proposed, Active, Paused}, "key", "", []Who{Owner}, "a key or certificate is added; the state stays"},
		{[]State{Proposed, Active, Paused, Orphaned}, "cut", "", []Who{Owner, Second}, "a key or certificate is ended; the state stays"},
		{[]State{Active, Paused}, "sign", Active, []Who{Owner}, "the owner signs the review; a pause for want of it ends"},
		{[]State{Active}, "keep", Active, []Who{Owner}, "unused, but still needed"},
		{[]State{Active}, "pause", Paused, []Who{Owner, Second, System}, "it may come back; the system pauses what nobody signed for"},
		{[]State{Paused}, "resume", Active, []Who{Owner, Second}, "whoever paused it lifts it: the owner's pause the owner, the office's the office"},
		{[]State{Active, Paused}, "orphan", Orphaned, []Who{System}, "the owner holds no role in the office any more"},
		{[]State{Orphaned}, "adopt", Active, []Who{Peer}, "another officer of the same office answers for it; what was paused stays paused"},
		{open, "stop", Stopped, []Who{Owner, Second, System}, "the kill switch; also an orphan's date, or an owner who has erased their account"},
		{open, "expire", Expired, []Who{System}, "its last day is over"},
	}
}

// step finds where event leads from a state for somebody who plays these parts.
func step(from State, event string, parts ...Who) (State, error) {
	known := false
	for _, t := range Transitions() {
		if t.Event != event || !slices.Contains(t.From, from) {
			continue
		}
		known = true
		if slices.ContainsFunc(parts, func(p Who) bool { return slices.Contains(t.Who, p) }) {
			if t.To == "" {
				return from, nil
			}
			return t.To, nil
		}
	}
	if known {
		return "", lancar.Fail(lancar.Forbidden, "", "Langkah ini bukan untuk Anda. Mesin produksi disetujui oleh orang kedua di kantor yang sama.",
			"This step is not yours. A machine for production is approved by a second person of the same office.")
	}
	return "", lancar.Fail(lancar.Conflict, "", "Keadaan mesin ini sudah berubah.", "The state of this machine has changed.")
}
