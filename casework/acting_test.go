package casework_test

import (
	"strings"
	"testing"

	"lancar"
	"lancar/casework"
	"lancar/catalog/flow"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/test/outside"
)

const tia = "5315044205080002" // Maria's daughter, eighteen of whose years are not over

// actsFor is the applicant as whom the holder of a mandate works.
func (w *world) actsFor(s identity.Session, m mandate.Mandate) casework.Applicant {
	w.t.Helper()
	s.Mandate = m.ID
	a, err := w.Mandates.Acting(w.t.Context(), s)
	w.Must(err)
	return casework.Applicant{Account: a.Mandate.Principal.Account, Subject: a.Mandate.Principal.Subject, Lang: "id", Register: a.Mandate.Register, By: a.By}
}

// mother is Maria, acting for Tia.
func (w *world) mother() (identity.Session, mandate.Mandate, casework.Applicant) {
	w.t.Helper()
	w.SetRecord("population "+tia, map[string]string{"nik": tia, "name": "TIA JEHALUT", "birth_date": "2012-05-02", "family_card": "5315040101100001", "relation": "ANAK",
		"mother_name": "MARIA GORETI JEHALUT", "father_name": "YOSEF", "address": "JL. SOEKARNO HATTA 12", "domicile": "53.15.05.1025", "living": "yes"})
	s := w.Person(maria)
	m, err := w.Mandates.Parent(w.t.Context(), s, mandate.ChildClaim{Number: tia, Name: "TIA JEHALUT", BirthDate: "2012-05-02", Region: "53.15", Lang: "id"})
	w.Must(err)
	return s, m, w.actsFor(s, m)
}

func TestAMothersApplicationBelongsToHerChild(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		s, m, who := w.mother()
		c := w.submit(who, free)
		w.run()
		got := w.read(who, c.Number)
		if got.By == nil || got.By.Name != "MARIA GORETI JEHALUT" || got.By.Kind != mandate.Child || got.By.Holder != s.Account || got.Events[0].By == nil {
			t.Fatalf("%+v", got.By)
		}
		if f := got.Facts["applicant.name"]; f.Value != "TIA JEHALUT" {
			t.Errorf("filled in for %q", f.Value)
		}
		own := casework.Applicant{Account: s.Account, Subject: s.Subject, Register: true}
		if _, err := w.Cases.Case(t.Context(), own, c.Number); lancar.CodeOf(err) != lancar.NotFound {
			t.Errorf("the mother finds it as her own: %v", err)
		}
		list, _, err := w.Cases.Mine(t.Context(), own, "")
		w.Must(err)
		if len(list) != 0 {
			t.Error("it stands in the mother's list")
		}
		list, _, err = w.Cases.Mine(t.Context(), who, "")
		w.Must(err)
		if len(list) != 1 {
			t.Error("it does not stand in the child's list")
		}
		told := false
		for _, text := range w.Mail("maria@example.com") {
			told = told || strings.Contains(text, c.Number)
		}
		if !told {
			t.Error("the mother was not told")
		}
		o, task := w.task(reviewers, c.Number)
		seen, err := w.Cases.Open(t.Context(), o, c.Number)
		w.Must(err)
		if seen.By == nil || seen.By.Kind != mandate.Child {
			t.Errorf("the officer does not see who applied for whom: %+v", seen.By)
		}
		_ = task
		_, did, err := w.Mandates.Did(t.Context(), s, m.ID, "")
		w.Must(err)
		verbs := map[mandate.Verb]bool{}
		for _, l := range did {
			verbs[l.Verb] = true
		}
		if !verbs[mandate.Draft] || !verbs[mandate.Submit] || !verbs[mandate.See] {
			t.Errorf("%+v", did)
		}
		w.verified()
	})
}

