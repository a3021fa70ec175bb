package mandate

import (
	"time"

	"lancar"
	"lancar/identity"
)

// Party is one side of a mandate. Name is empty where it was not opened.
type Party struct {
	Kind    lancar.ActorKind // of a holder: person, officer or machine
	Account lancar.ID        // or machine id; "" for somebody to whom it is only offered
	Subject string           // "" for officers and machines
	Name    string
}

// Mandate is the permission of one holder to act for one principal.
type Mandate struct {
	ID        lancar.ID
	Kind      Kind
	Principal Party
	Of        identity.Kind // what sort of account the principal's is
	Holder    Party
	Scope     Scope
	State     State
	Register  bool      // what registers hold of the principal may be shown
	Errand    string    // what it is for, in the giver's words; "" where it was not opened
	Made      time.Time // first written down
	From      time.Time // active since; zero until then
	Until     time.Time // not valid at or after this instant
	Ended     time.Time // zero while it is not over
	Region    string    // of the portal or office where it was made, "" for the national one
	version   int64
}

// Actor is the holder as an actor under this mandate; Role is the kind of it.
func (m Mandate) Actor() lancar.Actor {
	return lancar.Actor{Kind: m.Holder.Kind, ID: m.Holder.Account, Name: m.Holder.Name, Role: string(m.Kind), Mandate: m.ID, For: m.Principal.Account}
}
