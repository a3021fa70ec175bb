package access_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

func clinic() access.Consent {
	return access.Consent{To: "clinic", Name: lancar.Text{"id": "Klinik Sehat", "en": "Sehat Clinic"}, Kinds: []string{"profile", "birthdate", "profile"},
		Purpose: lancar.Text{"id": "Mengisi pendaftaran pasien", "en": "Filling in the registration of a patient"}}
}

func (w *world) agree(own access.Grant, c access.Consent) (out access.Consent, err error) {
	err = w.db.Write(w.Context(), func(tx *store.Tx) (err error) {
		out, err = w.a.AgreeTx(tx, own, c)
		return err
	})
	return out, err
}

func (w *world) agreed(subject, to string) (c access.Consent, ok bool) {
	w.Helper()
	w.must(w.db.Read(w.Context(), func(tx *store.Tx) (err error) {
		c, ok, err = w.a.AgreedTx(tx, subject, to)
		return err
	}))
	return c, ok
}

func TestAnAgreementIsGivenRememberedAndWithdrawn(t *testing.T) {
	each(t, func(w *world) {
		own, other := w.own("acc", maria), w.own("acc-y", yosef)
		var told []access.Withdrawal
		w.queue.Subscribe(access.EventWithdrawn, "test", func(_ *store.Tx, e jobs.Event) error {
			var x access.Withdrawal
			err := json.Unmarshal(e.Payload, &x)
			told = append(told, x)
			return err
		})
		first, err := w.agree(own, clinic())
		w.must(err)
		if c, ok := w.agreed(maria, "clinic"); !ok || c.ID != first.ID || !c.Covers("birthdate") || c.Covers("nik") || len(c.Kinds) != 2 || c.Account != "acc" {
			t.Fatalf("%+v %v", c, ok)
		}
		if _, ok := w.agreed(yosef, "clinic"); ok {
			t.Fatal("somebody else has agreed")
		}
		wider := clinic()
		wider.Kinds, wider.Until = []string{"birthdate", "nik", "profile"}, w.at.Add(time.Hour)
		w.at = w.at.Add(time.Minute)
		second, err := w.agree(own, wider)
		w.must(err)
		list, err := w.a.Consents(t.Context(), own)
		if err != nil || len(list) != 2 || list[0].ID != second.ID || !list[1].Ended.Equal(w.at) {
			t.Fatalf("%+v %v", list, err)
		}
		w.fails(w.a.Withdraw(t.Context(), other, second.ID), lancar.NotFound)
		w.must(w.a.Withdraw(t.Context(), own, second.ID))
		if _, ok := w.agreed(maria, "clinic"); ok {
			t.Fatal("a withdrawn agreement stands")
		}
		w.must(w.a.Withdraw(t.Context(), own, second.ID)) // a second click
		w.must(w.queue.Drain(t.Context()))
		if len(told) != 1 || told[0] != (access.Withdrawal{ID: second.ID, Subject: maria, Account: "acc", To: "clinic"}) {
			t.Fatalf("%+v", told)
		}
		if again, err := w.agree(own, wider); err != nil || again.ID == second.ID {
			t.Fatal(err)
		}
		w.at = w.at.Add(2 * time.Hour)
		if _, ok := w.agreed(maria, "clinic"); ok {
			t.Fatal("an agreement outlives its time")
		}
	})
}

func TestOnlyThePersonAgreesAndOnlyToWhatIsSaid(t *testing.T) {
	once(t, func(w *world) {
		g, err := w.open(look())
		w.must(err)
		_, err = w.agree(g, clinic())
		w.fails(err, lancar.Forbidden)
		_, err = w.a.Consents(t.Context(), g)
		w.fails(err, lancar.Forbidden)
		w.fails(w.a.Withdraw(t.Context(), g, "x"), lancar.Forbidden)
		own := w.own("acc", maria)
		for name, change := range map[string]func(*access.Consent){
			"app": func(c *access.Consent) { c.To = "" }, "kinds": func(c *access.Consent) { c.Kinds = nil }, "name": func(c *access.Consent) { c.Name = nil },
			"purpose": func(c *access.Consent) { c.Purpose = nil }, "a comma": func(c *access.Consent) { c.Kinds = []string{"a,b"} },
			"the past": func(c *access.Consent) { c.Until = w.at },
		} {
			c := clinic()
			change(&c)
			if _, err := w.agree(own, c); lancar.CodeOf(err) != lancar.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A person who agrees in two windows at once has agreed once.
func TestTwoAgreementsAtOnceLeaveOneInForce(t *testing.T) {
	each(t, func(w *world) {
		own := w.own("acc", maria)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if _, err := w.agree(own, clinic()); err != nil && lancar.CodeOf(err) != lancar.Conflict {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		list, err := w.a.Consents(t.Context(), own)
		w.must(err)
		open := 0
		for _, c := range list {
			if c.Ended.IsZero() {
				open++
			}
		}
		if open != 1 {
			t.Fatalf("%d agreements in force", open)
		}
	})
}
