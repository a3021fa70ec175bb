package mandate

import (
	"context"
	"strings"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// lookSlot is how long repeated looks at one thing are one line of what was done.
const lookSlot = 15 * time.Minute

// Check says whether the holder may do this now, without doing it; see [Mandates.UseTx]. The mandate
// comes back without names.
func (m *Mandates) Check(ctx context.Context, holder, id lancar.ID, act Act) (out Mandate, err error) {
	err = m.db.Read(ctx, func(tx *store.Tx) error {
		out, err = m.CheckTx(tx, holder, id, act)
		return err
	})
	return out, err
}

// CheckTx is [Mandates.Check] inside the caller's transaction. A mandate of somebody else is
// lancar.NotFound; one that is over is lancar.Gone; what lies outside its scope is lancar.Forbidden
// with the text of what it does permit.
func (m *Mandates) CheckTx(tx *store.Tx, holder, id lancar.ID, act Act) (Mandate, error) {
	r, err := m.liveTx(tx, holder, id)
	if err != nil {
		return Mandate{}, err
	}
	if !r.Scope.Allows(act) {
		return r.Mandate, errOutside(r.Scope)
	}
	return r.Mandate, nil
}

// liveTx reads a mandate that its holder may use at this instant.
func (m *Mandates) liveTx(tx *store.Tx, holder, id lancar.ID) (row, error) {
	r, err := usable(tx, holder, id)
	switch {
	case err == store.ErrNone:
		return r, errNone()
	case err != nil:
		return r, err
	case r.State != Active || !tx.Now.Before(r.Until):
		return r, errOver(r.State)
	case r.Holder.Kind == lancar.Officer: // who left the office, or moved to another, leaves its helping behind
		serves, err := m.identity.ServesTx(tx, r.Holder.Account, r.office())
		if err == nil && !serves {
			err = errOver(r.State)
		}
		return r, err
	case r.Holder.Kind == lancar.Machine && m.config.Working != nil:
		return r, m.config.Working(tx, r.Holder.Account)
	}
	return r, nil
}

// UseTx does an act under a mandate: it checks as [Mandates.CheckTx] does, keeps the row until the
// caller's commit, and writes the act into what was done. A machine that takes a final step needs the
// person's answer to [Mandates.Ask], which is used up; without it the error is lancar.Forbidden on
// field "ask". Nothing of it stands unless the caller commits.
func (m *Mandates) UseTx(tx *store.Tx, holder, id lancar.ID, act Act) (Mandate, error) {
	r, err := m.liveTx(tx, holder, id)
	if err != nil {
		return r.Mandate, err
	}
	if !r.Scope.Allows(act) {
		return r.Mandate, errOutside(r.Scope)
	}
	if held, err := hold(tx, r); err != nil || !held {
		if err == nil {
			err = errOver(r.State)
		}
		return r.Mandate, err
	}
	if r.Holder.Kind == lancar.Machine && act.Verb.Final() {
		if ok, err := spendAsk(tx, r.ID, act); err != nil || !ok {
			if err == nil {
				err = errAsk()
			}
			return r.Mandate, err
		}
	}
	at := tx.Now
	if act.Verb != Submit && act.Verb != Answer && act.Verb != Withdraw { // what is done over and over is one line
		at = at.Truncate(lookSlot)
	}
	_, err = insertAct(tx, r.ID, act, store.Micros(at))
	return r.Mandate, err
}

// SeeTx permits a look under a mandate and writes it down: a line of what was done and a row of
// access, once in a quarter of an hour for each thing. The transaction must be one that writes.
func (m *Mandates) SeeTx(tx *store.Tx, holder, id lancar.ID, act Act) (access.Grant, error) {
	r, err := m.liveTx(tx, holder, id)
	if err != nil {
		return access.Grant{}, err
	}
	if !r.Scope.Allows(act) {
		return access.Grant{}, errOutside(r.Scope)
	}
	fresh, err := insertAct(tx, r.ID, act, store.Micros(tx.Now.Truncate(lookSlot)))
	if err != nil {
		return access.Grant{}, err
	}
	if err := m.openTx(tx, &r); err != nil {
		return access.Grant{}, err
	}
	return m.access.ActTx(tx, m.request(r, act), r.Principal.Account, fresh)
}

// request says who looks for whom and why, as the principal reads it.
func (m *Mandates) request(r row, act Act) access.Request {
	kind, why := r.Kind.Text(), act.Verb.Text()
	what := []string{access.Answers, access.Attachments, access.Case, access.Identity, access.Match, access.Number, access.Things}
	if r.Scope.Allows(Act{Verb: Pay}) || r.Scope.Allows(Act{Verb: See}) {
		what = append(what, access.Payments)
	}
	if r.Scope.Allows(Act{Verb: Collect}) {
		what = append(what, access.Documents)
	}
	if r.Register {
		what = append(what, access.Register)
	}
	return access.Request{Who: r.Actor(), Subject: r.Principal.Subject, Region: r.office(), Case: act.Case, What: what, For: r.Principal.Name, Mandate: r.ID,
		Purpose: lancar.Text{"id": "Bertindak untuk Anda: " + why["id"], "en": "Acting for you: " + why["en"]},
		Ground:  lancar.Text{"id": "Kuasa: " + kind["id"], "en": "Mandate: " + kind["en"]}}
}

// office is the region in which what happens to a mandate is filed.
func (r row) office() string {
	if r.Region == "" {
		return "00"
	}
	return r.Region
}

func errNone() error {
	return lancar.Fail(lancar.NotFound, "mandate", "Kuasa itu tidak ada, atau bukan milik Anda.", "There is no such mandate, or it is not yours.")
}

func errOver(s State) error {
	id, en := "Kuasa ini tidak berlaku lagi.", "This mandate is no longer valid."
	switch s {
	case Revoked:
		id, en = "Kuasa ini sudah dicabut.", "This mandate was taken back."
	case Active, Expired:
		id, en = "Masa berlaku kuasa ini sudah habis.", "The period of this mandate is over."
	case Offered, Asked, Claimed:
		id, en = "Kuasa ini belum berlaku.", "This mandate is not in force yet."
	}
	return lancar.Fail(lancar.Gone, "mandate", id+" Yang sudah diisi tetap tersimpan untuk orang yang Anda wakili.",
		en+" What was filled in stays kept for whom you acted.")
}

func errAsk() error {
	return lancar.Fail(lancar.Forbidden, "ask", "Langkah ini tidak bisa dibatalkan, jadi orang yang diwakili harus menyetujuinya dulu di halamannya.",
		"This step cannot be taken back, so the person it is for must agree to it first on their own page.")
}

// errOutside names what a mandate permits, for whoever asked for more.
func errOutside(s Scope) error {
	var id, en []string
	for _, v := range s.Verbs {
		id, en = append(id, v.Text()["id"]), append(en, v.Text()["en"])
	}
	idText, enText := "Kuasa Anda tidak sampai ke sini. Yang boleh: "+strings.Join(id, ", "), "Your mandate does not reach this far. It permits: "+strings.Join(en, ", ")
	if s.Services != nil {
		idText, enText = idText+"; hanya untuk layanan tertentu", enText+"; for certain services only"
	}
	if s.Most.Amount > 0 {
		idText, enText = idText+"; paling banyak "+s.Most.String(), enText+"; at most "+s.Most.String()
	}
	return lancar.Fail(lancar.Forbidden, "mandate", idText+".", enText+".")
}
