package casework

import (
	"time"

	"lancar"
)

// Task is a line of an officer's inbox. It holds nothing personal.
type Task struct {
	Region, Number, Service string
	State                   State
	Step                    string
	Due                     time.Time
	Late                    bool
	Flagged                 bool
	Version                 int64
}

// Inbox is one page of tasks by due time, soonest first, and the kept total.
type Inbox struct {
	Tasks []Task
	Total int64
	Next  string // hand it back as After for the next page; "" at the end
}

// Look asks for a page of an inbox.
type Look struct {
	After string
	Limit int  // 0 means 25, at most 100
	Role  bool // all open tasks of the officer's role in the office instead of their own
}

// Ask is the one request for a correction.
type Ask struct {
	Requirement string
	Fields      []string
	Reason      string
}

// Refusal chooses a legal ground of the definition and says why.
type Refusal struct {
	Ground string
	Reason string
}

// Roster is who may be drawn for a role of an agency in a region, in order, logged beforehand.
type Roster struct {
	Region, Agency, Role string
	ID                   lancar.ID
	Leaf                 lancar.ID
	At                   time.Time
	Officers             []Rostered
}

// Rostered is one position of a roster; the log shows only the pseudonym.
type Rostered struct {
	Account   lancar.ID
	Name      string
	Pseudonym string
}

// Forecast is what this office has needed for this service, in working days, from kept figures.
type Forecast struct {
	Decided   int64
	Median    int
	P90       int
	LateShare float64 // 0..1
}
