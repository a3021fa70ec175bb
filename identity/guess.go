package identity

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"lancar/internal/store"
)

// A code has six digits and five tries, which is little against somebody who tries one or two
// codes of each of many officers, or of one officer from many addresses. Two things hold
// against it, and neither can shut anybody out: an address from which an officer has not signed
// in before may be wrong only so often about all officers together; and after some wrong codes
// about one number, wherever they came from, its next codes have ten digits.
const (
	wrongHour = 20  // wrong codes of officers from one address that is new to them, in an hour
	wrongDay  = 60  // and in a day
	wrongOne  = 10  // about one number in a day, from everywhere: from then on its codes are long
	wrongAll  = 300 // about officers in a day, from everywhere: from then on all officers' codes are long
)

const day = 24 * time.Hour

// sprayed are the limits on trying officers' codes from one address.
func sprayed(address string) []limit {
	return []limit{
		{what: "wrong officer hour", value: address, window: time.Hour, most: wrongHour},
		{what: "wrong officer day", value: address, window: day, most: wrongDay},
	}
}

// guarded counts a try of an officer's code from an address that is new to them, before it is
// looked at: a thousand at once count as a thousand. A right code takes it back with [Identity.forgive].
func (i *Identity) guarded(tx *store.Tx, a attempt, address string) (bool, error) {
	if a.kind != Officer {
		return false, nil
	}
	known, err := marked(tx, i.addressMark(a.subject, address))
	if err != nil || known {
		return false, err
	}
	return true, i.count(tx, sprayed(address))
}

func (i *Identity) forgive(tx *store.Tx, address string) error {
	for _, l := range sprayed(address) {
		if err := uncountSlot(tx, i.limitName(l), l.slot(tx.Now)); err != nil {
			return err
		}
	}
	return nil
}

// wrong remembers a wrong code: about its number, and about officers at large.
func (i *Identity) wrong(tx *store.Tx, a attempt) error {
	_, err := i.over(tx, wrongAbout(a.subject))
	if err == nil && a.kind == Officer {
		_, err = i.over(tx, wrongAboutAll())
	}
	return err
}

func wrongAbout(subject string) limit {
	return limit{what: "wrong codes", value: subject, window: day, most: wrongOne}
}

func wrongAboutAll() limit {
	return limit{what: "wrong codes of officers", window: day, most: wrongAll}
}

// newCode makes a one-time code: six digits, ten while somebody guesses.
func (i *Identity) newCode(tx *store.Tx, a attempt) (string, error) {
	if code := i.limits.Fixed[a.subject]; code != "" {
		return code, nil
	}
	long, err := i.reached(tx, wrongAbout(a.subject))
	if err == nil && !long && a.kind == Officer {
		long, err = i.reached(tx, wrongAboutAll())
	}
	if err != nil {
		return "", err
	}
	most, digits := int64(1_000_000), 6
	if long {
		most, digits = 10_000_000_000, 10
	}
	n, err := rand.Int(rand.Reader, big.NewInt(most))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", digits, n), nil
}
