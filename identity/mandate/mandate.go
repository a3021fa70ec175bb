// Package mandate is permission to act for somebody else: a parent for a child, an officer of a
// company, a helper for a neighbour, an heir, an agent for its person. There is one model for all.
//
// A mandate says who may act (the holder, an account or a machine), for whom (the principal), what
// (services, verbs, a most amount) and how long. Its life is the table of [Table]: an active one
// stands on a register's word, on the principal's own act (their sign-in, or a code to their own
// contact), or on two officers; never on the holder's word or one officer's. Every use reads the row
// in the transaction of the act ([Mandates.UseTx]), so that a revoked mandate ends nothing later than
// the act that is already committing. A holder cannot pass a mandate on: nothing here makes one
// while somebody acts under another.
//
// What is done under a mandate belongs to the principal, in whose account it is filed; a principal who
// never signed in has an account without a way in (identity.PrincipalTx). What was done is a list
// that the giver sees ([Mandates.Did]), and every look is a row in the principal's list of access.
// Steps that cannot be taken back ask the person again when a machine takes them ([Mandates.Ask]).
//
// Names are sealed under "mandate:ID"; the rows hold accounts and subjects.
package mandate

import (
	"time"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// Config is what an operator may set. The zero value takes the defaults.
type Config struct {
	// GrownUp is the age on whose birthday a parent's mandate ends: 17 unless set, because a resident
	// has an identity card of their own from 17 and signs in with it. Where the node's legal
	// department holds that a parent represents a child until 18, it is set to 18.
	GrownUp int
	// Rechecked is how long a mandate stands before the registers are asked again whether it still
	// may: 24 hours unless set.
	Rechecked time.Duration
	// Years is how long a mandate that ended is kept, 5 unless set.
	Years int
	// Working says whether a machine may work at this instant, nil if it may. app hands it down; a
	// mandate of one that is paused, stopped or over its time is not used. Nil asks nobody.
	Working func(tx *store.Tx, machine lancar.ID) error
}

// Mandates is the room's part. It is safe for concurrent use.
type Mandates struct {
	db       *store.DB
	queue    *jobs.Queue
	ring     *keys.Ring
	access   *access.Access
	notify   *notify.Notify
	exchange *exchange.Exchange
	identity *identity.Identity
	config   Config
}

// New makes the part and registers its queues.
func New(db *store.DB, queue *jobs.Queue, ring *keys.Ring, acc *access.Access, note *notify.Notify, exch *exchange.Exchange, ident *identity.Identity, c Config) *Mandates {
	if c.GrownUp == 0 {
		c.GrownUp = 17
	}
	if c.Rechecked == 0 {
		c.Rechecked = 24 * time.Hour
	}
	if c.Years == 0 {
		c.Years = 5
	}
	m := &Mandates{db: db, queue: queue, ring: ring, access: acc, notify: note, exchange: exch, identity: ident, config: c}
	queue.Every("identity.mandates", sweepEvery, m.sweepTx)
	queue.Handle(recheckQueue, m.recheck)
	return m
}
