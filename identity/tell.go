package identity

import (
	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// TellTx sends a message to an account's proven contacts and its inbox, in its language. Callers
// leave Account, To and Lang empty and never see an address.
func (i *Identity) TellTx(tx *store.Tx, account lancar.ID, m notify.Message) error {
	var rows []accountRow
	to, err := i.addresses(tx, account, askAccount(account, &rows))
	if err != nil || len(rows) == 0 { // erased: there is nobody to tell
		return err
	}
	m.Account, m.Lang, m.To = account, rows[0].Lang, to
	return i.notify.SendTx(tx, m)
}

// LangTx is the language in which an account is written to, "id" for one that is not there.
func (i *Identity) LangTx(tx *store.Tx, account lancar.ID) (string, error) {
	lang, err := langOf(tx, account)
	if err == store.ErrNone || err == nil && lang == "" {
		return "id", nil
	}
	return lang, err
}

// SetLangTx sets the language in which an account is written to.
func (i *Identity) SetLangTx(tx *store.Tx, account lancar.ID, lang string) error {
	return updateLang(tx, account, lang)
}

// addresses are an account's proven contacts; more is asked in the same breath.
func (i *Identity) addresses(tx *store.Tx, account lancar.ID, more ...store.Ask) ([]notify.Address, error) {
	var rows []contactRow
	var key keys.DataKey
	sealed := store.ErrNone
	err := tx.Ask(append(more, askContacts(account, &rows), i.ring.Ask(accountOwner(account), func(k keys.DataKey, err error) { key, sealed = k, err }))...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if sealed != nil {
		return nil, sealed
	}
	var out []notify.Address
	for _, r := range rows {
		value, err := key.Open(r.sealed, []byte("identity_contacts "+r.hash))
		if err != nil {
			return nil, err
		}
		out = append(out, notify.Address{Channel: notify.Channel(r.channel), Value: string(value)})
	}
	return out, nil
}
