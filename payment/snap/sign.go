package snap

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// minify drops insignificant white space from a JSON body and touches nothing else: the order
// of keys, escapes and numbers stay as sent. An empty body stays empty.
func minify(body []byte) ([]byte, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, body); err != nil {
		return nil, fmt.Errorf("snap: minify: %w", err)
	}
	return b.Bytes(), nil
}

// bodyHash is the lower-case hexadecimal SHA-256 of the minified body.
func bodyHash(body []byte) (string, error) {
	b, err := minify(body)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// tokenString is what service 73 signs.
func tokenString(clientKey, stamp string) string { return clientKey + "|" + stamp }

// symmetricString is what a transaction signs by HMAC: METHOD:path:token:hash:stamp. Path
// includes the query string.
func symmetricString(method, path, token string, body []byte, stamp string) (string, error) {
	h, err := bodyHash(body)
	if err != nil {
		return "", err
	}
	return strings.Join([]string{strings.ToUpper(method), path, token, h, stamp}, ":"), nil
}

// asymmetricString is what a message without a token signs by RSA: METHOD:path:hash:stamp.
func asymmetricString(method, path string, body []byte, stamp string) (string, error) {
	h, err := bodyHash(body)
	if err != nil {
		return "", err
	}
	return strings.Join([]string{strings.ToUpper(method), path, h, stamp}, ":"), nil
}

// signHMAC signs with HMAC-SHA512, in base64 as Indonesian banks send it.
func signHMAC(secret, s string) string {
	return base64.StdEncoding.EncodeToString(mac(secret, s))
}

func mac(secret, s string) []byte {
	m := hmac.New(sha512.New, []byte(secret))
	m.Write([]byte(s))
	return m.Sum(nil)
}

// checkHMAC accepts a signature in base64 or, as the standard's samples have it, hexadecimal.
// It takes the same time whether and wherever they differ.
func checkHMAC(secret, s, signature string) bool {
	got, ok := unarmor(signature, sha512.Size)
	return ok && hmac.Equal(got, mac(secret, s))
}

// signRSA signs with SHA256withRSA (PKCS #1 v1.5), in base64.
func signRSA(key crypto.Signer, s string) (string, error) {
	sum := sha256.Sum256([]byte(s))
	sig, err := key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("snap: sign: %w", err)
	}
	return base64.StdEncoding.EncodeToString(sig), nil
}

// checkRSA accepts a signature in base64 or hexadecimal.
func checkRSA(key *rsa.PublicKey, s, signature string) bool {
	got, ok := unarmor(signature, key.Size())
	sum := sha256.Sum256([]byte(s))
	return ok && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], got) == nil
}

func unarmor(s string, size int) ([]byte, bool) {
	if len(s) == hex.EncodedLen(size) {
		b, err := hex.DecodeString(s)
		return b, err == nil
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		b, err = base64.RawStdEncoding.DecodeString(s)
	}
	return b, err == nil && len(b) == size
}
