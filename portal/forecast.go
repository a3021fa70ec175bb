package portal

import (
	"fmt"

	"lancar/catalog"
)

// forecastView is what one office has really needed for a service: the middle, nine of ten and
// the late share together, never one alone.
type forecastView struct {
	Office           string // "" where there is only one
	Known            bool
	Half, Nine, Late string
	From             string
}

// forecasts are the offices of an offer, four at most.
func (v *visit) forecasts(o catalog.Offer) ([]forecastView, error) {
	var out []forecastView
	for i, office := range o.Offices {
		if i == 4 {
			break
		}
		f, err := v.forecastAt(office.Region, o.Slug)
		if err != nil {
			return nil, err
		}
		if len(o.Offices) > 1 {
			f.Office = v.In(office.Name)
		}
		out = append(out, f)
	}
	return out, nil
}

func (v *visit) forecastAt(region, slug string) (forecastView, error) {
	f, ok, err := v.Cases.Forecast(v.r.Context(), region, slug)
	if err != nil || !ok {
		return forecastView{}, err
	}
	late := int(f.LateShare*100 + .5)
	return forecastView{Known: true,
		Half: v.T("Separuh permohonan selesai dalam ", "Half of the applications are done within ") + v.WorkDays(f.Median) + ".",
		Nine: v.T("Sembilan dari sepuluh selesai dalam ", "Nine of ten are done within ") + v.WorkDays(f.P90) + ".",
		Late: fmt.Sprintf(v.T("%d dari 100 terlambat.", "%d of 100 are late."), late),
		From: fmt.Sprintf(v.T("%d permohonan di kantor ini. Dihitung sistem, tidak bisa diubah petugas.", "%d applications at this office. Counted by the system; officials cannot change it."), f.Decided)}, nil
}
