package machine

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"lancar"
)

// KeyKind is what a credential is.
type KeyKind string

// The kinds of credential. There is no shared secret.
const (
	PublicKey   KeyKind = "key"         // private_key_jwt (RFC 7523), DPoP
	Certificate KeyKind = "certificate" // mutual TLS (RFC 8705)
)

// Key is one credential of a machine: only its public half.
type Key struct {
	Kind        KeyKind
	ID          string // kid of the JWK; of a certificate its thumbprint
	Thumb       string // RFC 7638 thumbprint of the key, or x5t#S256 of the certificate; base64url
	JWK         string // the public JWK as JSON, "" for a certificate
	From, Until time.Time
	Added       time.Time
	Ended       time.Time // zero while it was not ended early
	LastUsed    time.Time // within seconds; zero for never

	seal    []byte
	altered bool // changed beside the program
}

// Valid says whether the key may be used at an instant. Only this node's clock counts: nothing that
// a caller says of the time makes a key live longer.
func (k Key) Valid(now time.Time) bool {
	return k.Ended.IsZero() && !now.Before(k.From) && now.Before(k.Until)
}

const (
	maxKeys   = 6        // that are not over
	maxJWKS   = 32 << 10 // bytes
	keyLonger = 366 * 24 * time.Hour
	minRSA    = 2048
	maxRSA    = 8192
)

// ReadKeys reads public keys as people paste them: a JWK set, one JWK, a PEM public key, or a PEM
// certificate. Whatever holds a private or a shared part is refused with words that say so.
func ReadKeys(text string) ([]Key, error) {
	text = strings.TrimSpace(text)
	switch {
	case len(text) > maxJWKS:
		return nil, invalid("keys", "Terlalu panjang untuk kunci publik.", "Too long for public keys.")
	case text == "":
		return nil, invalid("keys", "Tempel kunci publik atau sertifikatnya.", "Paste the public key or certificate.")
	case strings.HasPrefix(text, "{"):
		return readJWKS([]byte(text))
	}
	return readPEM([]byte(text))
}

