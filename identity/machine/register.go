package machine

import (
	"context"
	"time"
	"unicode/utf8"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// Wish is how much a machine may do, and until when.
type Wish struct {
	Scopes  []string
	Budget  int // calls a day
	Peak    int // calls in a minute
	Expires time.Time
}

// Proposal is a machine to be registered by its owner.
type Proposal struct {
	Kind    Kind
	Stage   Stage
	Name    string      // up to 60 characters
	Purpose lancar.Text // in both languages
	Wish
	Keys []Key // may be empty: a machine without a key cannot sign in yet
}

const (
	maxBudget = 50_000_000
	maxPeak   = 600_000
	maxOpen   = 50 // machines of one owner that are not over
	maxAgents = 10
)

// Register enters a machine of an officer's own office. For the sandbox stage it works at once;
// for production it waits until a second officer approves it. The officer becomes its owner.
func (s *Machines) Register(ctx context.Context, officer lancar.Actor, p Proposal) (m Machine, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		roles, err := rolesIn(tx, officer.ID, officer.Region, officer.Agency)
		if err != nil {
			return err
		}
		if officer.Kind != lancar.Officer || officer.Role == "" || len(roles) == 0 {
			return lancar.Fail(lancar.Forbidden, "", "Mesin didaftarkan oleh orang yang memegang peran di kantor.", "A machine is registered by a person who holds a role in an office.")
		}
		if p.Kind != Service && p.Kind != Bot {
			return invalid("kind", "Pilih jenisnya: layanan atau bot.", "Choose what it is: a service or a bot.")
		}
		m = Machine{Kind: p.Kind, Stage: p.Stage, Owner: officer.ID, Region: officer.Region, Agency: officer.Agency, State: Active}
		event := "begin"
		if p.Stage == Production {
			m.State, event = Proposed, "propose"
		}
		return s.enter(tx, &m, p, event, officer, maxOpen)
	})
	return m, err
}

// RegisterAgent enters a person's own agent. It works at once, for nobody else. Who acts for the
// person under a mandate makes none in their name.
func (s *Machines) RegisterAgent(ctx context.Context, own access.Grant, p Proposal) (m Machine, err error) {
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if !own.Own() || own.Acting() || own.Account() == "" {
			return notHere()
		}
		p.Kind = Agent
		m = Machine{Kind: Agent, Stage: p.Stage, Owner: own.Account(), State: Active}
		return s.enter(tx, &m, p, "begin", own.Who(), maxAgents)
	})
	return m, err
}

// enter checks a proposal and writes the machine with its keys and the first step of its life.
func (s *Machines) enter(tx *store.Tx, m *Machine, p Proposal, event string, by lancar.Actor, most int64) error {
	if p.Stage != Sandbox && p.Stage != Production {
		return invalid("stage", "Pilih tahapnya: uji coba atau produksi.", "Choose the stage: sandbox or production.")
	}
	if err := m.name(p); err != nil {
		return err
	}
	if err := m.take(p.Wish, tx.Now); err != nil {
		return err
	}
	switch n, err := countOpen(tx, m.Owner); {
	case err != nil:
		return err
	case n >= most:
		return lancar.Fail(lancar.TooMany, "", "Anda sudah punya terlalu banyak mesin. Hentikan dulu yang tidak dipakai.", "You own too many machines. Stop those that are not in use first.")
	}
	m.ID, m.Made, m.Review, m.Version = lancar.NewID(tx.Now), tx.Now, tx.Now.Add(reviewed), 1
	words, err := s.sealWords(tx, *m)
	if err != nil {
		return err
	}
	if err := insertMachine(tx, *m, words, s.seal(*m, "")); err != nil {
		return err
	}
	if err := insertStep(tx, m.ID, 1, Step{At: tx.Now, Event: event, State: m.State, By: by}); err != nil {
		return err
	}
	if err := s.addKeys(tx, *m, by.ID, p.Keys); err != nil {
		return err
	}
	if m.State == Proposed {
		return s.tellHeads(tx, *m, "propose", s.news(*m, ofProposed))
	}
	return nil
}

func (m *Machine) name(p Proposal) error {
	m.Name, m.Purpose = clean(p.Name), lancar.Text{"id": clean(p.Purpose["id"]), "en": clean(p.Purpose["en"])}
	if n := utf8.RuneCountInString(m.Name); n < 3 || n > 60 {
		return invalid("name", "Beri nama 3 sampai 60 huruf.", "Give it a name of 3 to 60 characters.")
	}
	for lang, text := range m.Purpose {
		if n := utf8.RuneCountInString(text); n < 10 || n > 300 {
			return invalid("purpose_"+lang, "Tulis gunanya dengan kalimat biasa, 10 sampai 300 huruf, dalam kedua bahasa.", "Write what it is for in plain words, 10 to 300 characters, in both languages.")
		}
	}
	return nil
}

// take checks a wish and gives it to the machine.
func (m *Machine) take(w Wish, now time.Time) error {
	scopes, err := scopesFor(m.Kind, w.Scopes)
	switch {
	case err != nil:
		return err
	case w.Budget < 1 || w.Budget > maxBudget:
		return invalid("budget", "Tulis berapa panggilan sehari, paling sedikit satu.", "Say how many calls a day, at least one.")
	case w.Peak < 1 || w.Peak > maxPeak || w.Peak > w.Budget:
		return invalid("peak", "Tulis berapa panggilan paling banyak semenit, tidak lebih dari anggaran sehari.", "Say how many calls a minute at most, no more than the day's budget.")
	case !w.Expires.After(now) || w.Expires.Sub(now) > longest:
		return invalid("expires", "Masa berlakunya paling lama satu tahun dari sekarang.", "It can be valid for one year from now at most.")
	}
	m.Scopes, m.Budget, m.Peak, m.Expires = scopes, w.Budget, w.Peak, w.Expires.UTC().Truncate(time.Microsecond)
	return nil
}
