package access_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

type world struct {
	*testing.T
	db    *store.DB
	queue *jobs.Queue
	ring  *keys.Ring
	a     *access.Access
	at    time.Time
	heard []string                // events
	mine  map[lancar.ID]lancar.ID // open cases, by id, of accounts
}

const maria, yosef = "subject-maria", "subject-yosef"

func reviewer() lancar.Actor {
	return lancar.Actor{Kind: lancar.Officer, ID: "officer", Name: "Adriana Tefa", Role: "reviewer", Agency: "dinkes", Region: "53.15"}
}

func dpo() lancar.Actor {
	return lancar.Actor{Kind: lancar.Officer, ID: "dpo", Name: "Benediktus", Role: access.OfficerRole, Agency: "dinkes", Region: "53.15"}
}

// each runs fn in a new world on each engine; once on SQLite alone, for what does not depend on it.
func each(t *testing.T, fn func(*world)) { on(t, storetest.EachAt, fn) }

func once(t *testing.T, fn func(*world)) {
	on(t, func(t *testing.T, clock lancar.Clock, fn func(*testing.T, *store.DB)) {
		fn(t, storetest.OpenAt(t, clock))
	}, fn)
}

func on(t *testing.T, engines func(*testing.T, lancar.Clock, func(*testing.T, *store.DB)), fn func(*world)) {
	w := &world{}
	engines(t, func() time.Time { return w.at }, func(t *testing.T, db *store.DB) {
		w = &world{mine: map[lancar.ID]lancar.ID{"case": "acc"}, T: t, db: db, at: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)}
		ring, err := keys.Create(filepath.Join(t.TempDir(), "keys"), keys.Options{Origin: "lancar.test", Now: w.at})
		w.must(err)
		w.ring = ring
		w.queue = jobs.New(db, func(j jobs.Job, err error) { t.Errorf("job %s: %v", j.Queue, err) })
		w.a = access.New(db, w.queue, ring)
		w.a.Cases(func(_ *store.Tx, account, id lancar.ID) (bool, error) { return w.mine[id] == account, nil })
		w.queue.Subscribe(access.EventRow, "access", w.a.SeenTx)
		w.queue.Subscribe(access.EventErase, "access", w.a.EraseTx)
		w.queue.HandleTx("access.overdue", w.a.OverdueTx)
		for _, name := range []string{access.EventAsked, access.EventAnswered, access.EventOverdue, access.EventErase} {
			w.queue.Subscribe(name, "test", func(_ *store.Tx, e jobs.Event) error {
				var n access.Notice
				err := json.Unmarshal(e.Payload, &n)
				w.heard = append(w.heard, fmt.Sprintf("%s %s %s %s", e.Name, n.Right, n.State, n.Account))
				return err
			})
		}
		fn(w)
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) open(r access.Request) (g access.Grant, err error) {
	err = w.db.Write(w.Context(), func(tx *store.Tx) (err error) {
		g, err = w.a.OpenTx(tx, r)
		return err
	})
	if derr := w.queue.Drain(w.Context()); derr != nil {
		w.Fatal(derr)
	}
	return g, err
}

func (w *world) own(account lancar.ID, subject string) (g access.Grant) {
	w.Helper()
	w.must(w.db.Write(w.Context(), func(tx *store.Tx) (err error) {
		if _, err = w.a.BindTx(tx, account, subject); err != nil {
			return err
		}
		g, err = w.a.OwnTx(tx, account, subject, true)
		return err
	}))
	return g
}

func look() access.Request {
	return access.Request{Who: reviewer(), Subject: maria, Region: "53.15", Case: "case", What: []string{access.Attachments, access.Answers, access.Answers},
		Purpose: lancar.Text{"id": "Memeriksa permohonan", "en": "Reviewing the application"}, Ground: access.PublicDuty()}
}

func (w *world) fails(err error, code lancar.Code) {
	w.Helper()
	if lancar.CodeOf(err) != code {
		w.Fatalf("got %v, want %s", err, code)
	}
}

func TestALookIsSeenByItsPersonAndNobodyElse(t *testing.T) {
	each(t, func(w *world) {
		g, err := w.open(look())
		w.must(err)
		if g.For(maria, "answers") != nil || g.For(maria, "attachments/photo") != nil || g.For(maria, "answersheet") == nil || g.For(maria, access.Register) == nil || g.For(yosef, "answers") == nil {
			t.Fatalf("the grant covers the wrong things")
		}
		rows, next, err := w.a.Rows(t.Context(), w.own("acc-m", maria), "")
		if err != nil || len(rows) != 1 || next != "" {
			t.Fatalf("%+v %v", rows, err)
		}
		r := rows[0]
		if r.Who.Name != "Adriana Tefa" || r.Who.Agency != "dinkes" || r.Words.In("id") != "isian permohonan, berkas yang diunggah" || r.Purpose.In("en") != "Reviewing the application" || !r.At.Equal(w.at) || r.Case != "case" {
			t.Fatalf("%+v", r)
		}
		if rows, _, err := w.a.Rows(t.Context(), w.own("acc-y", yosef), ""); err != nil || len(rows) != 0 {
			t.Fatalf("%+v %v", rows, err)
		}
		if _, _, err := w.a.Rows(t.Context(), g, ""); err == nil {
			t.Fatal("an officer read who looked at somebody's data")
		}
		w.must(w.a.Verify(t.Context()))
		w.must(w.db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec("UPDATE access_seen SET who_id = 'other'"); return err }))
		if w.a.Verify(t.Context()) == nil {
			t.Fatal("a changed row was not found")
		}
		w.must(w.db.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec("DELETE FROM access_rows"); return err }))
		if err := w.a.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), "taken out") {
			t.Fatalf("a look that was taken out was not found: %v", err)
		}
	})
}

