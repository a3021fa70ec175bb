package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/payment/qris"
	"lancar/payment/snap"
)

// order is what a customer does in their bank's app: scan (or name) a code and pay.
type order struct {
	QR        string // the payload of the code, or
	Reference string // partnerReferenceNo or the bank's reference
	Mode      string // "" is the switch "payment"
	Delay     string // of mode late, seconds; 10 when empty
	Expired   string // "yes": pay although the code has expired
	Refund    string // "no": the payer's bank will take nothing back
}

var errNoCode = errors.New("no such code at this bank")

// pay takes the customer's money and queues what the bank will tell the node, in one transaction.
func (s *Sandbox) pay(ctx context.Context, o order) (c code, receipts []string, err error) {
	delay, err := strconv.Atoi(o.Delay)
	if err != nil || delay < 0 {
		delay = 10
	}
	if o.QR != "" {
		if _, err := qris.Decode(strings.TrimSpace(o.QR)); err != nil {
			return c, nil, err
		}
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		if o.QR != "" {
			c, err = codeByPayload(tx, strings.TrimSpace(o.QR))
		} else {
			c, err = codeBy(tx, strings.TrimSpace(o.Reference))
		}
		switch {
		case errors.Is(err, store.ErrNone):
			return errNoCode
		case err != nil:
			return err
		case tx.Now.After(c.Expires) && o.Expired != "yes":
			return errors.New("the code has expired")
		case !c.Paid.IsZero() && o.Mode != "double":
			return errors.New("the code is paid already")
		}
		receipts, err = payTx(tx, c, o, time.Duration(delay)*time.Second)
		return err
	})
	if err == nil {
		s.poke()
	}
	return c, receipts, err
}

// payTx records the payments of a mode and its notifications.
func payTx(tx *store.Tx, c code, o order, delay time.Duration) (receipts []string, err error) {
	mode := o.Mode
	p := paid{Reference: c.Reference, Amount: c.Amount, At: tx.Now, Mode: mode, Firm: o.Refund == "no"}
	times, copies, due, forged := 1, 1, tx.Now, int64(0)
	switch mode {
	case "silent":
		copies = 0
	case "late":
		due = due.Add(delay)
	case "repeat":
		copies = 2
	case "double":
		times = 2
	case "forged":
		times, forged = 0, 1
	}
	if times == 0 { // nobody paid; somebody pretends to be the bank
		p.Receipt = receipt(tx.Now)
		return nil, insertDelivery(tx, notification(tx, c, p, forged, due))
	}
	for range times {
		p.Receipt = receipt(tx.Now)
		receipts = append(receipts, p.Receipt)
		if err := insertPaid(tx, p); err != nil {
			return nil, err
		}
		for range copies {
			d := notification(tx, c, p, 0, due)
			if mode == "wrong" {
				d = notification(tx, c, paid{Receipt: p.Receipt, Reference: p.Reference, Amount: p.Amount / 2, At: p.At}, 0, due)
			}
			if err := insertDelivery(tx, d); err != nil {
				return nil, err
			}
		}
	}
	return receipts, markPaid(tx, c.Reference)
}

func receipt(now time.Time) string {
	return now.Format("060102") + fmt.Sprintf("%010d", rand.Int64N(1e10))
}

func notification(tx *store.Tx, c code, p paid, forged int64, due time.Time) delivery {
	body, _ := json.Marshal(snap.Notification{OriginalReferenceNo: c.Reference, OriginalPartnerReferenceNo: c.Partner,
		LatestTransactionStatus: snap.StatusSuccess, TransactionStatusDesc: "Success",
		Amount:         snap.AmountOf(lancar.Money{Amount: p.Amount, Currency: c.Currency}),
		AdditionalInfo: map[string]string{snap.PaidTimeKey: snap.Stamp(p.At), snap.ReceiptKey: p.Receipt}})
	return delivery{ID: string(lancar.NewID(tx.Now)), Receipt: p.Receipt, Reference: c.Reference, Body: string(body), Forged: forged, Due: due}
}

func (s *Sandbox) postPay(w http.ResponseWriter, r *http.Request) {
	var o order
	if !s.read(w, r, &o, map[string]*string{"qr": &o.QR, "reference": &o.Reference, "mode": &o.Mode, "delay": &o.Delay, "expired": &o.Expired, "refund": &o.Refund}) {
		return
	}
	if o.Mode == "" {
		o.Mode = s.mode(r, "payment")
	}
	if !slices.Contains(switches()["payment"], o.Mode) {
		s.fail(w, r, http.StatusBadRequest, "no such mode")
		return
	}
	c, receipts, err := s.pay(r.Context(), o)
	switch {
	case errors.Is(err, errNoCode):
		s.fail(w, r, http.StatusNotFound, err.Error())
	case err != nil:
		s.fail(w, r, http.StatusConflict, err.Error())
	default:
		s.done(w, r, "/bank/code/"+c.Reference, map[string]any{"reference": c.Reference, "partner_reference": c.Partner,
			"amount": snap.AmountOf(lancar.Money{Amount: c.Amount, Currency: c.Currency}), "receipts": receipts})
	}
}

// getBank lists codes that wait for payment.
func (s *Sandbox) getBank(w http.ResponseWriter, r *http.Request) {
	var data struct {
		Codes   []code
		Paid    []paid
		Waiting []delivery
		Mode    string
		Modes   []string
	}
	err := s.db.Read(r.Context(), func(tx *store.Tx) (err error) {
		if data.Codes, err = unpaidCodes(tx); err != nil {
			return err
		}
		if data.Paid, err = lastPayments(tx); err != nil {
			return err
		}
		data.Waiting, err = waitingDeliveries(tx)
		return err
	})
	if err != nil {
		s.broken(w, r, err)
		return
	}
	data.Mode, data.Modes = s.mode(r, "payment"), switches()["payment"]
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, map[string]any{"unpaid": data.Codes, "paid": data.Paid, "waiting": data.Waiting})
		return
	}
	s.page(w, r, "bank", data)
}

// getCode shows one code, by either reference; the node's pay page links here in demonstrations.
func (s *Sandbox) getCode(w http.ResponseWriter, r *http.Request) {
	var data struct {
		Code       code
		Paid       []paid
		Refunds    []refund
		Deliveries []delivery
		Mode       string
		Modes      []string
		Expired    bool
	}
	err := s.db.Read(r.Context(), func(tx *store.Tx) (err error) {
		if data.Code, err = codeBy(tx, r.PathValue("reference")); err != nil {
			return err
		}
		if data.Paid, err = paymentsOf(tx, data.Code.Reference); err != nil {
			return err
		}
		if data.Refunds, err = refundsOf(tx, data.Code.Reference); err != nil {
			return err
		}
		data.Deliveries, err = deliveriesOf(tx, data.Code.Reference)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		s.fail(w, r, http.StatusNotFound, errNoCode.Error())
		return
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	data.Mode, data.Modes, data.Expired = s.mode(r, "payment"), switches()["payment"], s.Now().After(data.Code.Expires)
	if wantsJSON(r) {
		writeJSON(w, http.StatusOK, map[string]any{"code": data.Code, "paid": data.Paid, "refunds": data.Refunds, "notifications": data.Deliveries})
		return
	}
	s.page(w, r, "code", data)
}
