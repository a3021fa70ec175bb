package payment

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/store"
)

const dueTogether = 50

// mayReturnTx refuses whoever does not pay money back from the treasury of this region: a
// [Treasurer] there, or the superior of an agency that has one there.
func (c *Charges) mayReturnTx(tx *store.Tx, officer lancar.Actor, treasury string) error {
	ok := officer.Kind == lancar.Officer && officer.Region == treasury && officer.Role == Treasurer
	if officer.Kind == lancar.Officer && officer.Region == treasury && officer.Role == identity.Superior {
		list, err := c.identity.RosterTx(tx, officer.Region, officer.Agency, Treasurer)
		if err != nil {
			return err
		}
		ok = len(list) > 0
	}
	if !ok {
		return lancar.Fail(lancar.Forbidden, "", "Hanya bendahara daerah ini dan atasannya yang mengembalikan uang.",
			"Only this region's treasurer and the treasurer's superior pay money back.")
	}
	return nil
}

// Returns says whether the officer's role is one that pays money back.
func (c *Charges) Returns(ctx context.Context, officer lancar.Actor) bool {
	return c.db.Read(ctx, func(tx *store.Tx) error { return c.mayReturnTx(tx, officer, officer.Region) }) == nil
}

// treasuryOf is the region whose treasury receives what is paid in a region.
func (c *Charges) treasuryOf(place string) string {
	if r := c.regions.ByCode(place); r != nil && r.Treasury.Region != "" {
		return r.Treasury.Region
	}
	return place
}

// rehomeTx moves money due back to the list of the treasury that has it now: a region may have got a
// treasury of its own, or given it up.
func (c *Charges) rehomeTx(tx *store.Tx) error {
	var moved []dueKey
	err := eachDue(tx, func(k dueKey) error {
		if c.treasuryOf(k.place) != k.treasury {
			moved = append(moved, k)
		}
		return nil
	})
	for _, k := range moved {
		if err == nil {
			err = moveDue(tx, k, c.treasuryOf(k.place))
		}
	}
	return err
}

// Due lists what the officer's treasury has to pay back, the longest wait first, fifty at a time.
// next is "" at the end; hand it back as after for what follows. Nothing personal is in it.
func (c *Charges) Due(ctx context.Context, officer lancar.Actor, after string) (list []Due, next string, err error) {
	at, id := int64(-1), ""
	if instant, rest, ok := strings.Cut(after, "-"); ok {
		if at, err = strconv.ParseInt(instant, 10, 64); err != nil || len(rest) > 64 {
			return nil, "", errNotDue()
		}
		id = rest
	}
	err = c.db.Read(ctx, func(tx *store.Tx) error {
		if err := c.mayReturnTx(tx, officer, officer.Region); err != nil {
			return err
		}
		list, err = dueOf(tx, officer.Region, at, id, dueTogether+1)
		return err
	})
	if len(list) > dueTogether {
		list = list[:dueTogether]
		last := list[dueTogether-1]
		next = strconv.FormatInt(store.Micros(last.Since), 10) + "-" + string(last.ID)
	}
	return list, next, err
}

// OpenDue shows one payment that is or was due back, and whose it is; the payer sees that the
// officer looked. lancar.NotFound where nothing is due back, lancar.Forbidden for other officers.
func (c *Charges) OpenDue(ctx context.Context, officer lancar.Actor, region string, id lancar.ID) (out Return, err error) {
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		p, ch, row, err := c.owingTx(tx, officer, region, id)
		if err != nil {
			return err
		}
		out = Return{Due: Due{Region: region, ID: id, Number: ch.Number, Amount: p.Amount, Kind: p.kind, Since: store.Time(p.at), Paid: p.PaidAt,
			Stage: row.stage, Recorder: row.recorder}, Title: ch.Title, Receipt: p.Receipt, Code: p.Reference, Refund: row.shown()}
		return c.payerTx(tx, officer, ch, &out)
	})
	return out, err
}

// owingTx reads a payment that an officer may pay back, its charge, and how far that has come.
func (c *Charges) owingTx(tx *store.Tx, officer lancar.Actor, region string, id lancar.ID) (p paid, ch Charge, row refundRow, err error) {
	if err := c.mayReturnTx(tx, officer, c.treasuryOf(region)); err != nil {
		return p, ch, row, err
	}
	p, err = suspendedBy(tx, region, id)
	if errors.Is(err, store.ErrNone) {
		return p, ch, row, errNotDue()
	}
	if err != nil {
		return p, ch, row, err
	}
	if ch, err = chargeBy(tx, region, p.charge); err != nil {
		return p, ch, row, err
	}
	row, err = refundBy(tx, region, id)
	if errors.Is(err, store.ErrNone) {
		row, err = refundRow{region: region, payment: id, charge: ch.ID, amount: p.Amount, stage: Waiting}, nil
	}
	return p, ch, row, err
}

// payerTx adds who paid, by the name on their account, and where they want it; nothing where the
// account is closed and there is nobody any more whose record would be read.
func (c *Charges) payerTx(tx *store.Tx, officer lancar.Actor, ch Charge, out *Return) error {
	subject, err := c.access.SubjectTx(tx, ch.Account)
	if err != nil || subject == "" {
		return err
	}
	g, err := c.access.OpenTx(tx, access.Request{Who: officer, Subject: subject, Region: officer.Region, Case: ch.Case, What: []string{access.Payments, access.Identity},
		Purpose: lancar.Text{"id": "Mengembalikan uang yang Anda bayar", "en": "Paying back money that you paid"}, Ground: access.PublicDuty()})
	if err != nil {
		return err
	}
	h, err := c.identity.HolderTx(tx, g)
	if err != nil {
		return err
	}
	out.Name = h.Name
	to, ok, err := c.payeeTx(tx, g, out.Region, out.ID)
	if ok {
		out.Payee = &to
	}
	return err
}

// strangerTx refuses an officer who would handle their own money.
func (c *Charges) strangerTx(tx *store.Tx, officer lancar.Actor, ch Charge) error {
	subject, err := c.access.SubjectTx(tx, ch.Account)
	if err != nil || subject == "" {
		return err
	}
	own, err := c.identity.ConflictedTx(tx, []lancar.ID{officer.ID}, subject, "")
	if err == nil && own[officer.ID] {
		return lancar.Fail(lancar.Forbidden, "", "Uang sendiri dikembalikan oleh petugas lain.", "One's own money is paid back by other officers.")
	}
	return err
}
