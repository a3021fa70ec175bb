package web

import "html/template"

// Row is a line of facts: "check your answers", receipts, verification.
type Row struct {
	Term   string
	Lines  []string // of the value
	Source string   // "dari Dukcapil", under the value
	Change string   // address of the change link, "" for none
	Num    bool     // tabular digits
}

// Known is the panel of what registers already know.
type Known struct {
	Title string // "Sudah diketahui dari Dukcapil"
	Note  string // when it was asked and why
	Rows  []Row
	Fix   string // address of how to correct it, "" for none
}

// Fact is one of at most three decisive figures.
type Fact struct{ Term, Value, Note string }

// Item is a link in a list.
type Item struct {
	Href, Title, Line, Small string
	Note                     string // what tells it apart, after Small
	Icon                     string
	Tag                      *Tag
	Strip                    template.HTML
}

// Tag is a state in words; Kind is "", "ok", "warn", "bad" or "off".
type Tag struct{ Kind, Icon, Text string }

// Kinds of form fields.
const (
	TextField   = "text"
	LongField   = "long"
	NumberField = "number"
	MoneyField  = "money"
	DateField   = "date"
	ChoiceField = "choice"
	ManyField   = "many"
	YesField    = "yes" // one box to tick
	FileField   = "file"
	PlaceField  = "place"
	PinField    = "pin"    // digits that nobody else is to see; never filled in
	FactField   = "fact"   // only a register can answer it: Value says how that stands
	CodeField   = "code"   // a code that was sent or is shown elsewhere
	SelectField = "select" // a list in one line: for officers, and for an optional choice of very many
)

// Field is a question of a form. Name is unique in its form and is also the id of its element.
type Field struct {
	Name, Label, Hint, Error string
	Kind                     string
	Value                    string
	Optional                 bool
	Width                    string // "s", "m" or ""
	Mode                     string // inputmode
	Auto                     string // autocomplete
	Max                      int    // characters, 0: no limit said
	Options                  []Option
	Day, Month, Year         string // of a date
	Files                    []File
	Accept                   string
	Upload                   string // address that takes a single file of this field
	Href                     string // of a place picker
	Action                   *Link  // a button beside the field: Href takes the form, Text says what it does
}

// Described lists what describes the field, for aria-describedby.
func (f Field) Described() string {
	s := ""
	if f.Hint != "" {
		s = f.Name + "-h"
	}
	if f.Error != "" {
		if s != "" {
			s += " "
		}
		s += f.Name + "-e"
	}
	return s
}

// Option is one answer of a choice. What it opens is asked only with it.
type Option struct {
	Value, Label, Note string
	Checked            bool
	Opens              []Field
}

// File is an attachment that arrived.
type File struct {
	ID, Name, Size string
	Href, Remove   string // where to look at it, where to remove it ("" for no)
}

// Problem is a line of the error summary; it links to its field, or to Href on another page.
type Problem struct{ Field, Href, Text string }

// Step is an entry of a timeline; State is "done", "now" or "next".
type Step struct {
	State, Title, When string
	Lines              []string
	Link               *Link
}

// Verdict says what a document is: Kind "ok", "no" or "hm".
type Verdict struct{ Kind, Title, Line string }

// Empty is a page that has nothing to show yet, or an error: what happened, is my data safe,
// what now.
type Empty struct {
	Pattern            string // "gaps", "frame", "torn" or "edges"
	Title, Lead, Small string
	Href, Action       string
	Search             bool
	Code               string // to tell a helper
}
