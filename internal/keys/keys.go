// Package keys holds the node's secrets and does nothing else with them than keyed hashes,
// sealing and signing. Everything stands in one folder, readable by the node alone:
//
//	node.key              32 random bytes, base64: the root of all keyed hashes and of sealing
//	ca.crt, ca.key        the demonstration certificate authority (absent in production)
//	document-CODE.crt/key the key that signs a region's documents (ECDSA P-256)
//	log-CODE.key          the key that signs a region's log checkpoints (Ed25519 note signer)
//
// A region without a key signs with that of the region above it.
package keys

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Ring is an open set of keys. It is safe for concurrent use.
type Ring struct {
	subject []byte
	master  []byte
	mac     []byte
	signers map[string]signers // by region code
	roots   roots
}

// Options say which keys [Create] makes.
type Options struct {
	Regions []string // the codes that get keys of their own; "00" always does
	Origin  string   // the node's name in log checkpoints, such as "lancar.example"
	Now     time.Time
}

// Create makes in dir whatever is missing there, and opens it. For demonstration and first
// installation; production opens what its operator put there.
func Create(dir string, o Options) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root := filepath.Join(dir, "node.key")
	if _, err := os.Stat(root); errors.Is(err, os.ErrNotExist) {
		if err := writeSecret(root, []byte(Token()+"\n")); err != nil {
			return nil, err
		}
	}
	if err := createSigners(dir, o); err != nil {
		return nil, err
	}
	return Open(dir)
}

// Open reads the keys in dir. Files that others can read are refused.
func Open(dir string) (*Ring, error) {
	text, err := readSecret(filepath.Join(dir, "node.key"))
	if err != nil {
		return nil, err
	}
	root, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(root) != 32 {
		return nil, fmt.Errorf("%s: want 32 bytes in base64url", filepath.Join(dir, "node.key"))
	}
	r := &Ring{signers: map[string]signers{}}
	for label, into := range map[string]*[]byte{"subject": &r.subject, "master": &r.master, "mac": &r.mac} {
		if *into, err = hkdf.Key(sha256.New, root, nil, "lancar "+label, 32); err != nil {
			return nil, err
		}
	}
	return r, r.openSigners(dir)
}

// Subject is the keyed hash that rows about a person carry instead of the number: kind is
// "nik" or "passport". Digits are compared without spaces and dots, letters upper-case.
func (r *Ring) Subject(kind, number string) string {
	n := strings.ToUpper(strings.NewReplacer(" ", "", ".", "", "-", "").Replace(number))
	return hex.EncodeToString(hash(r.subject, kind+":"+n)[:16])
}

// MAC is HMAC-SHA256 of msg under a key that serves only purpose.
func (r *Ring) MAC(purpose string, msg []byte) []byte {
	return hash(hash(r.mac, purpose), string(msg))
}

func hash(key []byte, msg string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(msg))
	return h.Sum(nil)
}

// Equal compares in constant time.
func Equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// Token is 256 fresh random bits in base64url.
func Token() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func writeSecret(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func readSecret(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others: chmod 600 it", path)
	}
	return os.ReadFile(path)
}
