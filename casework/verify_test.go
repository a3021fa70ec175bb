package casework_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/catalog/flow"
	"lancar/internal/store"
	"lancar/publiclog"
)

// Whatever row of a case is altered, Verify says so.
func TestVerifyFindsEveryAlteredRow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, signers := w.staff()
		who, c := w.paid()
		number, o, task := w.reviewed(who, reviewers)
		w.Must(w.Cases.Opine(t.Context(), o, number, task.Version, true, "Sesuai."))
		decider, task := w.task(signers, number)
		w.Must(w.Cases.Grant(t.Context(), decider, number, task.Version, ""))
		w.Must(w.Cases.Say(t.Context(), who, c.Number, "Kapan selesai?"))
		w.Must(w.Cases.SetAbsent(t.Context(), lancar.TheSystem("test"), "53.15", reviewers[0].ID, true))
		w.draft(w.person(yosef), stall)
		w.run()
		w.verified()
		for name, sql := range map[string]string{
			"state":                `UPDATE casework_cases SET state = 'granted' WHERE state = 'review'`,
			"officer":              `UPDATE casework_cases SET officer = 'x' WHERE state = 'review'`,
			"deadline":             `UPDATE casework_cases SET due_at = due_at + 1 WHERE state = 'review'`,
			"number":               `UPDATE casework_cases SET number = '5315-00000-00000' WHERE state = 'review'`,
			"definition":           `UPDATE casework_cases SET charge = 'x' WHERE state = 'review'`,
			"applicant":            `UPDATE casework_cases SET account = 'x' WHERE state = 'review'`,
			"event":                `UPDATE casework_events SET at = at - 1 WHERE kind = 'settle'`,
			"event actor":          `UPDATE casework_events SET actor = 'x' WHERE kind = 'grant'`,
			"event text":           `UPDATE casework_events SET plain = replace(plain, 'review', 'refused') WHERE kind = 'draw'`,
			"event body":           `UPDATE casework_events SET body = (SELECT body FROM casework_events WHERE kind = 'opine') WHERE kind = 'grant'`,
			"event removed":        `DELETE FROM casework_events WHERE kind = 'draw'`,
			"leaf swapped":         `UPDATE casework_events SET leaf = (SELECT leaf FROM casework_events WHERE kind = 'settle') WHERE kind = 'grant'`,
			"inbox":                `UPDATE casework_inbox SET due_at = due_at + 1`,
			"inbox removed":        `DELETE FROM casework_inbox`,
			"inbox added":          `INSERT INTO casework_inbox (region, case_region, case_id, agency, role, officer, due_at, number, service, state, step, flagged, version) VALUES ('53.15', '53.15', 'x', '', '', '', 0, '', '', '', '', 0, 0)`,
			"total":                `UPDATE casework_totals SET n = n + 1`,
			"list":                 `UPDATE casework_mine SET state = 'granted' WHERE state = 'review'`,
			"list removed":         `DELETE FROM casework_mine WHERE state = 'review'`,
			"file":                 `DELETE FROM casework_files`, // of the stall: the draft's copy is gone by now
			"figures":              `UPDATE casework_figures SET n = n + 1`,
			"document":             `DELETE FROM document_documents WHERE case_id = (SELECT id FROM casework_cases WHERE state = 'granted')`,
			"roster's role":        `UPDATE casework_rosters SET role = 'x' WHERE id = (SELECT max(id) FROM casework_rosters)`,
			"roster":               `UPDATE casework_rosters SET officers = replace(officers, 'account', 'was')`,
			"draft":                `UPDATE casework_drafts SET number = '5315-00000-00000'`,
			"inbox number":         `UPDATE casework_inbox SET number = 'x'`,
			"inbox service":        `UPDATE casework_inbox SET service = 'x'`,
			"list number":          `UPDATE casework_mine SET number = 'x' WHERE state = 'review'`,
			"list service":         `UPDATE casework_mine SET service = 'x' WHERE state = 'review'`,
			"list change":          `UPDATE casework_mine SET changed_at = changed_at - 1 WHERE state = 'review'`,
			"list due":             `UPDATE casework_mine SET due_at = due_at + 1 WHERE state = 'review'`,
			"list version":         `UPDATE casework_mine SET version = version - 1 WHERE state = 'granted'`,
			"submitted":            `UPDATE casework_cases SET submitted_at = submitted_at - 1`,
			"complete":             `UPDATE casework_cases SET complete_at = complete_at - 1 WHERE complete_at > 0`,
			"wake":                 `UPDATE casework_cases SET wake_at = wake_at + 1 WHERE wake_at > 0`,
			"escalated":            `UPDATE casework_cases SET escalated_at = 1 WHERE state = 'review'`,
			"closed":               `UPDATE casework_cases SET closed_at = closed_at + 1 WHERE state = 'granted'`,
			"flagged":              `UPDATE casework_cases SET flagged = flagged + 1 WHERE state = 'review'`,
			"step":                 `UPDATE casework_cases SET step = 'x' WHERE state = 'review'`,
			"role":                 `UPDATE casework_cases SET role = 'x' WHERE state = 'review'`,
			"agency":               `UPDATE casework_cases SET agency = 'x' WHERE state = 'review'`,
			"service":              `UPDATE casework_cases SET service = 'uji-gratis' WHERE service = 'lapak-pasar'`,
			"subject":              `UPDATE casework_cases SET subject = 'x' WHERE state = 'review'`,
			"head":                 `UPDATE casework_cases SET head = (SELECT head FROM casework_cases WHERE state = 'granted') WHERE state = 'review'`,
			"version":              `UPDATE casework_cases SET version = version + 1 WHERE state = 'review'`,
			"event kind":           `UPDATE casework_events SET kind = 'refuse' WHERE kind = 'grant'`,
			"event actor's kind":   `UPDATE casework_events SET actor_kind = 'person' WHERE kind = 'grant'`,
			"event hash":           `UPDATE casework_events SET hash = (SELECT hash FROM casework_events WHERE kind = 'opine') WHERE kind = 'grant'`,
			"event proof":          `UPDATE casework_events SET proof = (SELECT proof FROM casework_events WHERE kind = 'settle') WHERE kind = 'grant'`,
			"leaf left out":        `UPDATE casework_events SET leaf = '' WHERE kind = 'grant'`,
			"leaf put in":          `UPDATE casework_events SET leaf = (SELECT leaf FROM casework_events WHERE kind = 'grant') WHERE kind = 'opine'`,
			"figures' days":        `UPDATE casework_figures SET days = days + 1`,
			"figures' late":        `UPDATE casework_figures SET late = 1`,
			"message":              `UPDATE casework_messages SET body = (SELECT body FROM casework_events WHERE kind = 'opine')`,
			"message time":         `UPDATE casework_messages SET at = at - 1`,
			"message writer":       `UPDATE casework_messages SET actor_kind = 'officer'`,
			"absence":              `UPDATE casework_absences SET account = 'x'`,
			"absence time":         `UPDATE casework_absences SET at = at - 1`,
			"absence author":       `UPDATE casework_absences SET by_account = 'x'`,
			"absence removed":      `DELETE FROM casework_absences`,
			"who is away":          `DELETE FROM casework_absent`,
			"since when":           `UPDATE casework_absent SET since = since - 1`,
			"roster's time":        `UPDATE casework_rosters SET at = at - 1000`,
			"roster's place":       `UPDATE casework_rosters SET idx = idx + 1`,
			"open draft":           `UPDATE casework_drafts SET body = (SELECT body FROM casework_events WHERE kind = 'opine') WHERE state = 'open'`,
			"open draft's start":   `UPDATE casework_drafts SET started_at = started_at - 1000 WHERE state = 'open'`,
			"open draft's version": `UPDATE casework_drafts SET definition = 'x' WHERE state = 'open'`,
			"open draft's file":    `UPDATE casework_draft_files SET body = meta`,
			"open draft's key":     `UPDATE keys_data SET destroyed_at = 1, wrapped = NULL WHERE owner = 'case:' || (SELECT id FROM casework_drafts WHERE state = 'open')`,
			"charge's number":      `UPDATE payment_charges SET number = 'x'`,
			"charge's payer":       `UPDATE payment_charges SET account = 'x'`,
			"charge gone":          `DELETE FROM payment_charges`,
			"public log leaf":      `UPDATE publiclog_leaves SET body = (SELECT l.body FROM publiclog_leaves l WHERE l.idx = 0 AND l.region = publiclog_leaves.region) WHERE kind = 'private'`,
		} {
			undo := w.altered(sql)
			if err := w.Cases.Verify(t.Context()); err == nil {
				t.Errorf("%s: nothing found", name)
			} else {
				t.Logf("%s: %.160s", name, err)
			}
			undo()
		}
		w.verified()
	})
}

