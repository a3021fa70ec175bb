// Package find searches public services by what a person needs, in the words the person has:
// everyday Indonesian, chat spelling, typing errors, English, and the commonest words of the
// larger regional languages. It is pure: entries in, hits out, no store, no clock, no network.
//
// What it knows about words is data under words/, one file a language, so that a speaker can
// correct it. A cry for help is answered with people who help, before any form; what fits no
// service is answered with advice and an empty list.
package find

import "lancar"

// MaxHits is the most hits one search returns.
const MaxHits = 20

// Entry is one service as search sees it. Texts are keyed by language; search reads "id" and "en".
type Entry struct {
	Slug       string
	Title      lancar.Text
	Keywords   map[string][]string
	Summary    lancar.Text
	LifeEvents []string
	Body       lancar.Text
}

// Class says how a service stands to the person's region. Hits are sorted by class first.
type Class int

// The classes, best first. Later hits are shown last and marked; Hidden ones are left out.
const (
	Offered Class = iota
	Later
	Hidden
)

// Query is one search. Lang is the page's language: on an English page a known word is never read
// as one of a regional language. Filter gives the class of the entry with index i in the slice
// given to New; nil means all are offered.
type Query struct {
	Text   string
	Lang   string
	Limit  int
	Filter func(i int) Class
}

// Hit is one service found. Index is its place in the slice given to New.
type Hit struct {
	Index int
	Slug  string
	Class Class
	Score float64
}

// Result is the answer to a search. Help, when set, is shown first and large, nearly always without
// hits. Advice is a sentence for the page, set when nothing fits or when another body gives what
// was asked for; then there may be hits too.
type Result struct {
	Hits   []Hit
	Help   *Help
	Advice lancar.Text
}

// Help answers a cry for help: what to say and whom to call.
type Help struct {
	ID       string
	Title    lancar.Text
	Say      lancar.Text
	Contacts []Contact
}

// Contact is a number that answers. Confirmed is false where the number was not checked with the
// body that runs it; a page must then say so.
type Contact struct {
	Number    string
	Name      lancar.Text
	Confirmed bool
}
