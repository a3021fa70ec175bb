package casework_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/catalog/flow"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/payment"
)

const day = 24 * time.Hour

// reviewed is a free case with its reviewer.
func (w *world) reviewed(who casework.Applicant, reviewers []lancar.Actor) (string, lancar.Actor, casework.Task) {
	w.t.Helper()
	c := w.submit(who, free)
	w.run()
	o, task := w.task(reviewers, c.Number)
	return c.Number, o, task
}

func TestTheClockStandsDuringTheOneCorrection(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, signers := w.staff()
		who := w.person(maria)
		number, o, task := w.reviewed(who, reviewers) // Monday: three working days end on Thursday
		ask := casework.Ask{Requirement: "note", Reason: "Tulis lebih jelas."}
		w.Refused(w.Cases.Ask(t.Context(), o, number, task.Version, casework.Ask{Requirement: "kopi", Reason: "x"}), lancar.Invalid)
		w.Refused(w.Cases.Ask(t.Context(), o, number, task.Version, casework.Ask{Requirement: "note", Reason: " "}), lancar.Invalid)
		w.Pass(day) // Tuesday
		w.Must(w.Cases.Ask(t.Context(), o, number, task.Version, ask))
		w.run()
		got := w.read(who, number)
		if got.State != flow.Correction || got.Correction.Reason != "Tulis lebih jelas." || !got.Clock.Open || len(w.inbox(o).Tasks) != 0 {
			t.Fatalf("%+v", got)
		}
		w.Refused(w.Cases.Answer(t.Context(), who, number, got.Version, map[string]string{"village": "53.15.05.1024"}), lancar.Invalid)
		w.Pass(2 * day) // Thursday: Tuesday and Wednesday did not count
		w.Must(w.Cases.Answer(t.Context(), who, number, got.Version, map[string]string{"note": "Mohon diproses segera"}))
		w.run()
		got = w.read(who, number)
		if got.State != flow.Review || got.Answers["note"] != "Mohon diproses segera" || got.Correction.Answered.IsZero() {
			t.Fatalf("%+v", got)
		}
		// Thursday, Friday and Monday count: 24:00 on Monday in Labuan Bajo.
		if want := time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC); !got.Due.Equal(want) {
			t.Fatalf("due %s, want %s", got.Due, want)
		}
		again, task := w.task(reviewers, number)
		if again.ID != o.ID {
			t.Fatal("another officer has it")
		}
		w.Refused(w.Cases.Ask(t.Context(), o, number, task.Version, ask), lancar.Conflict)
		w.Refused(w.Cases.Grant(t.Context(), o, number, task.Version, ""), lancar.Conflict) // an opinion comes first
		w.Must(w.Cases.Opine(t.Context(), o, number, task.Version, true, "Sesuai."))
		decider, task := w.task(signers, number)
		w.Refused(w.Cases.Refuse(t.Context(), decider, number, task.Version, casework.Refusal{Ground: "kopi", Reason: "x"}), lancar.Invalid)
		w.Must(w.Cases.Refuse(t.Context(), decider, number, task.Version, casework.Refusal{Ground: "no", Reason: "Tidak sesuai rencana."}))
		w.run()
		got = w.read(who, number)
		if got.State != flow.Refused || got.Decision.Reason != "Tidak sesuai rencana." || len(got.Opinions) != 1 {
			t.Fatalf("%+v", got)
		}
		w.permit(who, got)
		w.verified()
	})
}

func TestAnUnansweredCorrectionClosesAfterTwoReminders(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		number, o, task := w.reviewed(who, reviewers)
		w.Must(w.Cases.Ask(t.Context(), o, number, task.Version, casework.Ask{Requirement: "note", Reason: "Lengkapi."}))
		for range 20 { // ten working days
			w.Pass(day)
			w.run()
		}
		got := w.read(who, number)
		if got.State != flow.Withdrawn {
			t.Fatal(got.State)
		}
		all := strings.Join(w.Mail("maria@example.com"), "\n")
		if n := strings.Count(all, "Pengingat perbaikan"); n != 2 {
			t.Fatalf("%d reminders", n)
		}
		w.Refused(w.Cases.Answer(t.Context(), who, number, got.Version, map[string]string{"note": "terlambat"}), lancar.Conflict)
		w.verified()
	})
}

