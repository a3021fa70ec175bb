package exchange

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
)

// Obtain asks a register to make a record for the person whose Key is given (its first key
// field), from q.Fields, and returns what it issued, such as "nib". The register gives the same
// record for the same request, so that asking again is harmless. It needs the same grant as Read:
// a number obtained in somebody's name is no small thing.
func (x *Exchange) Obtain(ctx context.Context, g access.Grant, q Question) (map[string]string, error) {
	s, err := x.check(q)
	if err != nil {
		return nil, err
	}
	if len(s.Obtain) == 0 || len(q.Names) > 0 || q.By != "" {
		return nil, fmt.Errorf("exchange: %s makes no records on request", q.Source)
	}
	for f := range q.Fields {
		if !slices.Contains(s.Obtain, f) {
			return nil, fmt.Errorf("exchange: %s does not take %q", q.Source, f)
		}
	}
	if err := g.For(q.Subject, access.Register+"/"+q.Source); err != nil {
		return nil, err
	}
	if err := x.db.Write(ctx, func(tx *store.Tx) error { _, err := x.lookTx(tx, s, q, access.Register); return err }); err != nil {
		return nil, err
	}
	body := maps.Clone(q.Fields)
	body[s.Key[0]] = q.Key
	var issued map[string]string
	found, err := x.client.call(ctx, s, "obtain", body, &issued)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, lancar.Fail(lancar.NotFound, "", s.Name["id"]+" tidak menemukan data Anda.", "The "+s.Name["en"]+" has no record of you.")
	}
	for f := range issued {
		if !s.Has(f) {
			delete(issued, f)
		}
	}
	return issued, nil
}
