package oidc

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar/internal/store"
)

// A key signs for thirty days. Its successor is made and published a week before, and it stays
// published for two days after, longer than anything it signed lives. Then its private half is destroyed;
// its public one verifies ID tokens that come back as hints for as long as a sign-in may last.
const (
	signsFor  = 30 * 24 * time.Hour
	madeAhead = 7 * 24 * time.Hour
	staysFor  = 48 * time.Hour
	hintsFor  = 60 * 24 * time.Hour
	keysFresh = 30 * time.Second // how long a copy of the node keeps what it read
)

// signingKey is one of the node's own keys.
type signingKey struct {
	alg                     string
	serial                  int64
	kid                     string
	key                     crypto.Signer
	made, from, until, gone time.Time
	headAccess, headID      string // encoded headers of what it signs
}

// signing are the keys of the node as last read.
type signing struct {
	mu   sync.RWMutex
	at   time.Time
	keys []*signingKey
}

// key is the one that signs by alg now; it is made when there is none yet.
func (p *Provider) key(ctx context.Context, alg string) (*signingKey, error) {
	now := p.DB.Now()
	list, err := p.keys(ctx, now)
	if err != nil {
		return nil, err
	}
	if k := current(list, alg, now); k != nil {
		return k, nil
	}
	if err := p.makeKey(ctx, alg); err != nil {
		return nil, err
	}
	now = p.DB.Now()
	if list, err = p.reloadKeys(ctx, now); err != nil {
		return nil, err
	}
	if k := current(list, alg, now); k != nil {
		return k, nil
	}
	return nil, fmt.Errorf("oidc: no key signs by %s", alg)
}

func current(list []*signingKey, alg string, now time.Time) *signingKey {
	for _, k := range list {
		if k.alg == alg && !now.Before(k.from) && now.Before(k.until) {
			return k
		}
	}
	return nil
}

// keys are all that are published now.
func (p *Provider) keys(ctx context.Context, now time.Time) ([]*signingKey, error) {
	s := &p.signing
	s.mu.RLock()
	list, at := s.keys, s.at
	s.mu.RUnlock()
	if len(list) > 0 && now.Sub(at).Abs() < keysFresh {
		return list, nil
	}
	return p.reloadKeys(ctx, now)
}

// keysAgain reads the keys anew, at most once a second: whoever makes key ids up costs no more.
func (p *Provider) keysAgain(ctx context.Context) ([]*signingKey, error) {
	now := p.DB.Now()
	s := &p.signing
	s.mu.RLock()
	list, at := s.keys, s.at
	s.mu.RUnlock()
	if len(list) > 0 && now.Sub(at).Abs() < time.Second {
		return list, nil
	}
	return p.reloadKeys(ctx, now)
}

// published says whether a key of that id is among them.
func published(list []*signingKey, kid string) bool {
	return slices.ContainsFunc(list, func(k *signingKey) bool { return k.kid == kid })
}

func (p *Provider) reloadKeys(ctx context.Context, now time.Time) (list []*signingKey, err error) {
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		list, err = p.signingKeys(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	s := &p.signing
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys, s.at = list, now
	return list, nil
}

// makeKey makes the first key of an algorithm, or the next one when none is in time.
func (p *Provider) makeKey(ctx context.Context, alg string) error {
	private, err := newKey(alg) // slow for RSA, so before the transaction
	if err != nil {
		return err
	}
	return p.DB.Write(ctx, func(tx *store.Tx) error { return p.nextKeyTx(tx, alg, private) })
}

// nextKeyTx keeps a key after the last one of its algorithm, unless one is ready already.
func (p *Provider) nextKeyTx(tx *store.Tx, alg string, private crypto.Signer) error {
	last, err := lastKey(tx, alg)
	if err != nil && err != store.ErrNone {
		return err
	}
	if err == nil && last.until.Sub(tx.Now) > madeAhead {
		return nil
	}
	k := signingKey{alg: alg, serial: last.serial + 1, made: tx.Now, from: tx.Now.Add(-skew)} // copies of a node differ by a little
	if err == nil && last.until.After(tx.Now) {
		k.from = last.until
	}
	k.until = k.from.Add(signsFor)
	k.gone = k.until.Add(staysFor)
	public := jose.JSONWebKey{Key: private.Public()}
	sum, err := public.Thumbprint(crypto.SHA256)
	if err != nil {
		return err
	}
	k.kid = b64.EncodeToString(sum[:15])
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	sealed, err := p.sealKey(k.kid, der)
	if err != nil {
		return err
	}
	return insertKey(tx, k, sealed)
}

// Publish sees to it that there is a key for each of these algorithms, "" for none, or for all of them
// when none is named: an app that reads the keys now must know those that sign for it later.
func (p *Provider) Publish(ctx context.Context, algs ...string) error {
	if len(algs) == 0 {
		algs = idTokenAlgorithms()
	}
	for _, alg := range algs {
		if alg == "" {
			continue
		}
		if _, err := p.key(ctx, alg); err != nil {
			return err
		}
	}
	return nil
}

// rotateTx makes the successors of keys that end soon and forgets those that are gone.
func (p *Provider) rotateTx(tx *store.Tx) error {
	list, err := p.signingKeys(tx)
	if err != nil {
		return err
	}
	for _, alg := range idTokenAlgorithms() {
		if !slices.ContainsFunc(list, func(k *signingKey) bool { return k.alg == alg }) {
			continue // made when first needed
		}
		last, err := lastKey(tx, alg)
		if err != nil {
			return err
		}
		if last.until.Sub(tx.Now) > madeAhead {
			continue
		}
		private, err := newKey(alg)
		if err != nil {
			return err
		}
		if err := p.nextKeyTx(tx, alg, private); err != nil {
			return err
		}
	}
	return errors.Join(p.retireTx(tx), deleteKeys(tx, tx.Now.Add(-hintsFor)))
}

// retiredKey is what is left of a key: it verifies and signs nothing.
type retiredKey struct{ crypto.PublicKey }

func (r retiredKey) Public() crypto.PublicKey { return r.PublicKey }

func (r retiredKey) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("oidc: a key that is retired")
}

