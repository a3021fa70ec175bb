package access

import (
	"context"
	"time"

	"lancar"
	"lancar/internal/store"
)

// AskedLook is the look that a [Why] is about, as the office that must explain it sees it: who of
// it looked, when, at what kinds of data and for what. It holds nothing of the person.
type AskedLook struct {
	Who                  lancar.Actor
	At                   time.Time
	What, Purpose, Legal lancar.Text
}

// LookAsked finds the look that a request asks about. The officer must be in [OfficerRole].
// lancar.NotFound for other kinds of request.
func (a *Access) LookAsked(ctx context.Context, officer lancar.Actor, region string, id lancar.ID) (out AskedLook, err error) {
	if err := mayAnswer(officer, region); err != nil {
		return out, err
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		s, err := askedByID(tx, region, id)
		if err == store.ErrNone || err == nil && s.Right != Why {
			return errNoAsk()
		}
		if err != nil {
			return err
		}
		row, err := seenRow(tx, s.Subject, s.Row)
		if err == store.ErrNone {
			return errNoAsk()
		}
		out = AskedLook{Who: row.Who, At: row.At, What: row.Words, Purpose: row.Purpose, Legal: row.Ground}
		return err
	})
	return out, err
}
