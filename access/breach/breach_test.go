package breach_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"path/filepath"

	"lancar"
	"lancar/access"
	"lancar/access/breach"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

type world struct {
	*testing.T
	db    *store.DB
	queue *jobs.Queue
	a     *access.Access
	b     *breach.Breaches
	at    time.Time
	heard map[string]int
	found []string // what the cases' room answers
}

func dpo() lancar.Actor {
	return lancar.Actor{Kind: lancar.Officer, ID: "dpo", Role: access.OfficerRole, Agency: "dinkes", Region: "53.15"}
}

func each(t *testing.T, fn func(*world)) {
	w := &world{}
	storetest.EachAt(t, func() time.Time { return w.at }, func(t *testing.T, db *store.DB) {
		w = &world{T: t, db: db, at: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC), heard: map[string]int{}}
		ring, err := keys.Create(filepath.Join(t.TempDir(), "keys"), keys.Options{Origin: "lancar.test", Now: w.at})
		w.must(err)
		w.queue = jobs.New(db, func(j jobs.Job, err error) { t.Errorf("job %s: %v", j.Queue, err) })
		w.a = access.New(db, w.queue, ring)
		w.b = breach.New(db, w.queue, func(_ *store.Tx, p breach.Pick) ([]string, error) {
			if p.Region != "53.15" {
				t.Errorf("people were picked in %s", p.Region)
			}
			return w.found, nil
		}, func(_ *store.Tx, reader, officer lancar.ID) error {
			if reader == officer || reader == "cousin of "+officer {
				return lancar.Fail(lancar.Forbidden, "", "keluarga", "family")
			}
			return nil
		})
		for _, name := range []string{breach.EventOpened, breach.EventTold, breach.EventLate} {
			w.queue.Subscribe(name, "test", func(_ *store.Tx, e jobs.Event) error {
				var n breach.Notice
				err := json.Unmarshal(e.Payload, &n)
				w.heard[e.Name+" "+string(n.Account)]++
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

func (w *world) fails(err error, code lancar.Code) {
	w.Helper()
	if lancar.CodeOf(err) != code {
		w.Fatalf("got %v, want %s", err, code)
	}
}

// people binds accounts to so many subjects.
func (w *world) people(n int) (subjects []string) {
	w.must(w.db.Write(w.Context(), func(tx *store.Tx) error {
		subjects = nil
		for i := range n {
			s := fmt.Sprintf("subject-%04d", i)
			if _, err := w.a.BindTx(tx, lancar.ID(fmt.Sprintf("acc-%04d", i)), s); err != nil {
				return err
			}
			subjects = append(subjects, s)
		}
		return nil
	}))
	return subjects
}

func (w *world) breach() breach.Breach {
	return breach.Breach{What: "Nama dan alamat pemohon lapak", How: "Berkas tertinggal di fotokopi", Measures: "Berkas ditarik, prosedur diubah", Contact: "dpo@dinkes.test",
		Happened: w.at.Add(-48 * time.Hour), Found: w.at.Add(-time.Hour)}
}

func (w *world) opened(p breach.Pick) breach.Breach {
	w.Helper()
	b, err := w.b.Open(w.Context(), dpo(), w.breach(), p)
	w.must(err)
	return b
}

func byCase() breach.Pick { return breach.Pick{Cases: []string{"53.15-1"}} }

func TestABreachTellsEverybodyOnce(t *testing.T) {
	each(t, func(w *world) {
		w.found = append(w.people(250), "nobody's", "", "subject-0001")
		n, err := w.b.Open(t.Context(), dpo(), w.breach(), byCase())
		if err != nil || n.People != 251 || n.Away != 1 || n.Reached != 0 || !n.Due.Equal(w.at.Add(71*time.Hour)) {
			t.Fatalf("%+v %v", n, err)
		}
		w.must(w.queue.Drain(t.Context()))
		if len(w.heard) != 1 || w.heard["access.breach "] != 1 {
			t.Fatalf("somebody was told before it was sent: %v", w.heard)
		}
		var wg sync.WaitGroup
		for range 4 { // two windows, two clicks each
			wg.Go(func() {
				if err := w.b.Tell(w.Context(), dpo(), "53.15", n.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		w.must(w.queue.Drain(t.Context()))
		w.must(w.b.Tell(t.Context(), dpo(), "53.15", n.ID))
		w.must(w.queue.Drain(t.Context()))
		told := 0
		for what, times := range w.heard {
			if strings.HasPrefix(what, breach.EventTold) {
				if told++; times != 1 {
					t.Errorf("%s: %d times", what, times)
				}
			}
		}
		if told != 250 {
			t.Fatalf("%d people were told", told)
		}
		w.found = []string{"subject-0001", "late"}
		w.must(w.db.Write(t.Context(), func(tx *store.Tx) error { _, err := w.a.BindTx(tx, "acc-late", "late"); return err }))
		w.must(w.b.Add(t.Context(), dpo(), "53.15", n.ID, byCase()))
		w.must(w.queue.Drain(t.Context()))
		if w.heard[breach.EventTold+" acc-late"] != 1 || w.heard[breach.EventTold+" acc-0001"] != 1 {
			t.Fatal("who was found later was not told, or the others again")
		}
		if n, err = w.b.ByID(t.Context(), dpo(), "53.15", n.ID); err != nil || n.Reached != 251 || n.Done() {
			t.Fatalf("%+v %v", n, err)
		}
	})
}

func TestTheClockOfABreachRunsUntilBothAreTold(t *testing.T) {
	each(t, func(w *world) {
		w.found = w.people(1)
		late, err := w.b.Open(t.Context(), dpo(), w.breach(), byCase())
		w.must(err)
		done, err := w.b.Open(t.Context(), dpo(), w.breach(), byCase())
		w.must(err)
		for range 2 {
			w.must(w.b.Tell(t.Context(), dpo(), "53.15", done.ID))
			w.must(w.b.Reported(t.Context(), dpo(), "53.15", done.ID, "800/12/2026"))
		}
		w.must(w.b.Tell(t.Context(), dpo(), "53.15", late.ID)) // but not the authority
		text, err := w.b.Letter(t.Context(), dpo(), "53.15", done.ID, "Dinas Kesehatan", time.UTC, "UTC")
		for _, s := range []string{"Nama dan alamat pemohon lapak", "19-11-2026 08.00 UTC", "Berkas tertinggal", "1 orang", "dpo@dinkes.test", "24-11-2026 07.00 UTC"} {
			if err != nil || !strings.Contains(text.String(), s) {
				t.Errorf("the letter does not say %q: %v\n%s", s, err, text)
			}
		}
		w.at = w.at.Add(80 * time.Hour)
		w.must(w.queue.Drain(t.Context()))
		if w.heard[breach.EventLate+" "] != 1 {
			t.Fatal(w.heard)
		}
		list, err := w.b.List(t.Context(), dpo())
		if err != nil || len(list) != 2 || list[0].ID != late.ID || !list[0].Late(w.at) || list[1].Late(w.at) || list[1].Ref != "800/12/2026" {
			t.Fatalf("%+v %v", list, err)
		}
	})
}

func TestWhoLookedSaysWhomItConcerns(t *testing.T) {
	each(t, func(w *world) {
		for i, who := range []lancar.ID{"thief", "thief", "honest"} {
			w.must(w.db.Write(t.Context(), func(tx *store.Tx) error {
				_, err := w.a.OpenTx(tx, access.Request{Who: lancar.Actor{Kind: lancar.Officer, ID: who}, Subject: fmt.Sprint("s", i), Region: "53.15.05", What: []string{access.Answers},
					Purpose: lancar.Text{"id": "x"}, Ground: access.PublicDuty()})
				return err
			}))
		}
		pick := breach.Pick{Reader: "thief", From: w.at.Add(-time.Minute), Until: w.at.Add(time.Minute)}
		n, err := w.b.Open(t.Context(), dpo(), w.breach(), pick)
		if err != nil || n.People != 2 {
			t.Fatalf("%+v %v", n, err)
		}
		aside := dpo()
		aside.Region = "53.14"
		if n, err := w.b.Open(t.Context(), aside, w.breach(), pick); err != nil || n.People != 0 {
			t.Fatalf("%+v %v", n, err)
		}
	})
}

func TestOnlyTheDataOfficerHandlesABreach(t *testing.T) {
	each(t, func(w *world) {
		w.found = w.people(1)
		n, err := w.b.Open(t.Context(), dpo(), w.breach(), byCase())
		w.must(err)
		reviewer, aside, machine := dpo(), dpo(), dpo()
		reviewer.Role, aside.Region, machine.Kind = "reviewer", "53.14", lancar.Machine
		for _, who := range []lancar.Actor{reviewer, aside, machine} {
			w.fails(w.b.Tell(t.Context(), who, "53.15", n.ID), lancar.Forbidden)
			w.fails(w.b.Reported(t.Context(), who, "53.15", n.ID, "1"), lancar.Forbidden)
			w.fails(w.b.Add(t.Context(), who, "53.15", n.ID, byCase()), lancar.Forbidden)
			_, err = w.b.ByID(t.Context(), who, "53.15", n.ID)
			w.fails(err, lancar.Forbidden)
		}
		w.fails(w.b.Tell(t.Context(), dpo(), "53.15", "none"), lancar.NotFound)
		for name, change := range map[string]func(*breach.Breach, *breach.Pick){
			"what": func(b *breach.Breach, _ *breach.Pick) { b.What = " " }, "how": func(b *breach.Breach, _ *breach.Pick) { b.How = "" },
			"measures": func(b *breach.Breach, _ *breach.Pick) { b.Measures = "" }, "contact": func(b *breach.Breach, _ *breach.Pick) { b.Contact = "" },
			"found": func(b *breach.Breach, _ *breach.Pick) { b.Found = w.at.Add(time.Hour) }, "happened": func(b *breach.Breach, _ *breach.Pick) { b.Happened = w.at },
			"by": func(_ *breach.Breach, p *breach.Pick) { p.Service = "x" }, "until": func(_ *breach.Breach, p *breach.Pick) { *p = breach.Pick{Reader: "x"} },
		} {
			b, p := w.breach(), byCase()
			change(&b, &p)
			if _, err := w.b.Open(t.Context(), dpo(), b, p); lancar.CodeOf(err) != lancar.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Whose looks a breach is about, and their family, does not close it; nor does adding others hide whose
// they were.
func TestNobodyClosesABreachOfTheirOwn(t *testing.T) {
	each(t, func(w *world) {
		looked := func(who lancar.ID) breach.Pick {
			return breach.Pick{Reader: who, From: w.at.AddDate(0, 0, -7), Until: w.at}
		}
		for name, open := range map[string]func() breach.Breach{
			"their own":      func() breach.Breach { return w.opened(looked("dpo")) },
			"their family's": func() breach.Breach { return w.opened(looked("cousin of dpo")) },
			"added afterwards": func() breach.Breach {
				b := w.opened(byCase())
				w.must(w.b.Add(t.Context(), dpo(), b.Region, b.ID, looked("someone")))
				w.must(w.b.Add(t.Context(), dpo(), b.Region, b.ID, looked("dpo")))
				return b
			},
		} {
			b := open()
			w.must(w.b.Tell(t.Context(), dpo(), b.Region, b.ID)) // the people need not wait
			if err := w.b.Reported(t.Context(), dpo(), b.Region, b.ID, "1/2026"); lancar.CodeOf(err) != lancar.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
			above := dpo()
			above.ID, above.Region = "other", "53"
			w.must(w.b.Reported(t.Context(), above, b.Region, b.ID, "1/2026"))
		}
		b := w.opened(byCase())
		w.must(w.b.Reported(t.Context(), dpo(), b.Region, b.ID, "1/2026"))
	})
}
