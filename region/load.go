package region

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"path"
	"slices"
	"strings"

	"lancar/internal/strictyaml"
	"lancar/region/places"
)

// Regions are all packs of a node. Immutable.
type Regions struct {
	places *Places
	packs  []*pack // by code; the nation is first
	byCode map[string]*pack
	byHost map[string]*pack
}

// Load reads the packs, one folder per code, and checks them: the nation's must be there, every
// code must be a place, every palette readable. The error joins one complaint per mistake, with
// file and line where there is one.
func Load(fsys fs.FS, tab *Places) (*Regions, error) {
	files, err := fs.Glob(fsys, "*/region.yaml")
	if err != nil {
		return nil, fmt.Errorf("regions: %w", err)
	}
	rs := &Regions{places: tab, byCode: map[string]*pack{}, byHost: map[string]*pack{}}
	var errs []error
	for _, f := range files {
		p, err := readPack(fsys, f)
		if err == nil {
			err = check(f, p, tab)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rs.packs = append(rs.packs, p)
		rs.byCode[p.Code] = p
	}
	slices.SortFunc(rs.packs, func(a, b *pack) int { return strings.Compare(a.Code, b.Code) })
	if len(errs) == 0 && rs.byCode[Nation] == nil {
		errs = append(errs, errors.New("regions: there is no pack 00 for the nation"))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	for _, p := range rs.packs {
		if err := rs.settle(p); err != nil {
			return nil, fmt.Errorf("%s/region.yaml: %w", p.Code, err)
		}
	}
	return rs, nil
}

func readPack(fsys fs.FS, file string) (*pack, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("regions: %w", err)
	}
	p := &pack{}
	if err := strictyaml.Decode(file, data, p); err != nil {
		return nil, err
	}
	days := path.Join(path.Dir(file), "holidays.yaml")
	data, err = fs.ReadFile(fsys, days)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("regions: %w", err)
	}
	var h holidayFile
	if err := strictyaml.Decode(days, data, &h); err != nil {
		return nil, err
	}
	for _, d := range h.Holidays {
		if d.Date == (Date{}) || d.Name.In("id") == "" {
			return nil, fmt.Errorf("%s: a holiday needs a date and a name: %v %v", days, d.Date, d.Name)
		}
		if d.Status != decreed && d.Status != commonly && d.Status != Estimate {
			return nil, fmt.Errorf("%s: %s has the unknown status %q", days, d.Date, d.Status)
		}
		p.holidays = append(p.holidays, Holiday{d.Date, d.Name, or(d.Kind, "local"), d.Status, p.Code})
	}
	return p, nil
}

// settle fills a pack from the one above it, which is already settled, and makes its region.
func (rs *Regions) settle(p *pack) error {
	for _, code := range places.Chain(p.Code)[1:] {
		if up := rs.byCode[code]; up != nil {
			p.up = up
			break
		}
	}
	above := &Region{}
	if p.up != nil {
		above = p.up.region
		p.holidays = append(slices.Clone(p.up.holidays), p.holidays...)
	}
	p.calendar = NewCalendar(p.holidays)
	if p.Treasury != (Treasury{}) {
		p.Treasury.Region = p.Code
	}
	r := &Region{Code: p.Code, pack: p, all: rs,
		AppName: or(p.AppName, above.AppName), Title: orText(p.Title, above.Title), Owner: orText(p.Owner, above.Owner),
		Host:      or(p.Host, above.Host),
		Languages: orList(p.Languages, above.Languages), Greetings: orList(p.Greetings, above.Greetings),
		Help: or(p.Help, above.Help), Treasury: or(p.Treasury, above.Treasury),
		Palette: above.Palette, Tile: above.Tile, Mark: above.Mark}
	if p.Look != nil {
		var err error
		if r.Palette, err = NewPalette(p.Look.Brand, p.Look.Accent, p.Look.Neutral); err != nil {
			return err
		}
		r.Tile, r.Mark = p.Look.Tile, p.Look.Mark
	}
	rs.place(r)
	p.region, p.zone = r, r.Zone
	if p.Host != "" || p.Code == Nation {
		if other := rs.byHost[p.Host]; other != nil {
			return fmt.Errorf("host %q is taken by %s", p.Host, other.Code)
		}
		rs.byHost[p.Host] = p
	}
	return nil
}

// place sets what follows from the code alone: name, level and zone.
func (rs *Regions) place(r *Region) {
	r.Level, _ = places.Parse(r.Code)
	r.Name = rs.nameOf(r.Code)
	nation := rs.byCode[Nation]
	r.ZoneName = nation.Provinces[Nation].Zone
	if p, ok := nation.Provinces[r.Code[:2]]; ok {
		r.ZoneName = p.Zone
	}
	r.Zone, _ = zoneOf(r.ZoneName)
}

// ByCode is the region with a code: its own pack, or everything from the nearest pack above. Nil
// when there is no such place.
func (rs *Regions) ByCode(code string) *Region {
	if p := rs.byCode[code]; p != nil {
		return p.region
	}
	if _, ok := rs.places.Lookup(code); !ok {
		return nil
	}
	for _, c := range places.Chain(code) {
		if p := rs.byCode[c]; p != nil {
			r := *p.region
			r.Code = code
			rs.place(&r)
			return &r
		}
	}
	return nil
}

// ByHost is the region whose portal answers on a host, with or without a port: its first label
// names the region, and any other host is the nation's.
func (rs *Regions) ByHost(host string) *Region {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	label, _, more := strings.Cut(strings.ToLower(host), ".")
	if p := rs.byHost[label]; p != nil && more {
		return p.region
	}
	return rs.byHost[""].region
}

// All lists the regions that have packs, by code; the nation is first.
func (rs *Regions) All() []*Region {
	all := make([]*Region, len(rs.packs))
	for i, p := range rs.packs {
		all[i] = p.region
	}
	return all
}

// Places is the table of all places.
func (rs *Regions) Places() *Places { return rs.places }

// nameOf is the full name of a place, with the word for its kind where the decree leaves it out.
func (rs *Regions) nameOf(code string) string {
	p, _ := rs.places.Lookup(code)
	if p.Level < places.District {
		return p.Name
	}
	if w := rs.word(code); w != "" {
		return w + " " + p.Name
	}
	return p.Name
}

// word is the kind of a district or village in its province.
func (rs *Regions) word(code string) string {
	level, ok := places.Parse(code)
	if !ok || level < places.District {
		return ""
	}
	general := rs.byCode[Nation].Words
	own := rs.byCode[Nation].Provinces[code[:2]].Words
	if level == places.District {
		if city := code[3] >= '7'; city && own.CityDistrict != "" {
			return own.CityDistrict
		}
		return or(own.District, general.District)
	}
	switch places.VillageKind(code) {
	case 1:
		return or(own.Urban, general.Urban)
	case 3:
		return or(own.Customary, general.Customary)
	}
	return or(own.Rural, general.Rural)
}
