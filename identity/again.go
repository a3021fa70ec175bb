package identity

import (
	"context"
	"slices"

	"lancar"
	"lancar/access"
	"lancar/internal/store"
	"lancar/notify"
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

// StartOwn is [Identity.Start] for whoever is signed in: the claim of their own account with one of its
// contacts ([Contact].ID), so that who proves it once more need not type what we know. Another session of
// theirs begins with the code alone, as always. lancar.NotFound for a contact that is not the account's.
func (i *Identity) StartOwn(ctx context.Context, s Session, contact string, by notify.Channel, b Browser, region, lang string) (Attempt, error) {
	if err := s.Own.For(s.Subject, access.Contact); err != nil {
		return Attempt{}, err
	}
	var c Claim
	err := i.db.Read(ctx, func(tx *store.Tx) error {
		h, err := i.HolderTx(tx, s.Own)
		if err != nil {
			return err
		}
		rows, err := waysOf(tx, s.Account)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(rows, func(r wayRow) bool { return r.ID == contact })
		if at < 0 || s.Kind == Officer {
			return store.ErrNone
		}
		to, err := i.ring.OpenTx(tx, accountOwner(s.Account), rows[at].sealed, []byte("identity_contacts "+rows[at].ID))
		c = Claim{Kind: s.Kind, Number: h.Number, Nation: h.Nation, Name: h.Name, BirthDate: h.BirthDate, Contact: string(to), Via: by, Region: region,
			Address: b.Address, Mark: b.Mark, Lang: lang}
		return err
	})
	if err == store.ErrNone {
		err = lancar.Fail(lancar.NotFound, "contact", "Kontak itu tidak dipakai lagi.", "That contact is no longer in use.")
	}
	if err != nil {
		return Attempt{}, err
	}
	return i.Start(ctx, c)
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