// altered changes rows behind the room's back and says how to undo it: tables are copied.
func (w *world) altered(sql string) (undo func()) {
	w.t.Helper()
	tables := []string{"casework_cases", "casework_events", "casework_inbox", "casework_totals", "casework_mine", "casework_files", "casework_figures",
		"casework_rosters", "casework_drafts", "document_documents", "publiclog_leaves", "casework_messages", "casework_absences", "casework_absent",
		"casework_draft_files", "keys_data", "payment_charges"}
	do := func(statements ...string) {
		w.t.Helper()
		w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
			for _, s := range statements {
				if _, err := tx.Exec(s); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	var save, back []string
	for _, table := range tables {
		if !w.saved {
			save = append(save, "CREATE TABLE saved_"+table+" AS SELECT * FROM "+table)
		}
		back = append(back, "DELETE FROM "+table, "INSERT INTO "+table+" SELECT * FROM saved_"+table)
	}
	w.saved = true
	do(append(save, sql)...)
	return func() { w.t.Helper(); do(back...) }
}

// Random people and officers do random things; nothing ever stops adding up.
func TestWhateverHappensAddsUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, signers := w.staff()
		people := []casework.Applicant{w.person(maria), w.person(yosef)}
		rnd := rand.New(rand.NewPCG(1, 2))
		var numbers []string
		owner := map[string]casework.Applicant{}
		for range 90 {
			switch k := rnd.IntN(10); {
			case k < 2 || len(numbers) == 0:
				who := people[rnd.IntN(2)]
				c := w.submit(who, free)
				numbers, owner[c.Number] = append(numbers, c.Number), who
			case k == 2:
				w.Pass(time.Duration(rnd.IntN(40)) * time.Hour)
			case k == 3:
				o := reviewers[rnd.IntN(len(reviewers))]
				w.Must(w.Cases.SetAbsent(t.Context(), lancar.TheSystem("test"), "53.15", o.ID, rnd.IntN(2) == 0))
			default:
				n := numbers[rnd.IntN(len(numbers))]
				w.act(rnd, append(reviewers, signers...), owner[n], n)
			}
			if rnd.IntN(3) == 0 {
				w.run()
			}
		}
		w.run()
		w.verified()
	})
}

