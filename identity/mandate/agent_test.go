package mandate_test

import (
	"testing"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/mandate"
)

func TestAnAgentAsksItsPersonBeforeWhatCannotBeTakenBack(t *testing.T) {
	each(t, func(w *world) {
		me := w.person(maria)
		const bot = lancar.ID("machine1")
		m, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: bot, Name: "Asisten", Until: w.now().AddDate(0, 1, 0),
			Scope: mandate.Scope{Verbs: []mandate.Verb{mandate.See, mandate.Draft, mandate.Submit}, Most: lancar.Rupiah(200_000)}})
		w.must(err)
		w.must(w.use(bot, m.ID, mandate.Act{Verb: mandate.Draft, Service: "lapak", Ref: "d"}))
		act := mandate.Act{Verb: mandate.Submit, Service: "lapak", Amount: lancar.Rupiah(150_000), Ref: "d/2"}
		w.refused(w.use(bot, m.ID, act), lancar.Forbidden)
		w.must(w.m.Ask(t.Context(), bot, m.ID, act))
		w.must(w.m.Ask(t.Context(), bot, m.ID, act)) // once
		w.drain()
		if !w.heard("maria@example.com", "Asisten hendak mengirim permohonan (Rp150.000)") {
			t.Fatal("the person was not asked")
		}
		asks, err := w.m.Asks(t.Context(), me.Own)
		w.must(err)
		if len(asks) != 1 || asks[0].Holder != "Asisten" {
			t.Fatalf("%+v", asks)
		}
		w.refused(w.use(bot, m.ID, act), lancar.Forbidden)
		w.refused(w.m.Agree(t.Context(), me, asks[0].ID, "000000"), lancar.Invalid)
		w.refused(w.m.Agree(t.Context(), me, asks[0].ID, ""), lancar.Invalid) // no passkey
		other := w.person(yosef)
		w.refused(w.m.Agree(t.Context(), other, asks[0].ID, w.code("maria@example.com")), lancar.Invalid)
		w.must(w.m.Agree(t.Context(), me, asks[0].ID, w.code("maria@example.com")))
		more := act
		more.Amount = lancar.Rupiah(199_000)
		w.refused(w.use(bot, m.ID, more), lancar.Forbidden) // another amount than was agreed
		w.must(w.use(bot, m.ID, act))
		w.refused(w.use(bot, m.ID, act), lancar.Forbidden) // once
	})
}

func TestAnAgreementDoesNotLast(t *testing.T) {
	each(t, func(w *world) {
		me := w.person(maria)
		const bot = lancar.ID("machine1")
		m, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: bot, Name: "Asisten", Until: w.now().AddDate(0, 1, 0), Scope: mandate.Scope{Verbs: mandate.Verbs()}})
		w.must(err)
		act := mandate.Act{Verb: mandate.Withdraw, Service: "lapak", Ref: "c"}
		w.must(w.m.Ask(t.Context(), bot, m.ID, act))
		asks, err := w.m.Asks(t.Context(), me.Own)
		w.must(err)
		me.Level, me.Authenticated = identity.Strong, w.now()
		w.must(w.m.Agree(t.Context(), me, asks[0].ID, ""))
		w.pass(11 * time.Minute)
		w.refused(w.use(bot, m.ID, act), lancar.Forbidden)
		w.must(w.m.Ask(t.Context(), bot, m.ID, act)) // asked anew
		w.pass(25 * time.Hour)
		asks, err = w.m.Asks(t.Context(), me.Own)
		w.must(err)
		if len(asks) != 0 {
			t.Error("a question stands longer than a day")
		}
		w.must(w.m.Ask(t.Context(), bot, m.ID, act))
		asks, err = w.m.Asks(t.Context(), me.Own)
		w.must(err)
		w.must(w.m.Refuse(t.Context(), me, asks[0].ID))
		w.refused(w.use(bot, m.ID, act), lancar.Forbidden)
		w.idle = true
		w.refused(w.use(bot, m.ID, mandate.Act{Verb: mandate.Draft, Ref: "d"}), lancar.Forbidden)
		w.idle = false
		w.must(w.m.Revoke(t.Context(), me, m.ID))
		w.refused(w.m.Ask(t.Context(), bot, m.ID, act), lancar.Gone)
	})
}

func TestAStaleSessionMakesNoAgent(t *testing.T) {
	each(t, func(w *world) {
		me := w.person(maria)
		w.pass(20 * time.Minute)
		_, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: "m", Name: "Bot", Until: w.now().AddDate(0, 1, 0), Scope: mandate.Scope{Verbs: mandate.Verbs()}})
		w.refused(err, lancar.Forbidden)
	})
}

// Another agent is no way round what one may ask: nobody is worn down.
func TestAllAgentsOfAPersonAskSoOftenADay(t *testing.T) {
	each(t, func(w *world) {
		me := w.person(maria)
		asked := 0
		for _, bot := range []lancar.ID{"machine1", "machine2", "machine3"} {
			m, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: bot, Name: "Asisten", Until: w.now().AddDate(0, 1, 0), Scope: mandate.Scope{Verbs: mandate.Verbs()}})
			w.must(err)
			for n := range 25 {
				err := w.m.Ask(t.Context(), bot, m.ID, mandate.Act{Verb: mandate.Withdraw, Service: "lapak", Ref: string(rune('a' + n))})
				if err == nil {
					asked++
				} else if lancar.CodeOf(err) != lancar.TooMany {
					w.must(err)
				}
			}
		}
		if asked != 40 {
			w.t.Fatalf("%d questions in a day", asked)
		}
		w.drain()
		w.pass(49 * time.Hour)
		me.Authenticated = w.now()
		m, err := w.m.Agent(t.Context(), me, mandate.AgentGift{Machine: "machine4", Name: "Asisten", Until: w.now().AddDate(0, 1, 0), Scope: mandate.Scope{Verbs: mandate.Verbs()}})
		if err == nil {
			err = w.m.Ask(t.Context(), "machine4", m.ID, mandate.Act{Verb: mandate.Withdraw, Service: "lapak", Ref: "c"})
		}
		w.must(err)
	})
}
