// Package payment keeps what is owed and what was paid: charges, the QRIS codes by which they
// are paid, notifications of the acquirer, and a double-entry ledger per region.
//
// A charge belongs to a case and to the region of its office. It is open until it is paid, until
// it expires at its due instant, or until the case's owner ends it; [Transitions] is the table.
// Money that arrives for a charge that is no longer open is never lost: it goes to a suspense
// account and is due back to the payer: the acquirer is asked to return it (SNAP service 78), and
// where it does not, two officers of the treasury pay it back ([Charges.Record], [Charges.Confirm]).
//
// Codes come from an acquirer through [Acquirer] (SNAP service 47) when the person looks at the
// page; a payment is learned from a notification (52, [Charges.Handler]) or, where none comes, by
// asking (51). However often and by whichever way the same payment is reported, it is settled
// once, in one transaction: payment, ledger entries, state and event.
//
// Amounts are in the minor unit of the currency, sen for IDR.
package payment

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/region"
)

// Charges is the room. It is safe for concurrent use.
type Charges struct {
	db       *store.DB
	queue    *jobs.Queue
	ring     *keys.Ring
	regions  *region.Regions
	access   *access.Access
	identity *identity.Identity
	acquirer Acquirer
	bank     Bank
}

const (
	pollQueue   = "payment.poll"
	obtainQueue = "payment.obtain"
	expireQueue = "payment.expire"
	dueEvery    = 5 * time.Second
	foldEvery   = 3 * time.Second
	rehomeEvery = time.Hour
)

// New makes the room and registers its queues.
func New(db *store.DB, queue *jobs.Queue, ring *keys.Ring, regions *region.Regions, acc *access.Access, ident *identity.Identity, acquirer Acquirer, bank Bank) *Charges {
	c := &Charges{db: db, queue: queue, ring: ring, regions: regions, access: acc, identity: ident, acquirer: acquirer, bank: bank}
	queue.Handle(pollQueue, c.poll)
	queue.Handle(obtainQueue, c.obtainLater)
	queue.Handle(expireQueue, c.expire)
	queue.Handle(backQueue, c.giveBack)
	queue.Every("payment.due", dueEvery, c.dueTx)
	queue.Every("payment.fold", foldEvery, c.foldTx)
	queue.Every("payment.rehome", rehomeEvery, c.rehomeTx)
	return c
}

// Charge is what is owed for a case.
//
//lancar:personal
type Charge struct {
	Region  string    // of the office that decides
	ID      lancar.ID // the case's id: a case has one charge
	Case    lancar.ID
	Number  string    // the case number that people know
	Account lancar.ID // who owes
	Title   lancar.Text
	Lines   []Line
	Amount  lancar.Money // the sum of the lines
	DueAt   time.Time    // the charge expires then; whole microseconds
	State   State
	Created time.Time
	Paid    time.Time // when the customer paid, by the acquirer's word; zero until then
	Settled time.Time // when this node recorded it
	Version int64     // 0 when made, one more for each change of state
}

// Line is one item of a charge.
type Line struct {
	Label   lancar.Text `json:"label"`
	Amount  int64       `json:"amount"`  // minor unit, in the charge's currency; not negative
	Region  string      `json:"region"`  // whose treasury receives it; "" is the charge's region
	Revenue string      `json:"revenue"` // revenue account of that treasury ("4.1.02.01.02"); "" if unclassified
}

// State of a charge.
type State string

// The states of a charge.
const (
	Open      State = "open"
	Paid      State = "paid"
	Expired   State = "expired"
	Cancelled State = "cancelled"
)

// Code is a QRIS code by which a charge can be paid.
type Code struct {
	Reference string // ours at the acquirer (partnerReferenceNo)
	Payload   string // what the QR image holds
	Merchant  string // the name that the payer's app will show
	Expires   time.Time
}

