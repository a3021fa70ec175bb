package sandbox

import (
	"net/http"
	"strconv"
	"strings"

	"lancar/test/town"
)

// resident is a person as a rehearsal sees them: enough to sign in and apply.
type resident struct {
	NIK        string `json:"nik"`
	Name       string `json:"name"`
	BirthDate  string `json:"birth_date"`
	Sex        string `json:"sex"`
	Email      string `json:"email,omitempty"`
	Phone      string `json:"phone,omitempty"`
	Region     string `json:"region"` // code of the village
	District   string `json:"district"`
	Regency    string `json:"regency"`
	Province   string `json:"province"`
	FamilyCard string `json:"family_card"`
	Relation   string `json:"relation"`
	Persona    string `json:"persona,omitempty"`
	// Records are the keys of what registers hold about this person: register name → keys.
	Records map[string][]string `json:"records,omitempty"`
}

type officer struct {
	Number string   `json:"employee_number"`
	Name   string   `json:"name"`
	Email  string   `json:"email"`
	Region string   `json:"region"`
	Agency string   `json:"agency"`
	Roles  []string `json:"roles"`
}

type visitor struct {
	Passport    string `json:"passport"`
	Name        string `json:"name"`
	Nationality string `json:"nationality"`
	BirthDate   string `json:"birth_date"`
	Email       string `json:"email"`
	Phone       string `json:"phone"`
}

// Line says on the page with what somebody signs in.
func (r resident) Line() string { return "NIK " + r.NIK + ", lahir " + r.BirthDate + ", " + r.Region }

// Line says on the page with what somebody signs in.
func (o officer) Line() string {
	return "Nomor pegawai " + o.Number + ", " + o.Agency + " " + o.Region + ", " + strings.Join(o.Roles, ", ")
}

// Line says on the page with what somebody signs in.
func (v visitor) Line() string {
	return "Paspor " + v.Passport + " (" + v.Nationality + "), lahir " + v.BirthDate
}

// ownRecords lists, for each person, the keys of their records in each register that is not found
// by the identity number itself.
func ownRecords(registers map[string]*index) map[string]map[string][]string {
	out := map[string]map[string][]string{}
	for name, x := range registers {
		owner, ok := x.column["owner_nik"]
		if !ok {
			owner, ok = x.column["nik"]
		}
		key := x.Keys[0]
		if key == "nik" && len(x.Keys) > 1 {
			key = x.Keys[1]
		}
		if !ok || key == "nik" {
			continue
		}
		for _, row := range x.Rows {
			if out[row[owner]] == nil {
				out[row[owner]] = map[string][]string{}
			}
			out[row[owner]][name] = append(out[row[owner]][name], row[x.column[key]])
		}
	}
	return out
}

func (s *Sandbox) resident(p town.Person) resident {
	return resident{NIK: p.NIK, Name: p.Name, BirthDate: p.BirthDate, Sex: p.Sex, Email: p.Email, Phone: p.Phone, Region: p.Village,
		District: p.Village[:8], Regency: p.Village[:5], Province: p.Village[:2],
		FamilyCard: p.FamilyCard, Relation: p.Relation, Persona: p.Persona, Records: s.records[p.NIK]}
}

// interleaved is the order in which people are listed: named ones first, then one of each regency
// in turn, so that any page holds people of every region.
func interleaved(people []town.Person) []town.Person {
	var out []town.Person
	by := map[string][]town.Person{}
	var regencies []string
	for _, p := range people {
		regency := p.Village[:5]
		switch {
		case p.Persona != "":
			out = append(out, p)
			continue
		case by[regency] == nil:
			regencies = append(regencies, regency)
		}
		by[regency] = append(by[regency], p)
	}
	for len(out) < len(people) {
		for _, r := range regencies {
			if len(by[r]) > 0 {
				out, by[r] = append(out, by[r][0]), by[r][1:]
			}
		}
	}
	return out
}

// getPeople answers a page of the town. Role resident (the default) is adults who have an e-mail
// address, all everybody, officer and visitor those. Region narrows to a code and all below it.
func (s *Sandbox) getPeople(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 {
		limit = 100
	}
	limit = min(limit, 5000)
	offset, _ := strconv.Atoi(q.Get("offset"))
	region := q.Get("region")
	within := func(code string) bool { return region == "" || code == region || strings.HasPrefix(code, region+".") }
	var all []any
	switch q.Get("role") {
	case "", "resident", "all":
		for _, p := range s.people {
			adult := p.BirthDate <= "2008-01-01" && p.Email != ""
			if within(p.Village) && (adult || q.Get("role") == "all") {
				all = append(all, p)
			}
		}
	case "officer":
		for _, o := range town.Officers() {
			if within(o.Region) && (q.Get("agency") == "" || q.Get("agency") == o.Agency) {
				all = append(all, officer{Number: o.Number, Name: o.Name, Email: o.Email, Region: o.Region, Agency: o.Agency, Roles: o.Roles})
			}
		}
	case "visitor":
		for _, v := range town.Visitors() {
			all = append(all, visitor(v))
		}
	default:
		s.fail(w, r, http.StatusBadRequest, "role: resident, all, officer or visitor")
		return
	}
	total := len(all)
	offset = min(max(offset, 0), total)
	page := all[offset:min(offset+limit, total)]
	for i, x := range page {
		if p, ok := x.(town.Person); ok {
			page[i] = s.resident(p)
		}
	}
	if !wantsJSON(r) {
		s.page(w, r, "people", map[string]any{"List": page, "Total": total})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"total": total, "offset": offset, "people": append([]any{}, page...)})
}
