package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"lancar"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/identity/mandate"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// answerTries bounds how often an answer is tried while the case moves by itself under it.
const answerTries = 5

// Answer answers the correction with new values of the fields that it opened (and the files
// attached for it): the clock runs again from where it stood. version is the one that the
// applicant saw. What moves a case by itself since then (a register's late answer, a recount, a
// reminder) is no conflict with them; the same answer sent again is answered alike and changes
// nothing; lancar.Conflict when the case was withdrawn, closed or answered otherwise.
func (c *Cases) Answer(ctx context.Context, who Applicant, number string, version int64, answers map[string]string) error {
	for try := 1; ; try++ {
		late := false
		err := c.db.Write(ctx, func(tx *store.Tx) error {
			d, in, err := c.corrected(tx, who, number)
			if err != nil {
				return err
			}
			if d.status.State != flow.Correction {
				return c.answered(tx, d, who, version, answers)
			}
			if d.movedSince(version) {
				return errMoved()
			}
			key, err := c.keyOf(tx, d)
			if err != nil {
				return err
			}
			body, err := c.answerBody(tx, d, &in, key, answers)
			if err != nil {
				return err
			}
			late = true // from here on only another transaction can be in the way: look at what it did
			return c.answerTx(tx, d, key, who, body)
		})
		if !late || !isMoved(err) || try == answerTries {
			return err
		}
	}
}

// movedSince says whether something happened to a case, since its applicant saw this version,
// that changes what they are asked or may still do. What the case does by itself does not.
func (d *dossier) movedSince(version int64) bool {
	if version < 1 || version > d.version {
		return true
	}
	return slices.ContainsFunc(d.events[version:], func(e event) bool { return !e.byItself() })
}

// byItself says that an event changes nothing for the applicant's next act.
func (e event) byItself() bool {
	return e.Kind == flagged || e.Kind == recounted || e.Kind == reminded || e.Kind == refunded
}

// answered is nil when what was sent is the very answer that the case has since version: a double
// click, a repeated request. Whoever answered otherwise in another tab is told.
func (c *Cases) answered(tx *store.Tx, d *dossier, who Applicant, version int64, answers map[string]string) error {
	i := slices.IndexFunc(d.events, func(e event) bool { return e.Kind == flow.Answer })
	if i < 0 || version < 1 || d.events[i].Seq <= version || d.events[i].Actor != who.actor().ID {
		return errNotWaiting()
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return err
	}
	text, err := key.Open(d.events[i].Body, aad("events", d.id, d.events[i].Seq))
	if err != nil {
		return fmt.Errorf("event %d of case %s: %w", d.events[i].Seq, d.id, err)
	}
	var body answerBody
	if err := json.Unmarshal(text, &body); err != nil {
		return err
	}
	for field, value := range answers {
		if f, _ := d.def.Field(field); f == nil || !f.FromSignIn() && body.Answers[field] != value {
			return lancar.Fail(lancar.Conflict, "", "Perbaikan ini sudah dijawab dengan isian lain. Yang baru saja dikirim tidak dipakai.",
				"This correction was answered with other values already. What was sent just now is not used.")
		}
	}
	return nil
}

// answerBody is the case's contents with the new values and files.
func (c *Cases) answerBody(tx *store.Tx, d *dossier, in *content, key keys.DataKey, answers map[string]string) (answerBody, error) {
	whole, err := unseal(d, key) // what the sign-in may not see stays in the case all the same
	if err != nil {
		return answerBody{}, err
	}
	body := answerBody{Answers: maps.Clone(whole.Answers), Facts: maps.Clone(whole.Facts)}
	for field := range answers {
		if !slices.Contains(in.correction.Fields, field) {
			return body, errNotOpen(field)
		}
	}
	if err := keepAnswers(d.def, body.Answers, body.Facts, answers); err != nil {
		return body, err
	}
	forgetChanged(d.def, body.Facts, answers)
	metas, err := caseMetas(tx, d)
	if err != nil {
		return body, err
	}
	all, err := describe(metas, key)
	if err != nil {
		return body, err
	}
	body.Files = replaced(in.Files, all, in.correction.Asked)
	return body, c.stillValid(d, in, body)
}

// answerTx writes the answer: the stop of the clock ends, and the deadline moves accordingly.
func (c *Cases) answerTx(tx *store.Tx, d *dossier, key keys.DataKey, who Applicant, body answerBody) error {
	if err := c.actTx(tx, who, d.on(mandate.Answer)); err != nil {
		return err
	}
	to, err := d.move(flow.Answer, lancar.Person)
	if err != nil {
		return err
	}
	pauses := d.pauses()
	pauses[len(pauses)-1].To = tx.Now
	r := c.regions.ByCode(d.region)
	end, err := r.Deadline(store.Time(d.status.Complete), d.def.Term.Days, pauses)
	if err != nil {
		return err
	}
	to.Due, to.Wake = store.Micros(end.At), store.Micros(end.At)
	if to.Escalated != 0 {
		to.Wake = 0
	}
	ch := change{kind: flow.Answer, actor: who.actor(), to: to, body: body}
	ch.plain.Calendar, ch.plain.Through = r.Calendar().Hash(), who.through()
	if err := c.write(tx, d, key, ch); err != nil {
		return err
	}
	return c.stillThere(tx, d)
}

// replaced is the list of files after a correction: fields with files newer than asked lose their
// old ones.
func replaced(old, all []Attachment, asked time.Time) []Attachment {
	var out []Attachment
	fresh := map[string]bool{}
	for _, f := range all {
		if f.At.After(asked) {
			fresh[f.Field] = true
			out = append(out, f)
		}
	}
	for _, f := range old {
		if !fresh[f.Field] {
			out = append(out, f)
		}
	}
	return out
}

// stillValid refuses a correction that leaves one of its own fields wrong.
func (c *Cases) stillValid(d *dossier, in *content, body answerBody) error {
	draft := in.draft(d)
	draft.Answers, draft.Facts, draft.Files = body.Answers, body.Facts, body.Files
	out := catalog.Walk(d.def, c.situation(d.def, draft, d.submitted))
	for _, e := range out.Errors {
		if slices.Contains(in.correction.Fields, e.Field) {
			return &lancar.Error{Code: lancar.Invalid, Field: e.Field, Text: e.Text}
		}
	}
	return nil
}
