package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/payment/snap"
)

// refund is a payment that went back to its customer.
type refund struct {
	Number    string    `json:"partner_refund_no"`
	Receipt   string    `json:"receipt"`
	Reference string    `json:"reference"`
	No        string    `json:"refund_no"`
	Amount    int64     `json:"amount_sen"`
	At        time.Time `json:"at"`
}

// postRefund is service 78. The same partnerRefundNo for the same payment gets the same answer.
func (s *Sandbox) postRefund(w http.ResponseWriter, r *http.Request) {
	var in snap.RefundRequest
	if err := s.transaction(r, &in); err != nil {
		refuse(w, snap.Refund, err)
		return
	}
	var back refund
	err := s.db.Write(r.Context(), func(tx *store.Tx) (err error) {
		if err := s.externalTx(tx, r); err != nil {
			return err
		}
		back, err = refundTx(tx, in)
		return err
	})
	if err != nil {
		refuse(w, snap.Refund, err)
		return
	}
	amount := snap.AmountOf(lancar.Money{Amount: back.Amount, Currency: "IDR"})
	writeJSON(w, http.StatusOK, snap.RefundResponse{Status: snap.Answer(snap.Refund, snap.Result{HTTP: 200, Case: "00"}, ""), OriginalPartnerReferenceNo: in.OriginalPartnerReferenceNo,
		OriginalReferenceNo: back.Reference, RefundNo: back.No, PartnerRefundNo: back.Number, RefundAmount: &amount, RefundTime: snap.Stamp(back.At)})
}

func refundTx(tx *store.Tx, in snap.RefundRequest) (refund, error) {
	if in.PartnerRefundNo == "" || len(in.PartnerRefundNo) > 64 {
		return refund{}, snap.Refuse(400, "02", "partnerRefundNo")
	}
	c, err := codeBy(tx, in.OriginalPartnerReferenceNo)
	if errors.Is(err, store.ErrNone) {
		return refund{}, snap.Refuse(404, "01", "")
	}
	if err != nil {
		return refund{}, err
	}
	p, err := paidFor(tx, c, in.AdditionalInfo[snap.ReceiptKey])
	if err != nil {
		return refund{}, err
	}
	if m, err := in.RefundAmount.Money(); err != nil || m.Currency != c.Currency || m.Amount != p.Amount {
		return refund{}, snap.Refuse(404, "13", "")
	}
	was, err := refundBy(tx, in.PartnerRefundNo)
	switch {
	case err == nil && was.Receipt == p.Receipt:
		return was, nil
	case err == nil:
		return was, snap.Refuse(409, "01", "")
	case !errors.Is(err, store.ErrNone):
		return was, err
	case p.Firm:
		return was, snap.Refuse(403, "06", "The payer's bank takes nothing back")
	}
	back := refund{Number: in.PartnerRefundNo, Receipt: p.Receipt, Reference: c.Reference, No: "R" + receipt(tx.Now), Amount: p.Amount, At: tx.Now}
	made, err := insertRefund(tx, back)
	if err == nil && !made {
		err = snap.Refuse(404, "00", "") // went back under another number
	}
	return back, err
}

// paidFor is the payment of a code with this receipt, or the only one where none is named.
func paidFor(tx *store.Tx, c code, receipt string) (paid, error) {
	list, err := paymentsOf(tx, c.Reference)
	if err != nil {
		return paid{}, err
	}
	i := slices.IndexFunc(list, func(p paid) bool { return p.Receipt == receipt })
	if receipt == "" && len(list) == 1 {
		i = 0
	}
	if i < 0 {
		return paid{}, snap.Refuse(404, "01", "")
	}
	return list[i], nil
}

func scanRefund(r store.Scanner) (b refund, err error) {
	var at int64
	err = r.Scan(&b.Number, &b.Receipt, &b.Reference, &b.No, &b.Amount, &at)
	b.At = store.Time(at)
	return b, err
}

const refundColumns = "number, receipt, reference, refund_no, amount, at"

func refundBy(tx *store.Tx, number string) (refund, error) {
	return store.One(tx, scanRefund, "SELECT "+refundColumns+" FROM refund WHERE number = $1", number)
}

func refundsOf(tx *store.Tx, reference string) ([]refund, error) {
	return store.All(tx, scanRefund, "SELECT "+refundColumns+" FROM refund WHERE reference = $1 ORDER BY at, number", reference)
}

// insertRefund is false when the payment went back before.
func insertRefund(tx *store.Tx, b refund) (bool, error) {
	n, err := tx.Exec("INSERT INTO refund ("+refundColumns+") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
		b.Number, b.Receipt, b.Reference, b.No, b.Amount, store.Micros(b.At))
	return n == 1, err
}
