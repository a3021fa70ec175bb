package identity

import (
	"lancar"
	"lancar/internal/store"
)

// Proof is evidence about a whole account, judged elsewhere: a document that was read, a face that
// was compared. Identity keeps that it was given and what refers to it, never the evidence itself.
type Proof struct {
	Level    Level  // Verified; a sign-in gets to Strong by a passkey, never by a document
	Evidence string // names the record where it is kept: "document:…"; no personal data
}

// ProveTx raises the account of a signed-in person: this session, and from now on a code to any
// contact that the account has now, count for the proof's level; a passkey is raised when it is next
// used in such a session. What is added later proves itself. lancar.Invalid for any other level or
// without a reference to the evidence.
func (i *Identity) ProveTx(tx *store.Tx, s Session, p Proof) error {
	if p.Level != Verified || p.Evidence == "" || s.Kind == Officer || s.Kind == Company {
		return lancar.Fail(lancar.Invalid, "proof", "Bukti ini tidak menaikkan akun.", "This proof does not raise the account.")
	}
	row, err := sessionByID(tx, s.ID)
	if err == store.ErrNone || err == nil && row.session.Account != s.Account {
		return errSignedOut()
	}
	if err != nil {
		return err
	}
	return proveAccount(tx, s.Account, s.ID, p)
}
