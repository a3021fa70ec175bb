package mandate_test

import (
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/internal/store"
)

func TestAMotherActsForHerChild(t *testing.T) {
	each(t, func(w *world) {
		s, m := w.mother()
		if m.State != mandate.Active || m.Kind != mandate.Child || !m.Until.Equal(time.Date(2035, 5, 2, 0, 0, 0, 0, time.UTC)) {
			t.Fatalf("%+v", m)
		}
		again, err := w.m.Parent(t.Context(), s, mandate.ChildClaim{Number: tia, Name: "TIA SARABITI", BirthDate: "2018-05-02"})
		w.Must(err)
		if again.ID != m.ID {
			t.Error("asking twice made two mandates")
		}
		w.Must(w.m.ActFor(t.Context(), s, m.ID))
		s.Mandate = m.ID
		a, err := w.m.Acting(t.Context(), s)
		w.Must(err)
		if a.Mandate.Principal.Name != "TIA SARABITI" || a.By.Name != "MARIA SARABITI" || a.Own.Subject() != w.subject(tia) || !a.Own.Covers(access.Register+"/population") {
			t.Errorf("%+v", a)
		}
		w.Must(w.use(s.Account, m.ID, mandate.Act{Verb: mandate.Submit, Service: "kia", Ref: "draft/1"}))
		w.Pass(time.Second)
		_, err = w.m.See(t.Context(), a, mandate.Act{Verb: mandate.See, Ref: "KIA-1"})
		w.Must(err)
		_, err = w.m.See(t.Context(), a, mandate.Act{Verb: mandate.See, Ref: "KIA-1"})
		w.Must(err)
		_, did, err := w.m.Did(t.Context(), s, m.ID, "")
		w.Must(err)
		if len(did) != 2 || did[0].Verb != mandate.See || did[1].Verb != mandate.Submit || did[1].Service != "kia" {
			t.Errorf("%+v", did)
		}
		seen := 0
		for _, r := range w.looks(tia) {
			if r.Mandate == m.ID && r.Who.Name == "MARIA SARABITI" && r.For == "TIA SARABITI" {
				seen++
			}
		}
		if seen != 1 {
			t.Errorf("%d looks under the mandate in the child's list", seen)
		}
	})
}

