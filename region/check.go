package region

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"lancar"
	"lancar/region/places"
)

var (
	hostLabel  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)
	decimal    = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,6})?$`)
	identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,60}$`)
)

// check finds what is wrong with one pack by itself.
func check(file string, p *pack, tab *Places) error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", file, fmt.Sprintf(format, args...)))
	}
	if _, ok := tab.Lookup(p.Code); !ok || file != p.Code+"/region.yaml" {
		bad("code %q is no place, or not the name of the folder", p.Code)
	}
	if p.Host != "" && !hostLabel.MatchString(p.Host) {
		bad("host %q is not a host label", p.Host)
	}
	if p.Host != "" || p.Code == Nation {
		bilingual(bad, "title", p.Title)
		bilingual(bad, "owner", p.Owner)
	}
	if p.Look != nil {
		chart(bad, "tile", p.Look.Tile)
		chart(bad, "mark", p.Look.Mark)
	}
	for _, g := range p.Greetings {
		if g.Status != "unconfirmed" && (g.Status != "sourced" || g.Source == "") {
			bad("greeting %q needs a source, or status unconfirmed", g.Text)
		}
	}
	checkOffices(bad, p)
	checkFigures(bad, p)
	for slug, l := range p.Services {
		if l.From == (Date{}) && len(l.Instead) == 0 {
			bad("service %s is neither launched (from) nor says where to go instead", slug)
		}
	}
	if p.Code == Nation {
		checkNation(bad, p, tab)
	} else if len(p.Provinces) > 0 || p.Words != (words{}) {
		bad("provinces and words stand in the pack of the nation")
	}
	return errors.Join(errs...)
}

type complain func(format string, args ...any)

func bilingual(bad complain, what string, t lancar.Text) {
	if t["id"] == "" || t["en"] == "" {
		bad("%s needs a text in Indonesian and English", what)
	}
}

// chart checks a weaver's chart: 24 rows of 24 cells, for a tile at least half of it ground.
func chart(bad complain, what string, rows []string) {
	ground := 0
	for _, row := range rows {
		for _, c := range row {
			switch c {
			case '.':
				ground++
			case 'x', 'o':
			default:
				bad("%s has a thread %q; use . x o", what, c)
				return
			}
		}
		if len(row) != 24 {
			bad("%s has a row of %d cells, expected 24", what, len(row))
			return
		}
	}
	if len(rows) != 24 {
		bad("%s has %d rows, expected 24", what, len(rows))
	} else if what == "tile" && ground < 288 {
		bad("%s: only %d of 576 cells are ground; at least half must be", what, ground)
	}
}

func checkOffices(bad complain, p *pack) {
	for _, id := range slices.Sorted(maps.Keys(p.Agencies)) {
		a := p.Agencies[id]
		if _, ok := levelOf(a.Level); !ok {
			bad("agency %s has no level (national, province, regency, district, village)", id)
		}
		bilingual(bad, "agency "+id, a.Name)
	}
	for _, s := range p.Signatories {
		if s.Name == "" {
			bad("a signatory has no name")
		}
		bilingual(bad, "title of signatory "+s.Name, s.Title)
	}
}

func checkFigures(bad complain, p *pack) {
	for _, id := range slices.Sorted(maps.Keys(p.Figures)) {
		f := p.Figures[id]
		if !identifier.MatchString(id) || f.Unit == "" || len(f.Values) == 0 {
			bad("parameter %s needs a lower-case name, a unit and a value", id)
		}
		for _, v := range f.Values {
			if !decimal.MatchString(v.Value) || v.From == (Date{}) {
				bad("parameter %s: %q from %s is not a decimal with a date", id, v.Value, v.From)
			}
			if v.Law.Text == "" || v.Law.Status != "confirmed" && v.Law.Status != "unconfirmed" {
				bad("parameter %s from %s needs its law with a status", id, v.From)
			}
		}
	}
}

func checkNation(bad complain, p *pack, tab *Places) {
	if p.AppName == "" || p.Look == nil || len(p.Languages) == 0 || len(p.Instead) == 0 {
		bad("the nation's pack must have app_name, look, languages and instead: everybody inherits them")
	}
	for _, place := range append(tab.Children(Nation), places.Place{Code: Nation, Name: "Indonesia"}) {
		if _, ok := zoneOf(p.Provinces[place.Code].Zone); !ok {
			bad("province %s (%s) has no time zone", place.Code, place.Name)
		}
	}
}
