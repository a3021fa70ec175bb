package machine_test

import (
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/internal/store"
)

const day = 24 * time.Hour

// renewed brings a machine through its first year: its expiry is moved on, so that the review comes.
func (w *world) renewed() machine.Machine {
	w.t.Helper()
	m := w.working()
	w.pass(200 * day)
	m, err := w.m.Want(w.t.Context(), w.actor("1001"), m.ID, machine.Wish{Scopes: m.Scopes, Budget: m.Budget, Peak: m.Peak, Expires: w.Now().Add(360 * day)})
	w.Must(err)
	m, err = w.m.Approve(w.t.Context(), w.actor("1003"), m.ID, m.Version)
	w.Must(err)
	return m
}

func TestAReviewIsSignedByTheOwnerOrTheMachineWaits(t *testing.T) {
	each(t, func(w *world) {
		m := w.renewed()
		rita := w.actor("1001")
		if list, err := w.m.Due(t.Context(), rita); err != nil || len(list) != 0 {
			t.Fatalf("due months before: %v %v", list, err)
		}
		w.pass(140 * day)
		list, err := w.m.Due(t.Context(), rita)
		w.Must(err)
		if len(list) != 1 || !contains(w.mail("1001"), "Tinjauan tahunan") {
			t.Fatalf("the owner was not asked: %v", list)
		}
		w.pass(41 * day) // beyond date and grace
		if w.m.Alive(t.Context(), m.ID) {
			t.Fatal("nobody signed, and it works")
		}
		_, err = w.m.Resume(t.Context(), rita, m.ID)
		w.Refused(err, lancar.Forbidden)
		_, err = w.m.Resume(t.Context(), w.actor("1003"), m.ID)
		w.Refused(err, lancar.Forbidden)

		m, err = w.m.ByID(t.Context(), rita, m.ID)
		w.Must(err)
		sign := func(who lancar.Actor, o machine.Opinion) error {
			return w.m.Sign(t.Context(), identity.Session{Actor: who}, 2, []machine.Opinion{o})
		}
		w.Refused(sign(w.actor("1003"), machine.Opinion{Machine: m.ID, Version: m.Version, Verdict: machine.Keep}), lancar.Forbidden)
		w.Refused(sign(rita, machine.Opinion{Machine: m.ID, Version: m.Version - 1, Verdict: machine.Keep}), lancar.Conflict)
		w.Refused(sign(rita, machine.Opinion{Machine: m.ID, Version: m.Version, Verdict: machine.Reduce, Scopes: []string{"cases.files"}}), lancar.Invalid)
		w.Must(sign(rita, machine.Opinion{Machine: m.ID, Version: m.Version, Verdict: machine.Reduce, Scopes: []string{"cases.read"}}))
		sheet, err := w.m.Sheet(t.Context(), rita, m.ID)
		w.Must(err)
		if sheet.State != machine.Active || sheet.May("messages.send") || len(sheet.Reviews) != 1 {
			t.Fatalf("signed, but %+v", sheet.Machine)
		}
		r := sheet.Reviews[0]
		if r.Level != 2 || r.Owner != rita.ID || r.Verdict != machine.Reduce || len(r.Before) != 2 || len(r.After) != 1 {
			t.Errorf("the signature says %+v", r)
		}
		if !w.m.Alive(t.Context(), m.ID) {
			t.Error("it does not work again")
		}
	})
}

func TestAReviewCanEndAMachine(t *testing.T) {
	once(t, func(w *world) {
		m := w.renewed()
		w.pass(140 * day)
		w.Must(w.m.Sign(t.Context(), identity.Session{Actor: w.actor("1001")}, 3, []machine.Opinion{{Machine: m.ID, Version: m.Version, Verdict: machine.End}}))
		if w.m.Alive(t.Context(), m.ID) {
			t.Error("it goes on")
		}
	})
}

// person is a's account and their grant to read about themself.
func (w *world) person(subject string) (own func() (g grant)) {
	w.t.Helper()
	account := lancar.NewID(w.Now())
	w.bind(account, subject)
	return func() grant { return w.Own(account, subject, true) }
}

func TestAnAgentBelongsToItsPerson(t *testing.T) {
	each(t, func(w *world) {
		maria, yosef := w.person("maria"), w.person("yosef")
		p := w.proposal(machine.Production)
		p.Scopes = []string{"cases.read", "cases.prepare"}
		m, err := w.m.RegisterAgent(t.Context(), maria(), p)
		w.Must(err)
		if m.Kind != machine.Agent || !w.m.Alive(t.Context(), m.ID) {
			t.Fatalf("%+v", m)
		}
		actor, err := w.m.Admit(t.Context(), machine.Use{Machine: m.ID, Scope: "cases.prepare"})
		w.Must(err)
		if actor.Name != "" || actor.Role != "agent" {
			t.Errorf("others read %+v", actor)
		}
		if list, err := w.m.Mine(t.Context(), yosef()); err != nil || len(list) != 0 {
			t.Errorf("another person sees %v %v", list, err)
		}
		_, err = w.m.Stop(t.Context(), yosef().Who(), m.ID, "")
		w.Refused(err, lancar.NotFound)
		_, err = w.m.Sheet(t.Context(), w.actor("1003"), m.ID)
		w.Refused(err, lancar.NotFound)
		_, err = w.m.RegisterAgent(t.Context(), grant{}, p)
		w.Refused(err, lancar.NotFound)
		var acting grant // yosef under a mandate of maria
		w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
			acting, err = w.Access.ActTx(tx, access.Request{Who: yosef().Who(), Subject: "maria", Region: "53.15", What: []string{access.Case}, Mandate: "m",
				Purpose: lancar.Text{"id": "Bertindak"}, Ground: lancar.Text{"id": "Kuasa"}}, maria().Account(), false)
			return err
		}))
		_, err = w.m.RegisterAgent(t.Context(), acting, p)
		w.Refused(err, lancar.NotFound)
		p.Scopes = []string{"cases.files"}
		_, err = w.m.RegisterAgent(t.Context(), maria(), p)
		w.Refused(err, lancar.Invalid)
		_, err = w.m.Stop(t.Context(), maria().Who(), m.ID, "")
		w.Must(err)
		if w.m.Alive(t.Context(), m.ID) {
			t.Error("the agent goes on")
		}
		p.Scopes = []string{"cases.read"}
		m, err = w.m.RegisterAgent(t.Context(), maria(), p)
		w.Must(err)
		w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error { return w.m.EraseTx(tx, maria().Account()) }))
		time.Sleep(time.Second)
		if w.m.Alive(t.Context(), m.ID) {
			t.Error("the agent outlives the account")
		}
	})
}
