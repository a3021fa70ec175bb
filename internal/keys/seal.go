package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"lancar/internal/store"
)

// ErrDestroyed is returned for an owner whose data key was destroyed: what it sealed is gone.
var ErrDestroyed = errors.New("keys: the data key was destroyed")

// DataKey seals one owner's personal data with AES-256-GCM. Destroying it erases all of it.
type DataKey struct{ aead cipher.AEAD }

const sealVersion = 1

// CreateTx makes the data key of a new owner ("case:53.15:ID", "person:SUBJECT") without
// reading first. The owner must have none yet.
func (r *Ring) CreateTx(tx *store.Tx, owner string) (DataKey, error) {
	key, wrapped, err := r.fresh(owner)
	if err != nil {
		return DataKey{}, err
	}
	return key, tx.Queue("INSERT INTO keys_data (owner, wrapped, created_at, destroyed_at) VALUES ($1, $2, $3, 0)", owner, wrapped, store.Micros(tx.Now))
}

// KeyTx is the owner's data key, made if there is none.
func (r *Ring) KeyTx(tx *store.Tx, owner string) (DataKey, error) {
	key, err := r.LoadTx(tx, owner)
	if err != store.ErrNone {
		return key, err
	}
	_, wrapped, err := r.fresh(owner)
	if err != nil {
		return DataKey{}, err
	}
	if _, err := tx.Exec("INSERT INTO keys_data (owner, wrapped, created_at, destroyed_at) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING", owner, wrapped, store.Micros(tx.Now)); err != nil {
		return DataKey{}, err
	}
	return r.LoadTx(tx, owner) // another transaction may have been first
}

// LoadTx is the owner's data key, store.ErrNone if it never had one, [ErrDestroyed] after erasure.
func (r *Ring) LoadTx(tx *store.Tx, owner string) (DataKey, error) {
	var wrapped []byte
	if err := tx.QueryRow("SELECT wrapped FROM keys_data WHERE owner = $1", owner).Scan(&wrapped); err != nil {
		return DataKey{}, err
	}
	return r.unwrap(owner, wrapped)
}

// Ask is [Ring.LoadTx] for [store.Tx.Ask]; got is not called for an owner that never had a key.
func (r *Ring) Ask(owner string, got func(DataKey, error)) store.Ask {
	return store.Ask{SQL: "SELECT wrapped FROM keys_data WHERE owner = $1", Args: []any{owner}, Row: func(s store.Scanner) error {
		var wrapped []byte
		err := s.Scan(&wrapped)
		if err == nil {
			got(r.unwrap(owner, wrapped))
		}
		return err
	}}
}

func (r *Ring) unwrap(owner string, wrapped []byte) (DataKey, error) {
	if wrapped == nil {
		return DataKey{}, ErrDestroyed
	}
	master, err := newDataKey(r.master)
	if err != nil {
		return DataKey{}, err
	}
	raw, err := master.Open(wrapped, []byte(owner))
	if err != nil {
		return DataKey{}, fmt.Errorf("unwrapping a data key: %w", err)
	}
	return newDataKey(raw)
}

// DestroyTx destroys the owner's data key. Destroying it twice is no error.
func (r *Ring) DestroyTx(tx *store.Tx, owner string) error {
	_, err := tx.Exec("UPDATE keys_data SET wrapped = NULL, destroyed_at = $1 WHERE owner = $2 AND wrapped IS NOT NULL", store.Micros(tx.Now), owner)
	return err
}

// SealTx seals plain for owner; aad binds it to its place (table and row) and must be the
// same when opening.
func (r *Ring) SealTx(tx *store.Tx, owner string, plain, aad []byte) ([]byte, error) {
	key, err := r.KeyTx(tx, owner)
	if err != nil {
		return nil, err
	}
	return key.Seal(plain, aad), nil
}

// OpenTx opens what SealTx sealed.
func (r *Ring) OpenTx(tx *store.Tx, owner string, sealed, aad []byte) ([]byte, error) {
	key, err := r.LoadTx(tx, owner)
	if err != nil {
		return nil, err
	}
	return key.Open(sealed, aad)
}

// Seal seals what belongs to nobody's record and is soon thrown away (a message on its way out)
// under the node's own key.
func (r *Ring) Seal(plain, aad []byte) ([]byte, error) {
	master, err := newDataKey(r.master)
	if err != nil {
		return nil, err
	}
	return master.Seal(plain, aad), nil
}

// Open is the inverse of [Ring.Seal].
func (r *Ring) Open(sealed, aad []byte) ([]byte, error) {
	master, err := newDataKey(r.master)
	if err != nil {
		return nil, err
	}
	return master.Open(sealed, aad)
}

func (r *Ring) fresh(owner string) (DataKey, []byte, error) {
	raw := make([]byte, 32)
	rand.Read(raw)
	master, err := newDataKey(r.master)
	if err != nil {
		return DataKey{}, nil, err
	}
	key, err := newDataKey(raw)
	return key, master.Seal(raw, []byte(owner)), err
}

func newDataKey(raw []byte) (DataKey, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return DataKey{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return DataKey{aead}, err
}

// Seal encrypts plain. The result is a version byte, the nonce, the ciphertext and its tag.
func (k DataKey) Seal(plain, aad []byte) []byte {
	return k.aead.Seal([]byte{sealVersion}, nil, plain, aad)
}

// Open is the inverse of Seal; it fails on any change of sealed or aad.
func (k DataKey) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != sealVersion {
		return nil, errors.New("keys: not a sealed value")
	}
	return k.aead.Open(nil, nil, sealed[1:], aad)
}

// verifierKey derives the public note key from a private one ("PRIVATE+KEY+name+hash+key").
func verifierKey(private string) (string, error) {
	parts := strings.SplitN(private, "+", 5)
	if len(parts) != 5 {
		return "", errors.New("keys: not a note signer")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return "", errors.New("keys: not an Ed25519 note signer")
	}
	public := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(parts[2], public)
}
