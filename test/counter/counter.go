// Package counter is a node with every room that an application passes, wired as app wires them,
// for the tests of casework and of the doors above it. Only tests import it.
package counter

import (
	"io/fs"
	"testing"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/document"
	"lancar/exchange"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/internal/strictyaml"
	"lancar/payment"
	"lancar/publiclog"
	"lancar/region"
	"lancar/test/outside"
)

// Counter is the rooms. Wherever they send people, it is [outside.Base].
type Counter struct {
	*outside.Node
	PublicLog *publiclog.Log
	Mandates  *mandate.Mandates
	Machines  *machine.Machines
	Documents *document.Documents
	Charges   *payment.Charges
	Catalog   *catalog.Catalog
	Regions   *region.Regions
	Cases     *casework.Cases

	// Heard stands in for casework when a register answers late; nil is casework itself.
	Heard func(*store.Tx, jobs.Event) error
}

// New makes the rooms over n with these services, all of which must load. A payment.Bank with a key
// is whose notices are believed.
func New(t testing.TB, n *outside.Node, services fs.FS, packs *region.Regions, bank payment.Bank) *Counter {
	t.Helper()
	c := &Counter{Node: n, Regions: packs}
	c.PublicLog = publiclog.New(c.DB, c.Queue, c.Ring, publiclog.Config{})
	c.Machines = machine.New(c.DB, c.Queue, c.Ring, c.Identity, machine.Config{})
	c.Mandates = mandate.New(c.DB, c.Queue, c.Ring, c.Access, c.Notify, c.Exchange, c.Identity, mandate.Config{Working: func(tx *store.Tx, id lancar.ID) error {
		_, _, err := c.Machines.ProofTx(tx, id)
		return err
	}})
	var err error
	c.Documents, err = document.New(c.DB, c.Queue, c.Ring, c.PublicLog, document.Config{CheckBase: outside.Base})
	c.Must(err)
	c.Charges = payment.New(c.DB, c.Queue, c.Ring, packs, c.Access, c.Identity, c.Acquirer, bank)
	var problems []*strictyaml.Error
	c.Catalog, problems, err = catalog.Open(t.Context(), c.DB, services)
	c.Must(err)
	for _, p := range problems {
		t.Error(p)
	}
	c.Cases = c.Restarted(c.Queue, packs)
	c.subscribe()
	return c
}

// Restarted is casework made anew over the same database, with these regions.
func (c *Counter) Restarted(queue *jobs.Queue, packs *region.Regions) *casework.Cases {
	return casework.New(casework.Rooms{DB: c.DB, Queue: queue, Keys: c.Ring, Log: c.PublicLog, Regions: packs, Access: c.Access, Identity: c.Identity, Mandates: c.Mandates,
		Exchange: c.Exchange, Catalog: c.Catalog, Documents: c.Documents, Charges: c.Charges, Base: outside.Base})
}

func (c *Counter) subscribe() {
	q := c.Queue
	q.Subscribe(publiclog.EventSequenced, "casework", c.Cases.Sequenced)
	q.Subscribe(payment.EventSettled, "casework", c.Cases.Settled)
	q.Subscribe(payment.EventExpired, "casework", c.Cases.Expired)
	q.Subscribe(payment.EventRefundDue, "casework", c.Cases.RefundDue)
	q.Subscribe(payment.EventRefunded, "casework", c.Cases.Refunded)
	q.Subscribe(payment.EventRefundRefused, "casework", c.Cases.RefundRefused)
	q.Subscribe(exchange.EventAnswered, "casework", func(tx *store.Tx, e jobs.Event) error {
		if c.Heard != nil {
			return c.Heard(tx, e)
		}
		return c.Cases.Answered(tx, e)
	})
	q.SubscribeMany(document.EventIssued, "document", c.Documents.ListTx)
	c.Access.Cases(c.Cases.BroughtTx)
}
