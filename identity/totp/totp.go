// Package totp makes and checks the codes of an authenticator app: RFC 6238 with HMAC-SHA-1, steps
// of 30 seconds and six digits, which is what every such app does.
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

const (
	period = 30 * time.Second
	digits = 6
)

// Secret makes a new secret of 160 random bits (RFC 4226 §4, R6).
func Secret() []byte {
	b := make([]byte, 20)
	rand.Read(b)
	return b
}

// Text is a secret as people type it into an app: base32, without padding.
func Text(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// URI is a secret as apps scan it. account is what the app shows; it must name nobody's number.
func URI(secret []byte, issuer, account string) string {
	q := url.Values{"secret": {Text(secret)}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+account) + "?" + q.Encode()
}

// Step numbers the 30 seconds that an instant falls in.
func Step(t time.Time) int64 { return t.Unix() / int64(period/time.Second) }

// Code is the code of a step (RFC 4226 §5.3).
func Code(secret []byte, step int64) string { return truncated(secret, step, digits) }

func truncated(secret []byte, step int64, n int) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	value := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	mod := uint32(1)
	for range n {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", n, value%mod)
}

// Find says which step a code belongs to: the present one or its neighbours (clocks differ), but
// none up to last, so that each counts once (RFC 6238 §5.2). It takes the same time for every code.
func Find(secret []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	here := Step(now)
	for s := here - 1; s <= here+1; s++ {
		same := subtle.ConstantTimeCompare([]byte(Code(secret, s)), []byte(code)) == 1
		if same && s > last && !ok {
			step, ok = s, true
		}
	}
	return step, ok
}
