package keys_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/internal/store/storetest"
)

func ring(t *testing.T) (*keys.Ring, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	r, err := keys.Create(dir, keys.Options{Regions: []string{"53"}, Origin: "lancar.test", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return r, dir
}

func TestKeysSurviveAReopening(t *testing.T) {
	r, dir := ring(t)
	again, err := keys.Create(dir, keys.Options{Regions: []string{"53", "91"}, Origin: "lancar.test", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if r.Subject("nik", "3204110609970001") != again.Subject("nik", "3204 1106 0997 0001") || r.LogVerifierKey("53.15") != again.LogVerifierKey("53") {
		t.Fatal("keys changed")
	}
	if r.Subject("nik", "1") == r.Subject("passport", "1") {
		t.Fatal("kinds collide")
	}
	if again.LogVerifierKey("91.71") == again.LogVerifierKey("53") || r.LogVerifierKey("34") != r.LogVerifierKey("00") {
		t.Fatal("inheritance is wrong")
	}
}

func TestSignersMatchTheirPublicHalves(t *testing.T) {
	r, _ := ring(t)
	v, err := note.NewVerifier(r.LogVerifierKey("53.15"))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: "hello\n"}, r.LogSigner("53.15"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(signed, note.VerifierList(v)); err != nil {
		t.Fatal(err)
	}
	d := r.DocumentSigner("53.15")
	if _, err := d.Certificate.Verify(x509.VerifyOptions{Roots: r.Roots(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil || !d.Demo() || len(r.Demos()) == 0 {
		t.Fatal(err)
	}
}

func TestSecretsThatOthersCanReadAreRefused(t *testing.T) {
	_, dir := ring(t)
	if err := os.Chmod(filepath.Join(dir, "node.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Open(dir); err == nil {
		t.Fatal("accepted")
	}
}

func TestErasureIsDestroyingTheKey(t *testing.T) {
	r, _ := ring(t)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var sealed []byte
		write(t, db, func(tx *store.Tx) (err error) {
			sealed, err = r.SealTx(tx, "case:53:a", []byte("rahasia"), []byte("answers"))
			return err
		})
		write(t, db, func(tx *store.Tx) error {
			plain, err := r.OpenTx(tx, "case:53:a", sealed, []byte("answers"))
			if err != nil || !bytes.Equal(plain, []byte("rahasia")) {
				t.Errorf("%q %v", plain, err)
			}
			if _, err := r.OpenTx(tx, "case:53:a", sealed, []byte("elsewhere")); err == nil {
				t.Error("opened in another place")
			}
			return r.DestroyTx(tx, "case:53:a")
		})
		write(t, db, func(tx *store.Tx) error {
			if _, err := r.OpenTx(tx, "case:53:a", sealed, []byte("answers")); !errors.Is(err, keys.ErrDestroyed) {
				t.Errorf("after erasure: %v", err)
			}
			if _, err := r.SealTx(tx, "case:53:a", nil, nil); !errors.Is(err, keys.ErrDestroyed) {
				t.Errorf("a destroyed owner came back: %v", err)
			}
			return nil
		})
	})
}

func write(t *testing.T, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}