func TestWhatIsNotAChildOfTheirsNobodyActsFor(t *testing.T) {
	each(t, func(w *world) {
		s := w.Person(lukas) // stands as the father's name, on another card
		for name, c := range map[string]struct {
			claim mandate.ChildClaim
			code  lancar.Code
		}{
			"another card":   {mandate.ChildClaim{Number: tia, Name: "TIA SARABITI", BirthDate: "2018-05-02"}, lancar.Forbidden},
			"nobody":         {mandate.ChildClaim{Number: "5315044205180099", Name: "TIA SARABITI", BirthDate: "2018-05-02"}, lancar.Forbidden},
			"grown up":       {mandate.ChildClaim{Number: yosef, Name: "YOSEF", BirthDate: "1985-01-01"}, lancar.Invalid},
			"no number":      {mandate.ChildClaim{Number: "123", Name: "TIA", BirthDate: "2018-05-02"}, lancar.Invalid},
			"no birth date":  {mandate.ChildClaim{Number: tia, Name: "TIA", BirthDate: "kemarin"}, lancar.Invalid},
			"themself":       {mandate.ChildClaim{Number: lukas, Name: "LUKAS", BirthDate: "2018-05-02"}, lancar.Forbidden},
			"age made lower": {mandate.ChildClaim{Number: yosef, Name: "YOSEF", BirthDate: "2018-05-02"}, lancar.Forbidden},
		} {
			_, err := w.m.Parent(t.Context(), s, c.claim)
			if lancar.CodeOf(err) != c.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		mother := w.Person(maria)
		w.SetField("population "+tia, "mother_name", "SOMEBODY ELSE") // a stepmother is not a mother
		_, err := w.m.Parent(t.Context(), mother, mandate.ChildClaim{Number: tia, Name: "TIA SARABITI", BirthDate: "2018-05-02"})
		w.Refused(err, lancar.Forbidden)
		mother.Level = identity.Typed
		_, err = w.m.Parent(t.Context(), mother, mandate.ChildClaim{Number: tia, Name: "TIA SARABITI", BirthDate: "2018-05-02"})
		w.Refused(err, lancar.Forbidden)
		w.Down("", true)
		mother.Level = identity.Verified
		_, err = w.m.Parent(t.Context(), mother, mandate.ChildClaim{Number: tia, Name: "TIA SARABITI", BirthDate: "2018-05-02"})
		w.Refused(err, lancar.Unavailable)
	})
}

func TestAChildsAccountOpensToARegisterContactAlone(t *testing.T) {
	each(t, func(w *world) {
		_, m := w.mother()
		if _, _, err := w.SignIn(tia, "thief@example.com"); lancar.CodeOf(err) != lancar.Invalid { // knows number, name and birth date
			t.Fatalf("somebody signed in as the child: %v", err)
		}
		w.SetField("population "+tia, "email", "tia@example.com")
		_, s := w.signIn(tia, "tia@example.com")
		if s.Account != m.Principal.Account {
			t.Error("the child found another account than the one acted in")
		}
	})
}

func TestRevokedAtOnce(t *testing.T) {
	each(t, func(w *world) {
		maria, yosef := w.Person(maria), w.Person(yosef)
		m := w.given(yosef, maria, mandate.Scope{Services: []string{"lapak"}, Verbs: []mandate.Verb{mandate.See, mandate.Draft, mandate.Submit}, Most: lancar.Rupiah(100_000)})
		w.Must(w.use(maria.Account, m, mandate.Act{Verb: mandate.Draft, Service: "lapak", Ref: "d"}))
		w.Must(w.m.ActFor(t.Context(), maria, m))
		w.Must(w.m.Revoke(t.Context(), yosef, m))
		w.Refused(w.use(maria.Account, m, mandate.Act{Verb: mandate.Submit, Service: "lapak", Ref: "d/1"}), lancar.Gone)
		maria.Mandate = m
		_, err := w.m.Acting(t.Context(), maria)
		w.Refused(err, lancar.Gone)
		w.Refused(w.m.Revoke(t.Context(), yosef, m), lancar.Conflict)
		w.Drain()
		if !w.Told("maria@example.com", "Dicabut pemberi kuasa") || !w.Told("yosef@example.com", "Dicabut pemberi kuasa") || !w.Told("yosef@example.com", "Diterima") {
			t.Error("the parties were not told")
		}
	})
}

// given is a mandate that one person offered and another took.
func (w *world) given(giver, holder identity.Session, s mandate.Scope) lancar.ID {
	w.t.Helper()
	nik := map[string]string{w.subject(maria): maria, w.subject(yosef): yosef, w.subject(lukas): lukas}[holder.Subject]
	m, err := w.m.Offer(w.t.Context(), giver, mandate.Gift{Number: nik, Name: w.Record("population " + nik)["name"], Scope: s, Until: w.Now().AddDate(0, 1, 0), Errand: "Lapak"})
	w.Must(err)
	w.Refused(w.use(holder.Account, m.ID, mandate.Act{Verb: s.Verbs[0]}), lancar.NotFound)
	held, err := w.m.Held(w.t.Context(), holder)
	w.Must(err)
	if len(held) == 0 || held[0].ID != m.ID || held[0].State != mandate.Offered {
		w.t.Fatalf("the offer is not on the holder's page: %+v", held)
	}
	w.Must(w.m.Accept(w.t.Context(), holder, m.ID))
	return m.ID
}

func TestScopeIsHeldTo(t *testing.T) {
	each(t, func(w *world) {
		maria, yosef := w.Person(maria), w.Person(yosef)
		m := w.given(yosef, maria, mandate.Scope{Services: []string{"lapak"}, Verbs: []mandate.Verb{mandate.See, mandate.Submit}, Most: lancar.Rupiah(100_000)})
		w.Must(w.use(maria.Account, m, mandate.Act{Verb: mandate.Submit, Service: "lapak", Amount: lancar.Rupiah(100_000), Ref: "a"}))
		for name, act := range map[string]mandate.Act{
			"another service": {Verb: mandate.Submit, Service: "pindah", Ref: "b"},
			"too much":        {Verb: mandate.Submit, Service: "lapak", Amount: lancar.Rupiah(100_001), Ref: "c"},
			"another verb":    {Verb: mandate.Withdraw, Service: "lapak", Ref: "d"},
		} {
			err := w.use(maria.Account, m, act)
			if lancar.CodeOf(err) != lancar.Forbidden || !strings.Contains(err.Error(), "see applications") {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.Refused(w.use(yosef.Account, m, mandate.Act{Verb: mandate.Submit, Service: "lapak", Ref: "e"}), lancar.NotFound) // not the holder
		w.Pass(32 * 24 * time.Hour)
		w.Refused(w.use(maria.Account, m, mandate.Act{Verb: mandate.Submit, Service: "lapak", Ref: "f"}), lancar.Gone)
		w.sweep()
		held, err := w.m.Held(t.Context(), maria)
		w.Must(err)
		if held[0].State != mandate.Expired {
			t.Errorf("%s after its period", held[0].State)
		}
	})
}

func TestAMandateIsNotPassedOn(t *testing.T) {
	each(t, func(w *world) {
		s, m := w.mother()
		s.Mandate = m.ID
		_, err := w.m.Offer(t.Context(), s, mandate.Gift{Number: yosef, Name: "YOSEF", Scope: mandate.Scope{Verbs: mandate.Verbs()}, Until: w.Now().AddDate(0, 1, 0)})
		w.Refused(err, lancar.Forbidden)
		_, err = w.m.Agent(t.Context(), s, mandate.AgentGift{Machine: "m1", Name: "Bot", Scope: mandate.Scope{Verbs: mandate.Verbs()}, Until: w.Now().AddDate(0, 1, 0)})
		w.Refused(err, lancar.Forbidden)
		_, err = w.m.Help(t.Context(), s, mandate.HelpClaim{Number: yosef, Name: "YOSEF", BirthDate: "1985-01-01", Contact: "yosef@example.com",
			Scope: mandate.Scope{Verbs: mandate.Verbs()}, Until: w.Now().AddDate(0, 1, 0)})
		w.Refused(err, lancar.Forbidden)
	})
}

func TestACompanyByItsRegisteredOfficer(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.m.Officer(t.Context(), w.Person(yosef), mandate.CompanyClaim{NIB: nib})
		w.Refused(err, lancar.Forbidden)
		s := w.Person(maria)
		m, err := w.m.Officer(t.Context(), s, mandate.CompanyClaim{NIB: "9 0000 0000 0017"})
		w.Must(err)
		if m.Principal.Name != "KOPI TABE" || m.Of != identity.Company {
			t.Fatalf("%+v", m)
		}
		w.Must(w.use(s.Account, m.ID, mandate.Act{Verb: mandate.Submit, Service: "lapak", Ref: "x"}))
		w.SetField("oss "+nib, "nik", yosef) // the register names another
		w.Pass(25 * time.Hour)
		w.sweep()
		w.Refused(w.use(s.Account, m.ID, mandate.Act{Verb: mandate.Submit, Service: "lapak", Ref: "y"}), lancar.Gone)
	})
}

func TestARegisterThatIsDownEndsNothing(t *testing.T) {
	each(t, func(w *world) {
		s, m := w.mother()
		w.Down("", true)
		w.Pass(25 * time.Hour)
		w.sweep()
		w.Must(w.use(s.Account, m.ID, mandate.Act{Verb: mandate.Draft, Ref: "x"}))
		w.Down("", false)
		w.SetField("population "+tia, "living", "no")
		w.Pass(time.Hour)
		w.sweep()
		w.Refused(w.use(s.Account, m.ID, mandate.Act{Verb: mandate.Draft, Ref: "x"}), lancar.Gone)
	})
}

func TestErasureEndsWhatStoodOnBothSides(t *testing.T) {
	each(t, func(w *world) {
		maria, yosef := w.Person(maria), w.Person(yosef)
		m := w.given(yosef, maria, mandate.Scope{Verbs: mandate.Verbs()})
		w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
			if err := w.m.EraseTx(tx, yosef.Account); err != nil {
				return err
			}
			return w.Identity.EraseTx(tx, yosef.Account)
		}))
		w.Refused(w.use(maria.Account, m, mandate.Act{Verb: mandate.See, Ref: "x"}), lancar.NotFound)
		held, err := w.m.Held(t.Context(), maria)
		w.Must(err)
		if len(held) != 1 || held[0].State != mandate.Ended || held[0].Principal.Name != "" {
			t.Errorf("%+v", held)
		}
	})
}

