package casework

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"lancar"
	"lancar/internal/store"
	"lancar/publiclog"
)

// Roster is who may be drawn for a role of an agency, in order. It stands in the region's log
// before any draw from it.
type Roster struct {
	Region, Agency, Role string
	Office               string // where the officers sit: Region, or one above that lends them
	ID                   lancar.ID
	Index                int64 // in the region's log, -1 until it stands there
	Officers             []Rostered
	source               lancar.ID // of the roster above that this one repeats
}

// Rostered is one position of a roster; the log shows only the pseudonym, which is new in every
// roster.
type Rostered struct {
	Account   lancar.ID `json:"account"`
	Pseudonym string    `json:"pseudonym"`
}

// SetRoster says who may be drawn for a role of an agency in a region from now on, and logs it.
// The same officers in the same order again change nothing.
func (c *Cases) SetRoster(ctx context.Context, region, agency, role string, officers []lancar.ID) error {
	return c.db.Write(ctx, func(tx *store.Tx) error {
		old, err := newestRoster(tx, region, agency, role)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		if err == nil && old.source == "" && slices.EqualFunc(old.Officers, officers, func(r Rostered, id lancar.ID) bool { return r.Account == id }) {
			return nil
		}
		return c.rosterTx(tx, Roster{Region: region, Agency: agency, Role: role, Office: region}, officers)
	})
}

// rosterTx keeps and logs a roster.
func (c *Cases) rosterTx(tx *store.Tx, r Roster, officers []lancar.ID) error {
	r.ID, r.Index = lancar.NewID(tx.Now), -1
	var names []string
	for _, id := range officers {
		r.Officers = append(r.Officers, Rostered{id, c.pseudonym(r.ID, id)})
		names = append(names, r.Officers[len(r.Officers)-1].Pseudonym)
	}
	record, err := publiclog.Canonical(map[string]any{"kind": "roster", "region": r.Region, "agency": r.Agency, "role": r.Role, "officers": append([]string{}, names...)})
	if err != nil {
		return err
	}
	receipt, err := c.log.AppendTx(tx, r.Region, publiclog.Leaf{Kind: publiclog.Public, Record: record, Await: rosterPrefix + string(r.ID)})
	if err != nil {
		return err
	}
	return insertRoster(tx, r, receipt.Leaf)
}

// rosterFor finds who may be drawn for a case of a region: its own roster, else that of the
// nearest region above, repeated in the region's log. ready is false while the newest one does
// not stand in the region's log before the leaf with index from.
func (c *Cases) rosterFor(tx *store.Tx, region, agency, role string, from int64) (r Roster, ready bool, err error) {
	for i, code := range c.regions.ByCode(region).Path() {
		r, err = newestRoster(tx, code, agency, role)
		if errors.Is(err, store.ErrNone) || err == nil && r.source != "" && i > 0 {
			continue
		}
		if err != nil {
			return r, false, err
		}
		if i == 0 && r.source == "" {
			return r, r.Index >= 0 && r.Index < from, nil
		}
		if i == 0 { // a repetition: is it still what stands above?
			above, err := newestRoster(tx, r.Office, agency, role)
			if err != nil || above.ID == r.source {
				return r, err == nil && r.Index >= 0 && r.Index < from, err
			}
			r = above
		}
		copied := Roster{Region: region, Agency: agency, Role: role, Office: r.Office, source: r.ID}
		var officers []lancar.ID
		for _, o := range r.Officers {
			officers = append(officers, o.Account)
		}
		return r, false, c.rosterTx(tx, copied, officers)
	}
	return r, false, store.ErrNone
}

func insertRoster(tx *store.Tx, r Roster, leaf lancar.ID) error {
	officers, err := json.Marshal(r.Officers)
	if err != nil {
		return err
	}
	return tx.Queue(`INSERT INTO casework_rosters (region, id, agency, role, office, source, at, leaf, idx, officers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.Region, string(r.ID), r.Agency, r.Role, r.Office, string(r.source), store.Micros(tx.Now), string(leaf), r.Index, string(officers))
}

const rosterColumns = `region, id, agency, role, office, source, idx, officers`

func newestRoster(tx *store.Tx, region, agency, role string) (Roster, error) {
	return store.One(tx, scanRoster, `SELECT `+rosterColumns+` FROM casework_rosters WHERE region = $1 AND agency = $2 AND role = $3 ORDER BY id DESC LIMIT 1`,
		region, agency, role)
}

func scanRoster(s store.Scanner) (Roster, error) {
	var r Roster
	var officers string
	err := s.Scan(&r.Region, (*string)(&r.ID), &r.Agency, &r.Role, &r.Office, (*string)(&r.source), &r.Index, &officers)
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(officers), &r.Officers)
}

func rosterStands(tx *store.Tx, region string, id lancar.ID, index int64) error {
	return tx.Queue(`UPDATE casework_rosters SET idx = $1 WHERE region = $2 AND id = $3`, index, region, string(id))
}

// absentees are the officers of a region who are away.
func absentees(tx *store.Tx, region string) ([]lancar.ID, error) {
	return store.All(tx, func(s store.Scanner) (id lancar.ID, err error) { err = s.Scan((*string)(&id)); return id, err },
		`SELECT account FROM casework_absent WHERE region = $1`, region)
}
