package casework

import (
	"lancar"
	"lancar/catalog/flow"
	"lancar/internal/store"
)

// BroughtTx says whether an account brought this case and it is still open. Hand it to
// access.Access.Cases: it is what a restriction of the use of a person's data lets go on.
func (c *Cases) BroughtTx(tx *store.Tx, account, id lancar.ID) (bool, error) {
	state, err := stateOfMine(tx, account, id)
	if err == store.ErrNone {
		return false, nil
	}
	return err == nil && !flow.State(state).Over(), err
}
