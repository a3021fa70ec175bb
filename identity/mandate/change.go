package mandate

import (
	"encoding/json"
	"errors"
	"time"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// secret is what a mandate seals: names, what it is for, and the numbers by which registers are
// asked again whether it still stands.
type secret struct {
	Principal string   `json:"principal"`
	Holder    string   `json:"holder"`
	Errand    string   `json:"errand,omitempty"`
	Number    string   `json:"number,omitempty"` // of the principal
	Birth     string   `json:"birth,omitempty"`
	By        string   `json:"by,omitempty"`    // the holder's identity number
	Card      string   `json:"card,omitempty"`  // the family card both stood on
	Cards     []string `json:"cards,omitempty"` // of an heir: the family cards of both, for keeping kin from settling
	Paper     string   `json:"paper,omitempty"`
}

func owner(id lancar.ID) string { return "mandate:" + string(id) }

func aad(id lancar.ID) []byte { return []byte("identity_mandates " + string(id)) }

func (m *Mandates) sealTx(tx *store.Tx, r *row, s secret) error {
	plain, err := json.Marshal(s)
	if err != nil {
		return err
	}
	r.sealed, err = m.ring.SealTx(tx, owner(r.ID), plain, aad(r.ID))
	return err
}

func (m *Mandates) secretTx(tx *store.Tx, r row) (s secret, err error) {
	plain, err := m.ring.OpenTx(tx, owner(r.ID), r.sealed, aad(r.ID))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(plain, &s)
}

// openTx fills in the names, as long as they were not erased. The caller is one of the two parties,
// or an officer who settles.
func (m *Mandates) openTx(tx *store.Tx, r *row) error {
	s, err := m.secretTx(tx, *r)
	if errors.Is(err, keys.ErrDestroyed) {
		return nil
	}
	r.Principal.Name, r.Holder.Name, r.Errand = s.Principal, s.Holder, s.Errand
	return err
}

// makeTx writes a new mandate down by the table, and tells both parties.
func (m *Mandates) makeTx(tx *store.Tx, r *row, event Event, who lancar.Actor, s secret) error {
	t, ok := Next(None, event, r.Kind)
	if !ok || !r.may(t.Who, who) {
		return errMoved()
	}
	r.ID, r.State, r.Made, r.version = lancar.NewID(tx.Now), t.To, tx.Now, 1
	if r.Principal.Subject == r.Holder.Subject && r.Holder.Subject != "" {
		return lancar.Fail(lancar.Invalid, "holder", "Untuk diri sendiri tidak perlu kuasa.", "Nobody needs a mandate for themself.")
	}
	if r.State == Active {
		r.From = tx.Now
	}
	r.wake = m.wakeOf(*r, tx.Now)
	if err := m.sealTx(tx, r, s); err != nil {
		return err
	}
	if err := insert(tx, *r); err != nil {
		return err
	}
	if err := insertEvent(tx, r.ID, 1, event, t.To, who, m.terms(*r)); err != nil {
		return err
	}
	return m.tellTx(tx, *r, s, t, "")
}

// moveTx writes a transition of a mandate by the table, and tells both parties.
func (m *Mandates) moveTx(tx *store.Tx, r *row, event Event, who lancar.Actor, reason string) error {
	t, ok := Next(r.State, event, r.Kind)
	if !ok || !r.may(t.Who, who) {
		return errMoved()
	}
	s, err := m.secretTx(tx, *r)
	if err != nil {
		return err
	}
	r.State = t.To
	if t.To == Active {
		r.From = tx.Now
	}
	if t.To.Over() {
		r.Ended = tx.Now
	}
	r.wake = m.wakeOf(*r, tx.Now)
	if won, err := swap(tx, *r); err != nil || !won {
		if err == nil {
			err = errMoved()
		}
		return err
	}
	r.version++
	sealed := []byte{}
	if reason != "" {
		if sealed, err = m.ring.SealTx(tx, owner(r.ID), []byte(reason), append(aad(r.ID), " reason"...)); err != nil {
			return err
		}
	}
	if err := insertEvent(tx, r.ID, r.version, event, t.To, who, sealed); err != nil {
		return err
	}
	return m.tellTx(tx, *r, s, t, reason)
}

// wakeOf is when the system looks at a mandate again: at the end of its period or of the time to
// answer, and in between to ask the register whether it still stands.
func (m *Mandates) wakeOf(r row, now time.Time) int64 {
	if r.State.Over() {
		return 0
	}
	at := r.Until
	if r.State != Active {
		at = r.Made.Add(answerIn)
		if r.State == Asked {
			at = r.Made.Add(codeLife)
		}
	} else if r.Kind != Agent {
		if again := now.Add(m.config.Rechecked); again.Before(at) {
			at = again
		}
	}
	return store.Micros(at)
}

// tellTx tells both parties what happened, the principal on every contact they have: nobody gets a
// mandate over somebody who does not hear of it.
func (m *Mandates) tellTx(tx *store.Tx, r row, s secret, t Transition, reason string) error {
	if t.Event == Request { // the code itself says it
		return nil
	}
	because := lancar.Text{"id": "", "en": ""}
	if reason != "" {
		because = lancar.Text{"id": "\n\nAlasan: " + reason, "en": "\n\nReason: " + reason}
	}
	kind := r.Kind.Text()
	note := func(id, en string) notify.Message {
		return notify.Message{Region: r.office(), Key: "mandate/" + string(r.ID) + "/" + string(t.Event), Link: "/me/mandates",
			Title: lancar.Text{"id": id, "en": en},
			Body: lancar.Text{"id": s.Holder + " (" + kind["id"] + ") untuk " + s.Principal + ". " + t.Why["id"] + because["id"] + "\n\nBuka halaman kuasa untuk melihat yang boleh dilakukan, yang sudah dilakukan, dan untuk mencabutnya.",
				"en": s.Holder + " (" + kind["en"] + ") for " + s.Principal + ". " + t.Why["en"] + because["en"] + "\n\nOpen the page of mandates to see what is permitted and what was done, and to take it back."}}
	}
	if r.Principal.Account != "" {
		err := m.identity.TellTx(tx, r.Principal.Account, note("Kuasa untuk bertindak atas nama Anda", "Acting in your name"))
		if err != nil {
			return err
		}
	}
	if r.Holder.Account == "" || r.Holder.Kind == lancar.Machine {
		return nil
	}
	return m.identity.TellTx(tx, r.Holder.Account, note("Kuasa yang Anda pegang", "A mandate you hold"))
}

// TellHolderTx tells the holder of a mandate what its principal is told about a case of a service, as
// long as the mandate lets them see it: with the principal's name before it, so that nobody takes it
// for their own.
func (m *Mandates) TellHolderTx(tx *store.Tx, holder, id lancar.ID, service string, note notify.Message) error {
	r, err := usable(tx, holder, id)
	if err == store.ErrNone || err == nil && (r.State != Active || !tx.Now.Before(r.Until) || !r.Scope.Allows(Act{Verb: See, Service: service}) || r.Holder.Kind == lancar.Machine) {
		return nil
	}
	if err != nil {
		return err
	}
	s, err := m.secretTx(tx, r)
	if err != nil {
		return err
	}
	title := lancar.Text{}
	for lang, text := range note.Title {
		word := "Untuk "
		if lang == "en" {
			word = "For "
		}
		title[lang] = word + s.Principal + ": " + text
	}
	note.Title, note.Link, note.Key = title, "/me/mandates", note.Key+"/holder"
	return m.identity.TellTx(tx, holder, note)
}

func errMoved() error {
	return lancar.Fail(lancar.Conflict, "mandate", "Keadaan kuasa ini sudah berubah. Muat ulang halaman.", "This mandate has changed. Reload the page.")
}
