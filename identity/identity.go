// Package identity knows who somebody is and how sure that is: accounts of residents, visitors
// and officers, the contacts they proved, sign-in, sessions.
//
// A resident says number, name and birth date; the population register says field by field
// whether they agree; a one-time code goes to the contact that was typed. These three facts
// circulate, so what registers hold is shown only when the register itself has that contact for
// that number (the contact test, [Session.RegisterContact]). One person has one account: a second
// claim is refused, told to the first, and settled by an officer. Another contact is no second
// claim where the register has it and every contact in use for that number: it waits, while the
// first is told and can stop it ([Recovery]).
//
// Nothing here says whether a number exists: [Identity.Start] only writes the claim down and
// always answers alike; the register is asked by a job, and what it says goes to the contact.
// The number is an attribute, never a key: rows are keyed by account, and an account's subject is
// the keyed hash by which everything about the person is filed.
package identity

import (
	"time"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// Kind is what sort of account it is.
type Kind string

// The kinds of account.
const (
	Resident Kind = "resident" // by the national identity number
	Visitor  Kind = "visitor"  // by passport number
	Officer  Kind = "officer"  // by employee number
	Company  Kind = "company"  // by business number (NIB); nobody signs in as one, its officers act for it by mandate
)

// The roles an officer can act in, in an agency of a region.
const (
	Reviewer  = "reviewer"         // reviews a case
	Decider   = "decider"          // decides it
	Signer    = "signer"           // signs as the second person
	Superior  = "superior"         // is told what is late
	DataRole  = access.OfficerRole // answers what people ask about their data
	ClaimRole = "claims"           // settles who an account belongs to
)

// Limits on sign-in. Zero values take the defaults. They are counted in the database, so they
// hold across copies of a node.
type Limits struct {
	PerAddress     int // starts from one client address in ten minutes, 60
	GuessesAddress int // codes typed from one client address in ten minutes, 120
	PerPair        int // starts for one number with one contact in an hour, 10; in a day four times as many
	PerContact     int // starts with one contact in an hour, 30: a family may share a phone
	// PerNumber is how many starts for one number in an hour, 30, are looked into. Beyond that only
	// contacts with which the number already signs in get a code: nobody else can shut the owner
	// out, and the answer to a start stays the same.
	PerNumber int
	// Recovery is how long a contact that is new to an account waits before it opens it, 72 hours.
	Recovery time.Duration
	// Contact is how long a contact must have stood in the register before it proves anything, 72 hours;
	// less than zero for no time at all.
	Contact time.Duration
	// Fixed are codes that never change, by subject: of the people of a conformance run alone, see
	// docs/spec/oidc.md. `serve` never sets it.
	Fixed map[string]string
}

// Identity is the room. It is safe for concurrent use.
type Identity struct {
	db       *store.DB
	queue    *jobs.Queue
	ring     *keys.Ring
	access   *access.Access
	notify   *notify.Notify
	exchange *exchange.Exchange
	limits   Limits
	ends     func(tx *store.Tx, account lancar.ID) error // see AtSignOut
}

const (
	codeLife    = 5 * time.Minute
	codeTries   = 5
	ticketLife  = time.Minute
	personIdle  = 14 * 24 * time.Hour
	personEnds  = 60 * 24 * time.Hour
	officerIdle = 4 * time.Hour
	officerEnds = 12 * time.Hour
	touchEvery  = 5 * time.Minute
)

// New makes the room and registers its queue.
func New(db *store.DB, queue *jobs.Queue, ring *keys.Ring, acc *access.Access, note *notify.Notify, exch *exchange.Exchange, limits Limits) *Identity {
	for into, standard := range map[*int]int{&limits.PerAddress: 60, &limits.GuessesAddress: 120, &limits.PerNumber: 30, &limits.PerPair: 10, &limits.PerContact: 30} {
		if *into == 0 {
			*into = standard
		}
	}
	if limits.Recovery == 0 {
		limits.Recovery = 72 * time.Hour
	}
	if limits.Contact == 0 {
		limits.Contact = 72 * time.Hour
	}
	i := &Identity{db: db, queue: queue, ring: ring, access: acc, notify: note, exchange: exch, limits: limits}
	queue.Handle(queueProve, i.prove)
	queue.HandleTx(queueRemind, i.remind)
	queue.HandleTx(queueContact, i.endContact)
	queue.Handle(queueYoung, i.warnBefore)
	return i
}
