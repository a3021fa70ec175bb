package casework

import (
	"lancar"
	"lancar/internal/store"
)

// BroughtTx says whether an account brought this case and it is still open. Hand it to
// access.Access.Cases: it is what a restriction of the use of a person's data lets go on.
func (c *Cases) BroughtTx(tx *store.Tx, account, id lancar.ID) (bool, error) {
	region, err := regionOfMine(tx, account, id)
	if err == store.ErrNone {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d, err := caseByID(tx, region, id)
	return err == nil && d.account == account && !d.status.State.Over(), err
}
