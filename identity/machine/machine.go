// Package machine is the register of non-human identities: every service, bot and agent that
// touches the platform has an owner, a purpose, scopes, a budget, an end, and a credential of
// which we only ever see the public half.
//
// A machine of an office is owned by an officer who holds a role there; in production it works
// once a second person has approved it. An agent is owned by the person whom it acts for. The
// life of a machine is the table [Transitions]; every step is kept with who took it and why.
//
// Doors ask [Machines.Admit] for each request, token endpoints [Machines.UseTx] for each token.
// Whether a machine may go on is read from the database at most [alive] ago on every node, so a
// stop reaches every endpoint of every copy within a second; a node that cannot read refuses.
//
// What every call would touch is no row: budgets are leased to nodes in lots ([Machines.UseTx]),
// uses are tallied in memory and folded by [Machines.Flush]; a node that dies loses at most
// [flushEvery] of last use, and never gives back budget.
package machine

import (
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Config is what an operator may decide. Zero values take the defaults.
type Config struct {
	OrphanFor time.Duration // how long a machine goes on without its owner, 14 days
	UnusedFor time.Duration // unused for so long it is proposed for removal, 90 days
	Grace     time.Duration // between a review's date and the pause, 14 days
}

// Machines is the room. It is safe for concurrent use.
type Machines struct {
	db     *store.DB
	ring   *keys.Ring
	ident  *identity.Identity
	config Config

	known cache
	meter meter
	tally tally
}

const (
	alive      = 800 * time.Millisecond
	flushEvery = 5 * time.Second
	longest    = 366 * 24 * time.Hour // between registration or renewal, and expiry
	reviewed   = 365 * 24 * time.Hour
	reviewOpen = 30 * 24 * time.Hour // before its date
	watchEvery = time.Minute
)

// New makes the room and registers its watch, which orphans, expires, stops and reminds.
// Run [Machines.Run] beside it on a node that serves.
func New(db *store.DB, queue *jobs.Queue, ring *keys.Ring, ident *identity.Identity, c Config) *Machines {
	const day = 24 * time.Hour
	for into, standard := range map[*time.Duration]time.Duration{&c.OrphanFor: 14 * day, &c.UnusedFor: 90 * day, &c.Grace: 14 * day} {
		if *into == 0 {
			*into = standard
		}
	}
	m := &Machines{db: db, ring: ring, ident: ident, config: c}
	queue.Every("identity.machines", watchEvery, m.WatchTx)
	return m
}

// Kind is what sort of machine it is.
type Kind string

// The kinds of machine.
const (
	Service Kind = "service" // a system of an agency
	Bot     Kind = "bot"     // a program that does an officer's routine
	Agent   Kind = "agent"   // acts for one person, who owns it
)

// Stage is where a machine's calls lead.
type Stage string

// The stages.
const (
	Sandbox    Stage = "sandbox"    // synthetic people only; works at once
	Production Stage = "production" // works once a second officer has approved it
)

// Machine is one non-human identity. Its ID is also its client_id.
type Machine struct {
	ID             lancar.ID
	Kind           Kind
	Stage          Stage
	State          State
	Held           Hold      // who paused it, "" unless [Paused], or orphaned while paused
	Owner          lancar.ID // an officer's account; for an [Agent] the person's
	Region, Agency string    // the owner's office; both "" for an [Agent]
	Name           string
	Purpose        lancar.Text
	Scopes         []string // ids of [Scopes], sorted
	Budget         int      // calls a day, Jakarta's calendar
	Peak           int      // calls in one minute of the clock
	Made, Expires  time.Time
	Stops          time.Time // an [Orphaned] one stops then; else zero
	Review         time.Time // its owner must have signed for it by then
	LastUsed       time.Time // within seconds; zero for never
	Unused         time.Time // since when its removal is proposed; else zero
	Wanted         *Wish     // more than it has, waiting for a second officer; nil for none
	Version        int64
	Altered        bool // its row was changed beside the program: it may do nothing
}

// May says whether the machine was given a scope.
func (m Machine) May(scope string) bool {
	for _, s := range m.Scopes {
		if s == scope {
			return true
		}
	}
	return false
}

// Working says whether the machine may act at an instant: what it lacks is a text for people, nil
// for nothing.
func (m Machine) Working(now time.Time) error {
	switch {
	case m.Altered:
		return refused("Catatan mesin ini rusak. Hubungi petugas sistem.", "This machine's record is damaged. Ask the system officer.")
	case m.State == Expired || !now.Before(m.Expires):
		return refused("Masa berlaku mesin ini habis.", "This machine has expired.")
	case m.State == Orphaned && !now.Before(m.Stops):
		return refused("Mesin ini tidak lagi punya pemilik.", "This machine has no owner any more.")
	case m.State == Orphaned && m.Held == "", m.State == Active:
		return nil
	case m.State == Paused, m.State == Orphaned:
		return refused("Mesin ini sedang dijeda.", "This machine is paused.")
	case m.State == Proposed:
		return refused("Mesin ini belum disetujui.", "This machine has not been approved yet.")
	}
	return refused("Mesin ini dihentikan.", "This machine was stopped.")
}

// Actor is the machine as it stands in cases and in the list of who looked: with the office that
// answers for it. An agent has no name there but its kind, because it belongs to the person who reads.
func (m Machine) Actor() lancar.Actor {
	a := lancar.Actor{Kind: lancar.Machine, ID: m.ID, Name: m.Name, Role: string(m.Kind), Region: m.Region, Agency: m.Agency}
	if m.Kind == Agent {
		a.Name = ""
	}
	return a
}

// keyOwner is whose data key seals the machine's words.
func (m Machine) keyOwner() string {
	if m.Kind == Agent {
		return "account:" + string(m.Owner)
	}
	return "agency:" + m.Region + "/" + m.Agency
}

func refused(id, en string) error { return lancar.Fail(lancar.Unauthenticated, "machine", id, en) }

func notHere() error {
	return lancar.Fail(lancar.NotFound, "", "Mesin ini tidak ada, atau bukan milik kantor Anda.", "There is no such machine, or it is not your office's.")
}

func invalid(field, id, en string) error { return lancar.Fail(lancar.Invalid, field, id, en) }

func clean(s string) string { return strings.Join(strings.Fields(s), " ") }
