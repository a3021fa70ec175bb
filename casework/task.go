package casework

import (
	"context"
	"slices"
	"time"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/identity"
	"lancar/internal/store"
)

// Task is a line of an inbox. It holds nothing personal.
type Task struct {
	Region, Number, Service string
	Title                   lancar.Text // of the service
	State                   flow.State
	Step                    string
	StepTitle               lancar.Text
	Due                     time.Time
	Late                    bool
	Flagged                 bool
	Version                 int64
	Officer                 lancar.ID // who holds it, "" when nobody does
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
	Role  bool // all open tasks of the officer's role in their office instead of their own
}

// Inbox returns a page of the officer's tasks.
func (c *Cases) Inbox(ctx context.Context, officer lancar.Actor, look Look) (box Inbox, err error) {
	if officer.Kind != lancar.Officer {
		return box, errNotFound()
	}
	if look.Limit <= 0 {
		look.Limit = 25
	}
	look.Limit = min(look.Limit, 100)
	due, after := int64(-1), lancar.ID("")
	if look.After != "" {
		if due, after, err = parseCursor(look.After); err != nil {
			return box, err
		}
	}
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		box, err = readInbox(tx, officer, look, due, after)
		return err
	})
	for i := range box.Tasks {
		t := &box.Tasks[i]
		if def := c.catalog.Service(t.Service); def != nil {
			t.Title = def.Title
			for _, s := range def.Steps {
				if s.ID == t.Step {
					t.StepTitle = s.Title
				}
			}
		}
	}
	return box, err
}

func readInbox(tx *store.Tx, officer lancar.Actor, look Look, due int64, after lancar.ID) (box Inbox, err error) {
	key := "officer:" + string(officer.ID)
	var tasks []task
	if look.Role {
		key = "role:" + officer.Agency + "/" + officer.Role
		tasks, err = tasksOfRole(tx, officer.Region, officer.Agency, officer.Role, due, after, look.Limit+1)
	} else {
		tasks, err = tasksOfOfficer(tx, officer.Region, officer.ID, due, after, look.Limit+1)
	}
	if err != nil {
		return box, err
	}
	if box.Total, err = total(tx, officer.Region, key); err != nil {
		return box, err
	}
	if len(tasks) > look.Limit {
		tasks = tasks[:look.Limit]
		last := tasks[look.Limit-1]
		box.Next = cursor(last.due, last.caseID)
	}
	for _, t := range tasks {
		t.Late = t.due > 0 && t.due <= store.Micros(tx.Now)
		box.Tasks = append(box.Tasks, t.Task)
	}
	return box, nil
}

// officeTx reads a case for an officer who was drawn for one of its steps, or to whom it went
// when it was late. lancar.NotFound for everyone else.
func (c *Cases) officeTx(tx *store.Tx, officer lancar.Actor, number string) (*dossier, error) {
	if officer.Kind != lancar.Officer {
		return nil, errNotFound()
	}
	d, err := c.byNumber(tx, number)
	if err != nil {
		return nil, err
	}
	for i := range d.def.Steps {
		if w, ok := d.drawnFor(d.def.Steps[i].ID); ok && w.Account == officer.ID && w.Role == officer.Role {
			return d, nil
		}
		if d.def.Steps[i].ID == d.status.Step && !d.status.State.Over() {
			break // drawn for later steps, one has no reason to read it yet
		}
	}
	if d.status.Escalated != 0 {
		office := d.status.Office
		if office == "" { // nobody could be drawn
			office = d.region
		}
		superiors, err := c.identity.RosterTx(tx, office, d.status.Agency, identity.Superior)
		if err != nil {
			return nil, err
		}
		if officer.Role == identity.Superior && slices.ContainsFunc(superiors, func(o identity.OnRoster) bool { return o.Account == officer.ID }) {
			return d, nil
		}
	}
	return nil, errNotFound()
}

// taskTx reads a case whose present step is this officer's, as they last saw it.
func (c *Cases) taskTx(tx *store.Tx, officer lancar.Actor, number string, version int64) (*dossier, error) {
	d, err := c.officeTx(tx, officer, number)
	if err != nil {
		return nil, err
	}
	if !d.status.open() || d.status.Officer != officer.ID || d.status.Role != officer.Role {
		return nil, lancar.Fail(lancar.Forbidden, "", "Permohonan ini sekarang bukan tugas Anda.", "This application is not your task now.")
	}
	if !d.asSeen(version) {
		return nil, errMoved()
	}
	return d, d.inTime(tx.Now)
}

