package casework

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"lancar"
	"lancar/catalog"
	"lancar/catalog/flow"
	"lancar/catalog/letter"
	"lancar/identity"
	"lancar/internal/store"
	"lancar/notify"
	"lancar/region"
)

// messageFor names the message of a definition that an event sends, "" for none.
func messageFor(t told) string {
	switch t.Event {
	case flow.Submit:
		if t.State == flow.Unpaid {
			return "unpaid"
		}
		return "complete"
	case flow.Settle:
		if t.State == flow.Done {
			return "done"
		}
		return "complete"
	case flow.Draw:
		return "review"
	case flow.Ask:
		return "correction"
	case flow.Answer:
		return "answered"
	case flow.Close, flow.Withdraw:
		return "withdrawn"
	case flow.Lapse:
		return "lapsed"
	case flow.Grant, flow.Refuse, flow.Sign:
		switch t.State {
		case flow.Granted:
			return "granted"
		case flow.Refused:
			return "refused"
		}
		return "signing"
	case flow.Deem:
		return "deemed"
	case flow.Escalate:
		return "escalated"
	case reminded:
		return "reminder"
	}
	return ""
}

// inform tells the applicant of an event, in the words of the service.
func (c *Cases) inform(tx *store.Tx, at string, t told) error {
	name := messageFor(t)
	if name == "" {
		return nil
	}
	row := &dossier{region: at, id: t.Case, account: t.Account, submitted: store.Time(t.Since), origin: origin{Number: t.Number, Service: t.Service, Definition: t.Pinned, Agency: t.Agency}}
	row.status.Complete, row.status.Due = t.Full, t.Due
	var err error
	if row.def, err = c.catalog.Pinned(tx.Ctx, t.Service, t.Pinned); err != nil {
		return err
	}
	text, ok := row.def.Messages[name]
	if !ok {
		if text, ok = ownMessage(name); !ok {
			return nil
		}
	}
	return c.sendTx(tx, row, t, name, text)
}

// ownMessage is the common text of an event for which definitions have none.
func ownMessage(name string) (catalog.Message, bool) {
	switch name {
	case "review":
		return catalog.Message{Title: lancar.Text{"id": "Petugas ditetapkan", "en": "An officer was drawn"},
			Body: lancar.Text{"id": "Permohonan {case.number} sedang diperiksa di {office.name}. Keputusan paling lambat {case.due}.",
				"en": "Application {case.number} is being reviewed at {office.name}. A decision is due by {case.due}."}}, true
	case "signing":
		return catalog.Message{Title: lancar.Text{"id": "Menunggu tanda tangan", "en": "Waiting for a signature"},
			Body: lancar.Text{"id": "Permohonan {case.number} sudah selesai diperiksa dan menunggu tanda tangan.", "en": "Application {case.number} was reviewed and waits for a signature."}}, true
	}
	return catalog.Message{}, false
}

func (c *Cases) sendTx(tx *store.Tx, d *dossier, t told, name string, text catalog.Message) error {
	r := c.regions.ByCode(d.region)
	m := notify.Message{Region: d.region, Title: lancar.Text{}, Body: lancar.Text{}, Link: "/cases/" + d.origin.Number,
		Key: fmt.Sprintf("%s/%d", d.id, t.Version)}
	for lang := range text.Title {
		more, err := c.messageSlots(tx, d, r, t, name, lang)
		if err != nil {
			return err
		}
		values := func(slot string) string { return more[slot] }
		m.Title[lang], m.Body[lang] = letter.Fill(text.Title[lang], values), letter.Fill(text.Body[lang], values)
	}
	if err := c.identity.TellTx(tx, t.Account, m); err != nil {
		return err
	}
	return c.informHolder(tx, t, m)
}

// messageSlots are the slots that a message may use; nothing that the applicant filled in is
// among them.
func (c *Cases) messageSlots(tx *store.Tx, d *dossier, r *region.Region, t told, name, lang string) (map[string]string, error) {
	more := c.slots(d, r, Decision{}, lang)
	more["service.title"] = d.def.Title.In(lang)
	more["link"] = c.base + "/cases/" + d.origin.Number
	more["fee.total"] = lancar.Money{Amount: t.Fee, Currency: "IDR"}.String()
	more["payment.due"] = more["case.due"]
	if name != "correction" && name != "reminder" {
		return more, nil
	}
	ask, err := c.askedOf(tx, d)
	if err != nil {
		return nil, err
	}
	for _, req := range d.def.Requirements {
		if req.ID == ask.Requirement {
			more["correction.requirement"] = strings.TrimSuffix(req.Text.In(lang), ".") // the message ends the sentence
		}
	}
	more["correction.reason"] = ask.Reason
	more["correction.until"] = catalog.Date(region.DateIn(lastDay(ask.Until), r.Zone).String(), lang)
	return more, nil
}

// askedOf opens what the office itself wrote in its request for a correction.
func (c *Cases) askedOf(tx *store.Tx, d *dossier) (askBody, error) {
	events, err := eventsOf(tx, d.region, d.id)
	if err != nil {
		return askBody{}, err
	}
	for _, e := range events {
		if e.Kind != flow.Ask {
			continue
		}
		b, err := c.keys.OpenTx(tx, owner(d.id), e.Body, aad("events", d.id, e.Seq))
		if err != nil {
			return askBody{}, err
		}
		var a askBody
		return a, json.Unmarshal(b, &a)
	}
	return askBody{}, errors.New("casework: no correction was asked for")
}

// informMessage tells the applicant that the office wrote to them.
func (c *Cases) informMessage(tx *store.Tx, d *dossier, id lancar.ID) error {
	return c.identity.TellTx(tx, d.account, notify.Message{Region: d.region, Link: "/cases/" + d.origin.Number, Key: string(id),
		Title: lancar.Text{"id": "Pesan dari petugas", "en": "A message from the office"},
		Body: lancar.Text{"id": "Petugas menulis pesan untuk permohonan " + d.origin.Number + ". Buka permohonan untuk membacanya.",
			"en": "The office wrote to you about application " + d.origin.Number + ". Open the application to read it."}})
}

// tellSuperiors tells the superiors of an office that a case is late.
func (c *Cases) tellSuperiors(tx *store.Tx, d *dossier) error {
	office := d.status.Office
	if office == "" {
		office = d.region
	}
	list, err := c.identity.RosterTx(tx, office, d.status.Agency, identity.Superior)
	if err != nil {
		return err
	}
	for _, o := range list {
		err := c.identity.TellTx(tx, o.Account, notify.Message{Region: office, Key: fmt.Sprintf("late/%s/%s", d.id, o.Account), Link: "/office/cases/" + d.origin.Number,
			Title: lancar.Text{"id": "Permohonan terlambat", "en": "An application is late"},
			Body: lancar.Text{"id": "Jangka waktu permohonan " + d.origin.Number + " berakhir tanpa keputusan.",
				"en": "The term of application " + d.origin.Number + " ended without a decision."}})
		if err != nil {
			return err
		}
	}
	return nil
}