// Names of the events that this room emits; their payloads are the JSON of [Settled], [Ended],
// [RefundDue] and [Refunded], their key is the case, for the last two with the payment.
const (
	EventSettled   = "payment.settled"
	EventExpired   = "payment.expired"
	EventRefundDue = "payment.refund_due"
	EventRefunded  = "payment.refunded"
	// EventRefundRefused says that the acquirer does not return money that is due back, so that
	// people have to; its payload is that of [EventRefundDue].
	EventRefundRefused = "payment.refund_refused"
)

// Settled is the payload of [EventSettled]: the charge is paid and in the ledger.
type Settled struct {
	Region    string       `json:"region"`
	Charge    lancar.ID    `json:"charge"`
	Case      lancar.ID    `json:"case"`
	Account   lancar.ID    `json:"account"`
	Amount    lancar.Money `json:"amount"`
	Paid      time.Time    `json:"paid"`
	Settled   time.Time    `json:"settled"`
	Reference string       `json:"reference"` // the acquirer's
}

// Ended is the payload of [EventExpired]: nobody paid in time.
type Ended struct {
	Region  string    `json:"region"`
	Charge  lancar.ID `json:"charge"`
	Case    lancar.ID `json:"case"`
	Account lancar.ID `json:"account"`
}

// RefundDue is the payload of [EventRefundDue]: money came that nothing was owed for any more,
// and must go back. Reason is "late", "twice" or "cancelled".
type RefundDue struct {
	Region  string       `json:"region"`
	Charge  lancar.ID    `json:"charge"`
	Case    lancar.ID    `json:"case"`
	Account lancar.ID    `json:"account"`
	Amount  lancar.Money `json:"amount"`
	Reason  string       `json:"reason"`
}

// Payment is one act of paying, as the payer sees it.
//
//lancar:personal
type Payment struct {
	Charge
	Payment lancar.ID // its id
	Kind    string    // "applied", or why it is due back: "late", "twice", "cancelled"
	Receipt string    // the acquirer's number of it, "" if it gave none
	Refund  Refund    // how far it is paid back; zero for one that was applied
}

func errNoCharge() error {
	return lancar.Fail(lancar.NotFound, "", "Tagihan tidak ditemukan.", "No such charge.")
}

// ChargeTx records what is owed for a case in the caller's transaction; a second call for the
// same case changes nothing. It sends one statement and waits for no answer. A charge of nothing
// is refused: free services have none.
func (c *Charges) ChargeTx(tx *store.Tx, ch Charge) (lancar.ID, error) {
	var sum int64
	for _, l := range ch.Lines {
		if l.Amount < 0 {
			return "", errors.New("payment: a line below zero")
		}
		sum += l.Amount
	}
	if ch.Region == "" || ch.Case == "" || sum <= 0 || sum != ch.Amount.Amount || !ch.DueAt.After(tx.Now) {
		return "", fmt.Errorf("payment: charge of %s for lines of %d due %s", ch.Amount, sum, ch.DueAt)
	}
	ch.ID, ch.State, ch.Created = ch.Case, Open, tx.Now
	return ch.ID, insertCharge(tx, ch, c.chargeMAC(ch))
}

// CancelTx ends an open charge in the caller's transaction; money that arrives later is due back.
// Nothing happens where the case has none or it is no longer open.
func (c *Charges) CancelTx(tx *store.Tx, region string, cas lancar.ID) error {
	ch, err := chargeBy(tx, region, cas)
	if errors.Is(err, store.ErrNone) || err == nil && ch.State != Open {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = c.moveTx(tx, ch, "cancel")
	return err
}

// Charge returns the charge of a case to whom it concerns: the payer with their own grant, an
// officer with a grant for that case. lancar.NotFound for anyone else.
func (c *Charges) Charge(ctx context.Context, g access.Grant, region string, id lancar.ID) (ch Charge, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) (err error) {
		ch, err = readable(tx, g, region, id)
		return err
	})
	return ch, err
}