func TestRevokedInTheMiddleOfAForm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		giver, helper := w.Person(yosef), w.Person(maria)
		m, err := w.Mandates.Offer(t.Context(), giver, mandate.Gift{Number: maria, Name: "MARIA GORETI JEHALUT", Until: w.Now().AddDate(0, 0, 7),
			Scope: mandate.Scope{Services: []string{free}, Verbs: []mandate.Verb{mandate.See, mandate.Draft, mandate.Submit}}})
		w.Must(err)
		w.Must(w.Mandates.Accept(t.Context(), helper, m.ID))
		who := w.actsFor(helper, m)
		if _, err := w.Cases.StartDraft(t.Context(), who, stall, "53.15.05.1025"); lancar.CodeOf(err) != lancar.Forbidden {
			t.Fatalf("a service outside the scope: %v", err)
		}
		d := w.draft(who, free)
		w.Must(w.Mandates.Revoke(t.Context(), giver, m.ID))
		for name, err := range map[string]error{
			"submit":  second(w.Cases.Submit(t.Context(), who, casework.Submission{Draft: d.ID})),
			"save":    second(w.Cases.SaveStep(t.Context(), who, d.ID, d.Version, "check", map[string]string{"note": "lagi"})),
			"read":    second(w.Cases.Draft(t.Context(), who, d.ID)),
			"discard": w.Cases.Discard(t.Context(), who, d.ID),
			"start":   second(w.Cases.StartDraft(t.Context(), who, free, "")),
			"list":    second(w.Cases.Drafts(t.Context(), who)),
		} {
			if lancar.CodeOf(err) != lancar.Gone {
				t.Errorf("%s: %v", name, err)
			}
		}
		own := casework.Applicant{Account: giver.Account, Subject: giver.Subject, Lang: "id", Register: true}
		kept, err := w.Cases.Draft(t.Context(), own, d.ID)
		w.Must(err)
		if kept.Answers["note"] != "Mohon diproses" {
			t.Error("what was filled in is lost")
		}
		c, err := w.Cases.Submit(t.Context(), own, casework.Submission{Draft: d.ID})
		w.Must(err)
		if got := w.read(own, c.Number); got.By != nil {
			t.Error("sent by the person, told as the helper's")
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestAForgedMandateReadsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, m, who := w.mother()
		victim := w.person(yosef)
		w.submit(victim, free)
		d := w.draft(victim, free)
		for name, forged := range map[string]casework.Applicant{
			"another principal":  {Account: victim.Account, Subject: victim.Subject, By: who.By},
			"another holder":     {Account: who.Account, Subject: who.Subject, By: lancar.Actor{Kind: lancar.Person, ID: victim.Account, Mandate: m.ID}},
			"no such mandate":    {Account: who.Account, Subject: who.Subject, By: lancar.Actor{Kind: lancar.Person, ID: who.By.ID, Mandate: "00"}},
			"somebody's subject": {Account: who.Account, Subject: victim.Subject, By: who.By},
		} {
			if _, _, err := w.Cases.Mine(t.Context(), forged, ""); lancar.CodeOf(err) != lancar.NotFound {
				t.Errorf("%s: list %v", name, err)
			}
			if _, err := w.Cases.Draft(t.Context(), forged, d.ID); lancar.CodeOf(err) != lancar.NotFound {
				t.Errorf("%s: draft %v", name, err)
			}
			if _, err := w.Cases.StartDraft(t.Context(), forged, free, ""); lancar.CodeOf(err) != lancar.NotFound {
				t.Errorf("%s: start %v", name, err)
			}
			if _, err := w.Cases.Submit(t.Context(), forged, casework.Submission{Draft: d.ID}); lancar.CodeOf(err) != lancar.NotFound {
				t.Errorf("%s: submit %v", name, err)
			}
		}
	})
}

