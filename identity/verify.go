package identity

import (
	"context"
	"errors"
	"fmt"

	"lancar"
	"lancar/internal/store"
)

const verifyPage = 500

// Verify checks that every open account of a person opens with its key, is filed under the subject
// that its number makes (or that leads to it since the number changed), and is bound to it in
// access, and that its contacts open. It returns the first thing that is wrong. It expects a node
// that does not write.
func (i *Identity) Verify(ctx context.Context) error {
	return i.db.Read(ctx, func(tx *store.Tx) error {
		bound, err := i.access.BoundTx(tx)
		if err != nil {
			return err
		}
		for after := lancar.ID(""); ; {
			page, err := accountsAfter(tx, after, verifyPage)
			if err != nil {
				return err
			}
			for _, a := range page {
				after = a.ID
				if a.Kind == Officer {
					continue
				}
				if err := i.verifyAccount(tx, a); err != nil {
					return fmt.Errorf("identity: account %s: %w", a.ID, err)
				}
				if b := bound[a.ID]; b.Subject != a.Subject || b.At != a.created {
					return fmt.Errorf("identity: account %s is bound to another subject, or since another instant, than its own", a.ID)
				}
				delete(bound, a.ID)
			}
			if len(page) < verifyPage {
				break
			}
		}
		if stray, err := strayPins(tx); err != nil || stray > 0 {
			return errors.Join(err, errors.New("identity: a PIN belongs to no open account of a person"))
		}
		for id := range bound {
			return fmt.Errorf("identity: account %s is bound to a subject and is not there", id)
		}
		return nil
	})
}

func (i *Identity) verifyAccount(tx *store.Tx, a datedAccount) error {
	h, err := i.openHolder(tx, a.accountRow)
	if err != nil {
		return fmt.Errorf("it does not open: %w", err)
	}
	if made := i.SubjectOf(h); made != a.Subject {
		account, err := accountBySubject(tx, made)
		if err != nil || account.ID != a.ID {
			return errors.Join(errors.New("it is filed under another subject than its number makes"), err)
		}
	}
	if a.ID.Made().UnixMilli() != store.Time(a.created).UnixMilli() {
		return errors.New("it was made at another time than its id says")
	}
	contacts, err := contactsOf(tx, a.ID)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		if _, err := i.ring.OpenTx(tx, accountOwner(a.ID), c.sealed, []byte("identity_contacts "+c.hash)); err != nil {
			return fmt.Errorf("a contact does not open: %w", err)
		}
	}
	return verifyPins(tx, a.ID)
}

// verifyPins checks that the owner was told of every PIN of their devices, and that none is past its
// tries.
func verifyPins(tx *store.Tx, account lancar.ID) error {
	pins, err := pinsOf(tx, account)
	for _, p := range pins {
		told, terr := pinTold(tx, account, p.Set)
		switch {
		case terr != nil:
			return terr
		case !told && tx.Now.Before(p.Set.Add(keepHappenings)):
			return errors.New("its owner was never told of a PIN of a device")
		case p.tries < 0 || p.tries > 4 || p.Used.Before(p.Set):
			return errors.New("the tries of a PIN do not fit")
		}
	}
	return err
}
