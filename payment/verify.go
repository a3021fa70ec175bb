package payment

import (
	"context"
	"errors"
	"fmt"

	"lancar"
	"lancar/internal/store"
)

// Verify derives states from history, entries from payments and balances from entries, checks the
// MAC of every row that nothing else can be derived from, and compares what is kept with them. It
// returns the first thing that is wrong. It expects a node that does not write.
func (c *Charges) Verify(ctx context.Context) error {
	return c.db.Read(ctx, func(tx *store.Tx) error {
		v := &verifier{charges: c, owed: map[rowKey]Charge{}, paid: map[rowKey]int{}, back: map[rowKey]int{}, owing: map[rowKey]paid{}, mine: map[mineKey]bool{}}
		for _, check := range []func(*store.Tx) error{verifyBalanced, verifyBalances, v.chargesOnly, v.payments, v.refunds, v.payees, v.due, v.history, v.entries, v.codes, v.notices, v.lists} {
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
