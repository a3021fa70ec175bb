package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// sweepMax bounds how many cases one sweep wakes; the rest wait for the next.
const sweepMax = 1000

// sweepTx puts a job for every case that has something due. The instant in the job's key lets a
// case be woken again when its deadline moved.
func (c *Cases) sweepTx(tx *store.Tx) error {
	due, err := awake(tx, sweepMax)
	if err != nil {
		return err
	}
	for _, w := range due {
		payload, err := json.Marshal(told{Case: w.id})
		if err != nil {
			return err
		}
		if err := c.queue.EnqueueTx(tx, jobs.Job{Region: w.region, Queue: wakeQueue, Dedup: fmt.Sprintf("%s/%d", w.id, w.at), Payload: payload}); err != nil {
			return err
		}
	}
	return nil
}

// wake does what is due for one case: a reminder, the end of a correction, deemed approval, an
// escalation, or the end of retention. It may run again: each of them is a compare-and-swap.
func (c *Cases) wake(ctx context.Context, j jobs.Job) error {
	var t told
	if err := json.Unmarshal(j.Payload, &t); err != nil {
		return jobs.Dead(err)
	}
	var d *dossier
	deem := false
	err := c.db.Write(ctx, func(tx *store.Tx) (err error) {
		if d, err = c.byID(tx, j.Region, t.Case); err != nil {
			return err
		}
		deem, err = c.wakeTx(tx, d)
		return err
	})
	if err == nil && deem {
		err = c.deem(ctx, d)
	}
	if isMoved(err) { // an officer or the applicant was first: look again
		return jobs.Later{At: c.db.Now().Add(time.Second)}
	}
	return err
}

// wakeTx does what needs no document; deem says that the case is to be granted by law.
func (c *Cases) wakeTx(tx *store.Tx, d *dossier) (deem bool, err error) {
	s, now := d.status, store.Micros(tx.Now)
	if s.Wake == 0 || s.Wake > now {
		return false, nil
	}
	if s.State.Over() {
		return false, c.eraseTx(tx, d)
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return false, err
	}
	switch {
	case s.State == flow.Correction && s.Due > now:
		return false, c.remindTx(tx, d, key)
	case s.State == flow.Correction:
		to, err := d.move(flow.Close, lancar.System)
		if err != nil {
			return false, err
		}
		return false, c.closeTx(tx, d, change{kind: flow.Close, actor: lancar.TheSystem("casework.correction"), to: to, leaf: true})
	case s.State.ClockRuns() && d.def.Term.Deemed:
		return true, nil
	case s.State.ClockRuns():
		return false, c.escalateTx(tx, d, key)
	}
	return false, fmt.Errorf("casework: case %s woke in state %s", d.id, s.State)
}

// remindTx reminds the applicant of the correction. Reminders whose time passed together, because
// the node was down, are one: the newest of them, which names the true last day like each. Who
// was not reminded before the last day passed is not reminded after it: the case is closed, and
// they hear of that.
func (c *Cases) remindTx(tx *store.Tx, d *dossier, key keys.DataKey) error {
	to := d.status
	at := remindersOf(d.asked(), store.Time(to.Due))
	to.Reminders, to.Wake = 0, to.Due
	for _, r := range at {
		if !r.After(tx.Now) {
			to.Reminders++
		}
	}
	if to.Reminders < len(at) {
		to.Wake = store.Micros(at[to.Reminders])
	}
	return c.write(tx, d, key, change{kind: reminded, actor: lancar.TheSystem("casework.correction"), to: to})
}

// remindersOf are the instants of the two reminders of a correction: half-way, and 72 hours before
// its end, or three quarters of the way where the term is too short for that.
func remindersOf(asked, until time.Time) [2]time.Time {
	half, late := asked.Add(until.Sub(asked)/2), asked.Add(until.Sub(asked)/4*3)
	if last := until.Add(-lastReminder); last.After(late) {
		late = last
	}
	return [2]time.Time{half, late}
}

