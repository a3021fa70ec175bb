package payment

import (
	"context"
	"fmt"

	"lancar"
	"lancar/internal/store"
)

// Entry is one line of a transaction in a region's ledger. A debit is positive, a credit negative;
// the entries of a transaction sum to zero in each currency.
type Entry struct {
	Account string
	Amount  int64
}

// Accounts of a region's ledger besides its revenue accounts.
const (
	accountBank     = "bank"     // what the acquirer has received for us and not yet paid out
	accountSuspense = "suspense" // what is due back to payers
	accountTreasury = "treasury" // what the treasury paid back by transfer, out of its own account
)

// revenueAccount is "revenue/REGION/CODE" of the treasury that a line is for.
func revenueAccount(region string, l Line) string {
	if l.Region != "" {
		region = l.Region
	}
	code := l.Revenue
	if code == "" {
		code = "unclassified"
	}
	return "revenue/" + region + "/" + code
}

// postTx appends one transaction. What does not sum to zero is refused.
func postTx(tx *store.Tx, region string, id lancar.ID, currency string, entries []Entry) error {
	var sum int64
	for _, e := range entries {
		sum += e.Amount
	}
	if sum != 0 || len(entries) < 2 {
		return fmt.Errorf("payment: %d entries that sum to %d", len(entries), sum)
	}
	for i, e := range entries {
		if err := insertEntry(tx, region, id, i, currency, e); err != nil {
			return err
		}
	}
	return nil
}

// Balance is what an account of a region's ledger holds.
type Balance struct {
	Account string
	Amount  lancar.Money
}

// Balances returns the accounts of a region's ledger, folded and not yet folded together.
func (c *Charges) Balances(ctx context.Context, region string) (list []Balance, err error) {
	err = c.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = balances(tx, region)
		return err
	})
	return list, err
}

// foldTx adds what was posted to the balances, some thousands of rows a run. It alone writes
// balances, so that no two payments wait for each other on a treasury's row.
func (c *Charges) foldTx(tx *store.Tx) error {
	regions, err := unfoldedRegions(tx)
	if err != nil {
		return err
	}
	for _, region := range regions {
		sums, err := takeUnfolded(tx, region)
		if err != nil {
			return err
		}
		for key, sum := range sums {
			if err := addBalance(tx, region, key, sum); err != nil {
				return err
			}
		}
	}
	return nil
}
