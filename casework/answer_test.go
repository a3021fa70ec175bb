package casework_test

import (
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/casework"
	"lancar/catalog/flow"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/test/outside"
)

// asked is a free case that waits for its correction, and the population register's late answer
// about the mother's name, which has not been heard yet.
func (w *world) asked(who casework.Applicant, reviewers []lancar.Actor) (casework.Case, func(*store.Tx) error) {
	w.t.Helper()
	var late []jobs.Event
	w.Heard = func(_ *store.Tx, e jobs.Event) error { late = append(late, e); return nil }
	d, err := w.Cases.StartDraft(w.t.Context(), who, free, "53.15.05.1025")
	w.Must(err)
	w.Down("population", true)
	d, err = w.Cases.SaveStep(w.t.Context(), who, d.ID, d.Version, "check", map[string]string{"village": "53.15.05.1025", "note": "Mohon diproses",
		"mother_nik": yosef, "mother_name": "SALAH"})
	w.Must(err)
	w.Down("population", false)
	c, err := w.Cases.Submit(w.t.Context(), who, casework.Submission{Draft: d.ID})
	w.Must(err)
	w.run()
	o, task := w.task(reviewers, c.Number)
	w.Must(w.Cases.Ask(w.t.Context(), o, c.Number, task.Version, casework.Ask{Requirement: "note", Reason: "Tulis lebih jelas."}))
	w.run()
	if len(late) != 1 {
		w.t.Fatalf("%d late answers", len(late))
	}
	return w.read(who, c.Number), func(tx *store.Tx) error { return w.Cases.Answered(tx, late[0]) }
}

func TestARegistersLateAnswerIsNoConflictWithTheApplicant(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		seen, late := w.asked(who, reviewers)
		w.Must(w.DB.Write(t.Context(), late))
		if now := w.read(who, seen.Number); now.Version == seen.Version || len(now.Flags) != 1 {
			t.Fatalf("the register's answer did not come: %+v", now.Flags)
		}
		w.Must(w.Cases.Answer(t.Context(), who, seen.Number, seen.Version, map[string]string{"note": "lebih jelas"}))
		got := w.read(who, seen.Number)
		if got.State != flow.Review || got.Answers["note"] != "lebih jelas" || len(got.Flags) != 1 || got.Facts["mother_name"].State != "nomatch" {
			t.Fatalf("%s %+v %+v", got.State, got.Answers, got.Flags)
		}
		w.run()
		w.verified()
	})
}

// The late answer is being written at the very moment in which the applicant answers.
func TestALateAnswerBetweenReadingAndAnswering(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		seen, late := w.asked(who, reviewers)
		answered := make(chan error, 1)
		var once sync.Once
		w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
			err := late(tx)
			once.Do(func() { // the case's row is taken now
				go func() {
					answered <- w.Cases.Answer(t.Context(), who, seen.Number, seen.Version, map[string]string{"note": "lebih jelas"})
				}()
				time.Sleep(100 * time.Millisecond)
			})
			return err
		}))
		w.Must(<-answered)
		w.run()
		if got := w.read(who, seen.Number); got.Answers["note"] != "lebih jelas" || len(got.Flags) != 1 {
			t.Fatalf("%+v %+v", got.Answers, got.Flags)
		}
		w.verified()
	})
}

func TestAnAnswerTypedTwiceIsOneAndAnotherIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		seen, _ := w.asked(who, reviewers)
		answer := func(note string) error {
			return w.Cases.Answer(t.Context(), who, seen.Number, seen.Version, map[string]string{"note": note})
		}
		first, second := make(chan error), make(chan error)
		go func() { first <- answer("sama") }()
		go func() { second <- answer("sama") }()
		w.Must(<-first)
		w.Must(<-second)
		w.Refused(answer("lain"), lancar.Conflict)
		w.Must(answer("sama"))
		if got := w.read(who, seen.Number); got.Version != seen.Version+1 || got.Answers["note"] != "sama" {
			t.Fatalf("%d after %d: %+v", got.Version, seen.Version, got.Answers)
		}
		w.Refused(w.Cases.Answer(t.Context(), who, seen.Number, seen.Version+1, map[string]string{"note": "sama"}), lancar.Conflict)
		w.verified()
	})
}

func TestTwoTabsWithDifferentAnswers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		seen, _ := w.asked(who, reviewers)
		notes, errs := []string{"satu", "dua"}, make([]error, 2)
		var wg sync.WaitGroup
		for i, note := range notes {
			wg.Go(func() {
				errs[i] = w.Cases.Answer(t.Context(), who, seen.Number, seen.Version, map[string]string{"note": note})
			})
		}
		wg.Wait()
		won := 0
		if errs[0] != nil {
			won = 1
		}
		w.Must(errs[won])
		w.Refused(errs[1-won], lancar.Conflict)
		if w.read(who, seen.Number).Answers["note"] != notes[won] {
			t.Fatal("the answer that was refused stands in the case")
		}
		w.verified()
	})
}

func TestWhatTheApplicantDidElsewhereIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who := w.person(maria)
		seen, late := w.asked(who, reviewers)
		w.Must(w.DB.Write(t.Context(), late)) // moved by itself: withdrawing is still what the applicant meant
		w.Must(w.Cases.Withdraw(t.Context(), who, seen.Number, seen.Version, ""))
		w.Refused(w.Cases.Answer(t.Context(), who, seen.Number, seen.Version, map[string]string{"note": "terlambat"}), lancar.Conflict)
		w.verified()
	})
}

func TestAFileOfACorrectionSentTwiceIsOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		reviewers, _ := w.staff()
		who, c := w.paid()
		o, task := w.task(reviewers, c.Number)
		w.Must(w.Cases.Ask(t.Context(), o, c.Number, task.Version, casework.Ask{Requirement: "goods", Reason: "Foto buram."}))
		seen := w.read(who, c.Number)
		w.Pass(time.Minute)
		up := casework.Upload{Field: "goods_photo", Name: "kopi.jpg", Data: outside.Picture()}
		for range 2 {
			_, err := w.Cases.AttachCorrection(t.Context(), who, c.Number, up)
			w.Must(err)
		}
		w.Must(w.Cases.Answer(t.Context(), who, c.Number, seen.Version, nil))
		_, err := w.Cases.AttachCorrection(t.Context(), who, c.Number, up) // the second click
		w.Must(err)
		w.Must(w.Cases.Answer(t.Context(), who, c.Number, seen.Version, nil))
		if got := w.read(who, c.Number); len(got.Files) != 1 || got.State != flow.Review {
			t.Fatalf("%s %+v", got.State, got.Files)
		}
		w.run()
		w.verified()
	})
}
