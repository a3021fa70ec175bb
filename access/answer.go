package access

import (
	"context"
	"errors"
	"strings"

	"lancar"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// OfficerRole is the role that answers what people ask about their data (the data protection
// officer, obligatory for public services by UU 27/2022 Article 53).
const OfficerRole = "dpo"

// Pending returns the open requests of the officer's region and those below it, soonest due
// first, without what was written. The officer must be in [OfficerRole].
func (a *Access) Pending(ctx context.Context, officer lancar.Actor) (list []Asked, err error) {
	if err := mayAnswer(officer, officer.Region); err != nil {
		return nil, err
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		list, err = pending(tx, officer.Region, 200)
		return err
	})
	return list, err
}

// Take opens a request to work on it, through access: the person sees that it was read. Taking
// again what one has taken reads it again.
func (a *Access) Take(ctx context.Context, officer lancar.Actor, region string, id lancar.ID) (out Asked, err error) {
	if err := mayAnswer(officer, region); err != nil {
		return Asked{}, err
	}
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		s, err := findAsk(tx, region, id)
		if err != nil {
			return err
		}
		if err := notOwnLook(tx, officer, s.Asked); err != nil {
			return err
		}
		row := Row{
			ID: lancar.NewID(tx.Now), Region: region, Subject: s.Subject, At: tx.Now, Who: officer, What: []string{Messages},
			Words:   lancar.Text{"id": "permintaan Anda tentang data", "en": "your request about your data"},
			Purpose: lancar.Text{"id": "Menjawab permintaan Anda", "en": "Answering your request"}, Ground: s.Right.Law(),
		}
		if err := a.keep(tx, row); err != nil { // also while restricted: it is the person who asks
			return err
		}
		if out, err = a.unseal(tx, s); err != nil {
			return err
		}
		if s.State != Received {
			return nil
		}
		moved, err := a.move(tx, s.Asked, "take", officer, nil)
		out.State, out.Officer, out.Version = moved.State, moved.Officer, moved.Version
		return err
	})
	return out, err
}

// Answer closes a request: done, or refused with the reason in text. A restriction takes effect
// with it; an erasure is emitted as [EventErase] to every room.
func (a *Access) Answer(ctx context.Context, officer lancar.Actor, region string, id lancar.ID, refuse bool, text string) error {
	if err := mayAnswer(officer, region); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 8000 {
		return lancar.Fail(lancar.Invalid, "text", "Tulis jawaban untuk pemohon, paling banyak 8.000 huruf.", "Write an answer for the person, at most 8,000 characters.")
	}
	return a.db.Write(ctx, func(tx *store.Tx) error {
		s, err := findAsk(tx, region, id)
		if err != nil {
			return err
		}
		if err := notOwnLook(tx, officer, s.Asked); err != nil {
			return err
		}
		sealed, err := a.ring.SealTx(tx, askOwner(s.ID), []byte(text), []byte("access.answer"))
		if err != nil {
			return err
		}
		event := "answer"
		if refuse {
			event = "refuse"
		}
		moved, err := a.move(tx, s.Asked, event, officer, sealed)
		if err != nil {
			return err
		}
		if err := a.takeEffect(tx, moved); err != nil {
			return err
		}
		return a.emit(tx, EventAnswered, moved)
	})
}

// notOwnLook refuses an officer who would answer why they themself looked; the region above has
// another one.
func notOwnLook(tx *store.Tx, officer lancar.Actor, s Asked) error {
	if s.Right != Why {
		return nil
	}
	row, err := seenRow(tx, s.Subject, s.Row)
	if err == store.ErrNone || err == nil && row.Who.ID != officer.ID {
		return nil
	}
	if err != nil {
		return err
	}
	return lancar.Fail(lancar.Forbidden, "", "Anda sendiri yang melihat data ini. Petugas lain yang menjawab, bila perlu dari daerah di atasnya.",
		"You yourself looked at this. Another officer answers, of the region above if need be.")
}

func (a *Access) takeEffect(tx *store.Tx, s Asked) error {
	switch {
	case s.State != Done:
		return nil
	case s.Right == Restrict || s.Right == Object:
		return insertRestriction(tx, s.Subject)
	case s.Right == Erase:
		return a.emit(tx, EventErase, s)
	}
	return nil
}

// OverdueTx tells, once, that a request was not answered in its term. It handles the queue
// "access.overdue".
func (a *Access) OverdueTx(tx *store.Tx, j jobs.Job) error {
	s, err := askedByID(tx, j.Region, lancar.ID(j.Payload))
	if err != nil || !s.Closed.IsZero() {
		if err == store.ErrNone {
			return nil
		}
		return err
	}
	return a.emit(tx, EventOverdue, s.Asked)
}

func (a *Access) unseal(tx *store.Tx, s sealedAsk) (Asked, error) {
	out := s.Asked
	text, err := a.openText(tx, s, s.ask, "access.ask")
	if err == nil && len(s.answer) > 0 {
		out.Answer, err = a.openText(tx, s, s.answer, "access.answer")
	}
	if errors.Is(err, keys.ErrDestroyed) { // erased: that it was asked and when is all that is left
		return out, nil
	}
	out.Text = text
	return out, err
}

func (a *Access) openText(tx *store.Tx, s sealedAsk, sealed []byte, aad string) (string, error) {
	text, err := a.ring.OpenTx(tx, askOwner(s.ID), sealed, []byte(aad))
	if err == store.ErrNone {
		text, err = a.ring.OpenTx(tx, owner(s.Subject), sealed, []byte(aad))
	}
	return string(text), err
}

// mayAnswer lets the data protection officer of a region answer there and below: a region without
// one inherits that of the region above, in the end the national one.
func mayAnswer(officer lancar.Actor, region string) error {
	if officer.Kind == lancar.Officer && officer.Role == OfficerRole && Within(region, officer.Region) {
		return nil
	}
	return lancar.Fail(lancar.Forbidden, "", "Hanya pejabat pelindungan data daerah ini yang dapat menjawab.",
		"Only the data protection officer of this region can answer.")
}

// Within says whether a region is another or lies below it; everything lies below "00".
func Within(region, above string) bool {
	return region == above || above == "00" || strings.HasPrefix(region, above+".")
}
