package casework

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/exchange"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/internal/store"
)

// signedIn is the register that matched, when the person signed in, what sign-in established.
func signedIn(kind string) string {
	switch kind {
	case "foreigner":
		return "immigration"
	case "company":
		return "oss"
	}
	return "population"
}

// known is a new draft's contents: what sign-in established, and what registers tell about the
// person where their sign-in allows to show it. A register that is down leaves its fields to be
// typed.
func (c *Cases) known(ctx context.Context, who Applicant, def *catalog.Definition) (draftBody, error) {
	body := draftBody{Kind: "resident", Answers: map[string]string{}, Facts: map[string]catalog.Fact{}}
	err := c.readFor(ctx, who, func(tx *store.Tx) error {
		own, err := c.nodeTx(tx, who, drafting(def.Slug, ""))
		if err != nil {
			return err
		}
		person, err := c.identity.HolderTx(tx, own)
		if err != nil {
			return err
		}
		if person.Kind == identity.Company { // the number is that of who stands for it
			body.Kind = "company"
			if person.Number, err = c.mandates.OfficerNumberTx(tx, who.By.ID, who.By.Mandate); err != nil {
				return err
			}
		}
		number := "applicant.nik"
		if person.Kind == identity.Visitor {
			body.Kind, number = "foreigner", "applicant.passport"
			body.Facts["applicant.nationality"] = catalog.Fact{Value: person.Nation}
		}
		body.Facts[number] = catalog.Fact{Value: person.Number}
		body.Facts["applicant.name"] = catalog.Fact{Value: person.Name}
		body.Facts["applicant.birth_date"] = catalog.Fact{Value: person.BirthDate}
		for field, f := range body.Facts {
			f.Register, f.At, f.State = signedIn(body.Kind), tx.Now, "confirmed"
			body.Facts[field] = f
		}
		if body.Kind == "company" {
			delete(body.Facts, "applicant.birth_date") // a company has none; who stands for it says theirs
		}
		return nil
	})
	if err != nil {
		return body, err
	}
	for _, l := range def.Lookups() {
		if l.Confirm {
			continue
		}
		if err := c.read(ctx, who, l, &body); err != nil {
			return body, err
		}
	}
	return body, nil
}

// read asks one register for the fields of one record and pins what it says. A record found by
// the applicant's own number is read only for a sign-in that passed the contact test; one found by
// what was typed (a tax object, a plate) for everyone, as far as exchange opens it. A register that is down is
// remembered, to be asked at the next step.
func (c *Cases) read(ctx context.Context, who Applicant, l catalog.Lookup, body *draftBody) error {
	key := valueOf(body, l.By)
	if key == "" || l.Personal() && !who.Register {
		return nil
	}
	own, err := c.ownGrant(ctx, who)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(l.Fields))
	got, err := c.exchange.Read(ctx, own, exchange.Question{Source: l.Register, By: keyField(l), Key: tidy(l, key), Names: names, Subject: who.Subject,
		Region: region00, Who: who.By, Purpose: purposeFill()})
	body.down(l, lancar.CodeOf(err) == lancar.Unavailable)
	if lancar.CodeOf(err) == lancar.Unavailable {
		return nil
	}
	if err != nil {
		return err
	}
	now := c.db.Now()
	for theirs, ours := range l.Fields {
		if v := got[theirs]; v != "" {
			body.Facts[ours] = catalog.Fact{Value: v, Register: l.Register, At: now, State: "read"}
		}
	}
	return nil
}

func (c *Cases) ownGrant(ctx context.Context, who Applicant) (own access.Grant, err error) {
	err = c.readFor(ctx, who, func(tx *store.Tx) error {
		own, err = c.nodeTx(tx, who, mandate.Act{Verb: mandate.Draft})
		return err
	})
	return own, err
}

// down notes whether a register answered.
func (b *draftBody) down(l catalog.Lookup, is bool) {
	name := l.Register + " " + l.By
	b.Down = slices.DeleteFunc(b.Down, func(s string) bool { return s == name })
	if is {
		b.Down = append(b.Down, name)
	}
}

