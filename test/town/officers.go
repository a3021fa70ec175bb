package town

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Officers are those of every office of the town, office by office.
func Officers() []Officer {
	m := &maker{r: rand.New(rand.NewPCG(19, 45)), names: map[string][]string{}, serials: map[string]int{}}
	for _, r := range rows(namesText) {
		m.names[r[0]] = strings.Fields(r[1])
	}
	var out []Officer
	for _, office := range rows(officesText) {
		for _, region := range regionsOf(office[1]) {
			for _, roles := range office[2:] {
				out = append(out, m.officer(len(out), office[0], region, strings.Split(roles, ",")))
			}
		}
	}
	return out
}

func regionsOf(list string) []string {
	if list != "villages" {
		return strings.Split(list, ",")
	}
	var out []string
	for _, p := range Places() {
		out = append(out, p.Code)
	}
	return out
}

// officer numbers by birth date, month of appointment, sex and serial.
func (m *maker) officer(i int, agency, region string, roles []string) Officer {
	sex, one := "L", "1"
	if i%2 == 1 {
		sex, one = "P", "2"
	}
	given, surname := m.given(sex), m.surname()
	birth := m.date(1970, 1998)
	number := fmt.Sprintf("%s%04d%02d%s", digits(strings.ReplaceAll(birth, "-", ".")), year(birth)+24, 1+m.r.IntN(12), one)
	m.serials[number]++
	return Officer{Number: fmt.Sprintf("%s%03d", number, 900+m.serials[number]), Name: given + " " + surname,
		Email: fmt.Sprintf("%s.%s.%d@kantor.example", strings.ToLower(given), strings.ToLower(surname), i+1),
		NIK:   nik(birth, sex, i), Region: region, Agency: agency, Roles: roles}
}

// nik is an officer's identity number, of a region that does not exist: no resident of the town has it.
func nik(birth, sex string, i int) string {
	day, _ := strconv.Atoi(birth[8:10])
	if sex == "P" {
		day += 40
	}
	return fmt.Sprintf("999999%02d%s%s%04d", day, birth[5:7], birth[2:4], i+1)
}
