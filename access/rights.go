package access

import (
	"slices"
	"time"

	"lancar"
)

// Right is what a person may ask about their data.
type Right string

// The rights a person can use here.
const (
	Why      Right = "why"      // why did you look? about one [Row]
	See      Right = "see"      // what do you hold about me and what was done with it
	Correct  Right = "correct"  // this is wrong
	Restrict Right = "restrict" // stop using it for now
	Erase    Right = "erase"    // delete it
	Object   Right = "object"   // I do not agree with this use of it
)

// Term is how long an office has to answer any of them.
const Term = 3 * 24 * time.Hour

// Law is the ground of a right and of its term, as it is shown.
func (r Right) Law() lancar.Text {
	switch r {
	case Why, See:
		return lancar.Text{"id": "UU 27/2022 Pasal 32", "en": "Law 27/2022, Article 32"}
	case Correct:
		return lancar.Text{"id": "UU 27/2022 Pasal 30", "en": "Law 27/2022, Article 30"}
	case Restrict:
		return lancar.Text{"id": "UU 27/2022 Pasal 41", "en": "Law 27/2022, Article 41"}
	}
	if r == Object {
		return lancar.Text{
			"id": "UU 27/2022; pasal dan batas waktunya belum dipastikan, 3×24 jam adalah janji layanan ini",
			"en": "Law 27/2022; its article and term were not confirmed, 3×24 hours is this service's own promise",
		}
	}
	return lancar.Text{
		"id": "UU 27/2022; batas 3×24 jam untuk penghapusan adalah janji layanan ini",
		"en": "Law 27/2022; for erasure the limit of 3×24 hours is this service's own promise",
	}
}

// State is where a request stands.
type State string

// The states of a request; all but the first two are final.
const (
	Received  State = "received"
	Working   State = "working"
	Done      State = "done"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Passed    State = "passed" // another office keeps the data: it has the request now, with the same clock
)

// Transition is one line of the life of a request.
type Transition struct {
	From  []State // nil: it begins here
	Event string
	To    State
	Who   lancar.ActorKind
	Why   string
}

// Transitions is the whole life of a request.
func Transitions() []Transition {
	open := []State{Received, Working}
	return []Transition{
		{nil, "ask", Received, lancar.Person, "a person uses a right; the clock of 3×24 hours starts"},
		{[]State{Received}, "take", Working, lancar.Officer, "an officer has begun"},
		{open, "answer", Done, lancar.Officer, "what was asked is done or explained; restriction, objection and erasure take effect"},
		{open, "refuse", Refused, lancar.Officer, "with a reason the law allows (UU 27/2022 Article 33, or a duty to keep)"},
		{open, "pass", Passed, lancar.Officer, "another office keeps what this is about: it gets the request, its clock goes on"},
		{open, "withdraw", Withdrawn, lancar.Person, "the person no longer wants it"},
	}
}

// step finds where event leads from a state, for this kind of actor.
func step(from State, event string, who lancar.ActorKind) (State, error) {
	for _, t := range Transitions() {
		if t.Event == event && t.Who == who && slices.Contains(t.From, from) {
			return t.To, nil
		}
	}
	return "", lancar.Fail(lancar.Conflict, "", "Permintaan ini sudah selesai atau sedang ditangani.", "This request is already closed or being handled.")
}

// Asked is a request of a person about their data. Text and Answer are empty in lists for officers.
//
//lancar:personal
type Asked struct {
	Region, Agency string // which office answers
	ID             lancar.ID
	Right          Right
	Subject        string
	Account        lancar.ID
	Row            lancar.ID // for [Why]: the look
	Origin         lancar.ID // the request of another office that was passed on, "" for none
	State          State
	Text           string // what the person wrote
	Answer         string
	At, Due        time.Time
	Closed         time.Time // zero while open
	Officer        lancar.ID // who took or closed it
	Version        int64
}

// Late says that the office has let the term pass.
func (a Asked) Late(now time.Time) bool { return a.Closed.IsZero() && now.After(a.Due) }
