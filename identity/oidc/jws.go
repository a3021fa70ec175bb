package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync"

	jose "github.com/go-jose/go-jose/v4"
)

var (
	b64          = base64.RawURLEncoding
	errSignature = errors.New("oidc: no key verifies the signature")
	errCompact   = errors.New("oidc: not a compact JWS")
)

// jws is one in compact form (RFC 7515 section 7.1) that was read and not yet verified.
type jws struct {
	*head
	signed    string // header and payload as they were sent
	payload   []byte
	signature []byte
}

// head is a protected header.
type head struct {
	alg   jose.SignatureAlgorithm
	kid   string
	typ   string
	key   any    // the public key that it carries; nil for none
	thumb string // of that key (RFC 7638)
}

// heads are the protected headers read of late. A client sends the same one with each of its tokens, so
// that reading it again would cost a fifth of verifying the token.
type heads struct {
	mu          sync.Mutex
	now, before map[string]*head
}

const (
	headsMost = 2048 // of each of the two halves
	headMost  = 1024 // bytes of one that is kept
)

// parse reads a compact JWS by one of these algorithms.
func (h *heads) parse(text string, by []jose.SignatureAlgorithm) (out jws, err error) {
	if len(text) > maxForm/2 {
		return out, errors.New("oidc: too long")
	}
	protected, rest, _ := strings.Cut(text, ".")
	payload, signature, three := strings.Cut(rest, ".")
	if !three {
		return out, errCompact
	}
	if out.head, err = h.read(protected, text, by); err != nil {
		return out, err
	}
	out.signed = text[:len(protected)+1+len(payload)]
	if out.payload, err = b64.Strict().DecodeString(payload); err == nil {
		out.signature, err = b64.Strict().DecodeString(signature)
	}
	return out, err
}

// read finds a header among those known, or reads it with the token that it is of.
func (h *heads) read(protected, text string, by []jose.SignatureAlgorithm) (*head, error) {
	h.mu.Lock()
	known := h.now[protected]
	if known == nil {
		known = h.before[protected]
	}
	h.mu.Unlock()
	if known == nil {
		var err error
		if known, err = readHead(text, by); err != nil {
			return nil, err
		}
		h.keep(strings.Clone(protected), known)
	}
	if !slices.Contains(by, known.alg) {
		return nil, errors.New("oidc: signed by an algorithm that is not taken here")
	}
	return known, nil
}

func (h *heads) keep(protected string, known *head) {
	if len(protected) > headMost {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now == nil || len(h.now) >= headsMost {
		h.now, h.before = map[string]*head{}, h.now
	}
	h.now[protected] = known
}

func readHead(text string, by []jose.SignatureAlgorithm) (*head, error) {
	parsed, err := jose.ParseSignedCompact(text, by)
	if err != nil {
		return nil, err
	}
	from := parsed.Signatures[0].Protected
	out := &head{alg: jose.SignatureAlgorithm(from.Algorithm), kid: from.KeyID}
	out.typ, _ = from.ExtraHeaders["typ"].(string)
	for _, name := range []jose.HeaderKey{"crit", "b64"} { // extensions that must be understood: there are none (RFC 7515 section 4.1.11)
		if _, is := from.ExtraHeaders[name]; is {
			return nil, errors.New("oidc: a header with extensions")
		}
	}
	if from.JSONWebKey == nil || !from.JSONWebKey.IsPublic() {
		return out, nil
	}
	sum, err := from.JSONWebKey.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, err
	}
	out.key, out.thumb = from.JSONWebKey.Key, b64.EncodeToString(sum)
	return out, nil
}

// by says whether the key made the signature.
func (j *jws) by(key any) bool {
	sum := sha256.Sum256([]byte(j.signed))
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return len(j.signature) == 64 && ecdsa.Verify(k, sum[:], new(big.Int).SetBytes(j.signature[:32]), new(big.Int).SetBytes(j.signature[32:]))
	case ed25519.PublicKey:
		return ed25519.Verify(k, []byte(j.signed), j.signature)
	case *rsa.PublicKey:
		if j.alg == jose.RS256 {
			return rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], j.signature) == nil
		}
		return rsa.VerifyPSS(k, crypto.SHA256, sum[:], j.signature, nil) == nil
	}
	return false
}

// among is which key of the set made the signature.
func (j *jws) among(set jose.JSONWebKeySet) (at int, err error) {
	for i := range set.Keys {
		k := &set.Keys[i]
		if j.kid != "" && k.KeyID != "" && k.KeyID != j.kid || signsBy(k) != string(j.alg) || k.Use == "enc" {
			continue
		}
		if j.by(k.Key) {
			return i, nil
		}
	}
	return 0, errSignature
}