// ask goes to the registers after a step was saved: for records that what was typed now finds, for
// those of registers that were down, and for typed values that a register can judge. before are
// the answers as they were. What no register answers is unchecked: the person goes on, and the
// question is asked again after submission.
func (c *Cases) ask(ctx context.Context, who Applicant, def *catalog.Definition, body *draftBody, before, typed map[string]string) error {
	for _, l := range def.Lookups() {
		key := valueOf(body, l.By)
		_, again := typed[l.By]
		if again && before[l.By] != body.Answers[l.By] {
			forgetRecord(body, l)
		}
		if key == "" {
			continue
		}
		silent := slices.Contains(body.Down, l.Register+" "+l.By)
		if !l.Confirm && (silent || again && !hasRecord(body, l)) {
			if err := c.read(ctx, who, l, body); err != nil {
				return err
			}
		}
		if err := c.match(ctx, who, l, body, key, typed); err != nil {
			return err
		}
	}
	return nil
}

// hasRecord says whether the register told anything.
func hasRecord(b *draftBody, l catalog.Lookup) bool {
	for _, ours := range l.Fields {
		if f, ok := b.Facts[ours]; ok && f.State == "read" && f.Register == l.Register {
			return true
		}
	}
	return false
}

// forgetRecord drops what a register told about another record.
func forgetRecord(b *draftBody, l catalog.Lookup) {
	for _, ours := range l.Fields {
		if b.Facts[ours].Register == l.Register {
			delete(b.Facts, ours)
		}
	}
}

// match asks one register about values that it has not judged yet.
func (c *Cases) match(ctx context.Context, who Applicant, l catalog.Lookup, body *draftBody, key string, typed map[string]string) error {
	fields := map[string]string{}
	for theirs, ours := range l.Fields {
		_, now := typed[ours]
		f, judged := body.Facts[ours]
		settled := judged && (f.State == "read" || f.Value == body.Answers[ours] && f.State != "unchecked")
		if v := body.Answers[ours]; v != "" && !settled && (now || !judged) {
			fields[theirs] = v
		}
	}
	if len(fields) == 0 {
		return nil
	}
	answers, err := c.confirm(ctx, who, l, key, fields)
	if err != nil && lancar.CodeOf(err) != lancar.Unavailable {
		return err
	}
	now := c.db.Now()
	for theirs, v := range fields {
		answer := answers[theirs]
		if err == nil && answer == exchange.Unknown && another(l) {
			answer = exchange.Differs // or the form would tell which numbers exist
		}
		body.Facts[l.Fields[theirs]] = catalog.Fact{Value: v, Register: l.Register, At: now, State: judgement(answer)}
	}
	return nil
}

// maxConfirmed is how many times in an hour one person's typing is confirmed by registers. What is
// beyond that is unchecked, and asked after submission: nobody tries out names here.
const maxConfirmed = 60

func (c *Cases) confirm(ctx context.Context, who Applicant, l catalog.Lookup, key string, fields map[string]string) (map[string]exchange.Answer, error) {
	over := false
	err := c.db.Write(ctx, func(tx *store.Tx) (err error) {
		over, err = c.identity.OverTx(tx, "casework confirm", string(who.Account), time.Hour, maxConfirmed)
		return err
	})
	if err != nil {
		return nil, err
	}
	if over {
		return nil, lancar.Fail(lancar.Unavailable, "", "Terlalu sering mencocokkan. Ini diperiksa kemudian.", "Checked too often. This is checked later.")
	}
	subject, purpose := c.whose(l, key, who.Subject)
	return c.exchange.Match(ctx, exchange.Question{Source: l.Register, By: keyField(l), Key: tidy(l, key), Fields: fields, Subject: subject,
		Region: region00, Who: who.By, Purpose: purpose})
}

// another says whether a record is found by the identity number of somebody who does not apply.
func another(l catalog.Lookup) bool { return !l.Personal() && keyField(l) == "nik" }

// whose record is looked at, and what they are told about it: a mother whose name is checked sees
// that on her own page.
func (c *Cases) whose(l catalog.Lookup, key, applicant string) (subject string, purpose lancar.Text) {
	if !another(l) {
		return applicant, purposeConfirm()
	}
	return c.keys.Subject("nik", tidy(l, key)), lancar.Text{"id": "Mencocokkan isian permohonan orang lain yang menyebut Anda",
		"en": "Checking what somebody else's application says about you"}
}

