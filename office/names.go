package office

import (
	"strings"
	"time"

	"lancar"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/payment"
)

// roleOps looks after the node itself: deliveries and jobs that fail.
const roleOps = "ops"

// roleName is what people call a role; a role that a definition made up keeps its id.
func (v *visit) roleName(role string) string {
	switch role {
	case identity.Reviewer:
		return v.T("Pemeriksa", "Reviewer")
	case identity.Decider:
		return v.T("Pemutus", "Decider")
	case identity.Signer:
		return v.T("Penanda tangan", "Signer")
	case identity.Superior:
		return v.T("Atasan", "Superior")
	case identity.DataRole:
		return v.T("Pejabat pelindungan data", "Data protection officer")
	case identity.ClaimRole:
		return v.T("Petugas akun", "Officer for accounts")
	case machine.Role:
		return v.T("Petugas mesin", "Officer for machines")
	case payment.Treasurer:
		return v.T("Bendahara", "Treasurer")
	case roleOps:
		return v.T("Petugas sistem", "System officer")
	}
	return role
}

// agencyName is an agency's office for a region, in words.
func (v *visit) agencyName(agency, code string) string {
	r := v.Regions.ByCode(code)
	if r == nil {
		return agency
	}
	if a, ok := r.Agency(agency); ok {
		return v.In(a.Name)
	}
	return agency + ", " + r.Name
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

// placeName is a place with what it lies in, the province left out.
func (v *visit) placeName(code string) (string, bool) {
	path := v.Regions.Places().Path(code)
	if len(path) == 0 {
		return "", false
	}
	var names []string
	for i := len(path) - 1; i >= min(1, len(path)-1); i-- {
		names = append(names, path[i].Name)
	}
	return strings.Join(names, ", "), true
}

// mayRevoke says whether the role is one that withdraws documents.
func (v *visit) mayRevoke() bool {
	return v.actor.Role == identity.Decider || v.actor.Role == identity.Signer
}

// only lets a page be served in certain roles.
func (v *visit) only(roles ...string) error {
	for _, r := range roles {
		if v.actor.Role == r {
			return nil
		}
	}
	return lancar.Fail(lancar.Forbidden, "", "Halaman ini untuk peran lain. Ganti peran di bagian bawah halaman.",
		"This page is for another role. Change your role at the foot of the page.")
}

// Clock shadows Deps.Clock: on a page it is the time of day in words.
func (v *visit) Clock(t time.Time) string { return v.Words.Clock(t) }
