package casework

import (
	"encoding/hex"
	"errors"
	"time"

	"lancar"
	"lancar/internal/store"
)

// sameHands is how long an application that was withdrawn after its draw goes back to the same
// officers when it is sent again. Nobody withdraws and submits until the officer suits them.
const sameHands = 90 * 24 * time.Hour

// holderOf names person and service without telling them.
func (c *Cases) holderOf(d *dossier) string {
	return hex.EncodeToString(c.keys.MAC("casework hands", []byte(d.subject+" "+d.origin.Service))[:16])
}

// keepHands remembers who a case was drawn for when its applicant withdraws it.
func (c *Cases) keepHands(tx *store.Tx, d *dossier) error {
	for i := range d.def.Steps {
		w, ok := d.drawnFor(d.def.Steps[i].ID)
		if !ok || w.Account == "" {
			continue
		}
		err := tx.Queue(`INSERT INTO casework_hands (region, holder, agency, role, account, until) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (region, holder, agency, role) DO UPDATE SET account = excluded.account, until = excluded.until`,
			d.region, c.holderOf(d), w.Agency, w.Role, string(w.Account), store.Micros(tx.Now.Add(sameHands)))
		if err != nil {
			return err
		}
	}
	return nil
}

// handsOf is who the same application was drawn for before it was withdrawn, "" for nobody.
func (c *Cases) handsOf(tx *store.Tx, d *dossier, agency, role string) (account lancar.ID, err error) {
	err = tx.QueryRow(`SELECT account FROM casework_hands WHERE region = $1 AND holder = $2 AND agency = $3 AND role = $4 AND until > $5`,
		d.region, c.holderOf(d), agency, role, store.Micros(tx.Now)).Scan((*string)(&account))
	if errors.Is(err, store.ErrNone) {
		return "", nil
	}
	return account, err
}

// onlyHands excludes everyone but the position of the same hands, if that may be drawn at all.
func onlyHands(roster Roster, excluded []int, account lancar.ID) []int {
	out := make([]int, 0, len(roster.Officers))
	at := 0
	for i, o := range roster.Officers {
		if o.Account == account {
			at = i + 1
		} else {
			out = append(out, i+1)
		}
	}
	for _, p := range excluded {
		if p == at {
			return excluded
		}
	}
	if at == 0 {
		return excluded
	}
	return out
}

// forgetHands deletes what is over.
func forgetHands(tx *store.Tx) error {
	return tx.Queue(`DELETE FROM casework_hands WHERE until < $1`, store.Micros(tx.Now))
}
