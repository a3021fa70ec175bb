package identity

import (
	"context"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// Handoff makes a ticket with which another host of this node gets a session of the same person:
// once, within a minute, on that host alone. Sign-in itself lives on one host.
func (i *Identity) Handoff(ctx context.Context, s Session, host string) (ticket string, err error) {
	ticket = keys.Token()
	err = i.db.Write(ctx, func(tx *store.Tx) error { return insertTicket(tx, hashToken(ticket), s.ID, host) })
	return ticket, err
}

// Redeem turns a ticket into a session on this host; the one that the browser had there, whose token
// is before, ends. It fails with lancar.Unauthenticated when
// the ticket is used, late, for another host, or its sign-in has ended.
func (i *Identity) Redeem(ctx context.Context, ticket, host, device, before string) (token string, s Session, err error) {
	token = keys.Token()
	err = i.db.Write(ctx, func(tx *store.Tx) error {
		from, err := takeTicket(tx, hashToken(ticket), host)
		if err == store.ErrNone {
			return errSignedOut()
		}
		if err != nil {
			return err
		}
		row, err := sessionByID(tx, from)
		if err == store.ErrNone || err == nil && (!tx.Now.Before(row.idle) || !tx.Now.Before(row.session.Ends)) {
			return errSignedOut()
		}
		if err != nil {
			return err
		}
		if err := i.endBefore(tx, before, row.family); err != nil {
			return err
		}
		row.session.ID, row.session.Host, row.session.Since = lancar.NewID(tx.Now), host, tx.Now
		if err := insertSession(tx, hashToken(token), row.family, device, row.session); err != nil {
			return err
		}
		s, err = i.complete(tx, row.session)
		return err
	})
	if err != nil {
		return "", Session{}, err
	}
	return token, s, nil
}
