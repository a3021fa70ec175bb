package casework

import (
	"context"
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

// Ask is the one request for a correction. It cites a published requirement; Fields are those the
// applicant may change, all of the requirement's when empty.
type Ask struct {
	Requirement string
	Fields      []string
	Reason      string
}

// lastReminder is how long before the end of a correction the second reminder is sent, see
// remindersOf.
const lastReminder = 72 * time.Hour

// Ask asks the applicant, once, for a correction; the clock stops until they answer.
func (c *Cases) Ask(ctx context.Context, officer lancar.Actor, number string, version int64, ask Ask) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.taskTx(tx, officer, number, version)
		if err != nil {
			return err
		}
		if d.status.Corrected {
			return lancar.Fail(lancar.Conflict, "", "Perbaikan hanya boleh diminta satu kali, dan sudah diminta.", "A correction may be asked for once, and was.")
		}
		if err := ask.check(d.def); err != nil {
			return err
		}
		to, err := d.move(flow.Ask, officer.Kind)
		if err != nil {
			return err
		}
		end, err := c.regions.ByCode(d.region).Deadline(tx.Now, d.def.CorrectionDays(), nil)
		if err != nil {
			return err
		}
		to.Corrected, to.Reminders = true, 0
		to.Due, to.Wake = store.Micros(end.At), store.Micros(remindersOf(tx.Now, end.At)[0])
		key, err := c.keyOf(tx, d)
		if err != nil {
			return err
		}
		return c.write(tx, d, key, change{kind: flow.Ask, actor: officer, to: to, body: askBody{ask.Requirement, ask.Fields, ask.Reason, end.At.UTC()}})
	})
}

func (a *Ask) check(def *catalog.Definition) error {
	i := slices.IndexFunc(def.Requirements, func(r catalog.Requirement) bool { return r.ID == a.Requirement })
	if i < 0 {
		return lancar.Fail(lancar.Invalid, "requirement", "Pilih persyaratan yang diumumkan untuk layanan ini.", "Choose a requirement that is published for this service.")
	}
	var err error
	if a.Reason, err = said("reason", a.Reason, maxReason, lancar.Fail(lancar.Invalid, "reason", "Tulis apa yang perlu diperbaiki.", "Write what must be corrected.")); err != nil {
		return err
	}
	if len(a.Fields) == 0 {
		a.Fields = def.Requirements[i].Fields
	}
	for _, f := range a.Fields {
		if !slices.Contains(def.Requirements[i].Fields, f) {
			return lancar.Fail(lancar.Invalid, "fields", "Isian ini tidak termasuk persyaratan yang dipilih.", "This field does not belong to the chosen requirement.")
		}
	}
	return nil
}

// correcting reads this person's case with its contents while it waits for their correction.
func (c *Cases) correcting(tx *store.Tx, who Applicant, number string) (*dossier, content, error) {
	d, err := c.ownTx(tx, who, number)
	if err == nil {
		err = c.mayTx(tx, who, d.on(mandate.Answer))
	}
	if err != nil {
		return nil, content{}, err
	}
	own, err := c.ownReading(tx, who)
	if err != nil {
		return nil, content{}, err
	}
	if d.status.State != flow.Correction {
		return nil, content{}, lancar.Fail(lancar.Conflict, "", "Permohonan ini tidak sedang menunggu perbaikan.", "This application does not wait for a correction.")
	}
	in, err := c.contents(tx, own, d)
	return d, in, err
}

// AttachCorrection adds a file for a field that the correction opened. When it is answered, the
// field's new files take the place of its old ones.
func (c *Cases) AttachCorrection(ctx context.Context, who Applicant, number string, up Upload) (Attachment, error) {
	var def *catalog.Definition
	err := c.db.Read(ctx, func(tx *store.Tx) error {
		d, in, err := c.correcting(tx, who, number)
		if err == nil && !slices.Contains(in.correction.Fields, up.Field) {
			err = errNotOpen(up.Field)
		}
		if err == nil {
			def = d.def
		}
		return err
	})
	if err != nil {
		return Attachment{}, err
	}
	up, a, err := c.inspect(ctx, def, up)
	if err != nil {
		return Attachment{}, err
	}
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		d, _, err := c.correcting(tx, who, number)
		if err != nil {
			return err
		}
		metas, err := caseMetas(tx, d)
		if err != nil {
			return err
		}
		if len(metas) >= 2*maxFiles {
			return lancar.Fail(lancar.TooMany, "file", "Berkas untuk perbaikan ini sudah terlalu banyak.", "There are too many files for this correction already.")
		}
		key, err := c.keyOf(tx, d)
		if err != nil {
			return err
		}
		if err := roomFor(metas, key, a, 2*maxAll); err != nil {
			return err
		}
		f, err := sealFile(key, a, up.Data)
		if err != nil {
			return err
		}
		if err := c.actTx(tx, who, d.on(mandate.Answer)); err != nil {
			return err
		}
		return insertCaseFile(tx, d.region, d.id, f)
	})
	return a, err
}

