package payment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"lancar/internal/store"
	"lancar/payment/snap"
)

// NotifyPath is where the acquirer's notifications are served; their signature covers it.
const NotifyPath = "/snap/v1.0/qr/qr-mpm-notify"

// Handler takes SNAP notification 52 at [NotifyPath]. It answers 200 once what it says is
// durable, also when it was known or the money is due back; 401 for a wrong signature; 404 for a
// code that we did not ask for (case 01) or another amount than owed (case 13); 409 when an
// X-EXTERNAL-ID comes again with another body; 500 when the bank should try again.
func (c *Charges) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		result, about := c.notified(w, r)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(result.HTTP)
		json.NewEncoder(w).Encode(snap.Answer(snap.Notify, result, about))
	})
}

func (c *Charges) notified(w http.ResponseWriter, r *http.Request) (snap.Result, string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	if err != nil {
		return snap.Result{HTTP: 400, Case: "00"}, ""
	}
	if err := snap.CheckNotification(r, NotifyPath, body, c.bank.Key, c.db.Now()); err != nil {
		return failed(err)
	}
	if r.Header.Get("X-PARTNER-ID") != c.bank.Partner {
		return snap.Result{HTTP: 404, Case: "16"}, ""
	}
	report, err := reportOf(body)
	if err != nil {
		return failed(err)
	}
	sum := sha256.Sum256(body)
	result, err := c.record(r.Context(), report, r.Header.Get("X-EXTERNAL-ID"), hex.EncodeToString(sum[:]))
	if err != nil {
		return snap.Result{HTTP: 500, Case: "01"}, ""
	}
	return result, ""
}

func failed(err error) (snap.Result, string) {
	var f *snap.Failure
	if errors.As(err, &f) {
		return f.Result, f.Reason
	}
	return snap.Result{HTTP: 500, Case: "01"}, ""
}

// reportOf reads a notification whose signature was checked.
func reportOf(body []byte) (Report, error) {
	var n snap.Notification
	if err := json.Unmarshal(body, &n); err != nil {
		return Report{}, snap.Refuse(400, "00", "")
	}
	if n.OriginalPartnerReferenceNo == "" {
		return Report{}, snap.Refuse(400, "02", "originalPartnerReferenceNo")
	}
	amount, err := n.Amount.Money()
	if err != nil {
		return Report{}, snap.Refuse(400, "01", "amount.value")
	}
	out := Report{Reference: n.OriginalPartnerReferenceNo, Acquirer: n.OriginalReferenceNo, Receipt: n.AdditionalInfo[snap.ReceiptKey],
		Paid: n.LatestTransactionStatus == snap.StatusSuccess, Amount: amount}
	if t := n.AdditionalInfo[snap.PaidTimeKey]; t != "" {
		if out.PaidAt, err = time.Parse(time.RFC3339, t); err != nil {
			return Report{}, snap.Refuse(400, "01", "additionalInfo."+snap.PaidTimeKey)
		}
	}
	return out, nil
}

// record settles what a notification says and keeps the answer, in one transaction. The same
// external id with the same body gets the same answer.
func (c *Charges) record(ctx context.Context, r Report, external, hash string) (result snap.Result, err error) {
	place, ok := regionOf(r.Reference)
	if !ok {
		return snap.Result{HTTP: 404, Case: "01"}, nil
	}
	err = c.write(ctx, func(tx *store.Tx) error {
		day := jakartaDay(tx.Now)
		was, err := noticeBy(tx, place, day, external)
		switch {
		case err == nil && was.hash != hash:
			result = snap.Result{HTTP: 409, Case: "00"}
			return nil
		case err == nil:
			result = snap.Result{HTTP: int(was.http), Case: was.result}
			return nil
		case !errors.Is(err, store.ErrNone):
			return err
		}
		if result, err = c.reportTx(tx, r); err != nil || result == (snap.Result{HTTP: 404, Case: "01"}) {
			return err // what is not ours is not kept
		}
		n := notice{region: place, day: day, external: external, reference: r.Reference, hash: hash, result: result.Case, http: int64(result.HTTP), at: store.Micros(tx.Now)}
		return insertNotice(tx, n, c.noticeMAC(n))
	})
	return result, err
}

func (c *Charges) reportTx(tx *store.Tx, r Report) (snap.Result, error) {
	ok := snap.Result{HTTP: 200, Case: "00"}
	if !r.Paid {
		return ok, nil // noted: nobody has paid yet
	}
	if r.PaidAt.IsZero() || r.PaidAt.After(tx.Now) {
		r.PaidAt = tx.Now
	}
	switch out, err := c.settleTx(tx, r); {
	case err != nil:
		return snap.Result{}, err
	case out == unknown:
		return snap.Result{HTTP: 404, Case: "01"}, nil
	case out == mismatch:
		return snap.Result{HTTP: 404, Case: "13"}, nil
	}
	return ok, nil
}