// A jump of the clock, or a node that was down, over both reminders: what was missed comes once,
// with the true last day, and nothing comes after that day.
func TestRemindersThatWereMissedComeOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		number, o, task := w.reviewed(who, reviewers) // Monday 23 November
		w.Must(w.Cases.Ask(t.Context(), o, number, task.Version, casework.Ask{Requirement: "note", Reason: "Lengkapi."}))
		reminders := func() (n int, last string) {
			w.run()
			for _, m := range w.Mail("maria@example.com") {
				if strings.Contains(m, "Pengingat perbaikan") {
					n, last = n+1, m
				}
			}
			return n, last
		}
		until := w.read(who, number).Correction.Until
		w.Pass(until.Sub(w.Now()) - 2*day) // both are due by now
		n, text := reminders()
		if n != 1 || !strings.Contains(text, "7 Desember 2026") {
			t.Fatalf("%d reminders: %s", n, text)
		}
		w.Pass(day)
		if n, _ := reminders(); n != 1 {
			t.Fatalf("%d reminders a day later", n)
		}
		w.Pass(until.Sub(w.Now()) + time.Minute)
		if n, _ := reminders(); n != 1 || w.read(who, number).State != flow.Withdrawn {
			t.Fatalf("%d reminders after the end, %s", n, w.read(who, number).State)
		}
		w.verified()
	})
}

func TestNobodyIsRemindedAfterTheLastDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		number, o, task := w.reviewed(who, reviewers)
		w.Must(w.Cases.Ask(t.Context(), o, number, task.Version, casework.Ask{Requirement: "note", Reason: "Lengkapi."}))
		w.Pass(60 * day)
		w.run()
		all := strings.Join(w.Mail("maria@example.com"), "\n")
		if w.read(who, number).State != flow.Withdrawn || strings.Contains(all, "Pengingat perbaikan") || !strings.Contains(all, "ditutup") {
			t.Fatal(all)
		}
		w.verified()
	})
}

func TestTheLawGrantsOnceWhenTheTermEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who, c := w.paid()
		o, task := w.task(reviewers, c.Number)
		w.Pass(8 * day)
		// The officer and the clock at the same moment.
		var wg sync.WaitGroup
		var err error
		wg.Go(func() { err = w.Cases.Grant(t.Context(), o, c.Number, task.Version, "") })
		w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
			return w.Queue.EnqueueTx(tx, jobs.Job{Region: "00", Queue: "casework.sweep"})
		}))
		w.Must(w.Queue.Drain(t.Context()))
		wg.Wait()
		if err != nil && lancar.CodeOf(err) != lancar.Conflict && lancar.CodeOf(err) != lancar.Forbidden {
			t.Fatal(err)
		}
		w.run()
		w.run()
		got := w.read(who, c.Number)
		if got.State != flow.Granted || got.How != "deemed" || !strings.Contains(got.Decision.Law.In("id"), "UU 30/2014") {
			t.Fatalf("%s %s %+v", got.State, got.How, got.Decision)
		}
		w.permit(who, got)
		docs := 0
		for _, e := range got.Events {
			if e.Kind == flow.Deem {
				docs++
			}
		}
		if docs != 1 || len(w.inbox(o).Tasks) != 0 {
			t.Fatalf("deemed %d times", docs)
		}
		w.verified()
	})
}

func TestALateCaseGoesToTheSuperiorOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		head := w.officer("196001011985011001", "Fransiskus", "superior")
		who := w.person(maria)
		number, o, task := w.reviewed(who, reviewers)
		w.Pass(10 * day)
		w.run()
		w.run()
		got := w.read(who, number)
		if got.State != flow.Review || got.Escalated.IsZero() {
			t.Fatalf("%+v", got)
		}
		if n := len(w.Mail("196001011985011001@kantor.example")); n != 1 {
			t.Fatalf("the superior was told %d times", n)
		}
		if _, err := w.Cases.Open(t.Context(), head, number); err != nil {
			t.Fatal("the superior cannot see it:", err)
		}
		if _, task = w.task([]lancar.Actor{o}, number); !task.Late {
			t.Fatal("the inbox does not say that it is late")
		}
		w.Must(w.Cases.Opine(t.Context(), o, number, task.Version, true, "Sesuai."))
		w.verified()
	})
}

