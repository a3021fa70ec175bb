package identity

import (
	"context"

	"lancar"
	"lancar/internal/store"
)

// Waiting is a person's attempt that was not used yet, in time or not, so that the page that asks for
// the code can be opened anew. It says what [Identity.Start] answered and nothing of what came of it.
// lancar.NotFound for any other.
func (i *Identity) Waiting(ctx context.Context, id string) (Attempt, error) {
	a, err := i.unused(ctx, id)
	if err != nil {
		return Attempt{}, err
	}
	return Attempt{ID: a.id, Channel: a.claim.To.Channel, Contact: mask(a.claim.To), Expires: a.expires}, nil
}

// Again starts over with the claim of an attempt that was not used yet, so that a person whose code did
// not come need not type everything once more. It counts like any start, and answers like it:
// lancar.TooMany, or lancar.NotFound for an attempt that is over.
func (i *Identity) Again(ctx context.Context, id string, b Browser) (Attempt, error) {
	a, err := i.unused(ctx, id)
	if err != nil {
		return Attempt{}, err
	}
	c := a.claim
	return i.Start(ctx, Claim{Kind: a.kind, Number: c.Number, Nation: c.Nation, Name: c.Name, BirthDate: c.BirthDate, Contact: c.To.Value, Via: c.Via,
		Region: a.region, Address: b.Address, Mark: b.Mark, Lang: c.Lang})
}

func (i *Identity) unused(ctx context.Context, id string) (a attempt, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		var sealed []byte
		if a, sealed, err = selectAttempt(tx, id); err != nil {
			return err
		}
		if a.state == "used" || a.kind == Officer {
			return store.ErrNone
		}
		return i.openClaim(&a, sealed)
	})
	if err == store.ErrNone {
		err = lancar.Fail(lancar.NotFound, "attempt", "Kode ini sudah dipakai atau terlalu lama. Mulai lagi.", "This code was used or took too long. Start again.")
	}
	return a, err
}
