package machine_test

import (
	"testing"
	"time"

	"lancar"
	"lancar/identity/machine"
	"lancar/internal/store"
)

// beside writes into the database beside the program, as an insider with its password would.
func (w *world) beside(sql string, args ...any) {
	w.t.Helper()
	w.Must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(sql, args...)
		return err
	}))
}

func TestWhatIsWrittenBesideTheProgramLetsNothingIn(t *testing.T) {
	each(t, func(w *world) {
		w.Must(w.m.Verify(t.Context()))
		own, stolen := w.keys(jwk("own")), w.keys(jwk("stolen"))
		for what, do := range map[string]func(machine.Machine){
			"more scopes": func(m machine.Machine) {
				w.beside(`UPDATE identity_machines SET scopes = 'cases.files cases.read' WHERE id = $1`, string(m.ID))
			},
			"a budget": func(m machine.Machine) {
				w.beside(`UPDATE identity_machines SET budget = 1000000 WHERE id = $1`, string(m.ID))
			},
			"another owner": func(m machine.Machine) {
				w.beside(`UPDATE identity_machines SET owner = $1 WHERE id = $2`, string(w.actor("1002").ID), string(m.ID))
			},
			"more time": func(m machine.Machine) {
				w.beside(`UPDATE identity_machines SET expires_at = expires_at * 2 WHERE id = $1`, string(m.ID))
			},
			"life after the stop": func(m machine.Machine) {
				_, err := w.m.Stop(t.Context(), w.actor("1003"), m.ID, "")
				w.Must(err)
				w.beside(`UPDATE identity_machines SET state = 'active' WHERE id = $1`, string(m.ID))
			},
		} {
			m := w.working()
			do(m)
			_, err := w.use(machine.Use{Machine: m.ID, Scope: "cases.read"})
			if lancar.CodeOf(err) != lancar.Unauthenticated {
				t.Errorf("%s: let in (%v)", what, err)
			}
			if err := w.m.Verify(t.Context()); err == nil {
				t.Errorf("%s: verify finds nothing", what)
			}
			w.watch() // others are still looked after
			_, err = w.m.Stop(t.Context(), w.actor("1003"), m.ID, "diubah diam-diam")
			w.Must(err)
			w.beside(`DELETE FROM identity_machine_steps WHERE machine = $1`, string(m.ID))
			w.beside(`DELETE FROM identity_machines WHERE id = $1`, string(m.ID))
		}

		m := w.working(func(p *machine.Proposal) { p.Keys = own })
		w.beside(`UPDATE identity_machine_keys SET thumb = $1, jwk = $2 WHERE machine = $3`, stolen[0].Thumb, stolen[0].JWK, string(m.ID))
		_, err := w.use(machine.Use{Machine: m.ID, Key: stolen[0].Thumb})
		w.Refused(err, lancar.Unauthenticated)
		if got := w.valid(m.ID); got != "" {
			t.Errorf("a key that somebody wrote there is valid: %s", got)
		}
		if err := w.m.Verify(t.Context()); err == nil {
			t.Error("verify finds no foreign key")
		}
	})
}

func TestVerifyFollowsEveryMachinesLife(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.working(), w.renewed()
		_, err := w.m.Pause(t.Context(), w.actor("1003"), a.ID, "")
		w.Must(err)
		w.leave("1001")
		w.watch()
		for _, id := range []lancar.ID{a.ID, b.ID} {
			_, err = w.m.Adopt(t.Context(), w.actor("1002"), id)
			w.Must(err)
		}
		w.pass(20 * 24 * time.Hour)
		w.Must(w.m.Verify(t.Context()))
		w.beside(`UPDATE identity_machine_steps SET who_id = $1 WHERE machine = $2 AND event = 'approve'`, string(w.actor("1001").ID), string(b.ID))
		if err := w.m.Verify(t.Context()); err == nil {
			t.Error("an owner's own approval passes")
		}
	})
}
