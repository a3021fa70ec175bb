package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"lancar"
	"lancar/catalog/flow"
	"lancar/internal/store"
	"lancar/publiclog"
)

// Lot is a draw as anyone may check it with [VerifyDraw]: the two public records and the hash of
// the leaf that started it.
type Lot struct {
	Step   string
	At     lancar.ID // leaf of the draw
	Roster []byte
	Draw   []byte // nil while its leaf waits for its checkpoint
	Start  []byte
}

// Lots returns the draws of this person's case, oldest first.
func (c *Cases) Lots(ctx context.Context, who Applicant, number string) (out []Lot, err error) {
	err = c.readFor(ctx, who, func(tx *store.Tx) error {
		d, _, err := c.seenTx(tx, who, number)
		if err != nil {
			return err
		}
		out = nil
		return c.eachLot(tx, d, lots{}, func(l Lot) error { out = append(out, l); return nil })
	})
	return out, err
}

// lots remembers the rosters that were read.
type lots map[string][]byte

// eachLot reads every draw of a case.
func (c *Cases) eachLot(tx *store.Tx, d *dossier, known lots, fn func(Lot) error) error {
	var start lancar.ID
	for _, e := range d.events {
		if e.Leaf != "" && (e.Kind == flow.Redraw || e.Plain.Status.Complete != 0 && start == "") {
			start = e.Leaf
		}
		if e.Kind != flow.Draw {
			continue
		}
		for _, w := range e.Plain.Draws {
			l, err := c.lotTx(tx, d, w, start, known)
			if err == nil {
				err = fn(l)
			}
			if err != nil {
				return fmt.Errorf("the draw for step %s: %w", w.Step, err)
			}
		}
	}
	return nil
}

func (c *Cases) lotTx(tx *store.Tx, d *dossier, w drawn, start lancar.ID, known lots) (Lot, error) {
	l := Lot{Step: w.Step, At: w.Leaf}
	pos, ok, err := c.log.PositionTx(tx, d.region, start)
	if err != nil || !ok {
		return l, errors.Join(err, errUnless(ok, "the leaf that started it does not stand in the log"))
	}
	l.Start = pos.Hash[:]
	var leaf lancar.ID
	var officers string
	err = tx.QueryRow(`SELECT leaf, officers FROM casework_rosters WHERE region = $1 AND agency = $2 AND role = $3 AND idx = $4`,
		d.region, w.Agency, w.Role, w.Roster).Scan((*string)(&leaf), &officers)
	if err != nil {
		return l, fmt.Errorf("its roster: %w", err)
	}
	var list []Rostered
	if err := json.Unmarshal([]byte(officers), &list); err != nil {
		return l, err
	}
	if w.Position < 1 || w.Position > len(list) || list[w.Position-1].Account != w.Account {
		return l, errors.New("another officer has the case than was drawn")
	}
	if l.Roster = known[d.region+string(leaf)]; l.Roster == nil {
		if l.Roster, err = c.record(tx.Ctx, d.region, leaf); err != nil {
			return l, err
		}
		known[d.region+string(leaf)] = l.Roster
	}
	l.Draw, err = c.record(tx.Ctx, d.region, w.Leaf)
	if lancar.CodeOf(err) == lancar.NotFound {
		err = nil
	}
	return l, err
}

// record is the record of a public leaf.
func (c *Cases) record(ctx context.Context, region string, leaf lancar.ID) ([]byte, error) {
	p, err := c.log.Proof(ctx, region, leaf)
	if err != nil {
		return nil, err
	}
	record, ok := bytes.CutPrefix(p.Entry, publiclog.Entry(publiclog.Public, nil))
	return record, errUnless(ok, "its leaf is not public")
}

func errUnless(ok bool, text string) error {
	if ok {
		return nil
	}
	return errors.New(text)
}
