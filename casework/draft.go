package casework

import (
	"crypto/sha256"
	"fmt"
	"time"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/identity"
)

// Applicant is the signed-in person who acts. Subject is the keyed hash under which everything
// about them is filed; Register says that the one-time code went to a contact which the register
// itself has, so that what registers hold may be shown to them. Where somebody acts for them under
// a mandate, By is the holder (By.Mandate names the mandate) and the rest is the principal's; zero
// for who acts for themself.
type Applicant struct {
	Account  lancar.ID
	Subject  string
	Lang     string // of what is written to them about it; "" for the account's own
	Register bool
	Level    identity.Level // how sure the sign-in is, for services that ask for more
	By       lancar.Actor
	App      *access.App // by which they read and act themself; nil for our own pages
	Via      *Through    // the app by which By acts; nil for our own pages
}

// Draft is an application that is not yet submitted. It lives with the account, is saved at every
// step, and can be continued on another device until Expires.
//
//lancar:personal
type Draft struct {
	ID         lancar.ID
	Service    string // slug
	Definition string // hash of the pinned version
	Place      string // Home Ministry code the person chose, "" until known
	Region     string // the region whose office would decide, as things stand; "" until known
	Version    int64  // send it back with the next change
	Step       string // id of the section to continue with, "check" when all were saved
	Kind       string // of applicant: resident, foreigner or company
	Answers    map[string]string
	Facts      map[string]catalog.Fact // what registers know or confirmed, by field
	Files      []Attachment
	Started    time.Time
	Saved      time.Time
	Expires    time.Time
	Number     string // of the case that it became, "" while open
}

// Checked is a draft with what the interpreter says of it: the fields that are asked or shown,
// what is wrong or missing, rules against the applicant, the bill, and the office.
type Checked struct {
	Draft
	Service *catalog.Definition
	Outcome catalog.Outcome
}

// Attachment describes an uploaded file. Type is what the bytes are, not what the browser said.
//
//lancar:personal
type Attachment struct {
	ID     lancar.ID `json:"id"`
	Field  string    `json:"field"`
	Name   string    `json:"name"` // as the person called it, cleaned
	Type   string    `json:"type"` // image/jpeg, image/png or application/pdf
	Size   int64     `json:"size"`
	SHA256 string    `json:"sha256"` // of the bytes kept, hex
	At     time.Time `json:"at"`
}

// Upload is a file on its way in.
type Upload struct {
	Field string
	Name  string
	Data  []byte
}

// Submission asks to submit a draft. The draft's id is the idempotency key: the same draft gives
// the same case however often and from wherever it is sent.
type Submission struct {
	Draft   lancar.ID
	Version int64  // of the draft that was checked; 0 for whichever is there
	Key     string // what the caller of the API names this act by, "" for none: see [Cases.Pay]
}

// asShown names a draft with everything in it that a person is shown before they agree that it is
// sent: its version, and the files that are there.
func (d *Draft) asShown() string {
	h := sha256.New()
	for _, f := range d.Files {
		fmt.Fprintf(h, "%s %s\n", f.Field, f.SHA256)
	}
	return fmt.Sprintf("%s/%d/%x", d.ID, d.Version, h.Sum(nil)[:8])
}

// draftDays is how long a draft waits after it was last saved, remindDays when its owner is
// reminded of it.
const (
	draftDays  = 30
	remindDays = 23
)