// DetachCorrection removes a file that was attached for the correction, until it is answered.
func (c *Cases) DetachCorrection(ctx context.Context, who Applicant, number string, file lancar.ID) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, in, err := c.correcting(tx, who, number)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(in.Files, func(a Attachment) bool { return a.ID == file }) {
			return errNotOpen("file") // part of what was submitted: only replaced, never removed
		}
		if err := c.actTx(tx, who, d.on(mandate.Answer)); err != nil {
			return err
		}
		return deleteCaseFile(tx, d.region, d.id, file)
	})
}

// Answer answers the correction with new values of the fields that it opened (and the files
// attached for it): the clock runs again from where it stood.
func (c *Cases) Answer(ctx context.Context, who Applicant, number string, version int64, answers map[string]string) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		d, in, err := c.correcting(tx, who, number)
		if err != nil {
			return err
		}
		if version != d.version {
			return errMoved()
		}
		key, err := c.keyOf(tx, d)
		if err != nil {
			return err
		}
		whole, err := unseal(d, key) // what the sign-in may not see stays in the case all the same
		if err != nil {
			return err
		}
		body := answerBody{Answers: maps.Clone(whole.Answers), Facts: maps.Clone(whole.Facts)}
		for field := range answers {
			if !slices.Contains(in.correction.Fields, field) {
				return errNotOpen(field)
			}
		}
		if err := keepAnswers(d.def, body.Answers, body.Facts, answers); err != nil {
			return err
		}
		forgetChanged(d.def, body.Facts, answers)
		metas, err := caseMetas(tx, d)
		if err != nil {
			return err
		}
		all, err := describe(metas, key)
		if err != nil {
			return err
		}
		body.Files = replaced(in.Files, all, in.correction.Asked)
		if err := c.stillValid(d, &in, body); err != nil {
			return err
		}
		return c.answerTx(tx, d, key, who, body)
	})
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
	ch.plain.Calendar = r.Calendar().Hash()
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

// Withdraw ends a case at the applicant's wish, as long as it is not decided.
func (c *Cases) Withdraw(ctx context.Context, who Applicant, number string, version int64) error {
	var act mandate.Act
	err := c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.ownTx(tx, who, number)
		if err != nil {
			return err
		}
		if version != d.version {
			return errMoved()
		}
		act = d.on(mandate.Withdraw)
		if err := c.actTx(tx, who, act); err != nil {
			return err
		}
		to, err := d.move(flow.Withdraw, lancar.Person)
		if err != nil {
			return err
		}
		if d.status.State == flow.Unpaid {
			if err := c.charges.CancelTx(tx, d.region, d.id); err != nil {
				return err
			}
		}
		if err := c.keepHands(tx, d); err != nil {
			return err
		}
		return c.closeTx(tx, d, change{kind: flow.Withdraw, actor: who.actor(), to: to, leaf: true})
	})
	return c.askPerson(ctx, who, act, err)
}

// closeTx writes an event after which nothing more happens.
func (c *Cases) closeTx(tx *store.Tx, d *dossier, ch change) error {
	key, err := c.keyOf(tx, d)
	if err != nil {
		return err
	}
	ch.to.Closed, ch.to.Due, ch.to.Wake, ch.to.Officer = store.Micros(tx.Now), 0, retainUntil(d.def, tx.Now), ""
	return c.write(tx, d, key, ch)
}

func errNotOpen(field string) error {
	return lancar.Fail(lancar.Invalid, field, "Isian ini tidak diminta untuk diperbaiki.", "This field was not asked to be corrected.")
}
