package payment

import (
	"fmt"

	"lancar"
	"lancar/internal/store"
)

// refunds: each is as it was written, is of a payment in suspense and of its amount, and was
// confirmed by another officer than recorded it. What remains in v.owing is still due back.
func (v *verifier) refunds(tx *store.Tx) error {
	return eachRefund(tx, func(f refundRow, mac string) error {
		key := rowKey{f.region, f.payment}
		p, ok := v.owing[key]
		switch {
		case mac != v.charges.refundMAC(f):
			return altered("refunds", f.region, f.payment)
		case !ok || p.charge != f.charge || p.Amount != f.amount:
			return fmt.Errorf("payment: the refund of payment %s of region %s fits no money in suspense", f.payment, f.region)
		case f.stage != Returned:
			return nil
		case f.way != byBank && (f.confirmer == "" || f.confirmer == f.recorder):
			return fmt.Errorf("payment: the refund of payment %s of region %s was not confirmed by a second officer", f.payment, f.region)
		}
		delete(v.owing, key)
		v.back[rowKey{f.region, f.charge}]++
		v.posts[rowKey{f.region, f.id}] = post{f.entries(), f.amount.Currency, f.at}
		return nil
	})
}

// payees: who said where money goes is whose money it is, and it is still due back.
func (v *verifier) payees(tx *store.Tx) error {
	return eachPayee(tx, func(region string, payment, account lancar.ID) error {
		p, ok := v.owing[rowKey{region, payment}]
		if !ok || v.owed[rowKey{region, p.charge}].Account != account {
			return fmt.Errorf("payment: an account is kept for payment %s of region %s, which is not that payer's money due back", payment, region)
		}
		return nil
	})
}

// due: the treasuries' lists hold what is in suspense and did not go back, and nothing else.
func (v *verifier) due(tx *store.Tx) error {
	err := eachDue(tx, func(k dueKey) error {
		key := rowKey{k.place, k.payment}
		p, ok := v.owing[key]
		if !ok || p.charge != k.charge || p.at != k.at || v.charges.treasuryOf(k.place) != k.treasury {
			return fmt.Errorf("payment: the list of the treasury of region %s tells of payment %s of region %s, which is not due back there", k.treasury, k.payment, k.place)
		}
		delete(v.owing, key)
		return nil
	})
	for key := range v.owing {
		if err == nil {
			err = fmt.Errorf("payment: payment %s of region %s is due back and on no treasury's list", key.id, key.region)
		}
	}
	return err
}