// asked is when the one correction was asked for.
func (d *dossier) asked() time.Time {
	for _, e := range d.events {
		if e.Kind == flow.Ask {
			return e.At
		}
	}
	return time.Time{}
}

// escalateTx tells the superior, once, that the term ended without a decision.
func (c *Cases) escalateTx(tx *store.Tx, d *dossier, key keys.DataKey) error {
	to, err := d.move(flow.Escalate, lancar.System)
	if err != nil {
		return err
	}
	to.Escalated, to.Wake = store.Micros(tx.Now), 0
	if err := c.write(tx, d, key, change{kind: flow.Escalate, actor: lancar.TheSystem("casework.clock"), to: to}); err != nil {
		return err
	}
	return c.tellSuperiors(tx, d)
}

// deem grants a case by law: the term ended without a decision. The definition says on which
// ground.
func (c *Cases) deem(ctx context.Context, d *dossier) error {
	system := lancar.TheSystem("casework.clock")
	var in content
	err := c.db.Write(ctx, func(tx *store.Tx) (err error) {
		in, err = c.readToDecide(tx, system, d)
		return err
	})
	if err != nil {
		return err
	}
	return c.finish(ctx, d, &in, flow.Deem, system, Decision{How: "deemed", Law: lawText(d.def, d.def.Term.Law), Reason: d.def.Term.Ground.In(documentLang), By: c.office(d, system.Name)})
}

// retainUntil is when a case that is over now is to be erased, 0 for never.
func retainUntil(def *catalog.Definition, now time.Time) int64 {
	if def.Retention.Keep || def.Retention.Years <= 0 {
		return 0
	}
	return store.Micros(now.AddDate(def.Retention.Years, 0, 0))
}

// eraseTx ends retention: the key of the case is destroyed, and with it everything personal in
// its events, files, messages and documents. What is left says that there was a case, when, and
// how it went.
func (c *Cases) eraseTx(tx *store.Tx, d *dossier) error {
	if !(d.status.State.Over()) {
		return fmt.Errorf("casework: case %s is not over", d.id)
	}
	to := d.status
	to.Wake = 0
	if err := c.write(tx, d, keys.DataKey{}, change{kind: erased, actor: lancar.TheSystem("casework.retention"), to: to}); err != nil {
		return err
	}
	if err := forgetCase(tx, d); err != nil {
		return err
	}
	if err := c.documents.ForgetTx(tx, d.region, d.id); err != nil {
		return err
	}
	if err := c.access.RetainedTx(tx, keptCases, 1); err != nil {
		return err
	}
	return c.keys.DestroyTx(tx, owner(d.id))
}

// The rules by which this room removes things, by its own clock.
const (
	keptCases  = "casework.cases"
	keptDrafts = "casework.drafts"
)

// Retention tells what the room removes and when; it carries both out by its own clock.
func (c *Cases) Retention() []access.Rule {
	return []access.Rule{
		{Name: keptCases, Words: lancar.Text{"id": "Permohonan yang selesai dihapus isinya setelah masa simpan layanannya", "en": "The contents of closed applications are erased after the time that their service states"}},
		{Name: keptDrafts, Words: lancar.Text{"id": "Isian yang tidak dikirim dihapus saat masanya habis", "en": "Drafts that were not submitted are erased when their time is over"}},
	}
}

// forgetCase takes the person off the rows of a case whose key is destroyed.
func forgetCase(tx *store.Tx, d *dossier) error {
	if err := tx.Queue(`DELETE FROM casework_files WHERE region = $1 AND case_id = $2`, d.region, string(d.id)); err != nil {
		return err
	}
	if err := deleteDraftFiles(tx, d.account, d.id); err != nil {
		return err
	}
	if err := tx.Queue(`DELETE FROM casework_messages WHERE region = $1 AND case_id = $2`, d.region, string(d.id)); err != nil {
		return err
	}
	return tx.Queue(`UPDATE casework_cases SET account = '', subject = '' WHERE region = $1 AND id = $2`, d.region, string(d.id))
}
