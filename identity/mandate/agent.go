package mandate

import (
	"context"
	"time"
	"unicode/utf8"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// AgentGift is a person giving a machine of their own a mandate.
type AgentGift struct {
	Machine lancar.ID // registered as this person's (identity/machine)
	Name    string    // as the person calls it
	Scope   Scope
	Until   time.Time
	Errand  string
	Region  string
}

// fresh is how recently somebody must have proven who they are to let a machine act for them, or to
// agree to a step of it without a code.
const fresh = 15 * time.Minute

// Agent gives a machine a mandate. The caller has made sure that the machine is this person's. The
// person must have signed in within a quarter of an hour, at identity.Verified: a stolen session
// makes no lasting agent.
func (m *Mandates) Agent(ctx context.Context, s identity.Session, g AgentGift) (Mandate, error) {
	if err := m.maySeek(ctx, s); err != nil {
		return Mandate{}, err
	}
	if !s.Fresh(m.db.Now(), fresh) {
		return Mandate{}, errFresh()
	}
	if g.Machine == "" || g.Name == "" || utf8.RuneCountInString(g.Name) > 60 {
		return Mandate{}, lancar.Fail(lancar.Invalid, "machine", "Pilih agennya.", "Choose the agent.")
	}
	until, err := m.checkScope(g.Scope, g.Until, g.Errand)
	if err != nil {
		return Mandate{}, err
	}
	me, err := m.self(ctx, s)
	if err != nil {
		return Mandate{}, err
	}
	r := row{Mandate: Mandate{Kind: Agent, Principal: Party{Kind: lancar.Person, Account: s.Account, Subject: s.Subject}, Of: s.Kind,
		Holder: Party{Kind: lancar.Machine, Account: g.Machine}, Scope: g.Scope, Register: s.RegisterContact, Until: until, Region: g.Region}}
	err = m.db.Write(ctx, func(tx *store.Tx) error {
		return m.makeTx(tx, &r, Give, lancar.Actor{Kind: lancar.Person, ID: s.Account}, secret{Principal: me.Name, Holder: g.Name, Errand: g.Errand, Number: asked(me)})
	})
	return r.Mandate, err
}

func errFresh() error {
	return lancar.Fail(lancar.Forbidden, "fresh", "Untuk ini, masuk sekali lagi dulu supaya kami yakin ini Anda.", "For this, sign in once more so that we are sure it is you.")
}
