package region

import (
	"maps"
	"slices"
	"time"

	"lancar"
	"lancar/region/places"
)

// pack is one region's folder: region.yaml and, if there is one, holidays.yaml. What is left out
// is inherited.
type pack struct {
	Code        string              `yaml:"code"`
	Host        string              `yaml:"host"`
	AppName     string              `yaml:"app_name"`
	Title       lancar.Text         `yaml:"title"`
	Owner       lancar.Text         `yaml:"owner"`
	Languages   []Language          `yaml:"languages"`
	Greetings   []Greeting          `yaml:"greetings"`
	Look        *look               `yaml:"look"`
	Help        Help                `yaml:"help"`
	Treasury    Treasury            `yaml:"treasury"`
	Agencies    map[string]agency   `yaml:"agencies"`
	Signatories []signatory         `yaml:"signatories"`
	Figures     map[string]figure   `yaml:"parameters"`
	Services    map[string]launched `yaml:"services"`
	Instead     lancar.Text         `yaml:"instead"`
	Provinces   map[string]province `yaml:"provinces"` // the nation's pack alone
	Words       words               `yaml:"words"`     // the nation's pack alone: where no province says otherwise

	up       *pack
	calendar Calendar
	zone     *time.Location
	region   *Region
	holidays []Holiday
}

// look is how the portal looks. Reviewed names who of the region agreed to the motif.
type look struct {
	Brand    LCh      `yaml:"brand"`
	Accent   LCh      `yaml:"accent"`
	Neutral  float64  `yaml:"neutral"`
	Motif    string   `yaml:"motif"`
	Reviewed string   `yaml:"reviewed"`
	Tile     []string `yaml:"tile"`
	Mark     []string `yaml:"mark"`
}

type agency struct {
	Level    string      `yaml:"level"`
	Name     lancar.Text `yaml:"name"`
	Address  string      `yaml:"address"`
	Superior lancar.Text `yaml:"superior"`
}

type signatory struct {
	Agency string      `yaml:"agency"`
	Name   string      `yaml:"name"`
	Title  lancar.Text `yaml:"title"`
	Number string      `yaml:"number"`
}

type figure struct {
	Unit   string  `yaml:"unit"`
	Values []value `yaml:"values"`
}

type value struct {
	From  Date   `yaml:"from"`
	Value string `yaml:"value"`
	Law   Law    `yaml:"law"`
}

// launched is a service in a pack: launched from a day on, or where to go instead.
type launched struct {
	From    Date        `yaml:"from"`
	Instead lancar.Text `yaml:"instead"`
	URL     string      `yaml:"url"`
}

// province is what the nation knows of a province that may have no pack.
type province struct {
	Zone  string `yaml:"zone"`
	Words words  `yaml:"words"`
}

// words are the kinds of places before their names.
type words struct {
	District     string `yaml:"district"`
	CityDistrict string `yaml:"city_district"`
	Urban        string `yaml:"urban"` // villages 1xxx
	Rural        string `yaml:"rural"` // villages 2xxx
	Customary    string `yaml:"customary"`
}

// holidayFile is holidays.yaml. Without a kind the holidays are local.
type holidayFile struct {
	Source   string `yaml:"source"`
	Holidays []struct {
		Date   Date        `yaml:"date"`
		Name   lancar.Text `yaml:"name"`
		Kind   string      `yaml:"kind"`
		Status string      `yaml:"status"`
	} `yaml:"holidays"`
}

// zoneOf makes the three zones of the country; they have had no daylight saving since 1988.
func zoneOf(name string) (*time.Location, bool) {
	hours, ok := map[string]int{"WIB": 7, "WITA": 8, "WIT": 9}[name]
	return time.FixedZone(name, hours*3600), ok
}

func levelOf(name string) (places.Level, bool) {
	for l := places.National; l <= places.Village; l++ {
		if l.String() == name {
			return l, true
		}
	}
	return 0, false
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func or[T comparable](a, b T) T {
	var zero T
	if a != zero {
		return a
	}
	return b
}

func orText(a, b lancar.Text) lancar.Text {
	if len(a) > 0 {
		return a
	}
	return b
}

func orList[T any](a, b []T) []T {
	if len(a) > 0 {
		return a
	}
	return b
}