// act has whoever may do something do one thing to a case; refusals are as good as successes.
func (w *world) act(rnd *rand.Rand, officers []lancar.Actor, who casework.Applicant, number string) {
	w.t.Helper()
	ctx := w.t.Context()
	got := w.read(who, number)
	o, task := whose(officers, w.inbox, number)
	var err error
	switch k := rnd.IntN(8); {
	case k == 0:
		err = w.Cases.Withdraw(ctx, who, number, got.Version, "")
	case got.State == flow.Correction:
		err = w.Cases.Answer(ctx, who, number, got.Version, map[string]string{"note": "jawaban"})
	case o.ID == "":
		return
	case k == 1:
		err = w.Cases.Ask(ctx, o, number, task.Version, casework.Ask{Requirement: "note", Reason: "Lengkapi."})
	case k == 2:
		err = w.Cases.Recuse(ctx, o, number, task.Version, "berhalangan")
	case o.Role == "reviewer":
		err = w.Cases.Opine(ctx, o, number, task.Version, k%2 == 0, "pertimbangan")
	case k < 6:
		err = w.Cases.Grant(ctx, o, number, task.Version, "")
	default:
		err = w.Cases.Refuse(ctx, o, number, task.Version, casework.Refusal{Ground: "no", Reason: "tidak"})
	}
	if code := lancar.CodeOf(err); err != nil && code != lancar.Conflict && code != lancar.Forbidden {
		w.t.Fatalf("%s in %s: %v", number, got.State, err)
	}
}

func TestAPersonProvesTheirDecisionWithoutUs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, signers := w.staff()
		who := w.person(maria)
		number, o, task := w.reviewed(who, reviewers)
		w.Must(w.Cases.Opine(t.Context(), o, number, task.Version, true, "Sesuai."))
		decider, task := w.task(signers, number)
		w.Must(w.Cases.Grant(t.Context(), decider, number, task.Version, ""))
		w.run()
		proofs, err := w.Cases.Proofs(t.Context(), who, number)
		if err != nil || len(proofs) != 2 {
			t.Fatalf("%d proofs, %v", len(proofs), err)
		}
		for _, p := range proofs {
			if !p.Standing || publiclog.PrivateHash(p.Nonce, p.Record) != p.Position.Hash || !strings.HasPrefix(p.Path, "c2sp.org/tlog-proof@v1\n") {
				t.Errorf("%+v", p)
			}
			if strings.Contains(string(p.Record), maria) || strings.Contains(string(p.Record), "MARIA") {
				t.Error("the record names the person")
			}
		}
		_, err = w.Cases.Proofs(t.Context(), w.person(yosef), number)
		w.Refused(err, lancar.NotFound)
		first, err := w.Cases.Receipt(t.Context(), who, number)
		w.Must(err)
		second, err := w.Cases.Receipt(t.Context(), who, number)
		if err != nil || !bytes.Equal(first, second) || !bytes.HasPrefix(first, []byte("%PDF-")) {
			t.Fatal("another receipt the second time", err)
		}
		w.run()
		w.verified()
	})
}

func TestEveryLookIsSeenByThePerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		number, o, _ := w.reviewed(who, reviewers)
		_, err := w.Cases.Open(t.Context(), o, number)
		w.Must(err)
		w.run()
		rows, _, err := w.Access.Rows(t.Context(), w.own(who), "")
		w.Must(err)
		for _, r := range rows {
			if r.Who.ID == o.ID && strings.Contains(r.Purpose.In("id"), "Layanan uji") {
				return
			}
		}
		t.Fatalf("the look is not among %+v", rows)
	})
}
