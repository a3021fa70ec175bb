package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// sign makes the compact form of a JWS: head is the encoded header with its dot.
func sign(k *signingKey, head string, payload []byte) (string, error) {
	input := make([]byte, 0, len(head)+b64.EncodedLen(len(payload))+1+b64.EncodedLen(256))
	input = append(input, head...)
	input = b64.AppendEncode(input, payload)
	signature, err := signBytes(k.key, k.alg, input)
	if err != nil {
		return "", err
	}
	input = append(input, '.')
	return string(b64.AppendEncode(input, signature)), nil
}

func signBytes(key crypto.Signer, alg string, input []byte) ([]byte, error) {
	switch k := key.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(k, input), nil
	case *ecdsa.PrivateKey:
		sum := sha256.Sum256(input)
		r, s, err := ecdsa.Sign(rand.Reader, k, sum[:])
		if err != nil {
			return nil, err
		}
		out := make([]byte, 64)
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return out, nil
	case *rsa.PrivateKey:
		sum := sha256.Sum256(input)
		if alg == "RS256" {
			return rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
		}
		return rsa.SignPSS(rand.Reader, k, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	}
	return nil, errors.New("oidc: no such key")
}

// header is the encoded protected header of a JWT, with the dot after it.
func header(alg, typ, kid string) string {
	text, err := json.Marshal(map[string]string{"alg": alg, "typ": typ, "kid": kid})
	if err != nil {
		panic(err) // strings always encode
	}
	return b64.EncodeToString(text) + "."
}

// keyAlgorithm is the algorithm that a public key signs with, "" for keys we do not take: RSA below
// 2048 bits, or above 4096 (anybody may bring a key in a DPoP proof, and one of 64 Kibit takes us a third
// of a second), other curves, symmetric keys.
func keyAlgorithm(key any) string {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return "ES256"
		}
	case ed25519.PublicKey:
		return "EdDSA"
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits >= 2048 && bits <= 4096 {
			return "PS256"
		}
	}
	return ""
}

// thumbprints are the SHA-256 thumbprints of the certificates that a key set carries.
func thumbprints(set jose.JSONWebKeySet) (out []string) {
	for _, k := range set.Keys {
		if len(k.Certificates) > 0 {
			out = append(out, thumbprint(k.Certificates[0].Raw))
		}
	}
	return out
}

func thumbprint(der []byte) string {
	sum := sha256.Sum256(der)
	return b64.EncodeToString(sum[:])
}

// claims are those that every JWT sent to us is judged by.
type claims struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  audience `json:"aud"`
	Expires   seconds  `json:"exp"`
	NotBefore seconds  `json:"nbf"`
	Issued    seconds  `json:"iat"`
	ID        string   `json:"jti"`
}

// audience is a string or a list of them.
type audience []string

func (a *audience) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// seconds is a NumericDate; a fraction is allowed and cut off, zero means absent.
type seconds int64

func (s *seconds) UnmarshalJSON(text []byte) error {
	var f float64
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	if f < 0 || f > 1<<40 {
		return errors.New("oidc: not a date")
	}
	*s = seconds(f)
	return nil
}

func (s seconds) time() time.Time { return time.Unix(int64(s), 0) }

// signsBy is the algorithm of a key of a set: what the set says of an RSA key, else what its kind is.
func signsBy(k *jose.JSONWebKey) string {
	if _, isRSA := k.Key.(*rsa.PublicKey); isRSA && k.Algorithm == "RS256" {
		return k.Algorithm
	}
	return keyAlgorithm(k.Key)
}

// verifyOurs checks an ID token of ours that comes back as a hint, and decodes its claims.
func (p *Provider) verifyOurs(text string, set jose.JSONWebKeySet, into any) error {
	token, err := p.heads.parse(text, append(algorithms(), jose.RS256))
	if err == nil {
		_, err = token.among(set)
	}
	if err != nil {
		return err
	}
	return decode(token.payload, into)
}

// decode reads one JSON object; the object must be all there is.
func decode(payload []byte, into any) error {
	return json.Unmarshal(payload, into)
}
