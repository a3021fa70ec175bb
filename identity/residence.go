package identity

import (
	"context"

	"lancar"
	"lancar/access"
	"lancar/exchange"
	"lancar/internal/store"
)

// Residence asks the population register where the grant's person lives: address, rt, rw, village,
// district and regency, as far as it has them; nil for who is no resident. The grant must cover the
// register's data; the question is a look of its own, by who, for purpose. lancar.Unavailable when the
// register is silent. It is personal.
func (i *Identity) Residence(ctx context.Context, g access.Grant, who lancar.Actor, region string, purpose lancar.Text) (map[string]string, error) {
	if err := g.For(g.Subject(), access.Register+"/population"); err != nil {
		return nil, err
	}
	var h Holder
	err := i.db.Read(ctx, func(tx *store.Tx) error {
		account, err := accountBySubject(tx, g.Subject())
		if err == store.ErrNone {
			return nil
		}
		if err == nil {
			h, err = i.openHolder(tx, account)
		}
		return err
	})
	if err != nil || h.Kind != Resident {
		return nil, err
	}
	return i.exchange.Read(ctx, g, exchange.Question{Source: "population", Key: h.Number, Names: []string{"address", "rt", "rw", "village", "district", "regency"},
		Subject: h.Subject, Region: region, Who: who, Purpose: purpose})
}
