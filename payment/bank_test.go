package payment_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"lancar"
	"lancar/access"
	"lancar/identity"
	"lancar/internal/jobs"
	"lancar/internal/store"
	"lancar/payment"
	"lancar/payment/qris"
	"lancar/payment/snap"
	"lancar/test/outside"
)

// bank is the other side of the wire: an acquirer that checks signatures and mints codes.
type bank struct {
	mu     sync.Mutex
	now    func() time.Time
	down   bool
	forget bool // the token is no longer known
	lie    int64
	codes  map[string]int64
	paid   map[string]string // reference → receipt
	tokens int
	gives  bool              // takes payments back to where they came from
	dull   bool              // gives every return the same number
	wholly bool              // thinks that a code of which anything went back went back whole
	lost   int               // answers about a return that get lost, although it was made
	twice  string            // what it calls a return that is asked for again: "409" a duplicate, "404" no valid status
	back   map[string]string // number of the return → receipt
}

// giveBack is service 78.
func (b *bank) giveBack(w http.ResponseWriter, body []byte) {
	say := func(http int, code string, out snap.RefundResponse) {
		out.Status = snap.Answer(snap.Refund, snap.Result{HTTP: http, Case: code}, "")
		w.WriteHeader(http)
		json.NewEncoder(w).Encode(out)
	}
	var in snap.RefundRequest
	json.Unmarshal(body, &in)
	_, known := b.back[in.PartnerRefundNo]
	known = known || b.wholly && len(b.back) > 0
	switch {
	case !b.gives:
		say(403, "06", snap.RefundResponse{})
	case known && b.twice == "409":
		say(409, "01", snap.RefundResponse{})
	case known && b.twice == "404":
		say(404, "00", snap.RefundResponse{})
	default:
		b.back[in.PartnerRefundNo] = in.AdditionalInfo[snap.ReceiptKey]
		if b.lost--; b.lost >= 0 {
			say(504, "00", snap.RefundResponse{})
			return
		}
		number := "RB"
		if !b.dull {
			number += in.PartnerRefundNo
		}
		say(200, "00", snap.RefundResponse{RefundNo: number, PartnerRefundNo: in.PartnerRefundNo})
	}
}

func (b *bank) set(fn func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fn()
}

func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	say := func(s snap.Service, http int, code string, v any) {
		w.WriteHeader(http)
		if v == nil {
			v = snap.Answer(s, snap.Result{HTTP: http, Case: code}, "")
		}
		json.NewEncoder(w).Encode(v)
	}
	ok := func(s snap.Service) snap.Status { return snap.Answer(s, snap.Result{HTTP: 200, Case: "00"}, "") }
	if b.down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if r.URL.Path == snap.Token.Path() {
		if err := snap.CheckToken(r, &outside.BankKey().PublicKey, b.now()); err != nil {
			say(snap.Token, 401, "00", nil)
			return
		}
		b.tokens++
		b.forget = false
		say(snap.Token, 200, "", snap.TokenResponse{Status: ok(snap.Token), AccessToken: "T", TokenType: "Bearer", ExpiresIn: "900"})
		return
	}
	if b.forget || snap.CheckTransaction(r, body, "secret", b.now()) != nil {
		say(snap.Query, 401, "01", nil)
		return
	}
	switch r.URL.Path {
	case snap.Generate.Path():
		var in snap.GenerateRequest
		json.Unmarshal(body, &in)
		m, _ := in.Amount.Money()
		b.codes[in.PartnerReferenceNo] = m.Amount
		qr, err := qris.Dynamic(qris.Merchant{Domain: "ID.CO.UJI.WWW", MPAN: "936009990000000001", ID: in.MerchantID, Class: "URE", NMID: "ID0000000000000",
			Category: "9399", Name: in.AdditionalInfo["merchantName"], City: in.AdditionalInfo["merchantCity"], Postcode: "00000"},
			qris.Bill{Amount: m.Amount + b.lie, Number: in.PartnerReferenceNo[:20], Terminal: "UJI"})
		if err != nil {
			panic(err)
		}
		say(snap.Generate, 200, "", snap.GenerateResponse{Status: ok(snap.Generate), QRContent: qr, MerchantName: in.AdditionalInfo["merchantName"]})
	case snap.Refund.Path():
		b.giveBack(w, body)
	case snap.Query.Path():
		var in snap.QueryRequest
		json.Unmarshal(body, &in)
		amount, known := b.codes[in.OriginalPartnerReferenceNo]
		if !known {
			say(snap.Query, 404, "01", nil)
			return
		}
		a := snap.AmountOf(lancar.Money{Amount: amount, Currency: "IDR"})
		out := snap.QueryResponse{Status: ok(snap.Query), OriginalReferenceNo: "B1", LatestTransactionStatus: snap.StatusInitiated, Amount: &a}
		if receipt, paid := b.paid[in.OriginalPartnerReferenceNo]; paid {
			out.LatestTransactionStatus, out.PaidTime = snap.StatusSuccess, snap.Stamp(b.now())
			out.AdditionalInfo = map[string]string{snap.ReceiptKey: receipt}
		}
		if len(b.back) > 0 && b.twice != "" {
			out.LatestTransactionStatus = snap.StatusRefunded
		}
		say(snap.Query, 200, "", out)
	}
}

// desk is a payment room on a real database with the bank beside it.
type desk struct {
	*payment.Charges
	db      *store.DB
	queue   *jobs.Queue
	bank    *bank
	clock   *outside.Clock
	settled []payment.Settled
	expired []payment.Ended
	refunds []payment.RefundDue
	back    []payment.Refunded
	refused []payment.RefundDue // that the bank does not return
	access  *access.Access
	id      *identity.Identity
	payer   lancar.ID    // whose the charges are
	own     access.Grant // of account-1, whose all charges are
	other   access.Grant
}

