package access

import (
	"slices"
	"time"

	"lancar"
)

// Grant is the permission to read certain data about one person, already written down. Its zero
// value permits nothing. It is worth no more than the request it was made for: do not keep it.
type Grant struct {
	id      lancar.ID
	subject string
	account lancar.ID
	region  string
	caseID  lancar.ID
	who     lancar.Actor
	what    []string
	at      time.Time
	own     bool
	acting  bool // under a mandate: see ActTx
}

// Kinds of data, as they stand in [Request].What. A kind may be narrowed with a slash:
// a grant for "register" covers "register/population/name".
const (
	Identity    = "identity"    // name, birth date, masked number
	Number      = "number"      // the identity or passport number itself
	Contact     = "contact"     // e-mail and telephone
	Answers     = "answers"     // what was filled in
	Attachments = "attachments" // uploaded files
	Register    = "register"    // facts that a register holds
	Things      = "things"      // facts that a register holds about a thing (a plate, a tax object), not about whose it is
	Match       = "match"       // whether a register agrees, without the fact
	Case        = "case"        // that a case exists, its state and history
	Payments    = "payments"    // charges and payments
	Documents   = "documents"   // issued documents
	Messages    = "messages"    // what was written to the person
	Looks       = "looks"       // who looked at the person's data
)

// Subject is the person whose data may be read: a keyed hash, see keys.Ring.Subject.
func (g Grant) Subject() string { return g.subject }

// Account is the account the grant was made for, "" when the person has none or it is unknown.
func (g Grant) Account() lancar.ID { return g.account }

// Region is where the reader sits.
func (g Grant) Region() string { return g.region }

// Case is the case the look belongs to, "" for none.
func (g Grant) Case() lancar.ID { return g.caseID }

// Who is the reader.
func (g Grant) Who() lancar.Actor { return g.who }

// Own says that the person reads about themselves, or somebody for them under a mandate.
func (g Grant) Own() bool { return g.own }

// At is when the permission was given.
func (g Grant) At() time.Time { return g.at }

// ID is the row of the look, "" for a person's own reading.
func (g Grant) ID() lancar.ID { return g.id }

// Covers says whether data of this kind may be read.
func (g Grant) Covers(kind string) bool {
	if g.subject == "" {
		return false
	}
	for {
		if slices.Contains(g.what, kind) {
			return true
		}
		cut := lastSlash(kind)
		if cut < 0 {
			return false
		}
		kind = kind[:cut]
	}
}

// For returns nil when the grant is for this person and this kind of data, and lancar.NotFound
// otherwise: who may not read learns nothing, not even that there is something.
func (g Grant) For(subject, kind string) error {
	if g.subject != subject || !g.Covers(kind) {
		return lancar.Fail(lancar.NotFound, "", "Tidak ditemukan.", "Not found.")
	}
	return nil
}

func lastSlash(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '/' {
			return i
		}
	}
	return -1
}
