package mandate_test

import (
	"testing"

	"lancar"
	"lancar/identity/mandate"
)

func TestAnHeirIsSettledByTwoOfficersOfNeitherFamily(t *testing.T) {
	each(t, func(w *world) {
		heir := w.Person(maria)
		first, second := w.officer("198001012005011001", "5371040101800011", ""), w.officer("198001012005011002", "5371040101800012", "")
		kin, self := w.officer("198001012005011003", opa, ""), w.officer("198001012005011004", maria, "")
		c := mandate.HeirClaim{Number: opa, Name: "OPA", BirthDate: "1940-03-03", Heir: maria, HeirName: "MARIA SARABITI", Paper: "SKAW 12/2026", Until: w.Now().AddDate(0, 6, 0), Region: "53.15"}
		for name, o := range map[string]lancar.Actor{"of the dead": kin, "of the heir": self, "reviewer": {Kind: lancar.Officer, ID: first.ID, Role: "reviewer", Region: "53.15"}} {
			if _, err := w.m.Propose(t.Context(), o, c); lancar.CodeOf(err) != lancar.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
		living := c
		living.Number, living.Name, living.BirthDate = yosef, "YOSEF", "1985-01-01"
		_, err := w.m.Propose(t.Context(), first, living)
		w.Refused(err, lancar.Forbidden)
		m, err := w.m.Propose(t.Context(), first, c)
		w.Must(err)
		act := mandate.Act{Verb: mandate.Draft, Service: "akta-kematian", Ref: "d"}
		w.Refused(w.use(heir.Account, m.ID, act), lancar.Gone)
		w.Refused(w.m.Settle(t.Context(), first, m.ID, true, ""), lancar.Forbidden) // the same person twice
		w.Refused(w.m.Settle(t.Context(), kin, m.ID, true, ""), lancar.Forbidden)
		list, err := w.m.Proposals(t.Context(), second)
		w.Must(err)
		if len(list) != 1 || list[0].Paper != "SKAW 12/2026" || list[0].By != first.ID {
			t.Errorf("%+v", list)
		}
		w.Must(w.m.Settle(t.Context(), second, m.ID, true, ""))
		w.Must(w.m.Verify(t.Context()))
		w.Must(w.use(heir.Account, m.ID, act))
		w.Refused(w.m.Stop(t.Context(), self, m.ID, "Putusan pengadilan"), lancar.Forbidden)
		w.Must(w.m.Stop(t.Context(), first, m.ID, "Putusan pengadilan"))
		w.Refused(w.use(heir.Account, m.ID, act), lancar.Gone)
	})
}

// A brother-in-law at the counter, and an officer with two employee numbers.
func TestKinAndOneHumanTwiceSettleNoHeir(t *testing.T) {
	each(t, func(w *world) {
		w.Person(maria)
		c := mandate.HeirClaim{Number: opa, Name: "OPA", BirthDate: "1940-03-03", Heir: maria, HeirName: "MARIA SARABITI", Paper: "SKAW 12/2026", Until: w.Now().AddDate(0, 6, 0), Region: "53.15"}
		kin := w.officer("198001012005011001", "", "5315040101100001")
		_, err := w.m.Propose(t.Context(), kin, c)
		w.Refused(err, lancar.Forbidden)
		first, again := w.officer("198001012005011002", yosef, ""), w.officer("198001012005011003", yosef, "")
		m, err := w.m.Propose(t.Context(), first, c)
		w.Must(err)
		w.Refused(w.m.Settle(t.Context(), kin, m.ID, true, ""), lancar.Forbidden)
		w.Refused(w.m.Settle(t.Context(), again, m.ID, true, ""), lancar.Forbidden)
		w.Refused(w.m.Settle(t.Context(), w.officer("198001012005011005", "", "5315040101100009"), m.ID, true, ""), lancar.Forbidden) // nobody knows who it is
		w.Must(w.m.Settle(t.Context(), w.officer("198001012005011004", "5371040101800011", "5315040101100009"), m.ID, true, ""))
	})
}
