package sandbox

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"lancar"
	"lancar/internal/store"
	"lancar/payment/qris"
	"lancar/payment/snap"
)

const tokenLife = 15 * time.Minute

// tokens are the access tokens alive. A restart forgets them, as a bank may at any time.
type tokens struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (t *tokens) issue(now time.Time) string {
	b := make([]byte, 24)
	rand.Read(b)
	token := base64.RawURLEncoding.EncodeToString(b)
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, until := range t.until {
		if now.After(until) {
			delete(t.until, k)
		}
	}
	t.until[token] = now.Add(tokenLife)
	return token
}

func (t *tokens) alive(token string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	until, ok := t.until[token]
	return ok && now.Before(until)
}

func answer(w http.ResponseWriter, service snap.Service, http int, code, about string) {
	writeJSON(w, http, snap.Answer(service, snap.Result{HTTP: http, Case: code}, about))
}

func refuse(w http.ResponseWriter, service snap.Service, err error) {
	var f *snap.Failure
	if !errors.As(err, &f) {
		f = snap.Refuse(500, "01", "")
	}
	answer(w, service, f.HTTP, f.Case, f.Reason)
}

// postToken is service 73.
func (s *Sandbox) postToken(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-CLIENT-KEY") != s.secrets.clientKey {
		answer(w, snap.Token, 401, "00", "Unknown Client")
		return
	}
	if err := snap.CheckToken(r, s.secrets.partner, s.Now()); err != nil {
		refuse(w, snap.Token, err)
		return
	}
	writeJSON(w, http.StatusOK, snap.TokenResponse{Status: snap.Answer(snap.Token, snap.Result{HTTP: 200, Case: "00"}, ""),
		AccessToken: s.tokens.issue(s.Now()), TokenType: "Bearer", ExpiresIn: "900"})
}

// transaction reads and checks a call under an access token.
func (s *Sandbox) transaction(r *http.Request, into any) error {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 1<<16))
	if err != nil {
		return snap.Refuse(400, "00", "")
	}
	if err := snap.CheckTransaction(r, body, s.secrets.secret, s.Now()); err != nil {
		return err
	}
	if token, _ := snap.Bearer(r); !s.tokens.alive(token, s.Now()) {
		return snap.Refuse(401, "01", "")
	}
	if r.Header.Get("X-PARTNER-ID") != s.secrets.clientKey {
		return snap.Refuse(404, "16", "")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return snap.Refuse(400, "00", "")
	}
	return nil
}

func (s *Sandbox) externalTx(tx *store.Tx, r *http.Request) error {
	fresh, err := newExternal(tx, tx.Now.Format("2006-01-02"), r.Header.Get("X-EXTERNAL-ID"))
	if err == nil && !fresh {
		return snap.Refuse(409, "00", "")
	}
	return err
}

// postGenerate is service 47. The same partnerReferenceNo for the same amount gets the same code.
func (s *Sandbox) postGenerate(w http.ResponseWriter, r *http.Request) {
	var in snap.GenerateRequest
	if err := s.transaction(r, &in); err != nil {
		refuse(w, snap.Generate, err)
		return
	}
	c, err := s.makeCode(in)
	if err != nil {
		refuse(w, snap.Generate, err)
		return
	}
	err = s.db.Write(r.Context(), func(tx *store.Tx) error {
		if err := s.externalTx(tx, r); err != nil {
			return err
		}
		made, err := insertCode(tx, c)
		if err != nil || made {
			return err
		}
		was, err := codeBy(tx, c.Partner)
		if err == nil && was.Amount != c.Amount {
			return snap.Refuse(409, "01", "")
		}
		c = was
		return err
	})
	if err != nil {
		refuse(w, snap.Generate, err)
		return
	}
	writeJSON(w, http.StatusOK, snap.GenerateResponse{Status: snap.Answer(snap.Generate, snap.Result{HTTP: 200, Case: "00"}, ""),
		ReferenceNo: c.Reference, PartnerReferenceNo: c.Partner, QRContent: c.Payload, MerchantName: c.Merchant, TerminalID: terminal})
}

const terminal = "SIMULASI"

