package mandate

import (
	"slices"

	"lancar"
	"lancar/identity"
)

// Kind is what a mandate stands on.
type Kind string

// The kinds of mandate.
const (
	Child   Kind = "child"   // a parent, by the family card; ends on the birthday of [Config].GrownUp
	Company Kind = "company" // whoever the business register names for its number
	Helper  Kind = "helper"  // somebody the principal chose, confirmed by a code to the principal's own contact
	Heir    Kind = "heir"    // of somebody who died, settled by two officers
	Agent   Kind = "agent"   // a machine, given by its person
)

// Verb is one thing a holder may do. The set is closed.
type Verb string

// The verbs.
const (
	See      Verb = "see"      // read cases and what stands in them
	Draft    Verb = "draft"    // begin, fill in and throw away drafts, with what registers know
	Submit   Verb = "submit"   // send an application
	Pay      Verb = "pay"      // open the code for paying a charge
	Answer   Verb = "answer"   // answer a correction, write to the office
	Withdraw Verb = "withdraw" // take an application back
	Collect  Verb = "collect"  // open and keep issued documents
)

// Verbs are all of them, in the order of an application's life.
func Verbs() []Verb { return []Verb{See, Draft, Submit, Pay, Answer, Withdraw, Collect} }

// Final says whether a step cannot be taken back: a machine must ask its person again.
func (v Verb) Final() bool { return v == Submit || v == Pay || v == Withdraw }

// Scope is what a mandate permits. Nil Services means all services; Verbs are listed one by one; a
// zero Most sets no limit on amounts.
type Scope struct {
	Services []string
	Verbs    []Verb
	Most     lancar.Money
}

// Act is one use of a mandate: what is done, of which service ("" where it is of none), for how much.
type Act struct {
	Verb    Verb
	Service string
	Amount  lancar.Money
	Ref     string    // what it is done to, for the list of what was done: a case's number, a draft's id
	Case    lancar.ID // its id, once there is a case
	// Level is how sure the sign-in must be of who agrees to a machine's final step; 0 for any.
	Level identity.Level
}

// Allows says whether the act lies within the scope.
func (s Scope) Allows(a Act) bool {
	switch {
	case !slices.Contains(s.Verbs, a.Verb):
		return false
	case a.Service != "" && s.Services != nil && !slices.Contains(s.Services, a.Service):
		return false
	case s.Most.Amount > 0 && a.Amount.Amount > 0 && (a.Amount.Currency != s.Most.Currency || a.Amount.Amount > s.Most.Amount):
		return false
	}
	return true
}
