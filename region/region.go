package region

import (
	"slices"
	"strings"
	"time"

	"lancar"
	"lancar/region/places"
)

// Places is the table of all places of the country.
type Places = places.Table

// Nation is the code of the whole country, the region of national agencies.
const Nation = places.Nation

// Region is a place seen as a tenant: what its own pack says and what it inherits from above.
// Code is the place asked for, even where it has no pack of its own. Immutable.
type Region struct {
	Code      string       // "53.15"
	Name      string       // "Kabupaten Manggarai Barat", "Kelurahan Labuan Bajo"
	Level     places.Level // national, province, regency, district, village
	AppName   string       // in the regional language
	Title     lancar.Text  // of the portal: "Layanan publik …"
	Owner     lancar.Text  // whose official site this is
	Host      string       // first label of the portal's host; "" is the bare host. Inherited: the brand may be of a region above
	Languages []Language
	Greetings []Greeting
	Zone      *time.Location
	ZoneName  string // WIB, WITA or WIT
	Palette   Palette
	Tile      []string // the woven motif: 24 rows of '.' ground, 'x' motif, 'o' thread
	Mark      []string // the sign, drawn likewise
	Help      Help
	Treasury  Treasury
	pack      *pack // nearest pack: of this place or above it
	all       *Regions
}

// Language is one in which a portal speaks.
type Language struct {
	Tag  string `yaml:"tag"` // BCP 47
	Name string `yaml:"name"`
}

// Greeting is a phrase in a regional language. Status says who confirmed it; a page shows only
// phrases that somebody confirmed or that have a source.
type Greeting struct {
	Lang   string      `yaml:"lang"` // BCP 47
	Text   string      `yaml:"text"`
	Sense  lancar.Text `yaml:"sense"`
	Source string      `yaml:"source"`
	Status string      `yaml:"status"` // "sourced" or "unconfirmed"
}

// Help is how to reach a person; empty where nobody is there.
type Help struct {
	Phone string `yaml:"phone"`
	Mail  string `yaml:"mail"`
}

// Treasury is where the region's money goes. Merchant is the name under a payment code,
// MerchantID the acquirer's number for it; an invented one works with the sandbox bank alone.
type Treasury struct {
	Account    string `yaml:"account"`
	Bank       string `yaml:"bank"`
	Number     string `yaml:"number"`
	Merchant   string `yaml:"merchant"`
	MerchantID string `yaml:"merchant_id"`
	City       string `yaml:"city"`
	PostalCode string `yaml:"postal_code"`
	Region     string `yaml:"-"` // whose treasury it is: the region's own or the nearest above that has one
}

// Path lists the region's code and all above it, nearest first: "53.15", "53", "00".
func (r *Region) Path() []string { return places.Chain(r.Code) }

// Within says whether the region is the place with code outer or lies in it.
func (r *Region) Within(outer string) bool { return places.Within(r.Code, outer) }

// Up is the region above, nil for the nation.
func (r *Region) Up() *Region {
	if r.Code == Nation {
		return nil
	}
	return r.all.ByCode(places.Up(r.Code))
}

// In is another place as the same packs know it; see [Regions.ByCode].
func (r *Region) In(code string) *Region { return r.all.ByCode(code) }

// Calendar is the working calendar: national, joint and local holidays.
func (r *Region) Calendar() Calendar { return r.pack.calendar }

// Deadline counts a term in the region's zone and calendar; see [Count].
func (r *Region) Deadline(from time.Time, days int, pauses []Pause) (Deadline, error) {
	return Count(r.pack.calendar, r.Zone, from, days, pauses)
}

// Left counts the working days until a term ends, today included; or, negative, those since it ended.
// It knows nothing of stops that are yet to come.
func (r *Region) Left(now, due time.Time) int {
	today, last := DateIn(now, r.Zone), DateIn(due.Add(-time.Nanosecond), r.Zone)
	if now.Before(due) {
		return r.pack.calendar.between(today, last)
	}
	return -r.pack.calendar.between(last.AddDays(1), today)
}

// Figures are the figures that the region sets, by id, as they stand on a date: exact decimals.
func (r *Region) Figures(on Date) map[string]string {
	out := map[string]string{}
	for p := r.pack; p != nil; p = p.up {
		for id := range p.Figures {
			if _, have := out[id]; !have {
				if f, ok := r.Figure(id, on); ok {
					out[id] = f.Value
				}
			}
		}
	}
	return out
}

// Figure is the figure with this id as it stands on a date: the region's own, else the one above.
func (r *Region) Figure(id string, on Date) (Figure, bool) {
	for p := r.pack; p != nil; p = p.up {
		def, ok := p.Figures[id]
		if !ok {
			continue
		}
		var best Figure
		found := false
		for _, v := range def.Values {
			if !on.Before(v.From) && (!found || best.From.Before(v.From)) {
				best, found = Figure{ID: id, Region: p.Code, Unit: def.Unit, Value: v.Value, From: v.From, Law: v.Law}, true
			}
		}
		if found {
			return best, true
		}
	}
	return Figure{}, false
}

// Figure is a number that a region sets: an exact decimal in whole units (IDR are rupiah) with
// the day from which it holds and its law. Region is the pack that sets it.
type Figure struct {
	ID, Region, Unit, Value string
	From                    Date
	Law                     Law
}

// Law is a citation. Status is "confirmed" or "unconfirmed"; only confirmed law may stand behind
// what is launched in production.
type Law struct {
	Text   string `yaml:"text"`
	Status string `yaml:"status"`
}

// Word is how the region names the villages or districts of a code, such as "Kelurahan" for
// 53.15.05.1025 or "Distrik" for a district of Papua.
func (r *Region) Word(code string) string { return r.all.word(code) }

// greetingsShown keeps the phrases that may stand on a page.
func greetingsShown(gs []Greeting) []Greeting {
	return slices.DeleteFunc(slices.Clone(gs), func(g Greeting) bool { return g.Status != "sourced" })
}

// Greet is a greeting of the region in one of its own languages, for the portal's first page;
// false when none has a source.
func (r *Region) Greet() (Greeting, bool) {
	gs := greetingsShown(r.Greetings)
	if len(gs) == 0 {
		return Greeting{}, false
	}
	return gs[0], true
}

// fill puts the name of a place into a text: {place}.
func fill(t lancar.Text, place string) lancar.Text {
	out := make(lancar.Text, len(t))
	for lang, s := range t {
		out[lang] = strings.ReplaceAll(s, "{place}", place)
	}
	return out
}