// makeCode checks a request and mints its code. The merchant's name and city may come in
// additionalInfo; a real acquirer has them registered.
func (s *Sandbox) makeCode(in snap.GenerateRequest) (code, error) {
	amount, err := in.Amount.Money()
	if err != nil || amount.Currency != "IDR" || amount.Amount <= 0 {
		return code{}, snap.Refuse(400, "01", "amount")
	}
	if in.PartnerReferenceNo == "" || len(in.PartnerReferenceNo) > 64 {
		return code{}, snap.Refuse(400, "02", "partnerReferenceNo")
	}
	if in.MerchantID == "" || len(in.MerchantID) > 15 {
		return code{}, snap.Refuse(404, "08", "")
	}
	now := s.Now().UTC().Truncate(time.Microsecond)
	expires := now.Add(30 * time.Minute)
	if in.ValidityPeriod != "" {
		if expires, err = time.Parse(time.RFC3339, in.ValidityPeriod); err != nil {
			return code{}, snap.Refuse(400, "01", "validityPeriod")
		}
	}
	extra := func(key, otherwise string, most int) string {
		v := in.AdditionalInfo[key]
		if v == "" {
			v = otherwise
		}
		return string([]rune(v)[:min(most, len([]rune(v)))])
	}
	c := code{Reference: "B" + string(lancar.NewID(now))[:23], Partner: in.PartnerReferenceNo, Amount: amount.Amount, Currency: "IDR",
		Merchant: extra("merchantName", "PEMDA CONTOH", 25), Bill: extra("billNumber", in.PartnerReferenceNo, 25), Created: now, Expires: expires.UTC()}
	c.Payload, err = qris.Dynamic(qris.Merchant{Domain: "ID.CO.SIMULASI.WWW", MPAN: "936009990000000001", ID: in.MerchantID, Class: "URE",
		NMID: "ID0000000000000", Category: "9399", Name: c.Merchant, City: extra("merchantCity", "SIMULASI", 15), Postcode: "00000"},
		qris.Bill{Amount: c.Amount, Number: c.Bill, Terminal: terminal})
	if err != nil {
		return code{}, snap.Refuse(400, "00", "")
	}
	return c, nil
}

// postQuery is service 51.
func (s *Sandbox) postQuery(w http.ResponseWriter, r *http.Request) {
	var in snap.QueryRequest
	if err := s.transaction(r, &in); err != nil {
		refuse(w, snap.Query, err)
		return
	}
	var c code
	var payments []paid
	var refunds []refund
	err := s.db.Write(r.Context(), func(tx *store.Tx) (err error) {
		if err := s.externalTx(tx, r); err != nil {
			return err
		}
		if c, err = codeBy(tx, in.OriginalPartnerReferenceNo); errors.Is(err, store.ErrNone) {
			return snap.Refuse(404, "01", "")
		} else if err != nil {
			return err
		}
		if payments, err = paymentsOf(tx, c.Reference); err != nil {
			return err
		}
		refunds, err = refundsOf(tx, c.Reference)
		return err
	})
	if err != nil {
		refuse(w, snap.Query, err)
		return
	}
	writeJSON(w, http.StatusOK, queryAnswer(c, payments, refunds, s.Now()))
}

func queryAnswer(c code, payments []paid, refunds []refund, now time.Time) snap.QueryResponse {
	amount := snap.AmountOf(lancar.Money{Amount: c.Amount, Currency: c.Currency})
	out := snap.QueryResponse{Status: snap.Answer(snap.Query, snap.Result{HTTP: 200, Case: "00"}, ""), OriginalReferenceNo: c.Reference,
		OriginalPartnerReferenceNo: c.Partner, ServiceCode: string(snap.Generate), LatestTransactionStatus: snap.StatusInitiated, Amount: &amount, TerminalID: terminal}
	switch {
	case len(refunds) > 0 && len(refunds) == len(payments):
		out.LatestTransactionStatus = snap.StatusRefunded
	case len(payments) > 0:
		out.LatestTransactionStatus, out.PaidTime = snap.StatusSuccess, snap.Stamp(payments[0].At)
		out.AdditionalInfo = map[string]string{snap.ReceiptKey: payments[0].Receipt}
	case now.After(c.Expires):
		out.LatestTransactionStatus = snap.StatusCancelled
	}
	return out
}
