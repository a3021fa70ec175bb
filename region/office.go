package region

import (
	"lancar"
	"lancar/region/places"
)

// Agency is one office: the branch of an agency that answers for a region. Region is the region
// of the office (and so of its cases): a question for the civil registry of a village is answered
// by the registry of its regency.
type Agency struct {
	ID       string
	Region   string
	Level    places.Level
	Name     lancar.Text
	Address  string
	Superior lancar.Text // title of the person to whom a late case goes
}

// Agency finds the office of an agency for this region: at the agency's level of the region's
// own place. False when no pack knows the agency, or when the region lies above the office's
// level, so that it is not clear which office is meant.
func (r *Region) Agency(id string) (Agency, bool) {
	for p := r.pack; p != nil; p = p.up {
		a, ok := p.Agencies[id]
		if !ok {
			continue
		}
		level, _ := levelOf(a.Level)
		code, ok := places.Cut(r.Code, level)
		if !ok {
			return Agency{}, false
		}
		name := r.all.nameOf(code)
		return Agency{id, code, level, fill(a.Name, name), a.Address, fill(a.Superior, name)}, true
	}
	return Agency{}, false
}

// Agencies lists the ids of all agencies that have an office for this region.
func (r *Region) Agencies() []string {
	var ids []string
	seen := map[string]bool{}
	for p := r.pack; p != nil; p = p.up {
		for _, id := range sorted(p.Agencies) {
			if _, ok := r.Agency(id); ok && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// Signatory is who signs an agency's documents. Region is the pack that names them.
type Signatory struct {
	Region string
	Agency string // "" signs for every agency of the region
	Name   string
	Title  lancar.Text
	Number string // employee number as printed, may be empty
}

// Signatory finds who signs for an agency here: the agency's own, else the region's, else the
// same one region up.
func (r *Region) Signatory(agency string) (Signatory, bool) {
	for p := r.pack; p != nil; p = p.up {
		var general *signatory
		for i := range p.Signatories {
			switch s := &p.Signatories[i]; s.Agency {
			case agency:
				return s.in(p), true
			case "":
				general = s
			}
		}
		if general != nil {
			return general.in(p), true
		}
	}
	return Signatory{}, false
}

func (s *signatory) in(p *pack) Signatory {
	return Signatory{p.Code, s.Agency, s.Name, s.Title, s.Number}
}
