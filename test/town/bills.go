package town

import (
	"fmt"
	"strconv"
	"strings"
)

// platePrefix is the registration area of a province.
func platePrefix(village string) string {
	switch {
	case strings.HasPrefix(village, "53.15"):
		return "EB"
	case strings.HasPrefix(village, "53"):
		return "DH"
	case strings.HasPrefix(village, "34"):
		return "AB"
	}
	return "PA"
}

// vehicle carries the figures from which vehicle tax is computed: the taxable value (njkb), the
// weight factor in percent, and the mandatory accident contribution.
func (m *maker) vehicle(people []Person) Register {
	r := register("vehicle", "plate", `plate owner_nik owner_name kind make year cc njkb weight_percent swdkllj
		pkb opsen due_date plate_until province regency blocked arrears`)
	for i, p := range heads(people) {
		if p.Persona == "" && i%3 == 2 {
			continue
		}
		kind, makeName, cc, value, swdkllj := "motor", "CONTOH 125", 125, 9_000_000+100_000*m.r.IntN(120), 35_000
		if m.r.IntN(4) == 0 {
			kind, makeName, cc, value, swdkllj = "mobil", "CONTOH 1500", 1496, 95_000_000+500_000*m.r.IntN(200), 143_000
		}
		prefix := platePrefix(p.Village)
		m.serials[prefix]++
		pkb := value / 100
		r.add(fmt.Sprintf("%s %d SIM", prefix, 1000+m.serials[prefix]), p.NIK, p.Name, kind, makeName, strconv.Itoa(2012+m.r.IntN(13)),
			strconv.Itoa(cc), strconv.Itoa(value), "100", strconv.Itoa(swdkllj), strconv.Itoa(pkb), strconv.Itoa(pkb*66/100),
			m.date(2026, 2027), m.plateEnd(i), p.Village[:2], p.Village[:5], "no", "0")
	}
	return r
}

// plateEnd is when a number plate runs out; every fourth does about now.
func (m *maker) plateEnd(i int) string {
	if i%4 == 0 {
		return fmt.Sprintf("%s-%02d", m.pick("2026-10", "2026-11", "2026-12"), 1+m.r.IntN(28))
	}
	return m.date(2027, 2030)
}

// property is the property tax bill of this year for each object (NOP).
func (m *maker) property(people []Person) Register {
	r := register("property", "nop", `nop owner_nik owner_name address village regency land_m2 building_m2
		njop_land njop_building njop year pbb due_date paid arrears`)
	for _, p := range heads(people) {
		land, building := 80+m.r.IntN(400), 36+m.r.IntN(90)
		perLand, perBuilding := 1000*(100+m.r.IntN(900)), 1000*(500+m.r.IntN(1000))
		njop := land*perLand + building*perBuilding
		taxable := max(0, njop-10_000_000)
		head := digits(p.Village[:5]) + "0" + p.Village[6:8] + "0" + p.Village[11:13] + "0" + "0" + strconv.Itoa(1+m.r.IntN(9))
		m.serials[head]++
		r.add(fmt.Sprintf("%s%04d0", head, 9000+m.serials[head]), p.NIK, p.Name, p.Address, p.Village, p.Village[:5],
			strconv.Itoa(land), strconv.Itoa(building), strconv.Itoa(land*perLand), strconv.Itoa(building*perBuilding), strconv.Itoa(njop),
			"2026", strconv.Itoa(taxable/1000), "2026-12-31", "no", "0")
	}
	return r
}

func (m *maker) land(people []Person) Register {
	r := register("land", "certificate", "certificate owner_nik owner_name right village area_m2 nop blocked mortgage")
	for i, p := range heads(people) {
		if i%2 == 0 {
			m.serials[p.Village]++
			r.add(fmt.Sprintf("%s1%05d", digits(p.Village), 90000+m.serials[p.Village]), p.NIK, p.Name, "hak_milik", p.Village,
				strconv.Itoa(80+m.r.IntN(400)), "", "no", m.pick("no", "no", "no", "yes"))
		}
	}
	return r
}

// court holds final decisions: divorces of those the population register has as divorced, and a
// change of name for some others.
func (m *maker) court(people []Person) Register {
	r := register("court", "number nik", "number nik kind other_name new_name court date final")
	for i, p := range people {
		switch {
		case p.Marital == "CERAI HIDUP":
			r.add(fmt.Sprintf("9%03d/Pdt.G/2025/PN.SIM", len(r.Rows)), p.NIK, "divorce", strings.ToUpper(m.pick("Bayu", "Dewi")+" Contohan"), "", "PENGADILAN NEGERI CONTOH", m.date(2025, 2025), "yes")
		case i%97 == 5:
			r.add(fmt.Sprintf("9%03d/Pdt.P/2026/PN.SIM", len(r.Rows)), p.NIK, "name_change", "", p.Name+" BARU", "PENGADILAN NEGERI CONTOH", "2026-08-14", "yes")
		}
	}
	return r
}