// asSeen says whether a case stands as an officer saw it at a version: nothing but money that went
// back came since, which is no part of what they judge.
func (d *dossier) asSeen(version int64) bool {
	return version >= 1 && version <= d.version && !slices.ContainsFunc(d.events[version:], func(e event) bool { return e.Kind != refunded })
}

// inTime refuses every act of an officer on a case that the law has granted by then, also while
// the system has not yet come round to writing it down: nobody decides, asks or hands on a case
// after the end of a term with deemed approval.
func (d *dossier) inTime(now time.Time) error {
	if !d.def.Term.Deemed || !d.status.State.ClockRuns() || d.status.Due == 0 || store.Micros(now) < d.status.Due {
		return nil
	}
	return lancar.Fail(lancar.Conflict, "", "Jangka waktunya sudah habis, jadi permohonan ini dikabulkan demi hukum.",
		"The term is over, so this application is granted by law.")
}

// grantTx writes down that an officer looks at a case.
func (c *Cases) grantTx(tx *store.Tx, who lancar.Actor, d *dossier, why lancar.Text, what ...string) (access.Grant, error) {
	at := who.Region
	if at == "" {
		at = d.region
	}
	return c.access.OpenTx(tx, access.Request{Who: who, Subject: d.subject, Region: at, Case: d.id, What: what, Purpose: why, Ground: access.PublicDuty()})
}

// Open shows a case to an officer of it. That they looked is written down where the applicant
// sees it. Who applies stays hidden where the step says so.
func (c *Cases) Open(ctx context.Context, officer lancar.Actor, number string) (out Case, err error) {
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.officeTx(tx, officer, number)
		if err != nil {
			return err
		}
		if d.subject == "" { // retention ended: nobody is looked at any more
			out = d.brief()
			out.Events, out.Erased = history(d), true
			out.Clock, err = c.clock(d)
			return err
		}
		what := []string{access.Answers, access.Register, access.Case, access.Messages}
		hide := d.hidden(officer)
		if !hide {
			what = append(what, access.Identity, access.Number)
		}
		g, err := c.grantTx(tx, officer, d, purposeReview(d.def), what...)
		if err != nil {
			return err
		}
		if out, err = c.view(tx, g, d); err == nil && hide {
			anonymous(&out, d.covered(officer))
		}
		return err
	})
	return out, err
}

// hidden says whether this officer was drawn for a step that hides who applies: then it stays
// hidden, before their turn, while they decide and afterwards.
func (d *dossier) hidden(officer lancar.Actor) bool {
	for i := range d.def.Steps {
		step := &d.def.Steps[i]
		if w, ok := d.drawnFor(step.ID); ok && w.Account == officer.ID && step.HideName {
			return true
		}
	}
	return false
}

// anonymous takes out of a case what says who applies.
func anonymous(out *Case, covered []string) {
	for _, field := range covered {
		delete(out.Answers, field)
		delete(out.Facts, field)
	}
	if out.By != nil { // as whose parent or helper may be known, by name not
		hidden := *out.By
		hidden.Name, hidden.Holder = "", ""
		out.By = &hidden
	}
	for i := range out.Events {
		out.Events[i].By = nil
	}
	for i := range out.Messages {
		if out.Messages[i].Theirs() {
			out.Messages[i].Name = ""
		}
	}
}

// OpenFile shows an attachment to an officer of the case, which is written down as well.
func (c *Cases) OpenFile(ctx context.Context, officer lancar.Actor, number string, file lancar.ID) (a Attachment, data []byte, err error) {
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.officeTx(tx, officer, number)
		if err != nil {
			return err
		}
		if _, err := c.grantTx(tx, officer, d, purposeReview(d.def), access.Attachments); err != nil {
			return err
		}
		a, data, err = c.openFile(tx, d, file)
		return err
	})
	return a, data, err
}

func purposeReview(def *catalog.Definition) lancar.Text {
	return lancar.Text{"id": "Memeriksa permohonan: " + def.Title.In("id"), "en": "Reviewing the application: " + def.Title.In("en")}
}

func purposeDecide(def *catalog.Definition) lancar.Text {
	return lancar.Text{"id": "Menulis keputusan permohonan: " + def.Title.In("id"), "en": "Writing the decision on the application: " + def.Title.In("en")}
}
