package casework

import (
	"context"

	"lancar"
)

var errLater = lancar.Fail(lancar.Unavailable, "", "Belum tersedia.", "Not available yet.")

// StartDraft begins an application for a service, or returns the one that this person has open
// for it already. place is the Home Ministry code where the person lives or acts, "" if unknown.
func (c *Cases) StartDraft(ctx context.Context, who Applicant, service, place string) (Draft, error) {
	return Draft{}, errLater
}

// Draft returns a draft of this person. lancar.Gone when it expired.
func (c *Cases) Draft(ctx context.Context, who Applicant, id lancar.ID) (Draft, error) {
	return Draft{}, errLater
}

// Drafts returns the open drafts of this person, last saved first.
func (c *Cases) Drafts(ctx context.Context, who Applicant) ([]Draft, error) { return nil, errLater }

// SaveStep keeps the answers of one section (a field that is absent keeps its value, "" clears
// it) and moves to the section that follows. An unknown field is lancar.Invalid. What is typed is
// kept even when it is not yet right: Check says what is wrong. lancar.Conflict when version is
// not the newest.
func (c *Cases) SaveStep(ctx context.Context, who Applicant, id lancar.ID, version int64, step string, answers Answers) (Draft, error) {
	return Draft{}, errLater
}

// SetPlace says where the person lives or acts, which decides the office.
func (c *Cases) SetPlace(ctx context.Context, who Applicant, id lancar.ID, version int64, place string) (Draft, error) {
	return Draft{}, errLater
}

// Discard throws a draft away, with everything in it.
func (c *Cases) Discard(ctx context.Context, who Applicant, id lancar.ID) error { return errLater }

// Attach adds one file to a draft. It stays whatever happens to the form.
func (c *Cases) Attach(ctx context.Context, who Applicant, draft lancar.ID, up Upload) (Attachment, error) {
	return Attachment{}, errLater
}

// Detach removes a file from a draft.
func (c *Cases) Detach(ctx context.Context, who Applicant, draft, file lancar.ID) error {
	return errLater
}

// DraftFile returns a file of a draft with its bytes.
func (c *Cases) DraftFile(ctx context.Context, who Applicant, draft, file lancar.ID) (Attachment, []byte, error) {
	return Attachment{}, nil, errLater
}

// Submit turns a draft into a case, once: every further submission of the same draft returns the
// same case.
func (c *Cases) Submit(ctx context.Context, who Applicant, s Submission) (Case, error) {
	return Case{}, errLater
}

// Mine returns this person's cases, last changed first, at most 20 after the cursor.
func (c *Cases) Mine(ctx context.Context, who Applicant, after string) (list []Listed, next string, err error) {
	return nil, "", errLater
}

// Case returns this person's case by its number, lancar.NotFound for anyone else's.
func (c *Cases) Case(ctx context.Context, who Applicant, number string) (Case, error) {
	return Case{}, errLater
}

// CaseFile returns an attachment of this person's case.
func (c *Cases) CaseFile(ctx context.Context, who Applicant, number string, file lancar.ID) (Attachment, []byte, error) {
	return Attachment{}, nil, errLater
}

// AttachCorrection adds or replaces a file that the correction asked for.
func (c *Cases) AttachCorrection(ctx context.Context, who Applicant, number string, up Upload) (Attachment, error) {
	return Attachment{}, errLater
}

// Answer answers the correction: the clock runs again from where it stood.
func (c *Cases) Answer(ctx context.Context, who Applicant, number string, version int64, answers Answers) (Case, error) {
	return Case{}, errLater
}

// Withdraw ends a case at the applicant's wish, until it is decided.
func (c *Cases) Withdraw(ctx context.Context, who Applicant, number string, version int64) (Case, error) {
	return Case{}, errLater
}

// Say adds a message to the case; the other side is told.
func (c *Cases) Say(ctx context.Context, who Applicant, number, text string) error { return errLater }

// Receipt returns the signed receipt of a submission (PDF), made when first asked for.
func (c *Cases) Receipt(ctx context.Context, who Applicant, number string) ([]byte, error) {
	return nil, errLater
}

// Forecast says what this office has needed for this service; false: no figures yet.
func (c *Cases) Forecast(ctx context.Context, region, service string) (Forecast, bool, error) {
	return Forecast{}, false, errLater
}

// Inbox returns a page of the officer's tasks, soonest due first.
func (c *Cases) Inbox(ctx context.Context, officer lancar.Actor, look Look) (Inbox, error) {
	return Inbox{}, errLater
}

// Open shows a case to an officer of its office, through access, which records that they looked.
// Names are hidden where the service says so.
func (c *Cases) Open(ctx context.Context, officer lancar.Actor, number string) (Case, error) {
	return Case{}, errLater
}

// OpenFile shows an attachment to an officer of its office, through access.
func (c *Cases) OpenFile(ctx context.Context, officer lancar.Actor, number string, file lancar.ID) (Attachment, []byte, error) {
	return Attachment{}, nil, errLater
}

// Ask asks the applicant, once, for a correction; the clock stops until they answer.
func (c *Cases) Ask(ctx context.Context, officer lancar.Actor, number string, version int64, ask Ask) error {
	return errLater
}

// Refuse refuses on a legal ground of the definition, with a reason.
func (c *Cases) Refuse(ctx context.Context, officer lancar.Actor, number string, version int64, r Refusal) error {
	return errLater
}

// Grant grants; where the definition asks for a second person the case then waits for Sign.
func (c *Cases) Grant(ctx context.Context, officer lancar.Actor, number string, version int64, note string) error {
	return errLater
}

// Opine records the opinion that an opinion step asks for and moves to the next step.
func (c *Cases) Opine(ctx context.Context, officer lancar.Actor, number string, version int64, favourable bool, text string) error {
	return errLater
}

// Sign signs a decision that another officer made (never one's own).
func (c *Cases) Sign(ctx context.Context, officer lancar.Actor, number string, version int64) error {
	return errLater
}

// SendBack returns a decision unsigned to the officer who made it, with a reason.
func (c *Cases) SendBack(ctx context.Context, officer lancar.Actor, number string, version int64, reason string) error {
	return errLater
}

// Recuse has the case drawn again because this officer must not or cannot decide it.
func (c *Cases) Recuse(ctx context.Context, officer lancar.Actor, number string, version int64, reason string) error {
	return errLater
}

// Tell sends the applicant a message from the office.
func (c *Cases) Tell(ctx context.Context, officer lancar.Actor, number, text string) error {
	return errLater
}

// SetRoster says who may be drawn for a role of an agency in a region, from now on, and logs it.
// The same officers again change nothing.
func (c *Cases) SetRoster(ctx context.Context, region, agency, role string, officers []Rostered) (Roster, error) {
	return Roster{}, errLater
}

// SetAbsent takes an officer out of further draws (or back in) and has their open cases drawn again.
func (c *Cases) SetAbsent(ctx context.Context, region string, account lancar.ID, absent bool) error {
	return errLater
}

// Recompute derives the deadlines of a region's open cases again if its calendar changed, and
// records the change as an event of each case.
func (c *Cases) Recompute(ctx context.Context, region string) (changed int, err error) {
	return 0, errLater
}

// Verify derives every case of every region again from its events and compares all projections.
// It returns the first thing that is wrong.
func (c *Cases) Verify(ctx context.Context) error { return errLater }
