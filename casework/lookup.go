package casework

import (
	"context"
	"slices"
	"strings"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/exchange"
	"lancar/identity"
	"lancar/internal/store"
)

// signedIn is the register that matched, when the person signed in, what sign-in established.
func signedIn(kind string) string {
	if kind == "foreigner" {
		return "immigration"
	}
	return "population"
}

// known is a new draft's contents: what sign-in established, and what registers tell about the
// person where their sign-in allows to show it. A register that is down leaves its fields to be
// typed.
func (c *Cases) known(ctx context.Context, who Applicant, def *catalog.Definition) (draftBody, error) {
	body := draftBody{Kind: "resident", Answers: map[string]string{}, Facts: map[string]catalog.Fact{}}
	var own access.Grant
	err := c.db.Read(ctx, func(tx *store.Tx) error {
		var err error
		if own, err = c.access.OwnTx(tx, who.Account, who.Subject, who.Register); err != nil {
			return err
		}
		person, err := c.identity.HolderTx(tx, own)
		if err != nil {
			return err
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
		return nil
	})
	if err != nil || !who.Register {
		return body, err
	}
	for _, l := range def.Lookups() {
		if l.Confirm {
			continue
		}
		if err := c.read(ctx, who, own, l, &body); err != nil {
			return body, err
		}
	}
	return body, nil
}

// read asks one register for the fields of one record and pins what it says.
func (c *Cases) read(ctx context.Context, who Applicant, own access.Grant, l catalog.Lookup, body *draftBody) error {
	key := valueOf(body, l.By)
	if key == "" {
		return nil
	}
	var names []string
	for theirs := range l.Fields {
		names = append(names, theirs)
	}
	slices.Sort(names)
	got, err := c.exchange.Read(ctx, own, exchange.Question{Source: l.Register, By: keyField(l.By), Key: key, Names: names, Subject: who.Subject,
		Region: region00, Purpose: purposeFill()})
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

// confirm asks registers about values that were typed just now. What a register does not answer
// is unchecked: the person goes on, and the question is asked again after submission.
func (c *Cases) confirm(ctx context.Context, who Applicant, def *catalog.Definition, d *draftRow, typed map[string]string) error {
	body := draftBody{d.Kind, d.Answers, d.Facts}
	for _, l := range def.Lookups() {
		key := valueOf(&body, l.By)
		if key == "" {
			continue
		}
		fields := map[string]string{}
		for theirs, ours := range l.Fields {
			_, now := typed[ours]
			f, judged := d.Facts[ours]
			if v := d.Answers[ours]; v != "" && (now || ours == l.By || !judged) && !(judged && f.Value == v && f.State != "unchecked") {
				fields[theirs] = v
			}
		}
		if len(fields) == 0 {
			continue
		}
		answers, err := c.exchange.Match(ctx, exchange.Question{Source: l.Register, By: keyField(l.By), Key: key, Fields: fields, Subject: who.Subject,
			Region: region00, Purpose: purposeConfirm()})
		if err != nil && lancar.CodeOf(err) != lancar.Unavailable {
			return err
		}
		now := c.db.Now()
		for theirs, v := range fields {
			d.Facts[l.Fields[theirs]] = catalog.Fact{Value: v, Register: l.Register, At: now, State: judgement(answers[theirs])}
		}
	}
	return nil
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
func (c *Cases) recheckTx(tx *store.Tx, d *dossier, facts map[string]catalog.Fact) error {
	body := draftBody{Facts: facts, Answers: map[string]string{}}
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
		err := c.exchange.AskLaterTx(tx, exchange.Question{Source: l.Register, By: keyField(l.By), Key: key, Fields: fields, Subject: d.subject,
			Region: d.region, Case: d.id, Purpose: purposeConfirm(), Tag: laterTag + l.By})
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

// keyField is the register's name of a key field: "applicant.nik" is asked as "nik".
func keyField(by string) string {
	if by == "" {
		return "nik"
	}
	return strings.TrimPrefix(by, "applicant.")
}

func purposeFill() lancar.Text {
	return lancar.Text{"id": "Mengisi permohonan Anda dengan data yang sudah ada", "en": "Filling in your application with what is already known"}
}

func purposeConfirm() lancar.Text {
	return lancar.Text{"id": "Mencocokkan isian permohonan Anda", "en": "Checking what you filled in against the register"}
}