func TestAnOfficerWhoHelpedDoesNotDecide(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		helper := reviewers[0]
		s := identity.Session{Account: helper.ID, Kind: identity.Officer, Actor: helper, Level: identity.Verified}
		w.SetField("population "+yosef, "living", "yes")
		a, err := w.Mandates.Help(t.Context(), s, mandate.HelpClaim{Number: yosef, Name: "YOSEF", BirthDate: "1985-01-01", Contact: "yosef@example.com", Until: w.Now().AddDate(0, 0, 1),
			Scope: mandate.Scope{Verbs: mandate.Verbs()}, Region: "53.15", Lang: "id"})
		w.Must(err)
		w.Must(w.Queue.Drain(t.Context()))
		mails := w.Mail("yosef@example.com")
		m, err := w.Mandates.Confirm(t.Context(), s, a.ID, outside.CodeIn(mails[len(mails)-1]))
		w.Must(err)
		who := w.actsFor(s, m)
		for range 4 {
			c := w.submit(who, free)
			w.run()
			if o, _ := w.task(reviewers, c.Number); o.ID == helper.ID {
				t.Fatal("who filled it in was drawn to decide on it")
			}
		}
		w.verified()
	})
}

func TestAnAgentSendsNothingWithoutItsPerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.staff()
		me := w.Person(maria)
		registered, err := w.Machines.RegisterAgent(t.Context(), me.Own, machine.Proposal{Stage: machine.Sandbox, Name: "Asisten", Purpose: lancar.Text{"id": "Mengurus izin saya.", "en": "Sees to my permits."},
			Wish: machine.Wish{Scopes: []string{"cases.read"}, Budget: 100, Peak: 10, Expires: w.Now().AddDate(0, 3, 0)}})
		w.Must(err)
		bot := registered.ID
		m, err := w.Mandates.Agent(t.Context(), me, mandate.AgentGift{Machine: bot, Name: "Asisten", Until: w.Now().AddDate(0, 1, 0), Scope: mandate.Scope{Verbs: mandate.Verbs()}})
		w.Must(err)
		who := casework.Applicant{Account: me.Account, Subject: me.Subject, Lang: "id", Register: true, By: lancar.Actor{Kind: lancar.Machine, ID: bot, Name: "Asisten", Role: string(mandate.Agent), Mandate: m.ID, For: me.Account}}
		d := w.draft(who, free)
		if _, err := w.Cases.Submit(t.Context(), who, casework.Submission{Draft: d.ID}); lancar.CodeOf(err) != lancar.Forbidden {
			t.Fatalf("sent without asking: %v", err)
		}
		asks, err := w.Mandates.Asks(t.Context(), w.own(casework.Applicant{Account: me.Account, Subject: me.Subject, Register: true}))
		w.Must(err)
		if len(asks) != 1 || asks[0].Act.Service != free {
			t.Fatalf("%+v", asks)
		}
		me.Level, me.Authenticated = identity.Strong, w.Now()
		w.Must(w.Mandates.Agree(t.Context(), me, asks[0].ID, ""))
		c, err := w.Cases.Submit(t.Context(), who, casework.Submission{Draft: d.ID})
		w.Must(err)
		w.run()
		got := w.read(who, c.Number)
		if got.By == nil || got.By.Name != "Asisten" || got.Events[0].Who != lancar.Machine {
			t.Errorf("%+v %+v", got.By, got.Events[0])
		}
		if _, err := w.Cases.Case(t.Context(), casework.Applicant{Account: me.Account, Subject: me.Subject, Register: true}, c.Number); err != nil {
			t.Error(err)
		}
		w.Refused(w.Cases.Withdraw(t.Context(), who, c.Number, got.Version, ""), lancar.Forbidden)
		if got := w.read(who, c.Number); got.State == flow.Withdrawn {
			t.Error("taken back without asking")
		}
		w.verified()
	})
}

func TestWhatAHolderReadsStandsInThePrincipalsList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, m, who := w.mother()
		c := w.submit(who, free)
		w.run()
		w.read(who, c.Number)
		w.run()
		rows, _, err := w.Access.Rows(t.Context(), w.Own(who.Account, who.Subject, true), "")
		w.Must(err)
		under, ofCase := 0, false
		for _, r := range rows {
			if r.Mandate == m.ID {
				under++
				ofCase = ofCase || r.Case == c.ID
				if r.Who.Name != "MARIA GORETI JEHALUT" || r.Purpose.In("id") == "" {
					t.Errorf("%+v", r)
				}
			}
		}
		if under == 0 || !ofCase {
			t.Errorf("%d looks under the mandate, of the case: %v", under, ofCase)
		}
	})
}
