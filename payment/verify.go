package payment

import (
	"context"
	"errors"
	"fmt"

	"lancar"
	"lancar/internal/store"
)

// Verify derives states from history and balances from entries, and compares what is kept with
// them. It returns the first thing that is wrong. It expects a node that does not write.
func (c *Charges) Verify(ctx context.Context) error {
	return c.db.Read(ctx, func(tx *store.Tx) error {
		for _, check := range []func(*store.Tx) error{verifyBalanced, verifyBalances, verifyPayments, verifyCharges} {
			if err := check(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// Owed is what a case says about its charge; Account is "" when the case no longer knows whose it is.
type Owed struct {
	Region  string
	Charge  lancar.ID
	Number  string
	Account lancar.ID
	Amount  int64 // in sen
	Paid    bool  // the case says so
}

// VerifyOwed compares a charge with what its case says, and says what is wrong.
func (c *Charges) VerifyOwed(tx *store.Tx, o Owed) error {
	ch, err := chargeBy(tx, o.Region, o.Charge)
	switch {
	case errors.Is(err, store.ErrNone):
		return errors.New("its charge is gone")
	case err != nil:
		return err
	case ch.Number != o.Number || ch.Amount.Amount != o.Amount || o.Account != "" && ch.Account != o.Account:
		return errors.New("its charge is of another case, another person or another amount")
	case o.Paid && ch.State != Paid:
		return fmt.Errorf("it is paid, but its charge is %s", ch.State)
	}
	return nil
}

func verifyBalanced(tx *store.Tx) error {
	region, id, err := unbalanced(tx)
	if err == nil && id != "" {
		err = fmt.Errorf("payment: transaction %s of region %s does not sum to zero", id, region)
	}
	return err
}

// verifyBalances: what is kept and what is not yet folded are together what the entries sum to.
func verifyBalances(tx *store.Tx) error {
	type place struct {
		region string
		balanceKey
	}
	sums := map[place]total{}
	add := func(table string, sign int64) error {
		list, err := derivedFrom(tx, table)
		for _, d := range list {
			k := place{d.region, d.balanceKey}
			sums[k] = total{sums[k].amount + sign*d.amount, sums[k].entries + sign*d.entries}
		}
		return err
	}
	if err := errors.Join(add("payment_entries", 1), add("payment_balances", -1), add("payment_unfolded", -1)); err != nil {
		return err
	}
	for k, s := range sums {
		if s != (total{}) {
			return fmt.Errorf("payment: balance of %s in region %s is off by %d %s over %d entries", k.account, k.region, s.amount, k.currency, s.entries)
		}
	}
	return nil
}

// verifyPayments: each payment has its entries in the ledger, in its amount, and a charge it is of.
func verifyPayments(tx *store.Tx) error {
	list, err := paymentsWithEntries(tx)
	if err != nil {
		return err
	}
	for _, p := range list {
		switch {
		case p.charge == "":
			return fmt.Errorf("payment: payment %s of region %s belongs to no charge", p.id, p.region)
		case p.kind == "applied" && (p.amount != p.owed || p.currency != p.owedIn):
			return fmt.Errorf("payment: payment %s of region %s is %d %s, owed were %d %s", p.id, p.region, p.amount, p.currency, p.owed, p.owedIn)
		case p.bank != p.amount:
			return fmt.Errorf("payment: payment %s of region %s is %d, the ledger has %d", p.id, p.region, p.amount, p.bank)
		case (p.kind == "applied") != (p.suspense == 0):
			return fmt.Errorf("payment: payment %s of region %s is %s, but in suspense are %d", p.id, p.region, p.kind, p.suspense)
		}
	}
	return nil
}

// verifyCharges: the state of each charge is what its history leads to by the table, and it is
// paid exactly if one payment was applied to it.
func verifyCharges(tx *store.Tx) error {
	histories, err := allHistory(tx)
	if err != nil {
		return err
	}
	return eachCharge(tx, func(ch Charge, applied int64) error {
		sum := int64(0)
		for _, l := range ch.Lines {
			sum += l.Amount
		}
		if sum != ch.Amount.Amount {
			return wrongCharge(ch, fmt.Sprintf("its lines sum to %d, not %d", sum, ch.Amount.Amount))
		}
		state := Open
		for i, event := range histories[[2]string{ch.Region, string(ch.ID)}] {
			to, ok := next(state, event)
			if !ok || int64(i) >= ch.Version {
				return wrongCharge(ch, "its history does not fit")
			}
			state = to
		}
		switch {
		case state != ch.State:
			return wrongCharge(ch, "its history leads to "+string(state))
		case int64(len(histories[[2]string{ch.Region, string(ch.ID)}])) != ch.Version:
			return wrongCharge(ch, "its history is not whole")
		case (state == Paid) != (applied == 1):
			return wrongCharge(ch, fmt.Sprintf("%d payments were applied to it", applied))
		case (ch.State == Paid) != !ch.Settled.IsZero():
			return wrongCharge(ch, "its settlement time does not fit")
		}
		return nil
	})
}

func wrongCharge(ch Charge, what string) error {
	return fmt.Errorf("payment: charge %s of region %s is %s, but %s", ch.ID, ch.Region, ch.State, what)
}
