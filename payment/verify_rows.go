package payment

import (
	"fmt"

	"lancar"
	"lancar/internal/store"
)

// verifier is one run of Verify: what the rows read so far promise about the next.
type verifier struct {
	charges *Charges
	owed    map[rowKey]Charge
	paid    map[rowKey]int  // payments of a charge
	back    map[rowKey]int  // of them: those that went back
	owing   map[rowKey]paid // payments in suspense that did not go back, by their own id
	posts   map[rowKey]post
	refs    map[[2]string]lancar.ID // region and reference of a payment: its charge
	mine    map[mineKey]bool
}

type rowKey struct {
	region string
	id     lancar.ID
}

type mineKey struct {
	account, region string
	charge          lancar.ID
	at              int64
}

// post is what one transaction of the ledger must hold.
type post struct {
	entries  []Entry
	currency string
	at       int64
}

func altered(table, region string, id any) error {
	return fmt.Errorf("payment: row %v of payment_%s in region %s was altered", id, table, region)
}

// chargesOnly: each charge is as it was written, and its lines make its amount.
func (v *verifier) chargesOnly(tx *store.Tx) error {
	return eachCharge(tx, func(ch Charge, mac string) error {
		sum := int64(0)
		for _, l := range ch.Lines {
			sum += l.Amount
		}
		switch {
		case sum != ch.Amount.Amount:
			return wrongCharge(ch, fmt.Sprintf("its lines sum to %d, not %d", sum, ch.Amount.Amount))
		case mac != v.charges.chargeMAC(ch):
			return altered("charges", ch.Region, ch.ID)
		}
		v.owed[rowKey{ch.Region, ch.ID}] = ch
		return nil
	})
}

// payments: each is as it was written, is of a charge, and of its amount when it was applied to it.
func (v *verifier) payments(tx *store.Tx) error {
	v.posts, v.refs = map[rowKey]post{}, map[[2]string]lancar.ID{}
	applied := map[rowKey]int{}
	err := eachPaid(tx, func(p paid, mac string) error {
		key := rowKey{p.region, p.charge}
		ch, ok := v.owed[key]
		switch {
		case mac != v.charges.paymentMAC(p):
			return altered("payments", p.region, p.id)
		case !ok:
			return fmt.Errorf("payment: payment %s of region %s belongs to no charge", p.id, p.region)
		case p.kind == "applied" && p.Amount != ch.Amount:
			return fmt.Errorf("payment: payment %s of region %s is %s, owed were %s", p.id, p.region, p.Amount, ch.Amount)
		}
		v.paid[key]++
		if p.kind == "applied" {
			applied[key]++
		} else {
			v.owing[rowKey{p.region, p.id}] = p
		}
		v.posts[rowKey{p.region, p.id}] = post{entriesOf(ch, p), p.Amount.Currency, p.at}
		v.refs[[2]string{p.region, p.Reference}] = p.charge
		v.mine[mineKey{string(ch.Account), p.region, p.charge, p.at}] = false
		return nil
	})
	if err != nil {
		return err
	}
	for key, ch := range v.owed {
		if (ch.State == Paid) != (applied[key] == 1) {
			return wrongCharge(ch, fmt.Sprintf("%d payments were applied to it", applied[key]))
		}
	}
	return nil
}

// entriesOf are the ledger's entries of a payment.
func entriesOf(ch Charge, p paid) []Entry {
	if p.kind != "applied" {
		return []Entry{{accountBank, p.Amount.Amount}, {accountSuspense, -p.Amount.Amount}}
	}
	out := []Entry{{accountBank, ch.Amount.Amount}}
	for _, l := range ch.Lines {
		if l.Amount > 0 {
			out = append(out, Entry{revenueAccount(ch.Region, l), -l.Amount})
		}
	}
	return out
}

