package portal

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"lancar"
	"lancar/catalog"
	"lancar/identity/machine"
	"lancar/identity/mandate"
	"lancar/region"
)

// office is the agency that answers for a service in a region, in words.
func (v *visit) office(d *catalog.Definition, code string) string {
	r := v.Regions.ByCode(code)
	if r == nil {
		return ""
	}
	if a, ok := r.Agency(d.Owner.Agency); ok {
		return v.In(a.Name)
	}
	return r.Name
}

// offices names the offices that offer a service, four at most.
func (v *visit) offices(o catalog.Offer) string {
	var names []string
	for i, a := range o.Offices {
		if i == 4 {
			names = append(names, v.T("dan lainnya", "and others"))
			break
		}
		names = append(names, v.In(a.Name))
	}
	return strings.Join(names, ", ")
}

// registerName is what people call a register.
func (v *visit) registerName(id string) string {
	if v.Registers != nil {
		if name := v.In(v.Registers(id)); name != "" {
			return name
		}
	}
	return id
}

// placeName is a place with what it lies in: "Labuan Bajo, Komodo, Kabupaten Manggarai Barat".
func (v *visit) placeName(code string) string {
	path := v.Regions.Places().Path(code)
	if len(path) == 0 {
		return code
	}
	var names []string
	for i := len(path) - 1; i >= 0; i-- {
		if i == 0 && len(path) > 2 {
			break // of a district or village the province goes without saying
		}
		names = append(names, path[i].Name)
	}
	return strings.Join(names, ", ")
}

// reader names who looked: officers by name and office, the person themself as "Anda", whoever else
// by name.
func (v *visit) reader(a lancar.Actor) string {
	switch a.Kind {
	case lancar.Person:
		if a.ID == v.session.Account {
			return v.T("Anda", "You")
		}
		name := cmp.Or(a.Name, v.T("Orang lain atas nama Anda", "Somebody else in your name"))
		if a.Role != "" {
			name += v.T(", bertindak untuk Anda sebagai ", ", acting for you as ") + v.In(mandate.Kind(a.Role).Text())
		}
		return name
	case lancar.System:
		return v.T("Sistem", "The system")
	}
	name := cmp.Or(a.Name, v.T("Petugas", "An officer"))
	if a.Kind == lancar.Machine {
		name = cmp.Or(a.Name, string(a.ID)) + v.T(" (mesin)", " (a machine)")
		if a.Role == string(machine.Agent) { // only its own person ever reads this
			name = v.agentCalled(a.ID)
		}
	}
	if r := v.Regions.ByCode(a.Region); r != nil && a.Agency != "" {
		if office, ok := r.Agency(a.Agency); ok {
			name += ", " + v.In(office.Name)
		}
	}
	return name
}

// sandbox is a page of the simulated outside world, "" where there is none.
func (v *visit) sandbox(path string) string {
	if v.Sandbox == "" {
		return ""
	}
	return v.Sandbox + path
}

func dateIn(t time.Time, r *region.Region) region.Date { return region.DateIn(t, r.Zone) }

var slot = regexp.MustCompile(`\{[^}]*\}`)

// plainSlots leaves out what a sentence says of one person, where it is told to all.
func plainSlots(s string) string { return strings.TrimSpace(slot.ReplaceAllString(s, "…")) }
