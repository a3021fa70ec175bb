package casework

// State is where a case stands.
type State string

// The states of a case.
const (
	Unpaid     State = "unpaid"     // submitted, waits for the fee
	Drawing    State = "drawing"    // complete, the clock runs, an officer is being drawn
	Review     State = "review"     // an officer works on it
	Correcting State = "correction" // waits for the applicant, the clock stands still
	Signing    State = "signing"    // decided, waits for the second person's signature
	Granted    State = "granted"    // over
	Refused    State = "refused"    // over
	Withdrawn  State = "withdrawn"  // over: by the applicant, or a correction was not answered
	Lapsed     State = "lapsed"     // over: the fee was not paid
)