func TestAnOfficerWhoMustNotDecideIsDrawnOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		number, first, task := w.reviewed(who, reviewers)
		w.Must(w.Cases.Recuse(t.Context(), first, number, task.Version, "Saudara saya."))
		w.run()
		second, task := w.task(reviewers, number)
		if second.ID == first.ID {
			t.Fatal("drawn again")
		}
		w.Must(w.Cases.SetAbsent(t.Context(), lancar.TheSystem("test"), "53.15", second.ID, true))
		w.run()
		third, _ := w.task(reviewers, number)
		if third.ID == first.ID || third.ID == second.ID {
			t.Fatal("an absent or recused officer was drawn")
		}
		lots, err := w.Cases.Lots(t.Context(), who, number)
		if err != nil || len(lots) != 4 { // reviewer and decider, then the reviewer twice more
			t.Fatalf("%d lots, %v", len(lots), err)
		}
		for i, l := range lots {
			if err := casework.VerifyDraw(l.Draw, l.Roster, l.Start); err != nil {
				t.Error(err)
			}
			var d casework.DrawRecord
			w.Must(json.Unmarshal(l.Draw, &d))
			if (d.Redraw != 0) != (i >= 2) || len(d.Excluded) != max(0, i-1) || strings.Contains(string(l.Draw), string(first.ID)) {
				t.Errorf("draw %d: %+v", i, d)
			}
		}
		w.Refused(w.Cases.Opine(t.Context(), first, number, task.Version, true, "x"), lancar.NotFound)
		w.verified()
	})
}

func TestAnOfficeWithoutARosterDrawsWhenItHasOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		who := w.person(maria)
		c := w.submit(who, free)
		w.run()
		if got := w.read(who, c.Number); got.State != flow.Drawing {
			t.Fatal(got.State)
		}
		reviewers, _ := w.staff()
		w.Pass(time.Minute)
		w.run()
		w.task(reviewers, c.Number)
		lots, err := w.Cases.Lots(t.Context(), who, c.Number)
		w.Must(err)
		for _, l := range lots {
			if err := casework.VerifyDraw(l.Draw, l.Roster, l.Start); err != nil {
				t.Error(err)
			}
		}
		w.verified()
	})
}

func TestAnUnpaidCaseLapsesAndASettlementCountsOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.staff()
		who, c := w.paid()
		before := w.read(who, c.Number)
		payload, err := json.Marshal(payment.Settled{Region: c.Region, Charge: c.Charge, Case: c.ID})
		w.Must(err)
		w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error { // heard again
			return w.Cases.Settled(tx, jobs.Event{Region: c.Region, Payload: payload})
		}))
		if after := w.read(who, c.Number); after.Version != before.Version || !after.Due.Equal(before.Due) {
			t.Fatal("a repeated settlement moved the case")
		}
		other := w.submit(w.person(yosef), free)
		late := w.submit(who, stall)
		w.Pass(8 * day)
		w.run()
		w.run()
		if got := w.read(who, late.Number); got.State != flow.Lapsed {
			t.Fatal(got.State)
		}
		_ = other
		w.verified()
	})
}

func TestWithdrawalEndsACase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		number, o, task := w.reviewed(who, reviewers)
		w.Refused(w.Cases.Withdraw(t.Context(), who, number, task.Version-1, ""), lancar.Conflict)
		w.Must(w.Cases.Withdraw(t.Context(), who, number, task.Version, ""))
		w.Refused(w.Cases.Opine(t.Context(), o, number, task.Version, true, "x"), lancar.Forbidden)
		unpaid := w.submit(who, stall)
		w.Must(w.Cases.Withdraw(t.Context(), who, unpaid.Number, unpaid.Version, ""))
		w.run()
		if got := w.read(who, unpaid.Number); got.State != flow.Withdrawn {
			t.Fatal(got.State)
		}
		if ch, err := w.Charges.Charge(t.Context(), w.own(who), unpaid.Region, unpaid.Charge); err != nil || ch.State != payment.Cancelled {
			t.Fatalf("%+v %v", ch, err)
		}
		w.verified()
	})
}

func TestARegisterThatIsDownStopsNobodyAndIsAskedLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		record := w.Record("oss " + maria)
		w.oss(true, nil)
		d := w.draft(who, stall)
		_, err := w.Cases.Submit(t.Context(), who, casework.Submission{Draft: d.ID})
		w.Refused(err, lancar.Invalid) // the NIB must be typed now
		w.oss(false, nil)              // it answers again, and does not know the record yet
		d, err = w.Cases.SaveStep(t.Context(), who, d.ID, d.Version, "check", map[string]string{"nib": "9000000000017", "business_name": "WARUNG LAIN", "nib_status": "active"})
		w.Must(err)
		if f := d.Facts["nib"]; f.State != "unchecked" {
			t.Fatalf("%+v", f)
		}
		c, err := w.Cases.Submit(t.Context(), who, casework.Submission{Draft: d.ID})
		w.Must(err)
		w.oss(false, record)
		w.pay(who, c)
		o, _ := w.task(reviewers, c.Number)
		got, err := w.Cases.Open(t.Context(), o, c.Number)
		w.Must(err)
		if got.Facts["nib"].State != "confirmed" || len(got.Flags) != 1 || got.Flags[0].Field != "business_name" || got.Flags[0].Found != "nomatch" {
			t.Fatalf("%+v %+v", got.Facts["nib"], got.Flags)
		}
		if _, task := w.task(reviewers, c.Number); !task.Flagged {
			t.Fatal("the inbox does not show the flag")
		}
		w.verified()
	})
}