// Obtain has a register make the record that it does not have yet (a business number), on the
// person's wish, and shows what it issued. lancar.Unavailable while the register is down.
func (c *Cases) Obtain(ctx context.Context, who Applicant, id lancar.ID, version int64, register string) (Draft, error) {
	d, def, err := c.readOpen(ctx, who, id)
	if err != nil {
		return Draft{}, err
	}
	if version != d.Version {
		return d.Draft, errMoved()
	}
	all := def.Lookups()
	i := slices.IndexFunc(all, func(l catalog.Lookup) bool { return l.Register == register && l.Obtain != nil })
	if i < 0 {
		return d.Draft, errNotFound()
	}
	own, err := c.ownGrant(ctx, who)
	if err != nil {
		return d.Draft, err
	}
	body := d.body()
	fields := map[string]string{}
	for theirs, ours := range all[i].Obtain {
		if fields[theirs] = valueOf(body, ours); fields[theirs] == "" {
			return d.Draft, lancar.Fail(lancar.Invalid, ours, "Isi bagian ini dahulu.", "Fill this in first.")
		}
	}
	got, err := c.exchange.Obtain(ctx, own, exchange.Question{Source: register, Key: valueOf(body, all[i].By), Fields: fields, Subject: who.Subject,
		Region: region00, Who: who.By, Purpose: purposeFill()})
	if err != nil {
		return d.Draft, err
	}
	for theirs, ours := range all[i].Fields {
		if v := got[theirs]; v != "" {
			body.Facts[ours] = catalog.Fact{Value: v, Register: register, At: c.db.Now(), State: "read"}
		}
	}
	if err := c.read(ctx, who, all[i], body); err != nil {
		return d.Draft, err
	}
	d.fill(*body)
	return c.save(ctx, who, d)
}

// judgement is the state of a fact that a register was asked about.
func judgement(a exchange.Answer) string {
	switch a {
	case exchange.Matches:
		return "confirmed"
	case exchange.Differs:
		return "nomatch"
	}
	return "unchecked"
}

// recheckTx has everything that no register could confirm asked again, until it is answered.
func (c *Cases) recheckTx(tx *store.Tx, d *dossier, facts map[string]catalog.Fact, answers map[string]string) error {
	body := draftBody{Facts: facts, Answers: answers}
	for _, l := range d.def.Lookups() {
		fields := map[string]string{}
		for theirs, ours := range l.Fields {
			if f, ok := facts[ours]; ok && f.State == "unchecked" && f.Register == l.Register {
				fields[theirs] = f.Value
			}
		}
		key := valueOf(&body, l.By)
		if len(fields) == 0 || key == "" {
			continue
		}
		subject, purpose := c.whose(l, key, d.subject)
		err := c.exchange.AskLaterTx(tx, exchange.Question{Source: l.Register, By: keyField(l), Key: tidy(l, key), Fields: fields, Subject: subject,
			Region: d.region, Case: d.id, Purpose: purpose, Tag: laterTag + l.By})
		if err != nil {
			return err
		}
	}
	return nil
}

// laterTag marks the questions of cases among all that are answered later.
const laterTag = "casework/"

// region00 is on whose behalf registers are asked before the office is known.
const region00 = "00"

// valueOf is what is known or typed of a field; "" asks by the applicant's number.
func valueOf(b *draftBody, field string) string {
	if field == "" {
		field = "applicant.nik"
	}
	if f, ok := b.Facts[field]; ok && f.Value != "" {
		return f.Value
	}
	return b.Answers[field]
}

// keyField is what the register calls the field by which a record is found.
func keyField(l catalog.Lookup) string {
	if l.Key == "" {
		return strings.TrimPrefix(l.By, "applicant.")
	}
	return l.Key
}

// tidy writes a typed key as registers keep it: numbers without dots and spaces, plates in capitals.
func tidy(l catalog.Lookup, key string) string {
	switch keyField(l) {
	case "nop", "nik", "nib", "family_card":
		return strings.NewReplacer(".", "", " ", "", "-", "").Replace(key)
	case "plate":
		return strings.Join(strings.Fields(strings.ToUpper(key)), " ")
	}
	return strings.TrimSpace(key)
}

func purposeFill() lancar.Text {
	return lancar.Text{"id": "Mengisi permohonan Anda dengan data yang sudah ada", "en": "Filling in your application with what is already known"}
}

func purposeConfirm() lancar.Text {
	return lancar.Text{"id": "Mencocokkan isian permohonan Anda", "en": "Checking what you filled in against the register"}
}
