package lancar

// ActorKind says what sort of actor did something.
type ActorKind string

// Who can act.
const (
	Person  ActorKind = "person"  // a resident or visitor, by account
	Officer ActorKind = "officer" // a person in an office, in one role
	System  ActorKind = "system"  // the node itself: the clock, a job
	Machine ActorKind = "machine" // a non-human identity
)

// Actor is who does or reads something. ID is the account id of a person or officer, the
// name of the job for the system. For an officer, Role, Region and Agency say in which office.
// Who acts for somebody else carries the mandate and the account acted for, and Role is the kind of
// mandate; all are empty for who acts for themself.
type Actor struct {
	Kind    ActorKind
	ID      ID
	Name    string
	Role    string
	Region  string
	Agency  string
	Mandate ID `json:",omitempty"`
	For     ID `json:",omitempty"`
}

// TheSystem is the node acting by itself, by the named rule or job.
func TheSystem(rule string) Actor { return Actor{Kind: System, ID: ID(rule), Name: "Sistem"} }
