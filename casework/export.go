package casework

import (
	"encoding/json"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/store"
)

// Exporter gives a person's cases and drafts to their own download.
func (c *Cases) Exporter() access.Exporter {
	return access.Exporter{Name: "permohonan", Data: func(tx *store.Tx, own access.Grant) (any, error) {
		var out struct {
			Cases  []Case  `json:"cases"`
			Drafts []Draft `json:"drafts"`
		}
		if err := own.For(own.Subject(), access.Case); err != nil {
			return nil, err
		}
		drafts, err := openDrafts(tx, own.Account())
		if err != nil {
			return nil, err
		}
		who := Applicant{Account: own.Account(), Subject: own.Subject(), Register: own.Covers(access.Register)}
		for _, d := range drafts {
			if d, _, err = c.unsealDraft(tx, who, d); err != nil {
				return nil, err
			}
			out.Drafts = append(out.Drafts, d.Draft)
		}
		places, err := allMine(tx, own.Account())
		if err != nil {
			return nil, err
		}
		for _, w := range places {
			d, err := c.byID(tx, w.region, w.id)
			if err != nil {
				return nil, err
			}
			one, err := c.view(tx, own, d)
			if err != nil {
				return nil, err
			}
			out.Cases = append(out.Cases, one)
		}
		return out, nil
	}}
}

func allMine(tx *store.Tx, account lancar.ID) ([]place, error) {
	return store.All(tx, scanPlace, `SELECT region, case_id, changed_at FROM casework_mine WHERE account = $1 ORDER BY changed_at, case_id`, string(account))
}

// EraseTx destroys what this room holds about a person and need not keep: their drafts. Cases are
// kept for as long as their definition says. Subscribe it to access.EventErase.
func (c *Cases) EraseTx(tx *store.Tx, e jobs.Event) error {
	var asked access.Asked
	if err := json.Unmarshal(e.Payload, &asked); err != nil {
		return jobs.Dead(err)
	}
	drafts, err := openDrafts(tx, asked.Account)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if err := c.dropTx(tx, d, "discarded"); err != nil {
			return err
		}
	}
	return eraseRequests(tx, asked.Account)
}
