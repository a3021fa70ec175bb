package town

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The town is fed family by family; maker holds what numbers were given.
type maker struct {
	r       *rand.Rand
	names   map[string][]string
	serials map[string]int // by the first 12 digits of an identity or family number
	people  []Person
	filled  int
}

const familiesPerShare = 8

// People are all residents, the personas first. Of each family the head comes before the others.
func People() []Person {
	m := &maker{r: rand.New(rand.NewPCG(53, 15)), names: map[string][]string{}, serials: map[string]int{}}
	for _, r := range rows(namesText) {
		m.names[r[0]] = strings.Fields(r[1])
	}
	places := Places()
	for _, p := range personas() {
		m.persona(p, places)
	}
	for _, p := range places {
		for range p.share * familiesPerShare {
			m.family(p)
		}
	}
	died(m.people)
	return m.people
}

// died are the oldest of a few households: heirs act for them.
func died(people []Person) {
	left := 3
	for i := range people {
		p := &people[i]
		if left > 0 && p.Relation == "ORANG TUA" && p.Persona == "" {
			p.Dead, p.Email, p.Phone = true, "", ""
			left--
		}
	}
}

func (m *maker) pick(s ...string) string { return s[m.r.IntN(len(s))] }

func (m *maker) surname() string {
	return m.pick(m.names["first"]...) + m.pick(m.names["middle"]...) + m.pick(m.names["last"]...)
}

func (m *maker) given(sex string) string {
	if sex == "P" {
		return m.pick(m.names["female"]...)
	}
	return m.pick(m.names["male"]...)
}

func (m *maker) date(from, to int) string {
	return fmt.Sprintf("%04d-%02d-%02d", from+m.r.IntN(to-from+1), 1+m.r.IntN(12), 1+m.r.IntN(28))
}

// nik numbers a person: district of first issue, birth date (women's day + 40), serial.
func (m *maker) nik(district, birth, sex string) string {
	var y, mo, d int
	fmt.Sscanf(birth, "%d-%d-%d", &y, &mo, &d)
	if sex == "P" {
		d += 40
	}
	return m.serial(fmt.Sprintf("%s%02d%02d%02d", digits(district), d, mo, y%100))
}

func (m *maker) serial(head string) string {
	m.serials[head]++
	return fmt.Sprintf("%s%04d", head, 9000+m.serials[head])
}

func digits(code string) string { return strings.ReplaceAll(code, ".", "") }

// family makes one household of one to six people.
func (m *maker) family(p Place) {
	home := m.home(p)
	surname := m.surname()
	head := home
	head.Sex, head.Relation = m.pick("L", "L", "L", "P"), "KEPALA KELUARGA"
	head.BirthDate = m.date(1962, 2001)
	m.fill(&head, surname, "KAWIN")
	if head.Sex == "P" || m.r.IntN(6) == 0 {
		head.Marital = m.pick("BELUM KAWIN", "CERAI HIDUP", "CERAI MATI")
		m.people = append(m.people, head)
		return
	}
	wife := home
	wife.Sex, wife.Relation = "P", "ISTRI"
	wife.BirthDate = m.date(max(1964, year(head.BirthDate)-3), min(2004, year(head.BirthDate)+6))
	m.fill(&wife, m.surname(), "KAWIN")
	m.people = append(m.people, head, wife)
	for range m.r.IntN(4) {
		from := max(year(head.BirthDate), year(wife.BirthDate)) + 20
		if from > 2025 {
			break
		}
		m.child(home, surname, head, wife, m.date(from, min(2025, from+18)))
	}
	if m.r.IntN(8) == 0 {
		old := home
		old.Sex, old.Relation, old.BirthDate = m.pick("L", "P"), "ORANG TUA", m.date(1938, 1956)
		m.fill(&old, surname, "CERAI MATI")
		m.people = append(m.people, old)
	}
}

func (m *maker) child(home Person, surname string, head, wife Person, birth string) {
	c := home
	c.Sex, c.Relation, c.BirthDate = m.pick("L", "P"), "ANAK", birth
	m.fill(&c, surname, "BELUM KAWIN")
	c.Father, c.Mother = head.Name, wife.Name
	m.people = append(m.people, c)
}

// home is what a household shares.
func (m *maker) home(p Place) Person {
	card := fmt.Sprintf("%s%02d%02d%02d", digits(p.Code[:8]), 1+m.r.IntN(28), 1+m.r.IntN(12), 10+m.r.IntN(16))
	return Person{FamilyCard: m.serial(card), Village: p.Code, Place: p,
		Address: fmt.Sprintf("JL. CONTOH %s NO. %d", m.pick("MELATI", "CENDANA", "KENARI", "KARANG", "BAKAU"), 1+m.r.IntN(180)),
		RT:      fmt.Sprintf("%03d", 1+m.r.IntN(20)), RW: fmt.Sprintf("%03d", 1+m.r.IntN(9)),
		Religion: m.pick("KATHOLIK", "KRISTEN", "ISLAM", "ISLAM", "HINDU"), Decile: 1 + m.r.IntN(10)}
}

// fill makes everything that follows from sex, birth date and surname, and what is random.
func (m *maker) fill(p *Person, surname, marital string) {
	m.filled++
	given := m.given(p.Sex)
	p.Name = strings.ToUpper(given + " " + surname)
	p.BirthPlace = strings.ToUpper(p.Place.Regency[strings.Index(p.Place.Regency, " ")+1:])
	p.NIK = m.nik(p.Village[:8], p.BirthDate, p.Sex)
	p.Marital = marital
	p.Blood = m.pick("A", "B", "AB", "O", "TIDAK TAHU")
	p.Father = strings.ToUpper(m.given("L") + " " + surname)
	p.Mother = strings.ToUpper(m.given("P") + " " + m.surname())
	p.Insurance = fmt.Sprintf("000%010d", 9_000_000_000+m.filled)
	age := 2026 - year(p.BirthDate)
	p.Occupation, p.SchoolLevel = m.work(age), m.schooling(age)
	if m.r.IntN(50) == 0 {
		p.Disability = m.pick("FISIK", "SENSORIK NETRA", "SENSORIK RUNGU")
	}
	if age >= 17 && m.r.IntN(20) > 0 {
		p.Phone = fmt.Sprintf("+62800%07d", m.filled)
	}
	if age >= 17 && m.r.IntN(8) > 0 {
		p.Email = strings.ToLower(given+"."+surname) + fmt.Sprintf(".%d@warga.example", m.filled)
	}
}

func (m *maker) work(age int) string {
	switch {
	case age < 7:
		return "BELUM/TIDAK BEKERJA"
	case age < 19:
		return "PELAJAR/MAHASISWA"
	}
	return m.pick("WIRASWASTA", "PEDAGANG", "NELAYAN/PERIKANAN", "PETANI/PEKEBUN", "KARYAWAN SWASTA",
		"MENGURUS RUMAH TANGGA", "BURUH HARIAN LEPAS", "GURU", "PERAWAT", "BELUM/TIDAK BEKERJA")
}

func (m *maker) schooling(age int) string {
	switch {
	case age < 7:
		return ""
	case age < 13:
		return "SD"
	case age < 16:
		return "SMP"
	case age < 19:
		return "SMA"
	}
	return m.pick("SD", "SMP", "SMA", "SMA", "S1")
}

func year(date string) int {
	var y int
	fmt.Sscanf(date, "%d-", &y)
	return y
}
