package api_test

import (
	"strings"
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

func TestAMandateIsUsedSeenAndTakenBackWithAMachinesToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, 2)
		bot := w.machine(1_000_000, 600_000)
		token := w.token(0, bot)
		person := identity.Session{Kind: identity.Resident, Level: identity.Verified, RegisterContact: true, Authenticated: db.Now()}
		w.must(db.Write(t.Context(), func(tx *store.Tx) (err error) {
			person.Account, person.Subject, err = w.id.PrincipalTx(tx, identity.Holder{Kind: identity.Resident, Number: "5315044609970001", Nation: "IDN", Name: "MARIA", BirthDate: "1997-09-06"}, "id")
			return err
		}))
		if _, body, _ := w.ask(0, "/api/v1/mandates", token); !strings.Contains(body, `"mandates":[]`) {
			t.Fatal(body)
		}
		m, err := w.mandates.Agent(t.Context(), person, mandate.AgentGift{Machine: bot, Name: "Asisten", Until: db.Now().Add(24 * time.Hour),
			Scope: mandate.Scope{Services: []string{"lapak-pasar"}, Verbs: []mandate.Verb{mandate.See, mandate.Submit}, Most: lancar.Rupiah(100_000)}})
		w.must(err)
		path := "/api/v1/mandates/" + string(m.ID)
		if status, body, _ := w.ask(1, "/api/v1/mandates", token); status != 200 || !strings.Contains(body, `"verbs":["see","submit"]`) || strings.Contains(body, "MARIA") {
			t.Error(status, body)
		}
		if status, body, _ := w.ask(0, path, token); status != 200 || !strings.Contains(body, `"for":"MARIA"`) {
			t.Error(status, body)
		}
		_, did, err := w.mandates.Did(t.Context(), person, m.ID, "")
		w.must(err)
		if len(did) != 1 || did[0].Verb != mandate.See {
			t.Errorf("the person sees %+v", did)
		}
		other := w.machine(1000, 100)
		if status, _, _ := w.ask(0, path, w.token(0, other)); status != 404 {
			t.Error("another machine read it:", status)
		}
		if status, _, _ := w.ask(0, path, ""); status != 401 {
			t.Error("without a token:", status)
		}
		w.must(w.mandates.Revoke(t.Context(), person, m.ID))
		for at := range w.copies {
			if status, body, _ := w.ask(at, path, token); status != 410 || strings.Contains(body, "MARIA") {
				t.Errorf("copy %d after it was taken back: %d %s", at, status, body)
			}
		}
	})
}
