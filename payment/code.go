package payment

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"lancar"
	"lancar/access"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/payment/qris"
)

const (
	codeLife  = 30 * time.Minute
	codeSpare = time.Minute // a code with less time left is replaced by a new one
	askWithin = 8 * time.Second
)

// newReference names a code at the acquirer. The region stands in it, so that a notification
// finds its rows.
func newReference(region string) string {
	b := make([]byte, 10)
	rand.Read(b)
	return strings.ReplaceAll(region, ".", "") + "-" + hex.EncodeToString(b)
}

// regionOf is the region in a reference; false where there is none.
func regionOf(reference string) (string, bool) {
	d, _, ok := strings.Cut(reference, "-")
	if !ok || strings.Trim(d, "0123456789") != "" {
		return "", false
	}
	switch len(d) {
	case 2:
		return d, true
	case 4:
		return d[:2] + "." + d[2:], true
	case 6:
		return d[:2] + "." + d[2:4] + "." + d[4:], true
	case 10:
		return d[:2] + "." + d[2:4] + "." + d[4:6] + "." + d[6:], true
	}
	return "", false
}

// Code returns a code by which the payer can pay their charge now: the one that is live, or a new
// one of the acquirer. lancar.Unavailable when the bank does not answer (a job goes on asking:
// look again), lancar.Gone when the charge is no longer open, lancar.NotFound when it is not
// theirs.
func (c *Charges) Code(ctx context.Context, own access.Grant, region string, charge lancar.ID) (Code, error) {
	var ch Charge
	var row codeRow
	err := c.write(ctx, func(tx *store.Tx) (err error) {
		if ch, err = ownOpen(tx, own, region, charge); err != nil {
			return err
		}
		row, err = c.currentTx(tx, ch)
		return err
	})
	if err != nil || row.live {
		return row.Code, err
	}
	got, err := c.obtain(ctx, ch, row)
	if lancar.CodeOf(err) == lancar.Unavailable {
		later := c.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error {
			return c.queue.EnqueueTx(tx, jobs.Job{Region: region, Queue: obtainQueue, Dedup: row.Reference, Payload: payloadOf(row), RunAt: tx.Now.Add(2 * time.Second)})
		})
		err = errors.Join(err, later)
	}
	return got, err
}

func ownOpen(tx *store.Tx, own access.Grant, region string, charge lancar.ID) (Charge, error) {
	ch, err := readable(tx, own, region, charge)
	switch {
	case err == nil && !own.Own():
		return ch, errNoCharge()
	case err != nil:
		return ch, err
	case ch.State == Paid:
		return ch, lancar.Fail(lancar.Gone, "", "Tagihan ini sudah dibayar.", "This charge is paid already.")
	case ch.State != Open || !tx.Now.Before(ch.DueAt.Add(-codeSpare)):
		return ch, lancar.Fail(lancar.Gone, "", "Waktu membayar sudah habis. Jangan bayar lagi.", "The time to pay is over. Please do not pay any more.")
	}
	return ch, nil
}

// currentTx is the live code, else the one that is being asked for, else a new one to ask for.
func (c *Charges) currentTx(tx *store.Tx, ch Charge) (codeRow, error) {
	all, err := codesOf(tx, ch.Region, ch.ID)
	if err != nil {
		return codeRow{}, err
	}
	for _, row := range all {
		if row.live && row.Expires.After(tx.Now.Add(codeSpare)) {
			return row, nil
		}
	}
	for _, row := range all {
		if row.live {
			continue
		}
		if row.Expires.After(tx.Now.Add(codeSpare)) {
			return row, nil // asked for and not answered: ask again under the same reference
		}
		if err := dropAsked(tx, row.region, row.Reference); err != nil {
			return codeRow{}, err
		}
	}
	expires := tx.Now.Add(codeLife)
	if ch.DueAt.Before(expires) {
		expires = ch.DueAt
	}
	row := codeRow{Code: Code{Reference: newReference(ch.Region), Expires: expires}, region: ch.Region, charge: ch.ID, created: tx.Now}
	made, err := insertAsked(tx, row, c.codeMAC(row))
	if err == nil && !made {
		err = errMoved // somebody asks at this moment: look again
	}
	return row, err
}

// obtain asks the acquirer, checks what it gave, and keeps it.
func (c *Charges) obtain(ctx context.Context, ch Charge, row codeRow) (Code, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	treasury := c.regions.ByCode(ch.Region).Treasury
	code, err := c.acquirer.Generate(ctx, Ask{Reference: row.Reference, Bill: ch.Number, Amount: ch.Amount, Expires: row.Expires, Treasury: treasury})
	if err != nil {
		return Code{}, err
	}
	if err := fits(code, ch, treasury.Merchant); err != nil {
		return Code{}, lancar.Fail(lancar.Unavailable, "", "Bank memberi kode yang keliru. Jangan bayar dulu, coba lagi nanti.",
			"The bank gave a wrong code. Do not pay yet, try again later.").Because(err)
	}
	row.Code.Payload, row.Code.Merchant = code.Payload, code.Merchant
	row.live = true
	err = c.db.Write(ctx, func(tx *store.Tx) error {
		if err := setLive(tx, row, c.codeMAC(row)); err != nil {
			return err
		}
		return c.queue.EnqueueTx(tx, jobs.Job{Region: ch.Region, Queue: pollQueue, Dedup: row.Reference, Payload: payloadOf(row), RunAt: tx.Now.Add(firstPoll)})
	})
	return row.Code, err
}

// fits says whether a code asks for what is owed, in favour of whom it is owed.
func fits(code Code, ch Charge, merchant string) error {
	f, err := qris.Decode(code.Payload)
	if err != nil {
		return err
	}
	amount, _ := f.Get("54")
	currency, _ := f.Get("53")
	name, _ := f.Get("59")
	if sen, err := qris.Sen(amount); err != nil || sen != ch.Amount.Amount || currency != "360" || ch.Amount.Currency != "IDR" {
		return fmt.Errorf("payment: the code asks for %s of currency %s, owed are %s", amount, currency, ch.Amount)
	}
	if merchant != "" && name != merchant {
		return fmt.Errorf("payment: the code pays %q, not %q", name, merchant)
	}
	return nil
}

// codeJob is the payload of the jobs about a code.
type codeJob struct {
	Reference string    `json:"reference"`
	Charge    lancar.ID `json:"charge"`
}

func payloadOf(row codeRow) []byte {
	b, _ := json.Marshal(codeJob{row.Reference, row.charge})
	return b
}

// obtainLater goes on asking for a code that the bank did not give when the person looked.
func (c *Charges) obtainLater(ctx context.Context, j jobs.Job) error {
	var in codeJob
	if err := json.Unmarshal(j.Payload, &in); err != nil {
		return jobs.Dead(err)
	}
	var ch Charge
	var row codeRow
	err := c.db.Read(ctx, func(tx *store.Tx) (err error) {
		if ch, err = chargeBy(tx, j.Region, in.Charge); err != nil {
			return err
		}
		row, err = codeBy(tx, j.Region, in.Reference)
		return err
	})
	if errors.Is(err, store.ErrNone) || err == nil && (row.live || ch.State != Open || c.db.Now().After(row.Expires)) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = c.obtain(ctx, ch, row)
	return err
}