func TestRetentionDestroysWhatIsPersonal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, signers := w.staff()
		who := w.person(maria)
		number, o, task := w.reviewed(who, reviewers)
		w.Must(w.Cases.Say(t.Context(), who, number, "Kapan selesai?"))
		w.Must(w.Cases.Tell(t.Context(), o, number, "Besok."))
		w.Must(w.Cases.Opine(t.Context(), o, number, task.Version, true, "Sesuai."))
		decider, task := w.task(signers, number)
		w.Must(w.Cases.Grant(t.Context(), decider, number, task.Version, ""))
		w.run()
		if got := w.read(who, number); len(got.Messages) != 2 || got.State != flow.Granted {
			t.Fatalf("%+v", got.Messages)
		}
		w.Pass(366 * day)
		w.run()
		w.run()
		_, err := w.Cases.Case(t.Context(), who, number)
		w.Refused(err, lancar.NotFound)
		if list, _, err := w.Cases.Mine(t.Context(), who, ""); err != nil || len(list) != 0 {
			t.Fatal(list, err)
		}
		w.verified()
	})
}

// oss sets whether the business register answers, and what it holds about maria.
func (w *world) oss(down bool, record map[string]string) {
	w.Down("oss", down)
	w.SetRecord("oss "+maria, record)
}

func TestAChangedHolidayMovesOpenDeadlinesOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		number, _, _ := w.reviewed(who, reviewers)
		before := w.read(who, number)
		anew := w.Restarted(jobs.New(w.DB, nil), packsWith("2026-11-25"))
		moved, err := anew.RecomputeAll(t.Context())
		if err != nil || moved != 1 {
			t.Fatalf("%d moved, %v", moved, err)
		}
		if again, err := anew.RecomputeAll(t.Context()); again != 0 || err != nil {
			t.Fatalf("%d moved again, %v", again, err)
		}
		got, err := anew.Case(t.Context(), who, number)
		w.Must(err)
		if want := before.Due.Add(24 * time.Hour); !got.Due.Equal(want) || got.Events[len(got.Events)-1].Kind != "recount" {
			t.Fatalf("due %s, want %s", got.Due, want)
		}
		if _, task := w.task(reviewers, number); !task.Due.Equal(got.Due) {
			t.Fatal("the inbox keeps the old deadline")
		}
		w.run()
		w.verified()
	})
}

func TestNobodySignsWhatTheyDecideNorDecidesForThemselves(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		hire := func(number, nik string) lancar.ID {
			account, err := w.Identity.SaveEmployee(t.Context(), identity.Employee{Number: number, Name: "Petugas " + number[17:], Mail: number + "@kantor.example", NIK: nik,
				Roles: []identity.Role{{Role: "reviewer", Agency: "dpmptsp", Region: "53.15"}, {Role: "signer", Agency: "dpmptsp", Region: "53.15"}}})
			w.Must(err)
			return account
		}
		both, self, third := hire("198001012005011001", "5371040101800011"), hire("198001012005011002", maria), hire("198001012005011003", "5371040101800012")
		twin, unknown := hire("198001012005011004", "5371040101800011"), hire("198001012005011005", "")
		w.Must(w.Cases.SetRoster(t.Context(), "53.15", "dpmptsp", "reviewer", []lancar.ID{both, self}))
		w.Must(w.Cases.SetRoster(t.Context(), "53.15", "dpmptsp", "signer", []lancar.ID{both, self, third, twin, unknown}))
		w.run()
		_, c := w.paid()
		actor := func(id lancar.ID, role string) lancar.Actor {
			return lancar.Actor{Kind: lancar.Officer, ID: id, Name: "Petugas", Role: role, Region: "53.15", Agency: "dpmptsp"}
		}
		o, task := w.task([]lancar.Actor{actor(both, "reviewer"), actor(self, "reviewer")}, c.Number)
		if o.ID != both {
			t.Fatal("somebody decides on their own application")
		}
		w.Must(w.Cases.Grant(t.Context(), o, c.Number, task.Version, ""))
		if s, _ := w.task([]lancar.Actor{actor(both, "signer"), actor(self, "signer"), actor(third, "signer")}, c.Number); s.ID != third {
			t.Fatal("somebody signs what they decided, or for themselves")
		}
		w.verified()
	})
}
