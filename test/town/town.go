// Package town is the small synthetic town that demonstrations, rehearsals and tests live in:
// some 3,600 people in families, officers of every office, vehicles, houses, businesses and a few
// visitors. It is made anew by every call, always the same, from the tables beside this file;
// nothing in it is a real person. Identity numbers have the real form (district of first issue,
// birth date, serial) with serials from 9001, names are put together from syllables, contacts end
// in .example or use a prefix that no operator has.
//
// Ages are as of 2026; births after [Day] do not occur.
package town

import (
	_ "embed"
	"strconv"
	"strings"
)

// Day is the date as of which the town was written.
const Day = "2026-11-21"

// Person is one entry of the population register. Dates are YYYY-MM-DD, codes are dotted.
type Person struct {
	NIK         string
	Name        string
	Sex         string // "L" or "P"
	BirthPlace  string
	BirthDate   string
	Religion    string
	Marital     string // BELUM KAWIN, KAWIN, CERAI HIDUP, CERAI MATI
	Occupation  string
	Blood       string
	FamilyCard  string // number of the family card (KK)
	Relation    string // KEPALA KELUARGA, ISTRI, ANAK, ORANG TUA
	Father      string // name
	Mother      string // name
	Address     string // street and number
	RT, RW      string // "003"
	Village     string // code
	Place       Place
	Email       string // "" if none is registered
	Phone       string // E.164, "" if none
	Persona     string // "" or what this person stands for in the demonstration
	Disability  string // "" or kind
	Decile      int    // 1 (poorest) to 10, of the family
	Insurance   string // number of the national health insurance
	SchoolLevel string // SD, SMP, SMA, S1 or ""
	Dead        bool   // the register has the death; nobody signs in as them
}

// Officer is a public servant who can sign in to the office door.
type Officer struct {
	Number string // 18 digits
	Name   string
	Email  string
	NIK    string // of no resident of the town
	Region string // of the office: "53.15", a village's code, "00"
	Agency string
	Roles  []string
}

// Visitor is a foreigner.
type Visitor struct {
	Passport, Name, Nationality, BirthDate, Email, Phone string
}

// Place is a village of the town with the names above it.
type Place struct {
	Code, Name, District, Regency string
	share                         int
}

//go:embed places.txt
var placesText string

//go:embed names.txt
var namesText string

//go:embed offices.txt
var officesText string

// rows reads a table of tab-separated columns; lines beginning with # are remarks.
func rows(text string) [][]string {
	var out [][]string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

// Places are the villages in which the town lives.
func Places() []Place {
	var out []Place
	for _, r := range rows(placesText) {
		share, _ := strconv.Atoi(r[4])
		out = append(out, Place{r[0], r[1], r[2], r[3], share})
	}
	return out
}

// Visitors are the foreigners.
func Visitors() []Visitor {
	return []Visitor{
		{"X00000001", "EMMA TESTERLY", "AUS", "1991-04-12", "emma.testerly@visitor.example", "+61000000001"},
		{"X00000002", "LARS PROEFMAN", "NLD", "1984-09-30", "lars.proefman@visitor.example", "+31000000002"},
		{"X00000003", "HANAKO MIHONDA", "JPN", "1999-01-05", "hanako.mihonda@visitor.example", "+81000000003"},
	}
}
