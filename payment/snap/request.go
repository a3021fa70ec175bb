package snap

import (
	"crypto"
	"crypto/rsa"
	"net/http"
	"strings"
	"time"
)

// Window is how far the clocks of two partners may differ.
const Window = 5 * time.Minute

// Partner is what a partner was given when the acquirer registered it.
type Partner struct {
	ClientKey string // X-CLIENT-KEY, also X-PARTNER-ID
	Secret    string // for HMAC signatures
	Channel   string // CHANNEL-ID, five digits
	Key       crypto.Signer
}

// SignToken sets the headers of a token request.
func (p Partner) SignToken(r *http.Request, now time.Time) error {
	stamp := Stamp(now)
	sig, err := signRSA(p.Key, tokenString(p.ClientKey, stamp))
	if err != nil {
		return err
	}
	set(r, "X-TIMESTAMP", stamp, "X-CLIENT-KEY", p.ClientKey, "X-SIGNATURE", sig)
	return nil
}

// SignTransaction sets the headers of a call under an access token. The body must be what
// will be sent.
func (p Partner) SignTransaction(r *http.Request, body []byte, token, externalID string, now time.Time) error {
	stamp := Stamp(now)
	s, err := symmetricString(r.Method, r.URL.RequestURI(), token, body, stamp)
	if err != nil {
		return err
	}
	set(r, "Authorization", "Bearer "+token, "X-TIMESTAMP", stamp, "X-SIGNATURE", signHMAC(p.Secret, s),
		"X-PARTNER-ID", p.ClientKey, "X-EXTERNAL-ID", externalID, "CHANNEL-ID", p.Channel)
	return nil
}

// SignNotification sets the headers of a message that the acquirer sends by itself. Path is
// what both sides agreed to sign, which a reverse proxy may serve under a longer one.
func SignNotification(r *http.Request, path string, body []byte, key crypto.Signer, partner, externalID string, now time.Time) error {
	stamp := Stamp(now)
	s, err := asymmetricString(r.Method, path, body, stamp)
	if err != nil {
		return err
	}
	sig, err := signRSA(key, s)
	if err != nil {
		return err
	}
	set(r, "X-TIMESTAMP", stamp, "X-SIGNATURE", sig, "X-PARTNER-ID", partner, "X-EXTERNAL-ID", externalID)
	return nil
}

func set(r *http.Request, kv ...string) {
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(kv); i += 2 {
		r.Header[http.CanonicalHeaderKey(kv[i])] = []string{kv[i+1]}
	}
}

// CheckToken verifies a token request by the partner's public key.
func CheckToken(r *http.Request, key *rsa.PublicKey, now time.Time) error {
	stamp := r.Header.Get("X-TIMESTAMP")
	if err := checkStamp(stamp, now, Window); err != nil {
		return Refuse(400, "01", "X-TIMESTAMP")
	}
	if !checkRSA(key, tokenString(r.Header.Get("X-CLIENT-KEY"), stamp), r.Header.Get("X-SIGNATURE")) {
		return Refuse(401, "00", "Signature")
	}
	return nil
}

// Bearer returns the access token of a request.
func Bearer(r *http.Request) (string, bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// CheckTransaction verifies headers and HMAC signature of a call under an access token. That
// the token is alive and the external id new today is the receiver's to check.
func CheckTransaction(r *http.Request, body []byte, secret string, now time.Time) error {
	token, ok := Bearer(r)
	if !ok || token == "" {
		return Refuse(401, "03", "")
	}
	if err := checkHeaders(r, now); err != nil {
		return err
	}
	s, err := symmetricString(r.Method, r.URL.RequestURI(), token, body, r.Header.Get("X-TIMESTAMP"))
	if err != nil {
		return Refuse(400, "00", "")
	}
	if !checkHMAC(secret, s, r.Header.Get("X-SIGNATURE")) {
		return Refuse(401, "00", "Signature")
	}
	return nil
}

// CheckNotification verifies headers and RSA signature of a message from the acquirer.
func CheckNotification(r *http.Request, path string, body []byte, key *rsa.PublicKey, now time.Time) error {
	if err := checkHeaders(r, now); err != nil {
		return err
	}
	s, err := asymmetricString(r.Method, path, body, r.Header.Get("X-TIMESTAMP"))
	if err != nil {
		return Refuse(400, "00", "")
	}
	if !checkRSA(key, s, r.Header.Get("X-SIGNATURE")) {
		return Refuse(401, "00", "Signature")
	}
	return nil
}

func checkHeaders(r *http.Request, now time.Time) error {
	for _, h := range []string{"X-TIMESTAMP", "X-SIGNATURE", "X-PARTNER-ID", "X-EXTERNAL-ID"} {
		if r.Header.Get(h) == "" {
			return Refuse(400, "02", h)
		}
	}
	if checkStamp(r.Header.Get("X-TIMESTAMP"), now, Window) != nil {
		return Refuse(400, "01", "X-TIMESTAMP")
	}
	if !validExternalID(r.Header.Get("X-EXTERNAL-ID")) {
		return Refuse(400, "01", "X-EXTERNAL-ID")
	}
	return nil
}
