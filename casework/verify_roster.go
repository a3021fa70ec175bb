package casework

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"lancar"
	"lancar/internal/store"
)

// pseudonym is how the log names an officer in one roster.
func (c *Cases) pseudonym(roster, account lancar.ID) string {
	return hex.EncodeToString(c.keys.MAC("casework pseudonym", []byte(string(roster)+"/"+string(account)))[:8])
}

// rosters compares every roster with its public leaf: nobody takes another's position in it.
func (v *verifier) rosters(tx *store.Tx) error {
	type row struct {
		Roster
		leaf lancar.ID
		at   int64
	}
	all, err := store.All(tx, func(s store.Scanner) (r row, err error) {
		var officers string
		if err = s.Scan(&r.Region, (*string)(&r.ID), &r.Agency, &r.Role, (*string)(&r.leaf), &r.at, &r.Index, &officers); err != nil {
			return r, err
		}
		return r, json.Unmarshal([]byte(officers), &r.Officers)
	}, `SELECT region, id, agency, role, leaf, at, idx, officers FROM casework_rosters ORDER BY region, id`)
	if err != nil {
		return err
	}
	for _, r := range all {
		err := v.roster(tx, r.Roster, r.leaf)
		if err == nil && !madeAt(r.ID, r.at) {
			err = errors.New("it was made at another time than its id says")
		}
		if err != nil {
			return fmt.Errorf("casework: the roster of %s of %s in region %s: %w", r.Role, r.Agency, r.Region, err)
		}
	}
	return nil
}

func (v *verifier) roster(tx *store.Tx, r Roster, leaf lancar.ID) error {
	text, err := v.cases.record(tx.Ctx, r.Region, leaf)
	if lancar.CodeOf(err) == lancar.NotFound {
		return nil // waits for its checkpoint
	}
	if err != nil {
		return err
	}
	var said RosterRecord
	if err := json.Unmarshal(text, &said); err != nil {
		return err
	}
	same := said.Region == r.Region && said.Agency == r.Agency && said.Role == r.Role && len(said.Officers) == len(r.Officers)
	for i, o := range r.Officers {
		same = same && o.Pseudonym == said.Officers[i] && o.Pseudonym == v.cases.pseudonym(r.ID, o.Account)
	}
	if !same {
		return errors.New("it is not the one that was logged")
	}
	pos, ok, err := v.cases.log.PositionTx(tx, r.Region, leaf)
	if err == nil && ok && r.Index >= 0 && r.Index != pos.Index {
		err = fmt.Errorf("its row says that it stands at %d in the log, it stands at %d", r.Index, pos.Index)
	}
	return err
}