func readable(tx *store.Tx, g access.Grant, region string, id lancar.ID) (Charge, error) {
	ch, err := chargeBy(tx, region, id)
	if err != nil && !errors.Is(err, store.ErrNone) {
		return ch, err
	}
	concerned := g.Own() && g.Account() == ch.Account || !g.Own() && g.Case() == ch.Case
	if err != nil || !g.Covers(access.Payments) || !concerned {
		return Charge{}, errNoCharge()
	}
	return ch, nil
}

// charge reads for this room's own work.
func (c *Charges) charge(ctx context.Context, region string, id lancar.ID) (ch Charge, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) (err error) { ch, err = chargeBy(tx, region, id); return err })
	return ch, err
}

// Mine returns the person's payments, newest first, of at most 50 charges: those that paid, and
// those that are due back.
func (c *Charges) Mine(ctx context.Context, own access.Grant) (list []Payment, err error) {
	if !own.Own() || !own.Covers(access.Payments) {
		return nil, errNoCharge()
	}
	err = c.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = mine(tx, own.Account())
		return err
	})
	return list, err
}

// Payments returns what was paid for a charge, newest first, to whom it concerns as [Charges.Charge]
// does: what paid it, and what is due back or went back.
func (c *Charges) Payments(ctx context.Context, g access.Grant, region string, charge lancar.ID) (list []Payment, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		ch, err := readable(tx, g, region, charge)
		if err == nil {
			list, err = paymentsOf(tx, ch)
		}
		return err
	})
	return list, err
}

// Exporter gives a person's payments to their own download.
func (c *Charges) Exporter() access.Exporter {
	return access.Exporter{Name: "pembayaran", Data: func(tx *store.Tx, own access.Grant) (any, error) {
		if !own.Covers(access.Payments) {
			return nil, nil
		}
		list, err := mine(tx, own.Account())
		if err != nil {
			return nil, err
		}
		out := make([]exported, len(list))
		for i, p := range list {
			out[i].Payment = p
			if p.Refund.Stage != Waiting {
				continue
			}
			to, ok, err := c.payeeTx(tx, own, p.Region, p.Payment)
			if err != nil {
				return nil, err
			}
			if ok {
				out[i].Payee = &to
			}
		}
		return out, nil
	}}
}

// exported is a payment in its payer's download, with where they want it back.
type exported struct {
	Payment
	Payee *Payee `json:",omitempty"`
}

// errMoved says that somebody else changed the charge first; the transaction is run again.
var errMoved = errors.New("payment: the charge changed meanwhile")

// moveTx changes a charge's state by the table and writes its history.
func (c *Charges) moveTx(tx *store.Tx, ch Charge, event string) (Charge, error) {
	to, ok := next(ch.State, event)
	if !ok {
		return ch, fmt.Errorf("payment: %s is not possible when %s", event, ch.State)
	}
	was := ch.Version
	ch.State, ch.Version = to, was+1
	if won, err := updateCharge(tx, ch, was, c.chargeMAC(ch)); err != nil || !won {
		return ch, errors.Join(err, map[bool]error{true: nil, false: errMoved}[won])
	}
	return ch, insertHistory(tx, ch, event, c.historyMAC(ch.Region, ch.ID, ch.Version, event, store.Micros(tx.Now)))
}

// moveTries is how often a transaction is run again because somebody else changed the charge first: of so
// many at once on one charge each gets its turn.
const moveTries = 60

// write runs fn in a transaction, again while somebody else changed the charge first. Those who lost step
// aside for a random while, so that a crowd on one charge thins out.
func (c *Charges) write(ctx context.Context, fn func(*store.Tx) error) error {
	for try := 0; ; try++ {
		err := c.db.Write(ctx, fn)
		if !errors.Is(err, errMoved) || try == moveTries {
			return err
		}
		select {
		case <-time.After(time.Duration(rand.IntN(2<<min(try, 5))) * time.Millisecond):
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}
