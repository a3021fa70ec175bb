package payment

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"lancar"
	"lancar/payment/snap"
)

// SNAP is an [Acquirer] that speaks SNAP BI over HTTP. It is safe for concurrent use.
type SNAP struct {
	base    string
	partner snap.Partner
	clock   lancar.Clock
	client  *http.Client

	mu    sync.Mutex
	token string
	until time.Time
}

// NewSNAP makes a client of the acquirer at base ("https://api.bank.example", without a slash).
func NewSNAP(base string, partner snap.Partner, clock lancar.Clock, client *http.Client) *SNAP {
	return &SNAP{base: base, partner: partner, clock: clock, client: client}
}

func unavailable(cause error) error {
	return lancar.Fail(lancar.Unavailable, "", "Bank belum menjawab. Tagihan Anda tersimpan. Coba lagi sebentar.",
		"The bank does not answer. Your charge is safe. Please try again shortly.").Because(cause)
}

// Generate is service 47.
func (s *SNAP) Generate(ctx context.Context, ask Ask) (Code, error) {
	in := snap.GenerateRequest{PartnerReferenceNo: ask.Reference, Amount: snap.AmountOf(ask.Amount), MerchantID: ask.Treasury.MerchantID,
		ValidityPeriod: snap.Stamp(ask.Expires), AdditionalInfo: map[string]string{"billNumber": ask.Bill, "merchantName": ask.Treasury.Merchant,
			"merchantCity": ask.Treasury.City}}
	var out snap.GenerateResponse
	if err := s.call(ctx, snap.Generate, in, &out, &out.Status); err != nil {
		return Code{}, err
	}
	return Code{Reference: ask.Reference, Payload: out.QRContent, Merchant: out.MerchantName, Expires: ask.Expires}, nil
}

// Query is service 51. A code that the bank does not know is not paid.
func (s *SNAP) Query(ctx context.Context, reference string) (Report, error) {
	in := snap.QueryRequest{OriginalPartnerReferenceNo: reference, ServiceCode: string(snap.Generate)}
	var out snap.QueryResponse
	err := s.call(ctx, snap.Query, in, &out, &out.Status)
	if c, _ := snap.ParseCode(out.ResponseCode); c.HTTP == http.StatusNotFound && c.Case == "01" {
		return Report{Reference: reference}, nil
	}
	if err != nil {
		return Report{}, err
	}
	r := Report{Reference: reference, Acquirer: out.OriginalReferenceNo, Receipt: out.AdditionalInfo[snap.ReceiptKey],
		Paid: out.LatestTransactionStatus == snap.StatusSuccess, PaidAt: s.clock()}
	if !r.Paid {
		return r, nil
	}
	if out.Amount == nil {
		return r, unavailable(errors.New("snap: paid without an amount"))
	}
	if r.Amount, err = out.Amount.Money(); err != nil {
		return r, unavailable(err)
	}
	if t, err := time.Parse(time.RFC3339, out.PaidTime); err == nil {
		r.PaidAt = t
	}
	return r, nil
}

// Return is service 78. Of an answer that is lost, asking again under the same number tells what
// became of it; an acquirer that says "duplicate" or "invalid status" instead is asked about the
// code, so that nobody pays back by hand what it has returned.
func (s *SNAP) Return(ctx context.Context, g Giving) (string, error) {
	in := snap.RefundRequest{MerchantID: g.Treasury.MerchantID, OriginalPartnerReferenceNo: g.Reference, OriginalReferenceNo: g.Acquirer, PartnerRefundNo: g.Number,
		RefundAmount: snap.AmountOf(g.Amount), Reason: "Tidak ada tagihan yang terbuka"}
	if g.Receipt != "" {
		in.AdditionalInfo = map[string]string{snap.ReceiptKey: g.Receipt}
	}
	var out snap.RefundResponse
	err := s.call(ctx, snap.Refund, in, &out, &out.Status)
	c, parsed := snap.ParseCode(out.ResponseCode)
	switch {
	case err == nil:
		return cmp.Or(out.RefundNo, out.ReferenceNo), nil
	case parsed != nil || c.Service != snap.Refund:
		return "", err
	case c.HTTP == http.StatusConflict && c.Case == "01", c.HTTP == http.StatusNotFound && c.Case == "00":
		back, unknown := false, error(nil)
		if g.Alone {
			back, unknown = s.returned(ctx, g)
		}
		if back {
			return g.Number, nil
		}
		if unknown != nil || c.HTTP == http.StatusConflict {
			return "", errors.Join(err, unknown)
		}
	case c.HTTP != http.StatusForbidden && c.HTTP != http.StatusNotFound && c.HTTP != http.StatusMethodNotAllowed:
		return "", err
	}
	return "", lancar.Fail(lancar.Gone, "", "Bank tidak bisa mengembalikan pembayaran ini.", "The bank cannot return this payment.").Because(err)
}

// returned asks whether a payment went back.
func (s *SNAP) returned(ctx context.Context, g Giving) (bool, error) {
	in := snap.QueryRequest{OriginalPartnerReferenceNo: g.Reference, ServiceCode: string(snap.Generate)}
	var out snap.QueryResponse
	err := s.call(ctx, snap.Query, in, &out, &out.Status)
	return err == nil && out.LatestTransactionStatus == snap.StatusRefunded, err
}

// call does one transaction; with a new token when the bank no longer knows ours.
func (s *SNAP) call(ctx context.Context, service snap.Service, in, out any, status *snap.Status) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	for try := range 2 {
		token, err := s.access(ctx, try > 0)
		if err != nil {
			return err
		}
		r, err := http.NewRequestWithContext(ctx, "POST", s.base+service.Path(), bytes.NewReader(body))
		if err != nil {
			return err
		}
		now := s.clock()
		if err := s.partner.SignTransaction(r, body, token, snap.ExternalID(now), now); err != nil {
			return err
		}
		if err := s.send(r, out); err != nil {
			return err
		}
		if status.OK() {
			return nil
		}
		if c, _ := snap.ParseCode(status.ResponseCode); c.HTTP != http.StatusUnauthorized || c.Case != "01" {
			break
		}
	}
	return unavailable(fmt.Errorf("snap: service %s: %s %s", service, status.ResponseCode, status.ResponseMessage))
}

// access is the token of service 73, kept until a minute before it ends.
func (s *SNAP) access(ctx context.Context, renew bool) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if s.token != "" && now.Before(s.until) && !renew {
		return s.token, nil
	}
	r, err := http.NewRequestWithContext(ctx, "POST", s.base+snap.Token.Path(), bytes.NewReader([]byte(`{"grantType":"client_credentials"}`)))
	if err != nil {
		return "", err
	}
	if err := s.partner.SignToken(r, now); err != nil {
		return "", err
	}
	var out snap.TokenResponse
	if err := s.send(r, &out); err != nil {
		return "", err
	}
	if !out.OK() || out.AccessToken == "" {
		return "", unavailable(fmt.Errorf("snap: token: %s %s", out.ResponseCode, out.ResponseMessage))
	}
	seconds, err := strconv.Atoi(out.ExpiresIn)
	if err != nil {
		seconds = 300
	}
	s.token, s.until = out.AccessToken, now.Add(time.Duration(seconds)*time.Second-time.Minute)
	return s.token, nil
}

func (s *SNAP) send(r *http.Request, out any) error {
	answer, err := s.client.Do(r)
	if err != nil {
		return unavailable(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<18)).Decode(out); err != nil {
		return unavailable(fmt.Errorf("snap: %s: %w", answer.Status, err))
	}
	return nil
}
