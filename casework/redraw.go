package casework

import (
	"context"
	"encoding/json"
	"slices"

	"lancar"
	"lancar/catalog/flow"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Recuse has the case drawn again because this officer must not or cannot decide it. The reason
// is kept sealed; the log shows only that there was a redraw.
func (c *Cases) Recuse(ctx context.Context, officer lancar.Actor, number string, version int64, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.taskTx(tx, officer, number, version)
		if err != nil {
			return err
		}
		key, err := c.keyOf(tx, d)
		if err != nil {
			return err
		}
		return c.redrawTx(tx, d, key, officer, []lancar.ID{officer.ID}, reasonBody{By: officer.Name, Reason: reason})
	})
}

// redrawTx sends a case back to the draw. out are officers who are taken out of it for good; the
// steps they were drawn for become free.
func (c *Cases) redrawTx(tx *store.Tx, d *dossier, key keys.DataKey, who lancar.Actor, out []lancar.ID, why reasonBody) error {
	to := d.status
	if d.status.State != flow.Drawing {
		var err error
		if to, err = d.move(flow.Redraw, who.Kind); err != nil {
			return err
		}
	}
	var free []drawn
	for i := range d.def.Steps {
		w, ok := d.drawnFor(d.def.Steps[i].ID)
		for _, id := range out {
			if ok && w.Account == id {
				free = append(free, drawn{Step: w.Step, Agency: w.Agency, Role: w.Role, Out: id})
			}
		}
	}
	if d.status.State == flow.Signing { // nobody signs what was proposed: it is decided once more
		to.at(d.deciding(), d)
		to.How, to.Decider = "", ""
	}
	to.Officer = ""
	return c.write(tx, d, key, change{kind: flow.Redraw, actor: who, to: to, plain: plain{Draws: free}, body: why, leaf: true, await: drawKey(d)})
}

// enqueueRedraws has every open case of an officer who is away drawn again, each in its own
// transaction.
func (c *Cases) enqueueRedraws(tx *store.Tx, office string, officer lancar.ID) error {
	tasks, err := tasksOfOfficer(tx, office, officer, 0, "", maxRedraws)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.State != flow.Review && t.State != flow.Signing {
			continue
		}
		payload, err := json.Marshal(told{Case: t.caseID, Account: officer, Version: t.Version})
		if err != nil {
			return err
		}
		if err := c.queue.EnqueueTx(tx, jobs.Job{Region: t.Region, Queue: redrawQueue, Payload: payload}); err != nil {
			return err
		}
	}
	return nil
}

// maxRedraws bounds one officer's open cases that are drawn again at once.
const maxRedraws = 10_000

func (c *Cases) redrawJob(tx *store.Tx, j jobs.Job) error {
	var t told
	if err := json.Unmarshal(j.Payload, &t); err != nil {
		return jobs.Dead(err)
	}
	d, err := c.byID(tx, j.Region, t.Case)
	if err != nil {
		return err
	}
	if d.status.State != flow.Review && d.status.State != flow.Signing || d.status.Officer != t.Account {
		return nil
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return err
	}
	return c.redrawTx(tx, d, key, lancar.TheSystem("casework.absent"), []lancar.ID{t.Account}, reasonBody{Reason: "absent"})
}

// stillThere has a case drawn again when its officer went away before it came to them: while it
// waited for its applicant, or for the step before.
func (c *Cases) stillThere(tx *store.Tx, d *dossier) error {
	away, err := absentees(tx, d.status.Office)
	if err != nil || !slices.Contains(away, d.status.Officer) {
		return err
	}
	payload, err := json.Marshal(told{Case: d.id, Account: d.status.Officer})
	if err != nil {
		return err
	}
	return c.queue.EnqueueTx(tx, jobs.Job{Region: d.region, Queue: redrawQueue, Payload: payload})
}