func TestNoLookWithoutReasonOrReader(t *testing.T) {
	once(t, func(w *world) {
		for name, change := range map[string]func(*access.Request){
			"who": func(r *access.Request) { r.Who = lancar.Actor{} }, "subject": func(r *access.Request) { r.Subject = "" },
			"region": func(r *access.Request) { r.Region = "" }, "what": func(r *access.Request) { r.What = nil },
			"purpose": func(r *access.Request) { r.Purpose = nil }, "ground": func(r *access.Request) { r.Ground = nil },
		} {
			r := look()
			change(&r)
			g, err := w.open(r)
			if lancar.CodeOf(err) != lancar.Invalid || g.Covers(access.Answers) {
				t.Errorf("without %s: %v", name, err)
			}
		}
		var none access.Grant
		if none.Covers("") || none.For("", "") == nil {
			t.Error("the zero grant permits something")
		}
		w.must(w.db.Read(t.Context(), func(tx *store.Tx) error {
			if _, err := w.a.OwnTx(tx, "nobody", maria, true); lancar.CodeOf(err) != lancar.Forbidden {
				t.Errorf("an unbound account reads: %v", err)
			}
			return nil
		}))
	})
}

func TestALookRolledBackHasNotHappened(t *testing.T) {
	once(t, func(w *world) {
		err := w.db.Write(t.Context(), func(tx *store.Tx) error {
			if _, err := w.a.OpenTx(tx, look()); err != nil {
				return err
			}
			return lancar.Fail(lancar.Conflict, "", "x", "x")
		})
		w.fails(err, lancar.Conflict)
		w.must(w.queue.Drain(t.Context()))
		if rows, _, err := w.a.Rows(t.Context(), w.own("acc", maria), ""); err != nil || len(rows) != 0 {
			t.Fatalf("%+v %v", rows, err)
		}
	})
}

func TestRowsComeInPages(t *testing.T) {
	each(t, func(w *world) {
		for range 65 {
			w.at = w.at.Add(time.Second)
			_, err := w.open(look())
			w.must(err)
		}
		own, seen, after := w.own("acc", maria), map[lancar.ID]bool{}, ""
		for pages := 1; ; pages++ {
			rows, next, err := w.a.Rows(t.Context(), own, after)
			w.must(err)
			for _, r := range rows {
				seen[r.ID] = true
			}
			if after = next; next == "" {
				if pages != 3 || len(seen) != 65 {
					t.Fatalf("%d pages, %d rows", pages, len(seen))
				}
				return
			}
		}
	})
}