func readJWKS(text []byte) (keys []Key, err error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, unreadable(err)
	}
	if set.Keys == nil {
		set.Keys = []json.RawMessage{text}
	}
	if len(set.Keys) == 0 || len(set.Keys) > maxKeys {
		return nil, invalid("keys", "Satu sampai enam kunci sekali kirim.", "One to six keys at a time.")
	}
	for _, raw := range set.Keys {
		k, err := readJWK(raw)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// jwk is what we read of a JSON Web Key (RFC 7517, RFC 8037); the last line must not be there.
type jwk struct {
	Kty string `json:"kty"`
	Kid string `json:"kid"`
	Use string `json:"use"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Y   string `json:"y"`
	N   string `json:"n"`
	E   string `json:"e"`

	D, P, Q, K *json.RawMessage
}

func readJWK(raw []byte) (Key, error) {
	var in jwk
	if err := json.Unmarshal(raw, &in); err != nil {
		return Key{}, unreadable(err)
	}
	if in.D != nil || in.P != nil || in.Q != nil || in.K != nil || in.Kty == "oct" {
		return Key{}, invalid("keys", "Ini memuat kunci rahasia. Jangan pernah mengirimnya kepada siapa pun: buat kunci baru, lalu kirim bagian publiknya saja.",
			"This holds a secret key. Never send it to anybody: make a new one and send its public part only.")
	}
	if in.Use != "" && in.Use != "sig" {
		return Key{}, invalid("keys", "Kunci ini bukan untuk tanda tangan.", "This key is not for signing.")
	}
	public, err := in.public()
	if err != nil {
		return Key{}, err
	}
	return keyOf(public, in.Kid)
}

// public checks that the point or modulus is one.
func (j jwk) public() (any, error) {
	b := func(s string) []byte {
		out, err := base64.RawURLEncoding.Strict().DecodeString(s)
		if err != nil {
			return nil
		}
		return out
	}
	switch {
	case j.Kty == "EC":
		x, y := b(j.X), b(j.Y)
		if j.Crv != "P-256" || len(x) != 32 || len(y) != 32 {
			break
		}
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
		if err != nil {
			return nil, unreadable(err)
		}
		return key, nil
	case j.Kty == "OKP" && j.Crv == "Ed25519":
		if x := b(j.X); len(x) == ed25519.PublicKeySize {
			return ed25519.PublicKey(x), nil
		}
	case j.Kty == "RSA":
		n, e := b(j.N), b(j.E)
		if len(n) > maxRSA/8 || len(e) == 0 || len(e) > 4 {
			break
		}
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
	}
	return nil, unreadable(errors.New("kty " + j.Kty + " crv " + j.Crv))
}

// keyOf writes a public key in its one canonical form, whose hash is its thumbprint (RFC 7638).
func keyOf(public any, kid string) (Key, error) {
	e := base64.RawURLEncoding.EncodeToString
	var canonical string
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return Key{}, unreadable(errors.New(k.Params().Name))
		}
		point, err := k.Bytes()
		if err != nil {
			return Key{}, unreadable(err)
		}
		half := len(point) / 2
		canonical = fmt.Sprintf(`{"crv":"%s","kty":"EC","x":"%s","y":"%s"}`, k.Params().Name, e(point[1:1+half]), e(point[1+half:]))
	case ed25519.PublicKey:
		canonical = fmt.Sprintf(`{"crv":"Ed25519","kty":"OKP","x":"%s"}`, e(k))
	case *rsa.PublicKey:
		if k.N.BitLen() < minRSA || k.N.BitLen() > maxRSA || k.N.Bit(0) == 0 || k.E < 65537 || k.E%2 == 0 {
			return Key{}, invalid("keys", "Kunci RSA ini terlalu lemah; paling sedikit 2048 bit.", "This RSA key is too weak; at least 2048 bits.")
		}
		canonical = fmt.Sprintf(`{"e":"%s","kty":"RSA","n":"%s"}`, e(big.NewInt(int64(k.E)).Bytes()), e(k.N.Bytes()))
	default:
		return Key{}, unreadable(fmt.Errorf("%T", public))
	}
	sum := sha256.Sum256([]byte(canonical))
	thumb := e(sum[:])
	if kid == "" {
		kid = thumb
	}
	if len(kid) > 100 || strings.ContainsFunc(kid, func(r rune) bool { return r < 33 || r > 126 || r == '"' || r == '\\' }) {
		return Key{}, invalid("keys", "Nama kunci (kid) ini tidak bisa dipakai.", "This name of a key (kid) cannot be used.")
	}
	return Key{Kind: PublicKey, ID: kid, Thumb: thumb, JWK: strings.TrimSuffix(canonical, "}") + `,"kid":"` + kid + `","use":"sig"}`}, nil
}

func readPEM(text []byte) (keys []Key, err error) {
	for len(keys) < maxKeys {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		switch block.Type {
		case "CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, unreadable(err)
			}
			keys = append(keys, CertificateKey(c))
		case "PUBLIC KEY":
			public, err := x509.ParsePKIXPublicKey(block.Bytes)
			if err != nil {
				return nil, unreadable(err)
			}
			k, err := keyOf(public, "")
			if err != nil {
				return nil, err
			}
			keys = append(keys, k)
		default:
			return nil, invalid("keys", "Ini bukan kunci publik. Bila ini kunci rahasia, anggap sudah bocor dan buat yang baru.",
				"This is no public key. If it is a secret key, take it for leaked and make a new one.")
		}
	}
	if len(keys) == 0 {
		return nil, unreadable(errors.New("no PEM block"))
	}
	return keys, nil
}

// CertificateKey is the credential that a TLS client certificate is: its x5t#S256 (RFC 8705,
// section 3.1) and validity.
func CertificateKey(c *x509.Certificate) Key {
	sum := sha256.Sum256(c.Raw)
	thumb := base64.RawURLEncoding.EncodeToString(sum[:])
	return Key{Kind: Certificate, ID: thumb, Thumb: thumb, From: c.NotBefore, Until: c.NotAfter}
}

func unreadable(cause error) error {
	return lancar.Fail(lancar.Invalid, "keys", "Kunci publik ini tidak terbaca. Kirim JWK, JWK Set, atau PEM: EC P-256, Ed25519, atau RSA.",
		"This public key cannot be read. Send a JWK, a JWK set or PEM: EC P-256, Ed25519 or RSA.").Because(cause)
}
