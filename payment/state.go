package payment

// Transition is one row of the table that a charge's life follows.
type Transition struct {
	From, To State
	Event    string // what happens
	Who      string // who may cause it
	Why      string
}

// Transitions is the whole life of a charge; nothing else is possible.
func Transitions() []Transition {
	return []Transition{
		{"", Open, "charge", "casework", "a case with a fee was submitted"},
		{Open, Paid, "settle", "acquirer", "a payment of the full amount was reported under its signature, or found by asking"},
		{Open, Expired, "expire", "clock", "the due instant passed and the acquirer knows of no payment"},
		{Open, Cancelled, "cancel", "casework", "the case was withdrawn or closed before payment"},
		{Paid, Paid, "settle", "acquirer", "paid once more with another receipt: the money is kept in suspense and due back"},
		{Expired, Expired, "settle", "acquirer", "paid too late: the money is kept in suspense and due back"},
		{Cancelled, Cancelled, "settle", "acquirer", "paid after it was cancelled: the money is kept in suspense and due back"},
		{Paid, Paid, "refund", "acquirer, treasurer", "what was paid once more went back: the acquirer returned it, or a second officer confirmed its transfer"},
		{Expired, Expired, "refund", "acquirer, treasurer", "what was paid too late went back likewise"},
		{Cancelled, Cancelled, "refund", "acquirer, treasurer", "what was paid after it was cancelled went back likewise"},
	}
}

// next looks an event up in the table; false where it is not possible.
func next(from State, event string) (State, bool) {
	for _, t := range Transitions() {
		if t.From == from && t.Event == event {
			return t.To, true
		}
	}
	return "", false
}
