package town

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Register is what one outside authority keeps. Values are text: dates as 2026-03-21, amounts in
// whole rupiah, yes or no, places by code.
type Register struct {
	Name   string
	Keys   []string // the fields by which a record is found
	Fields []string
	Rows   [][]string
}

// Registers are all the registers of the world outside, filled for the given people.
func Registers(people []Person) []Register {
	m := &maker{r: rand.New(rand.NewPCG(17, 8)), serials: map[string]int{}}
	out := []Register{population(people), immigration(), welfare(people), insurance(people), m.police(people)}
	out = append(out, m.business(people), m.vehicle(people), m.property(people), m.land(people), m.court(people))
	return append(out, m.licence(people), m.school(people), m.diploma(people), m.immunisation(people), m.practitioner(people))
}

func register(name, keys, fields string) Register {
	return Register{Name: name, Keys: strings.Fields(keys), Fields: strings.Fields(fields)}
}

func (r *Register) add(values ...string) {
	if len(values) != len(r.Fields) {
		panic("town: " + r.Name + " has another number of fields")
	}
	r.Rows = append(r.Rows, values)
}

func population(people []Person) Register {
	r := register("population", "nik", `nik name sex birth_place birth_date religion marital_status occupation blood_type
		nationality family_card relation head_nik head_name spouse_nik spouse_name father_name mother_name children members
		address rt rw domicile village district regency email phone living`)
	families := map[string][]Person{}
	for _, p := range people {
		families[p.FamilyCard] = append(families[p.FamilyCard], p)
	}
	for _, p := range people {
		f := families[p.FamilyCard]
		head, spouse := f[0], spouse(p, f)
		r.add(p.NIK, p.Name, p.Sex, p.BirthPlace, p.BirthDate, p.Religion, p.Marital, p.Occupation, p.Blood,
			"IDN", p.FamilyCard, p.Relation, head.NIK, head.Name, spouse.NIK, spouse.Name, p.Father, p.Mother, count(f, "ANAK"), strconv.Itoa(len(f)),
			p.Address, p.RT, p.RW, p.Village, p.Place.Name, p.Place.District, p.Place.Regency, p.Email, p.Phone, living(p))
	}
	return r
}

func living(p Person) string {
	if p.Dead {
		return "no"
	}
	return "yes"
}

func spouse(p Person, family []Person) Person {
	for _, o := range family {
		if p.Relation == "KEPALA KELUARGA" && o.Relation == "ISTRI" || p.Relation == "ISTRI" && o.Relation == "KEPALA KELUARGA" {
			return o
		}
	}
	return Person{}
}

func count(family []Person, relation string) string {
	n := 0
	for _, p := range family {
		if p.Relation == relation {
			n++
		}
	}
	return strconv.Itoa(n)
}

func immigration() Register {
	r := register("immigration", "passport", "passport name nationality birth_date email phone permit permit_until")
	for _, v := range Visitors() {
		r.add(v.Passport, v.Name, v.Nationality, v.BirthDate, v.Email, v.Phone, "VISIT", "2027-12-31")
	}
	return r
}

func welfare(people []Person) Register {
	r := register("welfare", "nik", "nik decile disability aid")
	for _, p := range people {
		aid := "none"
		if p.Decile <= 2 {
			aid = "food"
		}
		kind := p.Disability
		if kind == "" {
			kind = "none"
		}
		r.add(p.NIK, strconv.Itoa(p.Decile), kind, aid)
	}
	return r
}

func insurance(people []Person) Register {
	r := register("insurance", "nik number", "nik number segment active")
	for _, p := range people {
		segment, active := "self", "yes"
		if p.Decile <= 2 {
			segment = "aid"
		} else if p.Decile <= 4 {
			active = "no"
		}
		r.add(p.NIK, p.Insurance, segment, active)
	}
	return r
}

func (m *maker) police(people []Person) Register {
	r := register("police", "nik", "nik record wanted")
	for _, p := range people {
		if age(p) < 17 {
			continue
		}
		record := "none"
		if p.Persona == "" && m.r.IntN(200) == 0 {
			record = "convicted"
		}
		r.add(p.NIK, record, "no")
	}
	return r
}

// business is what the one licensing system (OSS) knows. The stall persona has no number yet.
func (m *maker) business(people []Person) Register {
	r := register("oss", "nik nib", "nik nib business_name kbli scale risk village issued status")
	for _, p := range people {
		trade := p.Occupation == "PEDAGANG" || p.Occupation == "WIRASWASTA"
		if !trade || p.Persona == "stall" || m.r.IntN(2) == 0 {
			continue
		}
		nib := fmt.Sprintf("9%012d", m.r.Int64N(1e12))
		r.add(p.NIK, nib, "USAHA "+p.Name, m.pick("47111", "56103", "47241", "10792"), "micro", "low", p.Village, m.date(2021, 2025), "active")
	}
	return r
}

func age(p Person) int { return 2026 - year(p.BirthDate) }

func heads(people []Person) []Person {
	var out []Person
	for _, p := range people {
		if p.Relation == "KEPALA KELUARGA" {
			out = append(out, p)
		}
	}
	return out
}

func (m *maker) licence(people []Person) Register {
	r := register("licence", "nik number", "nik number class valid_until")
	for _, p := range people {
		if age(p) >= 18 && m.r.IntN(2) == 0 {
			r.add(p.NIK, fmt.Sprintf("9%011d", m.r.Int64N(1e11)), m.pick("A", "C", "C"), m.date(2026, 2028))
		}
	}
	return r
}

func (m *maker) school(people []Person) Register {
	r := register("school", "nik student_number", "nik student_number school_number school_name level grade graduated")
	for _, p := range people {
		if a := age(p); a >= 7 && a <= 18 {
			first := map[string]int{"SD": 6, "SMP": 12, "SMA": 15}[p.SchoolLevel]
			r.add(p.NIK, fmt.Sprintf("9%09d", m.r.Int64N(1e9)), "9"+p.NIK[:6]+"1",
				p.SchoolLevel+" CONTOH "+strings.ToUpper(p.Place.District), p.SchoolLevel, strconv.Itoa(a-first), "no")
		}
	}
	return r
}

func (m *maker) diploma(people []Person) Register {
	r := register("diploma", "nik number", "nik number level school_name year")
	for _, p := range people {
		if age(p) >= 19 && p.SchoolLevel != "" {
			r.add(p.NIK, fmt.Sprintf("DN-%s/%07d", p.SchoolLevel, 9_000_000+len(r.Rows)), p.SchoolLevel,
				p.SchoolLevel+" CONTOH "+strings.ToUpper(p.Place.District), strconv.Itoa(year(p.BirthDate)+18))
		}
	}
	return r
}

func (m *maker) immunisation(people []Person) Register {
	r := register("immunisation", "nik", "nik hb0 bcg polio dpt measles complete")
	for _, p := range people {
		if age(p) <= 12 {
			measles := m.pick("yes", "yes", "yes", "no")
			r.add(p.NIK, "yes", "yes", "yes", "yes", measles, measles)
		}
	}
	return r
}

func (m *maker) practitioner(people []Person) Register {
	r := register("practitioner", "nik str", "nik str profession valid_until facility")
	for _, p := range people {
		if p.Occupation == "PERAWAT" {
			r.add(p.NIK, fmt.Sprintf("9%015d", m.r.Int64N(1e15)), "perawat", "2030-12-31", "PUSKESMAS CONTOH "+strings.ToUpper(p.Place.District))
		}
	}
	return r
}
