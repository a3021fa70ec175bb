package catalog

import (
	"sync"
	"time"

	"lancar"
	"lancar/catalog/find"
	"lancar/region"
)

// Finder searches the catalog as somebody in a region sees it. It is safe for concurrent use.
type Finder struct {
	services []*Definition
	index    *find.Index
	mu       sync.Mutex
	seen     map[string]view // by region code
}

// view is how the services stand to one region on one day.
type view struct {
	day     region.Date
	classes []find.Class
}

// Offer is a service as it stands to a region. Offices are those that offer it there: the
// region's own or the one above it, else those below. None: it is not launched, and Instead says
// where to go.
type Offer struct {
	*Definition
	Offices []region.Agency
	Instead region.Instead
}

// Launched says whether an office offers the service.
func (o Offer) Launched() bool { return len(o.Offices) > 0 }

// Found is the answer to a search: offers best first, those not launched last.
type Found struct {
	Offers []Offer
	Help   *find.Help  // a cry for help is answered first
	Advice lancar.Text // what to do when nothing fits
}

// NewFinder indexes the newest version of every service.
func NewFinder(c *Catalog) *Finder {
	return &Finder{services: c.All(), index: find.New(c.Entries()), seen: map[string]view{}}
}

// Search finds services by what a person needs, in their words; limit is at most [find.MaxHits].
func (f *Finder) Search(r *region.Region, text, lang string, limit int, now time.Time) Found {
	classes := f.classes(r, now)
	res := f.index.Search(find.Query{Text: text, Lang: lang, Limit: limit, Filter: func(i int) find.Class { return classes[i] }})
	found := Found{Help: res.Help, Advice: res.Advice}
	for _, h := range res.Hits {
		found.Offers = append(found.Offers, OfferOf(f.services[h.Index], r, now))
	}
	return found
}

// OfferOf says how one service stands to a region.
func OfferOf(def *Definition, r *region.Region, now time.Time) Offer {
	o := Offer{Definition: def}
	for _, code := range r.Offering(def.Slug, now) {
		at := r.In(code)
		if office, ok := at.Agency(def.Owner.Agency); ok {
			o.Offices = append(o.Offices, office)
			continue
		}
		// Launched by a region above the office's level: each place below has its own office.
		o.Offices = append(o.Offices, region.Agency{ID: def.Owner.Agency, Region: code, Name: lancar.Text{"id": at.Name, "en": at.Name}})
	}
	if !o.Launched() {
		_, o.Instead = r.Launched(def.Slug, now)
	}
	return o
}

func (f *Finder) classes(r *region.Region, now time.Time) []find.Class {
	day := region.DateIn(now, r.Zone)
	f.mu.Lock()
	defer f.mu.Unlock()
	if v, ok := f.seen[r.Code]; ok && v.day == day {
		return v.classes
	}
	if len(f.seen) > 1000 { // regions are asked for by anyone's query
		clear(f.seen)
	}
	v := view{day: day, classes: make([]find.Class, len(f.services))}
	for i, def := range f.services {
		if len(r.Offering(def.Slug, now)) == 0 {
			v.classes[i] = find.Later
		}
	}
	f.seen[r.Code] = v
	return v.classes
}
