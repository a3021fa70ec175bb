package oidc

import (
	"slices"

	"lancar/identity"
	"lancar/internal/store"
)

// ReleaseOf is how the identity number leaves by the answer to one request, known by the id that its
// page has ([Pending], [Remote].ID): the person confirms it by the PIN of their device or a passkey,
// or has just proven themself (identity.Release).
func ReleaseOf(id string) identity.Release { return identity.Release{What: "number", For: id} }

// numberTx says of a request that stands at Agree whether agreeing gives the number away that the app
// has not been given before, or gives it always, and what confirming that lacks. A number that is
// needed is asked for by who has just proven themself, or has a PIN here.
func (p *Provider) numberTx(tx *store.Tx, id string, at *Pending, s identity.Session, always bool) (err error) {
	anew := func(k Kind) bool { return k.Name == "nik" && (always || !k.Given) }
	needed := slices.ContainsFunc(at.Needed, anew)
	if at.Step != Agree || !needed && !slices.ContainsFunc(at.Optional, anew) {
		return nil
	}
	at.Number = true
	at.Lacks, err = p.Identity.LacksTx(tx, s, ReleaseOf(id))
	if needed && at.Lacks == "fresh" {
		at.Step = Fresh
	}
	return err
}

// confirmedTx uses up the person's confirmation where the number is among what they give.
func (p *Provider) confirmedTx(tx *store.Tx, id string, at Pending, s identity.Session, given []string) error {
	if !at.Number || !slices.Contains(given, "nik") {
		return nil
	}
	return p.Identity.ReleaseTx(tx, s, ReleaseOf(id))
}