// A hand in the database makes or changes a mandate past everything else: verify says so.
func TestAMandateMintedInTheDatabaseIsFound(t *testing.T) {
	each(t, func(w *world) {
		thief, victim := w.Person(maria), w.Person(yosef)
		m := w.given(victim, thief, mandate.Scope{Verbs: mandate.Verbs()})
		w.Must(w.m.Verify(t.Context()))
		alter := func(sql string, args ...any) {
			w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(sql, args...)
				return err
			}))
		}
		w.Must(w.m.Revoke(t.Context(), victim, m))
		w.Must(w.m.Verify(t.Context()))
		alter(`UPDATE identity_mandates SET state = 'active' WHERE id = $1`, string(m)) // brought back to life
		if w.m.Verify(t.Context()) == nil {
			t.Error("a revived mandate was not found")
		}
		alter(`UPDATE identity_mandates SET state = 'revoked' WHERE id = $1`, string(m))
		w.Must(w.m.Verify(t.Context()))
		alter(`UPDATE identity_mandates SET until_at = until_at + 1 WHERE id = $1`, string(m))
		if w.m.Verify(t.Context()) == nil {
			t.Error("a longer period was not found")
		}
		alter(`UPDATE identity_mandates SET until_at = until_at - 1 WHERE id = $1`, string(m))
		alter(`UPDATE identity_mandates SET holder = $2 WHERE id = $1`, string(m), "somebody")
		if w.m.Verify(t.Context()) == nil {
			t.Error("another holder was not found")
		}
		alter(`UPDATE identity_mandates SET holder = $2 WHERE id = $1`, string(m), string(thief.Account))
		alter(`DELETE FROM identity_mandate_events WHERE mandate = $1 AND seq = 3`, string(m))
		if w.m.Verify(t.Context()) == nil {
			t.Error("a deleted event was not found")
		}
	})
}

