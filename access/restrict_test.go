package access_test

import (
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

func bot() lancar.Actor {
	return lancar.Actor{Kind: lancar.Machine, ID: "bot", Name: "Sinkronisasi klinik"}
}

// onAgreement is a machine's look that relies on what the person agreed to.
func onAgreement() access.Request {
	return access.Request{Who: bot(), Subject: maria, Region: "53.15", What: []string{access.Identity}, Consent: "clinic", For: "Klinik Sehat",
		Purpose: lancar.Text{"id": "Mengisi pendaftaran pasien"}, Ground: lancar.Text{"id": "Persetujuan Anda"}}
}

func TestALookOnAnAgreementNeedsOneInForce(t *testing.T) {
	each(t, func(w *world) {
		own := w.own("acc", maria)
		_, err := w.open(onAgreement())
		w.fails(err, lancar.Forbidden)
		c, err := w.agree(own, clinic())
		w.must(err)
		g, err := w.open(onAgreement())
		w.must(err)
		if g.Covers(access.Number) || g.For(yosef, access.Identity) == nil {
			t.Fatal("a machine reads over its scope")
		}
		rows, _, err := w.a.Rows(t.Context(), own, "")
		if err != nil || len(rows) != 1 || rows[0].Consent != "clinic" || rows[0].For != "Klinik Sehat" {
			t.Fatalf("%+v %v", rows, err)
		}
		w.must(w.a.Withdraw(t.Context(), own, c.ID))
		_, err = w.open(onAgreement())
		w.fails(err, lancar.Forbidden)
	})
}

// A token that is used while its agreement is being withdrawn either reads before and is seen, or
// does not read at all.
func TestWithdrawingRacesATokensUse(t *testing.T) {
	each(t, func(w *world) {
		own := w.own("acc", maria)
		c, err := w.agree(own, clinic())
		w.must(err)
		var wg sync.WaitGroup
		var mu sync.Mutex
		reads, withdrawn := 0, false
		for range 8 {
			wg.Go(func() {
				for range 5 {
					mu.Lock()
					after := withdrawn
					mu.Unlock()
					err := w.db.Write(w.Context(), func(tx *store.Tx) error { _, err := w.a.OpenTx(tx, onAgreement()); return err })
					if err == nil && after {
						t.Error("read after the withdrawal was confirmed")
					}
					if err == nil {
						mu.Lock()
						reads++
						mu.Unlock()
					}
				}
			})
		}
		wg.Go(func() {
			if err := w.a.Withdraw(w.Context(), own, c.ID); err != nil {
				t.Error(err)
			}
			mu.Lock()
			withdrawn = true
			mu.Unlock()
		})
		wg.Wait()
		w.must(w.queue.Drain(t.Context()))
		n, after := 0, ""
		for {
			rows, next, err := w.a.Rows(t.Context(), own, after)
			w.must(err)
			if n += len(rows); next == "" {
				break
			}
			after = next
		}
		if n != reads {
			t.Fatalf("%d reads, %d rows", reads, n)
		}
	})
}

func TestAnAgreementAfterARestrictionIsThePersonsNewerWord(t *testing.T) {
	once(t, func(w *world) {
		own := w.own("acc", maria)
		_, err := w.agree(own, clinic())
		w.must(err)
		asked, err := w.a.AskFor(t.Context(), own, access.Ask{Right: access.Object, Region: "53.15", Text: "Jangan dipakai untuk statistik."})
		w.must(err)
		w.at = w.at.Add(time.Minute)
		w.must(w.a.Answer(t.Context(), dpo(), "53.15", asked.ID, false, "Dihentikan."))
		_, err = w.open(onAgreement())
		w.fails(err, lancar.Forbidden) // what was agreed to before
		w.at = w.at.Add(time.Minute)
		_, err = w.agree(own, clinic())
		w.must(err)
		_, err = w.open(onAgreement())
		w.must(err)
	})
}

func TestARequestGoesOnToTheOfficeThatKeepsTheData(t *testing.T) {
	each(t, func(w *world) {
		own := w.own("acc", maria)
		asked, err := w.a.AskFor(t.Context(), own, access.Ask{Right: access.Correct, Region: "53.15", Text: "Tanggal lahir saya salah"})
		w.must(err)
		w.at = w.at.Add(5 * time.Hour)
		pass := func(to string) (lancar.ID, error) {
			return w.a.Pass(t.Context(), dpo(), "53.15", asked.ID, to, "dukcapil", "Dicatat oleh dukcapil.")
		}
		_, err = pass("00")
		w.fails(err, lancar.Conflict) // nobody has read it yet
		_, err = w.a.Take(t.Context(), dpo(), "53.15", asked.ID)
		w.must(err)
		next, err := pass("00")
		w.must(err)
		_, err = pass("00")
		w.fails(err, lancar.Conflict)
		national := dpo()
		national.Region, national.Agency = "00", "dukcapil"
		got, err := w.a.Take(t.Context(), national, "00", next)
		if err != nil || !got.Due.Equal(asked.Due) || got.Origin != asked.ID || got.Text != "Tanggal lahir saya salah" {
			t.Fatalf("%+v %v", got, err)
		}
		w.must(w.a.Answer(t.Context(), national, "00", next, false, "Sudah diperbaiki di data kependudukan."))
		list, err := w.a.Asks(t.Context(), own)
		if err != nil || len(list) != 2 {
			t.Fatal(list, err)
		}
		for _, s := range list {
			if s.State == access.Passed && s.Answer != "Dicatat oleh dukcapil." || s.State == access.Done && s.Region != "00" {
				t.Errorf("%+v", s)
			}
		}
	})
}

func TestErasureTakesTheWordsAndEndsAgreements(t *testing.T) {
	each(t, func(w *world) {
		own := w.own("acc", maria)
		_, err := w.agree(own, clinic())
		w.must(err)
		for _, right := range []access.Right{access.Correct, access.Erase} {
			asked, err := w.a.AskFor(t.Context(), own, access.Ask{Right: right, Region: "53.15", Text: "Rahasia saya"})
			w.must(err)
			w.must(w.a.Answer(t.Context(), dpo(), "53.15", asked.ID, false, "Baik, rahasia Anda."))
		}
		w.must(w.queue.Drain(t.Context()))
		if _, ok := w.agreed(maria, "clinic"); ok {
			t.Fatal("an agreement outlives the erasure")
		}
		list, err := w.a.Asks(t.Context(), own)
		if err != nil || len(list) != 2 || list[0].Text+list[1].Text+list[0].Answer+list[1].Answer != "" {
			t.Fatalf("%+v %v", list, err)
		}
		again, err := w.a.AskFor(t.Context(), own, access.Ask{Right: access.See, Region: "53.15", Text: "Apa yang tersisa?"})
		if err != nil || again.ID == "" {
			t.Fatal(err) // who comes back can ask again
		}
	})
}
