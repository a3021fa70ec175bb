package machine_test

import (
	"testing"

	"lancar/identity/machine"
)

func TestAMachineOfProductionWorksOnceASecondPersonSaysSo(t *testing.T) {
	each(t, func(w *world) {
		m, err := w.m.Register(t.Context(), w.actor("1001"), w.proposal(machine.Production))
		w.must(err)
		if w.m.Alive(t.Context(), m.ID) {
			t.Fatal("it works before anybody approved it")
		}
		m, err = w.m.Approve(t.Context(), w.actor("1003"), m.ID, m.Version)
		w.must(err)
		if m.State != machine.Active || !w.m.Alive(t.Context(), m.ID) {
			t.Fatalf("approved, but %s", m.State)
		}
		actor, err := w.m.Admit(t.Context(), machine.Use{Machine: m.ID, Scope: "cases.read", Address: "192.0.2.7"})
		w.must(err)
		if actor.Name != "Pengingat izin" || actor.Agency != agency || actor.Region != place {
			t.Errorf("the actor is %+v", actor)
		}
	})
}
