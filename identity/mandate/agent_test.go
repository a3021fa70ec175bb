package mandate_test

import (
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/internal/store"
)

func TestAnAgentAsksItsPersonBeforeWhatCannotBeTakenBack(t *testing.T) {
	each(t, func(w *world) {
		me := w.Person(maria)
		const bot = lancar.ID("machine1")
		m, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: bot, Name: "Asisten", Until: w.Now().AddDate(0, 1, 0),
			Scope: mandate.Scope{Verbs: []mandate.Verb{mandate.See, mandate.Draft, mandate.Submit}, Most: lancar.Rupiah(200_000)}})
		w.Must(err)
		w.Must(w.use(bot, m.ID, mandate.Act{Verb: mandate.Draft, Service: "lapak", Ref: "d"}))
		act := mandate.Act{Verb: mandate.Submit, Service: "lapak", Amount: lancar.Rupiah(150_000), Ref: "d/2"}
		w.Refused(w.use(bot, m.ID, act), lancar.Forbidden)
		w.Must(w.m.Ask(t.Context(), bot, m.ID, act))
		w.Must(w.m.Ask(t.Context(), bot, m.ID, act)) // once
		w.Drain()
		if !w.Told("maria@example.com", "Asisten hendak mengirim permohonan (Rp150.000)") {
			t.Fatal("the person was not asked")
		}
		asks, err := w.m.Asks(t.Context(), me.Own)
		w.Must(err)
		if len(asks) != 1 || asks[0].Holder != "Asisten" {
			t.Fatalf("%+v", asks)
		}
		w.Refused(w.use(bot, m.ID, act), lancar.Forbidden)
		w.Refused(w.m.Agree(t.Context(), me, asks[0].ID, "000000"), lancar.Invalid)
		w.Refused(w.m.Agree(t.Context(), me, asks[0].ID, ""), lancar.Invalid) // no passkey
		other := w.Person(yosef)
		w.Refused(w.m.Agree(t.Context(), other, asks[0].ID, w.Code("maria@example.com")), lancar.Invalid)
		w.Must(w.m.Agree(t.Context(), me, asks[0].ID, w.Code("maria@example.com")))
		more := act
		more.Amount = lancar.Rupiah(199_000)
		w.Refused(w.use(bot, m.ID, more), lancar.Forbidden) // another amount than was agreed
		w.Must(w.use(bot, m.ID, act))
		w.Refused(w.use(bot, m.ID, act), lancar.Forbidden) // once
	})
}

func TestAnAgreementDoesNotLast(t *testing.T) {
	each(t, func(w *world) {
		me := w.Person(maria)
		const bot = lancar.ID("machine1")
		m, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: bot, Name: "Asisten", Until: w.Now().AddDate(0, 1, 0), Scope: mandate.Scope{Verbs: mandate.Verbs()}})
		w.Must(err)
		act := mandate.Act{Verb: mandate.Withdraw, Service: "lapak", Ref: "c"}
		w.Must(w.m.Ask(t.Context(), bot, m.ID, act))
		asks, err := w.m.Asks(t.Context(), me.Own)
		w.Must(err)
		me.Level, me.Authenticated = identity.Strong, w.Now()
		w.Must(w.m.Agree(t.Context(), me, asks[0].ID, ""))
		w.Pass(11 * time.Minute)
		w.Refused(w.use(bot, m.ID, act), lancar.Forbidden)
		w.Must(w.m.Ask(t.Context(), bot, m.ID, act)) // asked anew
		old, err := w.m.Asked(t.Context(), bot, asks[0].ID)
		w.Must(err)
		if old.State != mandate.AskLapsed {
			t.Errorf("what was agreed and not done is %s", old.State)
		}
		w.Pass(25 * time.Hour)
		asks, err = w.m.Asks(t.Context(), me.Own)
		w.Must(err)
		if len(asks) != 0 {
			t.Error("a question stands longer than a day")
		}
		w.Must(w.m.Ask(t.Context(), bot, m.ID, act))
		asks, err = w.m.Asks(t.Context(), me.Own)
		w.Must(err)
		w.Must(w.m.Refuse(t.Context(), me, asks[0].ID))
		w.Refused(w.use(bot, m.ID, act), lancar.Forbidden)
		w.Refused(w.m.Ask(t.Context(), bot, m.ID, act), lancar.Forbidden) // a no holds for a day
		w.Pass(25 * time.Hour)
		w.Must(w.m.Ask(t.Context(), bot, m.ID, act))
		w.idle = true
		w.Refused(w.use(bot, m.ID, mandate.Act{Verb: mandate.Draft, Ref: "d"}), lancar.Forbidden)
		w.idle = false
		w.Must(w.m.Revoke(t.Context(), me, m.ID))
		w.Refused(w.m.Ask(t.Context(), bot, m.ID, act), lancar.Gone)
	})
}

func TestAStaleSessionMakesNoAgent(t *testing.T) {
	each(t, func(w *world) {
		me := w.Person(maria)
		w.Pass(20 * time.Minute)
		_, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: "m", Name: "Bot", Until: w.Now().AddDate(0, 1, 0), Scope: mandate.Scope{Verbs: mandate.Verbs()}})
		w.Refused(err, lancar.Forbidden)
	})
}

// Another agent is no way round what one may ask: nobody is worn down.
func TestAllAgentsOfAPersonAskSoOftenADay(t *testing.T) {
	each(t, func(w *world) {
		me := w.Person(maria)
		asked := 0
		for _, bot := range []lancar.ID{"machine1", "machine2", "machine3"} {
			m, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: bot, Name: "Asisten", Until: w.Now().AddDate(0, 1, 0), Scope: mandate.Scope{Verbs: mandate.Verbs()}})
			w.Must(err)
			for n := range 25 {
				err := w.m.Ask(t.Context(), bot, m.ID, mandate.Act{Verb: mandate.Withdraw, Service: "lapak", Ref: string(rune('a' + n))})
				if err == nil {
					asked++
				} else if lancar.CodeOf(err) != lancar.TooMany {
					w.Must(err)
				}
			}
		}
		if asked != 40 {
			w.t.Fatalf("%d questions in a day", asked)
		}
		w.Drain()
		w.Pass(49 * time.Hour)
		me.Authenticated = w.Now()
		m, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: "machine4", Name: "Asisten", Until: w.Now().AddDate(0, 1, 0), Scope: mandate.Scope{Verbs: mandate.Verbs()}})
		if err == nil {
			err = w.m.Ask(t.Context(), "machine4", m.ID, mandate.Act{Verb: mandate.Withdraw, Service: "lapak", Ref: "c"})
		}
		w.Must(err)
	})
}

// An account went to another contact: whoever gave mandates before does nothing through them any more.
func TestNothingGivenBeforeAnAccountMovedGoesOn(t *testing.T) {
	each(t, func(w *world) {
		me := w.Person(maria)
		const bot = lancar.ID("machine1")
		m, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: bot, Name: "Asisten", Until: w.Now().AddDate(0, 1, 0), Scope: mandate.Scope{Verbs: mandate.Verbs()}})
		w.Must(err)
		w.Must(w.use(bot, m.ID, mandate.Act{Verb: mandate.Draft, Service: "lapak", Ref: "d"}))
		w.Must(w.DB.Write(t.Context(), func(tx *store.Tx) error { return w.m.MovedTx(tx, me.Account) }))
		if err := w.use(bot, m.ID, mandate.Act{Verb: mandate.Draft, Service: "lapak", Ref: "d"}); err == nil {
			t.Fatal("the agent goes on")
		}
	})
}
