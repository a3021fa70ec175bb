// Package casework carries an application from the first saved answer to the signed decision:
// drafts, submission, the draw of an officer, the clock, corrections, decisions, and the person's
// own list and proof.
//
// A case belongs to the region of the office that decides and is pinned to the exact version of
// its service's definition. Its life is the table of package catalog/flow; each step of it is one
// row of an append-only, hash-chained list of events, whose sequence number is the version of the
// compare-and-swap that wrote it. Everything else (the case row, the inbox, a person's list, kept
// totals) is a projection that [Cases.Verify] derives again from the events.
//
// One transaction per change: state, event, charge, log leaf and outbox commit together or not at
// all. Everything personal is sealed under the case's key ("case:ID"), so that destroying that
// key is erasure. The draft's id becomes the case's id, which is why a submission sent twice, from
// two tabs or replayed, is one case.
package casework

import (
	"time"

	"lancar"
	"lancar/access"
	"lancar/catalog"
	"lancar/document"
	"lancar/exchange"
	"lancar/identity"
	"lancar/identity/mandate"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/payment"
	"lancar/publiclog"
	"lancar/region"
)

// Rooms is what casework stands on.
type Rooms struct {
	DB        *store.DB
	Queue     *jobs.Queue
	Keys      *keys.Ring
	Log       *publiclog.Log
	Regions   *region.Regions
	Access    *access.Access
	Exchange  *exchange.Exchange
	Catalog   *catalog.Catalog
	Documents *document.Documents
	Charges   *payment.Charges
	Identity  *identity.Identity
	Mandates  *mandate.Mandates
	// Base is the address that links in messages begin with, "https://layanan.example.go.id".
	Base string
}

// Cases is the room. It is safe for concurrent use.
type Cases struct {
	db        *store.DB
	queue     *jobs.Queue
	keys      *keys.Ring
	log       *publiclog.Log
	regions   *region.Regions
	places    *region.Places
	access    *access.Access
	exchange  *exchange.Exchange
	catalog   *catalog.Catalog
	documents *document.Documents
	charges   *payment.Charges
	identity  *identity.Identity
	mandates  *mandate.Mandates
	base      string
	cleaning  chan struct{} // a place for each file being looked at
}

const (
	wakeQueue   = "casework.wake"
	sweepEvery  = 5 * time.Second
	draftsEvery = time.Minute
)

// New makes the room and registers its queues. app subscribes [Cases.Sequenced] to
// publiclog.EventSequenced, [Cases.Settled] to payment.EventSettled, [Cases.Expired] to
// payment.EventExpired, [Cases.RefundDue] to payment.EventRefundDue, [Cases.Refunded] to payment.EventRefunded, [Cases.RefundRefused] to
// payment.EventRefundRefused and [Cases.Answered] to
// exchange.EventAnswered.
func New(r Rooms) *Cases {
	c := &Cases{db: r.DB, queue: r.Queue, keys: r.Keys, log: r.Log, regions: r.Regions, places: r.Regions.Places(), access: r.Access,
		exchange: r.Exchange, catalog: r.Catalog, documents: r.Documents, charges: r.Charges, identity: r.Identity, mandates: r.Mandates, base: r.Base,
		cleaning: make(chan struct{}, atOnce)}
	r.Queue.HandleManyTx(changedQueue, c.changed)
	r.Queue.HandleTx(redrawQueue, c.redrawJob)
	r.Queue.Handle(wakeQueue, c.wake)
	r.Queue.Handle(receiptQueue, c.receiptJob)
	r.Queue.Every("casework.sweep", sweepEvery, c.sweepTx)
	r.Queue.Every("casework.drafts", draftsEvery, c.draftsTx)
	return c
}

func (c *Cases) officerName(tx *store.Tx, account lancar.ID) string {
	name, _ := c.identity.OfficerNameTx(tx, account)
	return name
}
