package access

import (
	"context"
	"strings"

	"lancar"
	"lancar/internal/store"
)

// Pass hands a request about data that another office keeps on to that office, region and agency:
// it gets a request of its own with the person's words and the same clock, and [EventAsked] tells
// it. It returns the new request. The person reads in note why. What was asked of one look stays with the office that looked.
func (a *Access) Pass(ctx context.Context, officer lancar.Actor, region string, id lancar.ID, toRegion, toAgency, note string) (next lancar.ID, err error) {
	if err := mayAnswer(officer, region); err != nil {
		return next, err
	}
	note = strings.TrimSpace(note)
	if note == "" || len(note) > 8000 {
		return next, lancar.Fail(lancar.Invalid, "text", "Tulis mengapa diteruskan, untuk pemohon.", "Write for the person why it is passed on.")
	}
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		s, err := findAsk(tx, region, id)
		if err != nil {
			return err
		}
		if s.Right == Why || toRegion == "" || toRegion == s.Region && toAgency == s.Agency {
			return lancar.Fail(lancar.Invalid, "to", "Pilih kantor lain yang menyimpan datanya.", "Choose another office that keeps the data.")
		}
		if s.State != Working || s.Officer != officer.ID {
			return lancar.Fail(lancar.Conflict, "", "Buka permintaannya dulu, lalu teruskan.", "Open the request first, then pass it on.")
		}
		opened, err := a.unseal(tx, s)
		if err != nil {
			return err
		}
		sealed, err := a.ring.SealTx(tx, askOwner(s.ID), []byte(note), []byte("access.answer"))
		if err != nil {
			return err
		}
		moved, err := a.move(tx, s.Asked, "pass", officer, sealed)
		if err != nil {
			return err
		}
		to := Asked{Region: toRegion, Agency: toAgency, ID: lancar.NewID(tx.Now), Right: s.Right, Subject: s.Subject, Account: s.Account,
			Origin: s.ID, State: Received, At: s.At, Due: s.Due, Version: 1}
		if err := a.receive(tx, to, opened.Text); err != nil {
			return err
		}
		next = to.ID
		return a.emit(tx, EventAnswered, moved)
	})
	return next, err
}