func newClock() *outside.Clock {
	return outside.NewClock(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))
}

func open(t testing.TB, db *store.DB, c *outside.Clock) *desk {
	n := outside.Over(t, c, db, nil).Node(identity.Limits{})
	d := &desk{payer: "account-1", db: db, clock: c, queue: n.Queue, access: n.Access, id: n.Identity,
		bank: &bank{now: c.Now, codes: map[string]int64{}, paid: map[string]string{}, back: map[string]string{}}}
	server := httptest.NewServer(d.bank)
	t.Cleanup(server.Close)
	partner := snap.Partner{ClientKey: "node", Secret: "secret", Channel: "95221", Key: outside.BankKey()}
	d.Charges = payment.New(db, d.queue, n.Ring, outside.Packs(), d.access, d.id, payment.NewSNAP(server.URL, partner, c.Now, server.Client()), payment.Bank{Key: &outside.BankKey().PublicKey, Partner: "node"})
	hear(d.queue, payment.EventSettled, &d.settled)
	hear(d.queue, payment.EventExpired, &d.expired)
	hear(d.queue, payment.EventRefundDue, &d.refunds)
	hear(d.queue, payment.EventRefunded, &d.back)
	hear(d.queue, payment.EventRefundRefused, &d.refused)
	d.own, d.other = person(t, db, "account-1"), person(t, db, "account-2")
	return d
}

// person is somebody with an account and the grant to see their own data.
func person(t testing.TB, db *store.DB, account lancar.ID) (own access.Grant) {
	a := access.New(db, jobs.New(db, nil), nil)
	must(t, db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := a.BindTx(tx, account, "subject of "+string(account))
		return err
	}))
	must(t, db.Read(t.Context(), func(tx *store.Tx) (err error) {
		own, err = a.OwnTx(tx, account, "subject of "+string(account), true)
		return err
	}))
	return own
}

// hear keeps what an event said, once: a transaction may be run again, and what stands outside it stays.
func hear[T any](q *jobs.Queue, event string, into *[]T) {
	heard := map[string]bool{}
	q.Subscribe(event, "test", func(_ *store.Tx, e jobs.Event) error {
		if heard[e.Region+e.Key] {
			return nil
		}
		heard[e.Region+e.Key] = true
		var v T
		if err := json.Unmarshal(e.Payload, &v); err != nil {
			return err
		}
		*into = append(*into, v)
		return nil
	})
}

// must fails the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// charge makes a charge of some rupiah for a new case, due in seven days.
func (d *desk) charge(t testing.TB, place string, rupiah ...int64) payment.Charge {
	t.Helper()
	ch := payment.Charge{Region: place, Case: lancar.NewID(d.clock.Now()), Number: "5315-TEST", Account: d.payer,
		Title: lancar.Text{"id": "Izin"}, DueAt: d.clock.Now().AddDate(0, 0, 7)}
	var sum int64
	for _, n := range rupiah {
		ch.Lines = append(ch.Lines, payment.Line{Label: lancar.Text{"id": "Retribusi"}, Amount: n * 100, Revenue: "4.1.02"})
		sum += n
	}
	ch.Amount = lancar.Rupiah(sum)
	must(t, d.db.Write(t.Context(), func(tx *store.Tx) error {
		for range 2 { // a repeated submit
			id, err := d.ChargeTx(tx, ch)
			if err != nil {
				return err
			}
			ch.ID = id
		}
		return nil
	}))
	return ch
}

func (d *desk) code(t testing.TB, ch payment.Charge) payment.Code {
	t.Helper()
	code, err := d.Code(t.Context(), d.own, ch.Region, ch.ID)
	must(t, err)
	return code
}

func (d *desk) state(t testing.TB, ch payment.Charge) payment.State {
	t.Helper()
	got, err := d.Charge(t.Context(), d.own, ch.Region, ch.ID)
	must(t, err)
	return got.State
}

// note is a notification; external "" makes a new id.
type note struct {
	reference, receipt, external string
	amount                       int64
	key                          *rsa.PrivateKey
	status                       string
}

// notify sends a notification and returns the response code.
func (d *desk) notify(t testing.TB, n note) string {
	t.Helper()
	now := d.clock.Now()
	if n.key == nil {
		n.key = outside.BankKey()
	}
	if n.external == "" {
		n.external = snap.ExternalID(now)
	}
	if n.status == "" {
		n.status = snap.StatusSuccess
	}
	body, _ := json.Marshal(snap.Notification{OriginalReferenceNo: "B1", OriginalPartnerReferenceNo: n.reference, LatestTransactionStatus: n.status,
		Amount: snap.AmountOf(lancar.Money{Amount: n.amount, Currency: "IDR"}), AdditionalInfo: map[string]string{snap.ReceiptKey: n.receipt, snap.PaidTimeKey: snap.Stamp(now)}})
	r := httptest.NewRequest("POST", payment.NotifyPath, bytes.NewReader(body))
	must(t, snap.SignNotification(r, payment.NotifyPath, body, n.key, "node", n.external, now))
	w := httptest.NewRecorder()
	d.Handler().ServeHTTP(w, r.WithContext(context.WithoutCancel(t.Context())))
	var out snap.Status
	must(t, json.Unmarshal(w.Body.Bytes(), &out))
	if c, err := snap.ParseCode(out.ResponseCode); err != nil || c.HTTP != w.Code {
		t.Fatalf("%s under HTTP %d", out.ResponseCode, w.Code)
	}
	return out.ResponseCode
}
