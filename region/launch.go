package region

import (
	"time"

	"lancar"
	"lancar/region/places"
)

// Instead says where to go for a service that is not launched here. From is the day on which it
// will be, if that is decided.
type Instead struct {
	Text lancar.Text
	URL  string
	From Date
}

// Launched says whether a service runs in the region at an instant: launched there or in a region
// above it. When it does not, Instead says where to go.
func (r *Region) Launched(slug string, at time.Time) (bool, Instead) {
	today := DateIn(at, r.Zone)
	var later Date
	for p := r.pack; p != nil; p = p.up {
		l, ok := p.Services[slug]
		if !ok {
			continue
		}
		if l.From != (Date{}) && !today.Before(l.From) {
			return true, Instead{}
		}
		if l.From != (Date{}) && later == (Date{}) {
			later = l.From
		}
		if len(l.Instead) > 0 {
			return false, Instead{fill(l.Instead, r.Name), l.URL, later}
		}
	}
	for p := r.pack; p != nil; p = p.up {
		if len(p.Instead) > 0 {
			return false, Instead{fill(p.Instead, r.Name), "", later}
		}
	}
	return false, Instead{From: later}
}

// Offering lists the codes of the regions whose offices offer a service to somebody in the
// region: the region itself or the nearest above that launched it, else those below it, in the
// order of their codes. Empty when nobody does.
func (r *Region) Offering(slug string, at time.Time) []string {
	for p := r.pack; p != nil; p = p.up {
		if l, ok := p.Services[slug]; ok && l.From != (Date{}) && !DateIn(at, r.Zone).Before(l.From) {
			return []string{p.Code}
		}
	}
	var codes []string
	for _, p := range r.all.packs {
		l, ok := p.Services[slug]
		if ok && p.Code != r.Code && places.Within(p.Code, r.Code) && l.From != (Date{}) && !DateIn(at, p.zone).Before(l.From) {
			codes = append(codes, p.Code)
		}
	}
	return codes
}

// Launches lists the slugs of the services that the region's own pack launches, with their days.
func (r *Region) Launches() map[string]Date {
	out := map[string]Date{}
	if r.pack.Code != r.Code {
		return out
	}
	for slug, l := range r.pack.Services {
		if l.From != (Date{}) {
			out[slug] = l.From
		}
	}
	return out
}
