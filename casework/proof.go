package casework

import (
	"context"
	"encoding/json"

	"lancar"
	"lancar/catalog/flow"
	"lancar/internal/store"
	"lancar/publiclog"
)

// Proof is what a person needs to show that something in their case stands in the region's log:
// SHA-256(Nonce || Record) is the body of the leaf. It is theirs alone.
//
//lancar:personal
type Proof struct {
	Event    flow.Event
	Text     lancar.Text
	Leaf     lancar.ID
	Nonce    []byte
	Record   []byte // canonical JSON
	Position publiclog.Position
	Standing bool   // false while the leaf waits for its checkpoint
	Path     string // the inclusion proof with its checkpoint, in the format of C2SP tlog-proof
}

// Proofs returns the proofs of this person's case, oldest first.
func (c *Cases) Proofs(ctx context.Context, who Applicant, number string) ([]Proof, error) {
	var out []Proof
	var d *dossier
	err := c.readFor(ctx, who, func(tx *store.Tx) error {
		out = nil
		var err error
		if d, _, err = c.seenTx(tx, who, number); err != nil {
			return err
		}
		key, err := c.keyOf(tx, d)
		if err != nil {
			return err
		}
		told := history(d)
		for i, e := range d.events {
			if e.Leaf == "" {
				continue
			}
			b, err := key.Open(e.Proof, aad("proofs", d.id, e.Seq))
			if err != nil {
				return err
			}
			var p proof
			if err := json.Unmarshal(b, &p); err != nil {
				return err
			}
			full := Proof{Event: e.Kind, Text: told[i].Text, Leaf: e.Leaf, Nonce: p.Nonce, Record: p.Record}
			if full.Position, full.Standing, err = c.log.PositionTx(tx, d.region, e.Leaf); err != nil {
				return err
			}
			out = append(out, full)
		}
		return nil
	})
	for i := range out {
		if !out[i].Standing {
			continue
		}
		p, err := c.log.Proof(ctx, d.region, out[i].Leaf)
		if err != nil {
			return nil, err
		}
		out[i].Path = p.Text()
	}
	return out, err
}
