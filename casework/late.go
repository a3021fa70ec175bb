package casework

import (
	"context"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// Late returns a page of the tasks of a superior's office and agency whose time is over, the one
// that waits longest first; before them those that nobody could be drawn for. Total stays 0:
// nobody counts what should not be.
func (c *Cases) Late(ctx context.Context, superior lancar.Actor, after string) (box Inbox, err error) {
	if superior.Kind != lancar.Officer || superior.Role != identity.Superior {
		return box, errNotFound()
	}
	due, id := int64(0), lancar.ID("")
	if after != "" {
		if due, id, err = parseCursor(after); err != nil {
			return box, err
		}
	}
	const page = 50
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		tasks, err := tasksLate(tx, superior.Region, superior.Agency, store.Micros(tx.Now), due, id, page+1)
		if err != nil {
			return err
		}
		box = Inbox{}
		if after == "" {
			undrawn, err := tasksUndrawn(tx, superior.Region, superior.Agency, page)
			if err != nil {
				return err
			}
			for _, t := range undrawn {
				t.Late = true
				box.Tasks = append(box.Tasks, t.Task)
			}
		}
		if len(tasks) > page {
			tasks = tasks[:page]
			box.Next = cursor(tasks[page-1].due, tasks[page-1].caseID)
		}
		for _, t := range tasks {
			t.Late = true
			box.Tasks = append(box.Tasks, t.Task)
		}
		return nil
	})
	c.title(box.Tasks)
	return box, err
}

// title names services and steps in the words of the newest definitions.
func (c *Cases) title(tasks []Task) {
	for i := range tasks {
		t := &tasks[i]
		def := c.catalog.Service(t.Service)
		if def == nil {
			continue
		}
		t.Title = def.Title
		for _, s := range def.Steps {
			if s.ID == t.Step {
				t.StepTitle = s.Title
			}
		}
	}
}

func tasksLate(tx *store.Tx, office, agency string, now, due int64, after lancar.ID, limit int) ([]task, error) {
	return store.All(tx, scanTask, `SELECT `+taskColumns+` FROM casework_inbox
		WHERE region = $1 AND agency = $2 AND due_at > 0 AND due_at <= $3 AND (due_at, case_id) > ($4, $5) ORDER BY due_at, case_id LIMIT $6`,
		office, agency, now, due, string(after), int64(limit))
}

// tasksUndrawn are the cases of an office whose term ended while nobody could be drawn.
func tasksUndrawn(tx *store.Tx, region, agency string, limit int) ([]task, error) {
	return store.All(tx, scanTask, `SELECT region, region, id, number, service, state, step, due_at, flagged, version, officer FROM casework_cases
		WHERE region = $1 AND agency = $2 AND state = 'drawing' AND escalated_at > 0 ORDER BY due_at, id LIMIT $3`, region, agency, int64(limit))
}

// Holds says whether the step that is on is this officer's task. lancar.NotFound for a case that
// they may not see.
func (c *Cases) Holds(ctx context.Context, officer lancar.Actor, number string) (held bool, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		d, err := c.officeTx(tx, officer, number)
		if err == nil {
			held = d.status.open() && d.status.Officer == officer.ID && d.status.Role == officer.Role
		}
		return err
	})
	return held, err
}

// Away lists the officers of a region who are taken out of draws.
func (c *Cases) Away(ctx context.Context, region string) (away []lancar.ID, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		away, err = absentees(tx, region)
		return err
	})
	return away, err
}

// OfficeLots returns the draws of a case to an officer of it, oldest first, and the names of the
// steps that were drawn for. They name nobody.
func (c *Cases) OfficeLots(ctx context.Context, officer lancar.Actor, number string) (out []Lot, steps map[string]lancar.Text, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		d, err := c.officeTx(tx, officer, number)
		if err != nil {
			return err
		}
		out, steps = nil, map[string]lancar.Text{}
		for _, s := range d.def.Steps {
			steps[s.ID] = s.Title
		}
		return c.eachLot(tx, d, lots{}, func(l Lot) error { out = append(out, l); return nil })
	})
	return out, steps, err
}