// history: the state of each charge is what its history leads to by the table, and each payment of
// it is an event there.
func (v *verifier) history(tx *store.Tx) error {
	at := map[rowKey]State{}
	seen, settled, back := map[rowKey]int64{}, map[rowKey]int{}, map[rowKey]int{}
	err := eachHistory(tx, func(region string, charge lancar.ID, version int64, event string, instant int64, mac string) error {
		key := rowKey{region, charge}
		if mac != v.charges.historyMAC(region, charge, version, event, instant) {
			return altered("history", region, fmt.Sprintf("%s/%d", charge, version))
		}
		state, ok := at[key]
		if !ok {
			state = Open
		}
		to, ok := next(state, event)
		if seen[key]++; !ok || seen[key] != version {
			return fmt.Errorf("payment: the history of charge %s of region %s does not fit at step %d", charge, region, version)
		}
		switch event {
		case "settle":
			settled[key]++
		case "refund":
			back[key]++
		}
		at[key] = to
		return nil
	})
	if err != nil {
		return err
	}
	for key, ch := range v.owed {
		state, ok := at[key]
		if !ok {
			state = Open
		}
		switch {
		case state != ch.State:
			return wrongCharge(ch, "its history leads to "+string(state))
		case seen[key] != ch.Version:
			return wrongCharge(ch, "its history is not whole")
		case settled[key] != v.paid[key]:
			return wrongCharge(ch, fmt.Sprintf("its history tells of %d payments, there are %d", settled[key], v.paid[key]))
		case back[key] != v.back[key]:
			return wrongCharge(ch, fmt.Sprintf("its history tells of %d payments that went back, there are %d", back[key], v.back[key]))
		case (ch.State == Paid) != !ch.Settled.IsZero():
			return wrongCharge(ch, "its settlement time does not fit")
		}
	}
	return nil
}

// entries: the ledger holds what the payments make, and nothing else.
func (v *verifier) entries(tx *store.Tx) error {
	at := map[rowKey]int{}
	err := eachEntry(tx, func(region string, id lancar.ID, seq int, e Entry, currency string, instant int64) error {
		key := rowKey{region, id}
		want, ok := v.posts[key]
		switch {
		case !ok:
			return fmt.Errorf("payment: the ledger of region %s has transaction %s, which is no payment", region, id)
		case seq >= len(want.entries) || want.entries[seq] != e || want.currency != currency || want.at != instant:
			return altered("entries", region, fmt.Sprintf("%s/%d", id, seq))
		}
		at[key]++
		return nil
	})
	if err != nil {
		return err
	}
	for key, want := range v.posts {
		if at[key] != len(want.entries) {
			return fmt.Errorf("payment: the ledger of region %s has %d entries of transaction %s, it makes %d", key.region, at[key], key.id, len(want.entries))
		}
	}
	return nil
}

// codes: each is as the bank gave it, and each payment came by one of its charge's.
func (v *verifier) codes(tx *store.Tx) error {
	err := eachCode(tx, func(r codeRow, mac string) error {
		if mac != v.charges.codeMAC(r) {
			return altered("codes", r.region, r.Reference)
		}
		if charge, ok := v.refs[[2]string{r.region, r.Reference}]; ok && charge == r.charge {
			delete(v.refs, [2]string{r.region, r.Reference})
		}
		return nil
	})
	for key := range v.refs {
		if err == nil {
			err = fmt.Errorf("payment: the code %s of region %s, which was paid, is gone", key[1], key[0])
		}
	}
	return err
}

// notices: each is as it was answered.
func (v *verifier) notices(tx *store.Tx) error {
	return eachNotice(tx, func(n notice, mac string) error {
		if mac != v.charges.noticeMAC(n) {
			return altered("notices", n.region, n.external)
		}
		return nil
	})
}

// lists: each person's list is what their payments make.
func (v *verifier) lists(tx *store.Tx) error {
	err := eachMine(tx, func(k mineKey) error {
		if _, ok := v.mine[k]; !ok {
			return fmt.Errorf("payment: the list of an account tells of charge %s of region %s settled at %d, no payment does", k.charge, k.region, k.at)
		}
		v.mine[k] = true
		return nil
	})
	for k, there := range v.mine {
		if err == nil && !there {
			err = fmt.Errorf("payment: a payment of charge %s of region %s is missing from its payer's list", k.charge, k.region)
		}
	}
	return err
}

func wrongCharge(ch Charge, what string) error {
	return fmt.Errorf("payment: charge %s of region %s is %s, but %s", ch.ID, ch.Region, ch.State, what)
}
