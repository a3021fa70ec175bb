package casework

import (
	"context"
	"slices"
	"time"

	"lancar"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/identity/mandate"
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

// corrected reads this person's case with its contents, once a correction was asked for.
func (c *Cases) corrected(tx *store.Tx, who Applicant, number string) (*dossier, content, error) {
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
	if !d.status.Corrected {
		return nil, content{}, errNotWaiting()
	}
	in, err := c.contents(tx, own, d)
	return d, in, err
}

// correcting is the same while the case waits for the answer.
func (c *Cases) correcting(tx *store.Tx, who Applicant, number string) (*dossier, content, error) {
	d, in, err := c.corrected(tx, who, number)
	if err == nil && d.status.State != flow.Correction {
		err = errNotWaiting()
	}
	return d, in, err
}

func errNotWaiting() error {
	return lancar.Fail(lancar.Conflict, "", "Permohonan ini tidak sedang menunggu perbaikan.", "This application does not wait for a correction.")
}

// AttachCorrection adds a file for a field that the correction opened. When it is answered, the
// field's new files take the place of its old ones. The same file sent twice is one file.
func (c *Cases) AttachCorrection(ctx context.Context, who Applicant, number string, up Upload) (Attachment, error) {
	var def *catalog.Definition
	err := c.db.Read(ctx, func(tx *store.Tx) error {
		d, in, err := c.corrected(tx, who, number)
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
		a, err = c.attachCorrection(tx, who, number, a, up.Data)
		return err
	})
	return a, err
}

func (c *Cases) attachCorrection(tx *store.Tx, who Applicant, number string, a Attachment, data []byte) (Attachment, error) {
	d, in, err := c.corrected(tx, who, number)
	if err != nil {
		return a, err
	}
	metas, err := caseMetas(tx, d)
	if err != nil {
		return a, err
	}
	key, err := c.keyOf(tx, d)
	if err != nil {
		return a, err
	}
	have, err := describe(metas, key)
	if err != nil {
		return a, err
	}
	if i := slices.IndexFunc(have, func(b Attachment) bool {
		return b.Field == a.Field && b.SHA256 == a.SHA256 && b.At.After(in.correction.Asked)
	}); i >= 0 {
		return have[i], nil
	}
	if d.status.State != flow.Correction {
		return a, errNotWaiting()
	}
	if len(have) >= 2*maxFiles {
		return a, lancar.Fail(lancar.TooMany, "file", "Berkas untuk perbaikan ini sudah terlalu banyak.", "There are too many files for this correction already.")
	}
	if err := roomFor(have, a, 2*maxAll); err != nil {
		return a, err
	}
	f, err := sealFile(key, a, data)
	if err != nil {
		return a, err
	}
	if err := c.actTx(tx, who, d.on(mandate.Answer)); err != nil {
		return a, err
	}
	return a, insertCaseFile(tx, d.region, d.id, f)
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

// Withdraw ends a case at the applicant's wish, as long as it is not decided. A key, "" for none, names
// the act: sent again it is the same, and version 0 takes the case as it stands.
func (c *Cases) Withdraw(ctx context.Context, who Applicant, number string, version int64, key string) error {
	var act mandate.Act
	err := c.db.Write(ctx, func(tx *store.Tx) error {
		d, err := c.ownTx(tx, who, number)
		if err != nil {
			return err
		}
		before, err := c.requestTx(tx, who, key, mandate.Withdraw, d.origin.Number)
		if err != nil || before.done {
			return err
		}
		if (version > 0 || key == "") && d.movedSince(version) {
			return errMoved()
		}
		act = d.on(mandate.Withdraw)
		to, err := d.move(flow.Withdraw, lancar.Person)
		if err != nil {
			return err
		}
		if err := c.actTx(tx, who, act); err != nil {
			return err
		}
		if err := c.doneTx(tx, who, key, act.Verb, act.Ref); err != nil {
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
	return c.askPerson(ctx, who, key, act.Ref, act, err)
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
