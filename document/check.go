package document

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"lancar"
	"lancar/internal/store"
)

// MaxFile is the largest file that [Documents.Check] looks at, in bytes.
const MaxFile = 2 << 20

// TooLarge is the answer to a file beyond [MaxFile].
func TooLarge() error {
	return lancar.Fail(lancar.TooLarge, "file", "Berkas terlalu besar. Dokumen kami paling besar 2 MB.", "The file is too large. Our documents have at most 2 MB.")
}

// Verdict is what a check found. Document has the minimal facts for comparing with the paper in
// hand: it is empty when State is Unknown. When State is Tampered it describes the genuine
// document whose number the file bears.
type Verdict struct {
	State    State
	Document Document
	At       time.Time // of the check
	File     bool      // the file itself was checked, not only a number
}

// ByNumber checks a number, in any spelling that people type, or the core from a QR code.
func (d *Documents) ByNumber(ctx context.Context, number string) (v Verdict, err error) {
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		v, err = d.verdict(tx, coreOf(number))
		return err
	})
	return v, err
}

// Check checks a file: it must be, byte for byte, what was signed. Nothing of it is kept.
func (d *Documents) Check(ctx context.Context, pdf []byte) (v Verdict, err error) {
	if len(pdf) > MaxFile {
		return v, TooLarge()
	}
	err = d.db.Read(ctx, func(tx *store.Tx) error {
		v, err = d.verdict(tx, coreInside(pdf))
		v.File = true
		return err
	})
	if err != nil || v.State == Unknown {
		return v, err
	}
	hash := sha256.Sum256(pdf)
	if hex.EncodeToString(hash[:]) != v.Document.SHA256 {
		v.State = Tampered // a stranger's file costs one hash, not a signature's check
	} else if _, err := Verify(pdf, d.ring.Roots()); err != nil {
		v.State = Tampered
	}
	return v, nil
}

func (d *Documents) verdict(tx *store.Tx, core string) (Verdict, error) {
	doc, err := find(tx, regionOf(core), core)
	if e, ok := errors.AsType[*lancar.Error](err); ok && e.Code == lancar.NotFound {
		return Verdict{State: Unknown, At: tx.Now}, nil
	}
	if err != nil {
		return Verdict{}, err
	}
	return Verdict{State: doc.stateAt(tx.Now), Document: doc, At: tx.Now}, nil
}
