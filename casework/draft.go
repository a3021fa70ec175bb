package casework

import (
	"time"

	"lancar"
)

// Applicant is the signed-in person who acts. Subject is the keyed hash under which everything
// about them is filed; Verified says that the code went to a contact which the register itself
// has, so that what registers hold may be shown to them.
type Applicant struct {
	Account  lancar.ID
	Subject  string
	Lang     string
	Verified bool
}

// Draft is an application that is not yet submitted. It lives with the account, is saved at every
// step, and can be continued on another device until Expires.
type Draft struct {
	ID         lancar.ID
	Service    string // slug
	Definition string // hash of the pinned version
	Place      string // Home Ministry code the person chose; "" until known
	Region     string // the region whose office would decide, as things stand; "" until known
	Version    int64  // send it back with the next change
	Step       string // section to continue with
	Answers    Answers
	Facts      map[string]Fact // what registers already know, by field
	Files      []Attachment
	Saved      time.Time
	Expires    time.Time
	Submitted  string // number of the case it became, "" while open
}

// Answers are what the person typed, by field: the text of the form, unconverted.
type Answers map[string]string

// Fact is a value that a register gave or confirmed, pinned at the instant it was asked.
type Fact struct {
	Value    string
	Register string // source of the exchange, "dukcapil"
	At       time.Time
	State    string // "read", "confirmed" (typed and matched) or "unchecked" (register was down)
}

// Attachment describes an uploaded file. Type is what the bytes are, not what the browser said.
type Attachment struct {
	ID     lancar.ID
	Field  string
	Name   string // as the person called it, cleaned
	Type   string // image/jpeg, image/png or application/pdf
	Size   int64
	SHA256 string // of the bytes kept, hex
	At     time.Time
}

// Upload is a file on its way in.
type Upload struct {
	Field string
	Name  string
	Data  []byte
}

// Submission asks to submit a draft. Key is the client's idempotency key; "" stands for the
// draft's own.
type Submission struct {
	Draft   lancar.ID
	Version int64 // of the draft that was checked, 0 for whichever is there
	Key     string
}