func TestAskingWhyIsAnsweredByTheReadersOffice(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.open(look())
		w.must(err)
		own := w.own("acc", maria)
		rows, _, err := w.a.Rows(t.Context(), own, "")
		w.must(err)
		_, err = w.a.AskFor(t.Context(), w.own("acc-y", yosef), access.Ask{Right: access.Why, Row: rows[0].ID})
		w.fails(err, lancar.NotFound)
		first, err := w.a.AskFor(t.Context(), own, access.Ask{Right: access.Why, Row: rows[0].ID, Text: "Untuk apa foto saya?"})
		w.must(err)
		second, err := w.a.AskFor(t.Context(), own, access.Ask{Right: access.Why, Row: rows[0].ID, Text: "Lagi"})
		if err != nil || first.ID != second.ID || first.Region != "53.15" || first.Agency != "dinkes" || !first.Due.Equal(w.at.Add(72*time.Hour)) {
			t.Fatalf("%+v %+v %v", first, second, err)
		}
		_, err = w.a.Pending(t.Context(), reviewer())
		w.fails(err, lancar.Forbidden)
		list, err := w.a.Pending(t.Context(), dpo())
		if err != nil || len(list) != 1 || list[0].Text != "" {
			t.Fatalf("%+v %v", list, err)
		}
		above, aside := dpo(), dpo()
		above.Region, aside.Region = "53", "53.1"
		if list, err := w.a.Pending(t.Context(), above); err != nil || len(list) != 1 {
			t.Fatalf("the region above sees %+v %v", list, err)
		}
		if list, err := w.a.Pending(t.Context(), aside); err != nil || len(list) != 0 {
			t.Fatalf("another region sees %+v %v", list, err)
		}
		_, err = w.a.Take(t.Context(), aside, "53.15", first.ID)
		w.fails(err, lancar.Forbidden)
		taken, err := w.a.Take(t.Context(), dpo(), "53.15", first.ID)
		if err != nil || taken.Text != "Untuk apa foto saya?" || taken.State != access.Working {
			t.Fatalf("%+v %v", taken, err)
		}
		w.must(w.queue.Drain(t.Context()))
		if rows, _, _ := w.a.Rows(t.Context(), own, ""); len(rows) != 2 {
			t.Fatalf("reading the question is no look: %+v", rows)
		}
		w.must(w.a.Answer(t.Context(), dpo(), "53.15", first.ID, false, "Untuk memeriksa dapur."))
		w.fails(w.a.Answer(t.Context(), dpo(), "53.15", first.ID, false, "Lagi."), lancar.Conflict)
		asks, err := w.a.Asks(t.Context(), own)
		if err != nil || len(asks) != 1 || asks[0].Answer != "Untuk memeriksa dapur." || asks[0].State != access.Done {
			t.Fatalf("%+v %v", asks, err)
		}
		w.at = w.at.Add(80 * time.Hour)
		w.must(w.queue.Drain(t.Context()))
		if got := strings.Join(w.heard, "; "); got != "access.asked why received acc; access.answered why done acc" {
			t.Fatal(got)
		}
	})
}

// A data officer who looked out of curiosity does not write the answer why.
func TestNobodyAnswersWhyTheyThemselfLooked(t *testing.T) {
	each(t, func(w *world) {
		r := look()
		r.Who = dpo()
		_, err := w.open(r)
		w.must(err)
		own := w.own("acc", maria)
		rows, _, err := w.a.Rows(t.Context(), own, "")
		w.must(err)
		asked, err := w.a.AskFor(t.Context(), own, access.Ask{Right: access.Why, Row: rows[0].ID})
		w.must(err)
		_, err = w.a.Take(t.Context(), dpo(), "53.15", asked.ID)
		w.fails(err, lancar.Forbidden)
		w.fails(w.a.Answer(t.Context(), dpo(), "53.15", asked.ID, false, "Tugas saya."), lancar.Forbidden)
		above := dpo()
		above.ID, above.Region = "above", "53"
		w.must(w.a.Answer(t.Context(), above, "53.15", asked.ID, false, "Tidak ada dasarnya; sedang diperiksa."))
	})
}

func TestAnUnansweredRequestIsToldWhenItsTermHasPassed(t *testing.T) {
	each(t, func(w *world) {
		own := w.own("acc", maria)
		_, err := w.a.AskFor(t.Context(), own, access.Ask{Right: access.Correct, Region: "53.15"})
		w.fails(err, lancar.Invalid) // what is wrong?
		asked, err := w.a.AskFor(t.Context(), own, access.Ask{Right: access.Correct, Region: "53.15", Text: "Nama saya salah tulis"})
		w.must(err)
		w.at = w.at.Add(72*time.Hour - time.Second)
		w.must(w.queue.Drain(t.Context()))
		if len(w.heard) != 1 {
			t.Fatal(w.heard)
		}
		w.at = w.at.Add(2 * time.Second)
		w.must(w.queue.Drain(t.Context()))
		if len(w.heard) != 2 || w.heard[1] != "access.overdue correct received acc" || !asked.Late(w.at) {
			t.Fatal(w.heard)
		}
		w.must(w.a.TakeBack(t.Context(), own, "53.15", asked.ID))
		w.fails(w.a.TakeBack(t.Context(), w.own("acc-y", yosef), "53.15", asked.ID), lancar.NotFound)
	})
}

