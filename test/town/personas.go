package town

import (
	"fmt"
	"strings"
)

// persona is a named resident of the demonstration.
type persona struct {
	given, surname, sex, birth, village, work, stands string
	spouse                                            string // given name, "" if single
	children                                          []string
}

// personas are the people as whom a visitor of the demonstration signs in.
func personas() []persona {
	return []persona{
		{"Maria", "Sarabiti", "P", "1991-03-08", "53.15.05.1025", "PEDAGANG", "stall", "", []string{"2018-05-02"}},
		{"Yohanes", "Lingganelong", "L", "1984-07-19", "53.15.05.1024", "NELAYAN/PERIKANAN", "fisher", "Agnes", []string{"2012-01-14", "2016-10-30", "2025-06-11"}},
		{"Regina", "Watamombu", "P", "1996-12-01", "53.71.03.1010", "GURU", "kupang", "", nil},
		{"Sri", "Tomariwen", "P", "1988-02-17", "34.71.03.1001", "WIRASWASTA", "java", "", nil},
		{"Slamet", "Kenaludar", "L", "1951-09-05", "34.71.14.1001", "PETANI/PEKEBUN", "elder", "", nil},
		{"Yohana", "Sorawasai", "P", "1993-05-23", "91.71.03.1008", "PERAWAT", "papua", "", nil},
	}
}

func (m *maker) persona(p persona, places []Place) {
	var at Place
	for _, x := range places {
		if x.Code == p.village {
			at = x
		}
	}
	home := m.home(at)
	home.Decile = 3
	head := home
	head.Sex, head.BirthDate, head.Relation = p.sex, p.birth, "KEPALA KELUARGA"
	marital := "BELUM KAWIN"
	if p.spouse != "" {
		marital = "KAWIN"
	} else if len(p.children) > 0 {
		marital = "CERAI MATI"
	}
	m.named(&head, p.given, p.surname, marital)
	head.Occupation, head.Persona, head.Disability = p.work, p.stands, ""
	m.people = append(m.people, head)
	other := Person{Name: strings.ToUpper(m.given("L") + " " + m.surname())}
	if p.spouse != "" {
		other = home
		other.Sex, other.BirthDate, other.Relation = "P", m.date(1985, 1990), "ISTRI"
		m.named(&other, p.spouse, m.surname(), "KAWIN")
		m.people = append(m.people, other)
	}
	father, mother := head, other
	if head.Sex == "P" {
		father, mother = other, head
	}
	for _, birth := range p.children {
		m.child(home, p.surname, father, mother, birth)
	}
}

// named fills like fill, under a given name, always with both contacts.
func (m *maker) named(p *Person, given, surname, marital string) {
	m.fill(p, surname, marital)
	p.Name = strings.ToUpper(given + " " + surname)
	p.Email = strings.ToLower(given+"."+surname) + "@warga.example"
	p.Phone = fmt.Sprintf("+62800%07d", m.filled)
}
