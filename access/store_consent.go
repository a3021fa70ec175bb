package access

import (
	"encoding/json"
	"errors"
	"strings"

	"lancar"
	"lancar/internal/store"
)

const consentColumns = `subject, id, account, client, name, kinds, purpose, at, until, ended`

// insertConsent is false when one to the same app came into force at the same instant.
func insertConsent(tx *store.Tx, c Consent) (bool, error) {
	n, err := tx.Exec(`INSERT INTO access_consents (`+consentColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) ON CONFLICT DO NOTHING`,
		c.Subject, string(c.ID), string(c.Account), c.To, textColumn(c.Name), strings.Join(c.Kinds, ","), textColumn(c.Purpose),
		store.Micros(c.At), store.Micros(c.Until))
	return n == 1, err
}

func endConsentTo(tx *store.Tx, subject, to string) (int64, error) {
	return tx.Exec(`UPDATE access_consents SET ended = $3 WHERE subject = $1 AND client = $2 AND ended = 0`, subject, to, store.Micros(tx.Now))
}

func endConsent(tx *store.Tx, subject string, id lancar.ID) (int64, error) {
	return tx.Exec(`UPDATE access_consents SET ended = $3 WHERE subject = $1 AND id = $2 AND ended = 0`, subject, string(id), store.Micros(tx.Now))
}

func consentInForce(tx *store.Tx, subject, to string) (Consent, error) {
	return store.One(tx, scanConsent, `SELECT `+consentColumns+` FROM access_consents WHERE subject = $1 AND client = $2 AND ended = 0`, subject, to)
}

func consentByID(tx *store.Tx, subject string, id lancar.ID) (Consent, error) {
	return store.One(tx, scanConsent, `SELECT `+consentColumns+` FROM access_consents WHERE subject = $1 AND id = $2`, subject, string(id))
}

func consentsOf(tx *store.Tx, subject string) ([]Consent, error) {
	return store.All(tx, scanConsent, `SELECT `+consentColumns+` FROM access_consents WHERE subject = $1 ORDER BY at DESC, id DESC LIMIT 100`, subject)
}

func scanConsent(s store.Scanner) (Consent, error) {
	var c Consent
	var id, account, name, kinds, purpose string
	var at, until, ended int64
	err := s.Scan(&c.Subject, &id, &account, &c.To, &name, &kinds, &purpose, &at, &until, &ended)
	if err != nil {
		return c, err
	}
	c.ID, c.Account, c.Kinds = lancar.ID(id), lancar.ID(account), strings.Split(kinds, ",")
	c.At, c.Until, c.Ended = store.Time(at), store.Time(until), store.Time(ended)
	return c, errors.Join(json.Unmarshal([]byte(name), &c.Name), json.Unmarshal([]byte(purpose), &c.Purpose))
}

// firstLook notes that an app looked at a thing in a slot of time; false when it did already. What an
// app looked at before is forgotten with it: the rows of the looks stay.
func firstLook(tx *store.Tx, subject, app, thing string, slot int64) (bool, error) {
	n, err := tx.Exec(`INSERT INTO access_app_looks (subject, app, thing, slot) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, subject, app, thing, slot)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.Queue(`DELETE FROM access_app_looks WHERE subject = $1 AND slot < $2`, subject, slot)
}

func forgetLooks(tx *store.Tx, subject string) error {
	return tx.Queue(`DELETE FROM access_app_looks WHERE subject = $1`, subject)
}
