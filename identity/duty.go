package identity

import (
	"lancar"
	"lancar/internal/store"
	"lancar/notify"
)

// OnDutyTx lists everyone who holds a role in the nearest of these regions (the innermost first)
// in which anybody does, in whatever agency: who has to be told of something there.
func (i *Identity) OnDutyTx(tx *store.Tx, path []string, role string) ([]OnRoster, error) {
	for _, region := range path {
		list, err := holdersOf(tx, region, role)
		if err != nil || len(list) > 0 {
			return list, err
		}
	}
	return nil, nil
}

// TellLastTx sends a message to an account's proven contacts alone, not to its inbox, so that it
// arrives although the account is erased in the same transaction.
func (i *Identity) TellLastTx(tx *store.Tx, account lancar.ID, m notify.Message) error {
	a, err := accountByID(tx, account)
	if err == store.ErrNone {
		return nil
	}
	if err != nil {
		return err
	}
	to, err := i.addresses(tx, account)
	if err != nil || len(to) == 0 {
		return err
	}
	m.Account, m.Lang, m.To = "", a.Lang, to
	return i.notify.SendTx(tx, m)
}
