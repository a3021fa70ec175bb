package identity

import (
	"lancar"
	"lancar/internal/store"
	"lancar/notify"
)

// TellTx sends a message to an account's proven contacts and its inbox, in its language. Callers
// leave Account, To and Lang empty and never see an address.
func (i *Identity) TellTx(tx *store.Tx, account lancar.ID, m notify.Message) error {
	row, err := accountByID(tx, account)
	if err == store.ErrNone {
		return nil // erased: there is nobody to tell
	}
	if err != nil {
		return err
	}
	if m.To, err = i.addresses(tx, account); err != nil {
		return err
	}
	m.Account, m.Lang = account, row.Lang
	return i.notify.SendTx(tx, m)
}

// SetLangTx sets the language in which an account is written to.
func (i *Identity) SetLangTx(tx *store.Tx, account lancar.ID, lang string) error {
	return updateLang(tx, account, lang)
}

func (i *Identity) addresses(tx *store.Tx, account lancar.ID) ([]notify.Address, error) {
	rows, err := contactsOf(tx, account)
	if err != nil {
		return nil, err
	}
	var out []notify.Address
	for _, r := range rows {
		value, err := i.ring.OpenTx(tx, accountOwner(account), r.sealed, []byte("identity_contacts "+r.hash))
		if err != nil {
			return nil, err
		}
		out = append(out, notify.Address{Channel: notify.Channel(r.channel), Value: string(value)})
	}
	return out, nil
}
