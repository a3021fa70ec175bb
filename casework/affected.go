package casework

import (
	"strings"

	"lancar"
	"lancar/access"
	"lancar/access/breach"
	"lancar/internal/store"
)

// AffectedTx finds the people whose cases a failure of protection concerns: those of the numbers, or
// of a service in a period. A number that is none of the pick's region is lancar.Invalid.
func (c *Cases) AffectedTx(tx *store.Tx, p breach.Pick) (subjects []string, err error) {
	for _, number := range p.Cases {
		canonical, region, err := ParseNumber(strings.TrimSpace(number))
		if err != nil || !access.Within(region, p.Region) {
			return nil, errNoNumber(number)
		}
		d, err := caseByNumber(tx, region, canonical)
		if err == store.ErrNone {
			return nil, errNoNumber(number)
		}
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, d.subject)
	}
	if p.Service == "" {
		return subjects, nil
	}
	return subjectsOf(tx, p)
}

func errNoNumber(number string) error {
	return lancar.Fail(lancar.Invalid, "cases", "Tidak ada permohonan "+strings.TrimSpace(number)+" di daerah ini.", "There is no application "+strings.TrimSpace(number)+" in this region.")
}
