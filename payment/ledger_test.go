package payment_test

import (
	"testing"
	"time"

	"lancar/internal/store"
	"lancar/internal/store/storetest"
	"lancar/payment"
	"pgregory.net/rapid"
)

// Whatever happens in whatever order: entries sum to zero, balances are what the entries say, a
// charge is settled at most once, and no money that came is unaccounted for.
func TestTheLedgerBalancesWhateverHappens(t *testing.T) {
	c := newClock()
	d := open(t, storetest.OpenAt(t, c.Now), c) // one for all runs: migrating is slow
	came := map[string]bool{}
	var money int64
	rapid.Check(t, func(r *rapid.T) {
		var charges []payment.Charge
		var codes []payment.Code
		places := []string{"53.15", "34.71", "91"}
		pick := func() int { return rapid.IntRange(0, len(codes)-1).Draw(r, "which") }
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			what := rapid.SampledFrom([]string{"charge", "pay", "pay", "wrong", "cancel", "wait", "work", "bank"}).Draw(r, "what")
			if len(codes) == 0 {
				what = "charge"
			}
			switch what {
			case "charge":
				ch := d.charge(t, rapid.SampledFrom(places).Draw(r, "place"), rapid.Int64Range(1, 500).Draw(r, "fee"), rapid.Int64Range(0, 9).Draw(r, "extra"))
				charges, codes = append(charges, ch), append(codes, d.code(t, ch))
			case "pay":
				i, receipt := pick(), rapid.SampledFrom([]string{"R1", "R2"}).Draw(r, "receipt")
				if got := d.notify(t, note{reference: codes[i].Reference, receipt: receipt, amount: charges[i].Amount.Amount}); got != "2005200" {
					r.Fatal(got)
				}
				if key := codes[i].Reference + receipt; !came[key] {
					came[key] = true
					money += charges[i].Amount.Amount
				}
			case "wrong":
				i := pick()
				d.notify(t, note{reference: codes[i].Reference, receipt: "R3", amount: charges[i].Amount.Amount + 1})
			case "cancel":
				i := pick()
				must(t, d.db.Write(t.Context(), func(tx *store.Tx) error { return d.CancelTx(tx, charges[i].Region, charges[i].Case) }))
			case "wait":
				c.Pass(5 * 24 * time.Hour)
			case "bank":
				d.bank.set(func() {
					d.bank.gives, d.bank.lost = rapid.Bool().Draw(r, "gives"), rapid.IntRange(0, 2).Draw(r, "lost")
				})
			case "work":
				d.drain(t)
			}
		}
		d.drain(t)
		var bank, all int64
		for _, p := range places {
			list, err := d.Balances(t.Context(), p)
			must(t, err)
			for _, b := range list {
				all += b.Amount.Amount
				if b.Account == "bank" {
					bank += b.Amount.Amount
				}
			}
		}
		var back int64
		for _, b := range d.back {
			back += b.Amount.Amount
		}
		if all != 0 || bank != money-back {
			r.Fatalf("ledger sums to %d; %d in the bank, %d came, %d went back", all, bank, money, back)
		}
		seen := map[string]bool{}
		for _, s := range d.settled {
			if seen[string(s.Case)] {
				r.Fatal("settled twice")
			}
			seen[string(s.Case)] = true
		}
	})
}
