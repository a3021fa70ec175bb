package identity

import (
	"strings"

	"lancar"
	"lancar/internal/store"
)

// FindTx is the account of a person whom an app names by their identity number or by a proven
// contact of theirs, "" when there is none or when several share the contact. Whether one was found
// must not be told to whoever asked.
func (i *Identity) FindTx(tx *store.Tx, hint string) (lancar.ID, error) {
	if number := strings.NewReplacer(" ", "", ".", "", "-", "").Replace(hint); ValidNIK(number) {
		account, _, err := i.AccountOfTx(tx, i.ring.Subject("nik", number))
		return account, err
	}
	to, err := contact(hint)
	if err != nil {
		return "", nil // of no form that we know: nobody
	}
	list, err := accountsWith(tx, i.contactHash(to))
	if err != nil || len(list) != 1 {
		return "", err
	}
	return list[0], nil
}
