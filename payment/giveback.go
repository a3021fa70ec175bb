package payment

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/region"
)

// Transfer is what one officer records: the treasury has sent the money.
type Transfer struct {
	Reference string // the bank's number of it: 6 to 40 letters, digits, full stops, slashes and hyphens
	Sent      string // day where the office is, "2006-01-02"; not before the payment, not in the future
	Version   int64  // of what the officer saw, see [Refund]
}

var transferShape = regexp.MustCompile(`^[0-9A-Z][0-9A-Z./-]{5,39}$`)

// clean brings a transfer into the one form it is kept in, or says which field is wrong.
func (t *Transfer) clean(paid, now time.Time, zone *time.Location) error {
	t.Reference = strings.ToUpper(strings.Join(strings.Fields(t.Reference), ""))
	if !transferShape.MatchString(t.Reference) || !strings.ContainsAny(t.Reference, "0123456789") {
		return lancar.Fail(lancar.Invalid, "reference", "Tulis nomor rujukan transfer dari bank: 6 sampai 40 huruf dan angka.",
			"Write the bank's reference of the transfer: 6 to 40 letters and digits.")
	}
	day, err := time.Parse(time.DateOnly, t.Sent)
	if err != nil {
		return lancar.Fail(lancar.Invalid, "sent", "Tulis tanggal transfer lengkap.", "Write the full date of the transfer.")
	}
	t.Sent = day.Format(time.DateOnly)
	switch {
	case t.Sent > region.DateIn(now, zone).String():
		return lancar.Fail(lancar.Invalid, "sent", "Tanggal transfer belum tiba. Catat setelah uangnya dikirim.", "That date has not come yet. Record the transfer once it is sent.")
	case t.Sent < region.DateIn(paid, zone).String():
		return lancar.Fail(lancar.Invalid, "sent", "Tanggal transfer lebih awal daripada pembayarannya.", "The transfer would be earlier than the payment.")
	}
	return nil
}

// Record is the first of two officers: the money was transferred. The same record sent again
// changes nothing; lancar.Conflict when somebody else recorded one, lancar.Invalid with the field where
// something is wrong, also where the reference stands for another payment already.
func (c *Charges) Record(ctx context.Context, officer lancar.Actor, place string, id lancar.ID, t Transfer) error {
	return c.write(ctx, func(tx *store.Tx) error {
		p, ch, row, err := c.owingTx(tx, officer, place, id)
		if err != nil {
			return err
		}
		if err := c.strangerTx(tx, officer, ch); err != nil {
			return err
		}
		if err := t.clean(p.PaidAt, tx.Now, c.regions.ByCode(place).Zone); err != nil {
			return err
		}
		if row.stage != Waiting || row.version != t.Version {
			if row.recorder == officer.ID && row.reference == t.Reference && row.sent == t.Sent {
				return nil
			}
			return errRefundMoved()
		}
		if used, err := referenceUsed(tx, place, byTransfer, t.Reference, id); err != nil || used {
			return orUsed(err)
		}
		row.stage, row.way, row.reference, row.sent = Recorded, byTransfer, t.Reference, t.Sent
		row.recorder, row.recorded = officer.ID, store.Micros(tx.Now)
		return c.saveRefund(tx, row)
	})
}

func orUsed(err error) error {
	if err != nil {
		return err
	}
	return lancar.Fail(lancar.Invalid, "reference", "Nomor rujukan itu sudah tercatat untuk pengembalian lain. Satu transfer untuk satu pengembalian.",
		"That reference is recorded for another payment already. One transfer pays one payment back.")
}

// saveRefund writes the next version of a row; errMoved when somebody else did first.
func (c *Charges) saveRefund(tx *store.Tx, row refundRow) error {
	was := row.version
	if row.version++; row.id == "" {
		row.id = lancar.NewID(tx.Now)
	}
	won, err := putRefund(tx, row, was, c.refundMAC(row))
	if err == nil && !won || store.IsConflict(err) { // the reference was taken at the same moment: look again
		err = errMoved
	}
	return err
}

// Confirm is the second officer, another human being than the first: the transfer is on the bank's
// statement. The ledger, the history of the charge and the event to the payer follow in the same
// transaction, once. The same officer confirming again changes nothing; lancar.Conflict when the
// record changed since version, or when another officer confirmed it.
func (c *Charges) Confirm(ctx context.Context, officer lancar.Actor, place string, id lancar.ID, version int64) error {
	return c.write(ctx, func(tx *store.Tx) error {
		p, ch, row, err := c.owingTx(tx, officer, place, id)
		if err != nil {
			return err
		}
		if row.stage == Returned && row.confirmer == officer.ID && row.version == version+1 {
			return nil
		}
		if row.stage != Recorded || row.version != version {
			return errRefundMoved()
		}
		if err := c.secondTx(tx, officer, ch, row); err != nil {
			return err
		}
		row.confirmer = officer.ID
		return c.returnTx(tx, p, ch, row)
	})
}

// secondTx refuses the payer, whoever recorded the transfer, under whatever account, their family, and
// who cannot be told apart from them.
func (c *Charges) secondTx(tx *store.Tx, officer lancar.Actor, ch Charge, row refundRow) error {
	if err := c.strangerTx(tx, officer, ch); err != nil {
		return err
	}
	return c.identity.SecondTx(tx, row.recorder, officer.ID)
}

// returnTx books money as returned. The charge is touched too: its history tells of it.
func (c *Charges) returnTx(tx *store.Tx, p paid, ch Charge, row refundRow) error {
	if _, err := c.moveTx(tx, ch, "refund"); err != nil {
		return err
	}
	row.stage, row.at = Returned, store.Micros(tx.Now)
	if err := c.saveRefund(tx, row); err != nil {
		return err
	}
	if err := postTx(tx, row.region, row.id, row.amount.Currency, row.entries()); err != nil {
		return err
	}
	if err := errors.Join(dropDue(tx, c.treasuryOf(row.region), p), dropPayee(tx, row.region, p.id)); err != nil {
		return err
	}
	return c.emitTx(tx, row.region, EventRefunded, string(ch.Case)+"/"+string(p.id),
		Refunded{row.region, ch.ID, ch.Case, p.id, row.amount, row.way, row.reference, row.sent})
}

// SendBack takes a record away that was wrong: nothing of the kind is on the bank's statement. The
// money waits again. Either officer may.
func (c *Charges) SendBack(ctx context.Context, officer lancar.Actor, place string, id lancar.ID, version int64) error {
	return c.write(ctx, func(tx *store.Tx) error {
		_, ch, row, err := c.owingTx(tx, officer, place, id)
		if err != nil {
			return err
		}
		if row.stage == Waiting && row.version == version+1 {
			return nil // sent twice
		}
		if row.stage != Recorded || row.version != version {
			return errRefundMoved()
		}
		if err := c.strangerTx(tx, officer, ch); err != nil {
			return err
		}
		row.stage, row.way, row.reference, row.sent, row.recorder, row.recorded = Waiting, byBank, "", "", "", 0
		return c.saveRefund(tx, row)
	})
}