func TestWhatStaysWithThePersonThemself(t *testing.T) {
	each(t, func(w *world) {
		s, m := w.mother()
		s.Mandate = m.ID
		a, err := w.m.Acting(t.Context(), s)
		w.Must(err)
		if _, err := w.Access.Download(t.Context(), a.Own); lancar.CodeOf(err) != lancar.Forbidden {
			t.Errorf("downloaded: %v", err)
		}
		if _, _, err := w.Access.Rows(t.Context(), a.Own, ""); lancar.CodeOf(err) != lancar.NotFound {
			t.Errorf("who looked: %v", err)
		}
		if _, err := w.Access.AskFor(t.Context(), a.Own, access.Ask{Right: access.Erase, Region: "53.15"}); err == nil {
			t.Error("a holder used the principal's right to erasure")
		}
		if _, err := w.m.Of(t.Context(), a.Own); lancar.CodeOf(err) != lancar.NotFound {
			t.Errorf("the principal's mandates: %v", err)
		}
		if a.Own.Covers(access.Contact) || a.Own.Covers(access.Messages) {
			t.Error("contacts or messages are open")
		}
	})
}

// What ended is kept for so many years, then nothing of it is left; what stands stays.
func TestMandatesThatEndedAreForgotten(t *testing.T) {
	each(t, func(w *world) {
		s, m := w.mother()
		w.Must(w.use(s.Account, m.ID, mandate.Act{Verb: mandate.Draft, Service: "akta", Ref: "d"}))
		sweep := func() (n int) {
			w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error {
				n = 0
				for _, r := range w.m.Retention() {
					done, err := r.Sweep(tx, 100)
					if n += done; err != nil {
						return err
					}
				}
				return nil
			}))
			return n
		}
		w.Must(w.m.Revoke(t.Context(), s, m.ID))
		w.Pass(5*365*24*time.Hour - 24*time.Hour)
		if n := sweep(); n != 0 {
			w.t.Fatalf("%d were forgotten too early", n)
		}
		w.Pass(5 * 24 * time.Hour)
		if n := sweep(); n != 1 || sweep() != 0 {
			w.t.Fatalf("%d were forgotten", n)
		}
		w.Must(w.DB.Read(t.Context(), func(tx *store.Tx) error {
			for _, table := range []string{"identity_mandates", "identity_mandate_events", "identity_mandate_acts", "identity_mandate_codes", "identity_mandate_asks"} {
				var left int
				if err := tx.QueryRow("SELECT count(*) FROM " + table).Scan(&left); err != nil || left != 0 {
					w.t.Errorf("%s: %d %v", table, left, err)
				}
			}
			return nil
		}))
		w.Must(w.m.Verify(t.Context()))
	})
}