// retireTx destroys the private halves of keys that are gone.
func (p *Provider) retireTx(tx *store.Tx) error {
	list, err := p.keysGone(tx, tx.Now.Add(-hintsFor), tx.Now)
	for _, k := range list {
		if _, already := k.key.(retiredKey); already || err != nil {
			continue
		}
		var der, sealed []byte
		if der, err = x509.MarshalPKIXPublicKey(k.key.Public()); err != nil {
			continue
		}
		if sealed, err = p.sealKey(k.kid, der); err == nil {
			err = updateKey(tx, k.kid, sealed)
		}
	}
	return err
}

// hintKeys are those that may have signed an ID token which comes back as a hint: the published ones or,
// for one of before, all of the time that a sign-in may last.
func (p *Provider) hintKeys(ctx context.Context, hint string) (list []*signingKey, err error) {
	if list, err = p.keys(ctx, p.DB.Now()); err != nil {
		return nil, err
	}
	token, bad := p.heads.parse(hint, append(algorithms(), jose.RS256))
	if bad != nil || published(list, token.kid) {
		return list, nil
	}
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		list, err = p.keysGone(tx, tx.Now.Add(-hintsFor), store.Time(math.MaxInt64))
		return err
	})
	return list, err
}

func (p *Provider) sealKey(kid string, der []byte) ([]byte, error) {
	return p.Keys.Seal(der, []byte("identity_signing "+kid))
}

func newKey(alg string) (crypto.Signer, error) {
	switch alg {
	case "ES256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	case "PS256", "RS256":
		return rsa.GenerateKey(rand.Reader, 2048)
	}
	return nil, errors.New("oidc: no such algorithm: " + alg)
}

func (p *Provider) openKey(k *signingKey, sealed []byte) error {
	der, err := p.Keys.Open(sealed, []byte("identity_signing "+k.kid))
	if err != nil {
		return fmt.Errorf("signing key %s: %w", k.kid, err)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if public, rest := x509.ParsePKIXPublicKey(der); err != nil && rest == nil {
		k.key = retiredKey{public}
		return nil
	}
	if err != nil {
		return err
	}
	var ok bool
	if k.key, ok = key.(crypto.Signer); !ok {
		return errors.New("oidc: a key that cannot sign")
	}
	k.headAccess, k.headID = header(k.alg, "at+jwt", k.kid), header(k.alg, "JWT", k.kid)
	return nil
}

// public is the key set that verifies what we signed.
func public(list []*signingKey) (set jose.JSONWebKeySet) {
	for _, k := range list {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k.key.Public(), KeyID: k.kid, Algorithm: k.alg, Use: "sig"})
	}
	return set
}

// jwks publishes the keys. Apps may keep it for ten minutes: a key is published a week before it
// signs.
func (p *Provider) jwks(w http.ResponseWriter, r *http.Request) {
	if _, err := p.key(r.Context(), "ES256"); err != nil {
		p.fail(w, r, "jwks", "", err)
		return
	}
	list, err := p.keys(r.Context(), p.DB.Now())
	if err != nil {
		p.fail(w, r, "jwks", "", err)
		return
	}
	text, err := json.Marshal(public(list))
	if err != nil {
		p.fail(w, r, "jwks", "", err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=600")
	_, _ = w.Write(text) // the caller may have left
}
