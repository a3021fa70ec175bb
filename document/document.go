package document

import (
	"time"

	"lancar"
)

// Kind says what a document is for its holder.
type Kind string

// The kinds of document.
const (
	Permit  Kind = "permit"  // permit, certificate, extract: what was asked for
	Refusal Kind = "refusal" // a decision against, with its reasons
	Receipt Kind = "receipt" // of a submission or a payment
	Letter  Kind = "letter"  // any other signed letter
)

// State is what became of an issued document, and in a [Verdict] what a check found.
type State string

// The first three are stored; the rest are only found by a check.
const (
	Valid      State = "valid"
	Revoked    State = "revoked"    // withdrawn; Reason says why
	Superseded State = "superseded" // replaced by the document in ReplacedBy
	Expired    State = "expired"    // genuine, but its term is over
	Unknown    State = "unknown"    // no such number here, or a file that is not ours
	Tampered   State = "tampered"   // a file that says it is ours and is not what we signed
)

// Document is an issued document without its file. It names nobody: Holder is masked.
//
//lancar:personal
type Document struct {
	Region     string
	Number     string // as printed
	Core       string // the part that names it in addresses
	Kind       Kind
	State      State // Valid, Revoked or Superseded
	Case       lancar.ID
	Title      lancar.Text
	Holder     string      // see [Mask]; "" after erasure
	About      lancar.Text // "stall B-12", never a person; may be empty
	Office     string      // the signatory's
	SHA256     string      // of the signed file, hexadecimal
	Size       int64       // bytes
	IssuedAt   time.Time
	ValidUntil time.Time // the first instant at which it is no longer valid; zero: no end
	ChangedAt  time.Time // of revocation or replacement
	Reason     lancar.Text
	ReplacedBy string // core

	version int64
	subject string
	owner   string
}

// stateAt is the document's state at an instant, its term considered.
func (d Document) stateAt(now time.Time) State {
	if d.State == Valid && !d.ValidUntil.IsZero() && !now.Before(d.ValidUntil) {
		return Expired
	}
	return d.State
}

func notFound() error {
	return lancar.Fail(lancar.NotFound, "", "Dokumen tidak ditemukan.", "Document not found.")
}