func TestRestrictionStopsReadersButNotOnesOwnCase(t *testing.T) {
	once(t, func(w *world) {
		own := w.own("acc", maria)
		asked, err := w.a.AskFor(t.Context(), own, access.Ask{Right: access.Restrict, Region: "53.15"})
		w.must(err)
		w.must(w.a.Answer(t.Context(), dpo(), "53.15", asked.ID, false, "Dibatasi."))
		r := look()
		r.Case = ""
		_, err = w.open(r)
		w.fails(err, lancar.Forbidden)
		_, err = w.open(look())
		w.must(err)
		for name, change := range map[string]func(*access.Request){
			"somebody else's case": func(r *access.Request) { r.Subject = maria; r.Case = "yosef's" },
			"a case that is over":  func(*access.Request) { delete(w.mine, "case") },
			"a machine":            func(r *access.Request) { r.Who, r.Case = bot(), "" },
		} {
			w.mine = map[lancar.ID]lancar.ID{"case": "acc", "yosef's": "acc-y"}
			r := look()
			change(&r)
			if _, err := w.open(r); lancar.CodeOf(err) != lancar.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
		if since, err := w.a.Restricted(t.Context(), own); err != nil || !since.Equal(w.at) {
			t.Fatal(since, err)
		}
		w.must(w.a.Unrestrict(t.Context(), own))
		_, err = w.open(r)
		w.must(err)
	})
}

func TestErasureIsToldToEveryRoomOnlyWhenGranted(t *testing.T) {
	once(t, func(w *world) {
		own := w.own("acc", maria)
		for _, refuse := range []bool{true, false} {
			asked, err := w.a.AskFor(t.Context(), own, access.Ask{Right: access.Erase, Region: "53.15"})
			w.must(err)
			w.must(w.a.Answer(t.Context(), dpo(), "53.15", asked.ID, refuse, "Alasan."))
		}
		w.must(w.queue.Drain(t.Context()))
		erased := 0
		for _, h := range w.heard {
			if h == "access.erase erase done acc" {
				erased++
			}
		}
		if erased != 1 {
			t.Fatal(w.heard)
		}
	})
}

func TestOnesOwnDataComesInOneFile(t *testing.T) {
	once(t, func(w *world) {
		g, err := w.open(look())
		w.must(err)
		w.a.Register([]access.Exporter{
			{Name: "akun", Data: func(_ *store.Tx, own access.Grant) (any, error) {
				return map[string]string{"subjek": own.Subject()}, nil
			}},
			{Name: "kosong", Data: func(*store.Tx, access.Grant) (any, error) { return nil, nil }},
		}, nil)
		_, err = w.a.Download(t.Context(), g)
		w.fails(err, lancar.Forbidden)
		data, err := w.a.Download(t.Context(), w.own("acc", maria))
		w.must(err)
		var file map[string]any
		w.must(json.Unmarshal(data, &file))
		if len(file["siapa_melihat_data"].([]any)) != 1 || file["akun"].(map[string]any)["subjek"] != maria || file["kosong"] != nil {
			t.Fatalf("%s", data)
		}
	})
}

func TestRetentionRunsItsRulesAndKeepsARecord(t *testing.T) {
	each(t, func(w *world) {
		left := 3
		w.a.Register(nil, []access.Rule{{Name: "test.drafts", Sweep: func(*store.Tx, int) (int, error) {
			n := min(left, 2)
			left -= n
			return n, nil
		}}})
		for range 3 {
			w.at = w.at.Add(time.Minute)
			w.must(w.db.Write(t.Context(), w.a.RetainTx))
		}
		list, err := w.a.Retention(t.Context())
		if err != nil || len(list) != 2 || list[0].Done != 1 || list[1].Done != 2 {
			t.Fatalf("%+v %v", list, err)
		}
	})
}
