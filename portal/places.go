package portal

import (
	"net/url"
	"strings"

	"lancar"
	"lancar/casework"
	"lancar/catalog"
	"lancar/region"
	"lancar/region/places"
	"lancar/web"
)

// placesView is one level of the picker, province to village: links and a search, no script.
type placesView struct {
	Back        *web.Link
	Title, Lead string
	Warn        string
	Action      string // of the search by name
	Hidden      map[string]string
	Name        string
	Here        *hereView
	Level       string
	List        []web.Item
}

type hereView struct{ Path, Code, Name, Post, Href, Open string }

// picker walks down the places from a code, or lists those with a name.
type picker struct {
	*visit
	base   string            // address of the picker
	keep   map[string]string // queries that go along
	within string            // the code where it begins
	deep   places.Level      // of the place that is wanted
}

func (p *picker) href(code string) string {
	q := url.Values{"in": {code}}
	for k, x := range p.keep {
		q.Set(k, x)
	}
	return p.base + "?" + q.Encode()
}

func (p *picker) view() placesView {
	q := p.r.URL.Query()
	in, name := q.Get("in"), strings.TrimSpace(q.Get("name"))
	if !places.Within(in, p.within) || in == "" {
		in = p.within
	}
	view := placesView{Action: p.base, Hidden: p.keep, Name: name}
	if name != "" {
		if len(name) > 80 {
			name = name[:80]
		}
		for _, h := range p.Regions.Places().Search(name, p.within, 12) {
			view.List = append(view.List, p.item(h.Place))
		}
		view.Level = p.T("Yang mirip", "Similar names")
		return view
	}
	here, known := p.Regions.Places().Lookup(in)
	if !known {
		in = p.within
		here, _ = p.Regions.Places().Lookup(in)
	}
	if here.Level < p.deep {
		for _, c := range p.Regions.Places().Children(in) {
			view.List = append(view.List, p.item(c))
		}
		view.Level = p.levelName(here.Level + 1)
	}
	if in != p.within {
		view.Back = &web.Link{Href: p.href(places.Up(in)), Text: p.T("Satu tingkat ke atas", "One level up")}
	}
	if in != p.within || here.Level >= p.deep {
		view.Here = &hereView{Path: p.placeName(in), Code: in, Name: here.Name}
	}
	return view
}

func (p *picker) item(c places.Place) web.Item {
	it := web.Item{Href: p.href(c.Code), Title: c.Name}
	if path := p.Regions.Places().Path(c.Code); len(path) > 1 && p.r.URL.Query().Get("name") != "" {
		var above []string
		for i := len(path) - 2; i >= 0; i-- {
			above = append(above, path[i].Name)
		}
		it.Small = strings.Join(above, ", ")
	}
	return it
}

func (p *picker) levelName(l places.Level) string {
	switch l {
	case places.Province:
		return p.T("Provinsi", "Province")
	case places.Regency:
		return p.T("Kabupaten atau kota", "Regency or city")
	case places.District:
		return p.T("Kecamatan", "District")
	}
	return p.T("Desa atau kelurahan", "Village")
}

// places leads a visitor from a place to the services that are open there.
func showPlaces(v *visit) error {
	p := &picker{visit: v, base: "/places", within: v.site.region.Code, deep: places.Regency, keep: map[string]string{}}
	if q := v.r.URL.Query().Get("q"); q != "" {
		p.keep["q"] = q
	}
	view := p.view()
	view.Title, view.Lead = v.T("Pilih wilayah", "Choose a place"), v.T("Layanan yang dibuka berbeda di tiap daerah.", "Each region opens its own services.")
	if view.Here != nil {
		r := v.Regions.ByCode(view.Here.Code)
		view.Here.Open = v.T("Lihat layanan di ", "See the services of ") + view.Here.Name
		view.Here.Href = v.portalOf(r) + "/services"
		if q := p.keep["q"]; q != "" {
			view.Here.Href = "/search?" + url.Values{"q": {q}, "region": {r.Code}}.Encode()
		}
	}
	return v.show("places", view.Title, view)
}

// portalOf is the address of the region's portal, "" when it is this one.
func (v *visit) portalOf(r *region.Region) string {
	if r == nil || r.Host == v.site.region.Host {
		return ""
	}
	u := url.URL{Scheme: v.Home.Scheme, Host: v.Home.Host}
	if r.Host != "" {
		u.Host = r.Host + "." + v.Home.Host
	}
	return u.String()
}

func (v *visit) placeField() (casework.Checked, *catalog.Field, error) {
	d, err := v.draft()
	if err != nil {
		return d, nil, err
	}
	if d.Number != "" {
		return d, nil, lancar.Fail(lancar.Conflict, "", "Permohonan ini sudah dikirim.", "This application was already sent.")
	}
	f, _ := d.Service.Field(v.r.PathValue("field"))
	if f == nil || f.Kind != "place" {
		return d, nil, notFound()
	}
	return d, f, nil
}

// pickPlace answers a question for a place, level by level.
func pickPlace(v *visit) error {
	d, f, err := v.placeField()
	if err != nil {
		return err
	}
	deep := wanted(f)
	p := &picker{visit: v, base: draftPath(d.ID) + "/place/" + f.ID, within: v.site.region.Code, deep: deep}
	if v.r.URL.Query().Get("all") != "" || f.ID == "applicant.domicile" {
		p.within, p.keep = places.Nation, map[string]string{"all": "1"}
	}
	view := p.view()
	view.Title = v.In(f.Label)
	if decides(d.Service, f) && view.Here == nil && view.Name == "" {
		p.whereOpen(&view, d.Service)
	}
	if view.Here != nil && levelIn(view.Here.Code) >= deep {
		view.Here.Post = p.base
	}
	if code := v.r.URL.Query().Get("closed"); code != "" {
		view.Warn = v.notOpenAt(d.Service, code)
	}
	if view.Back == nil {
		view.Back = &web.Link{Href: stepPath(d.ID, stepOf(v.stepsOf(d), f.ID)), Text: v.T("Kembali ke isian", "Back to the form")}
	}
	return v.show("places", view.Title, view)
}

// decides says that the place in this field decides whose office it is.
func decides(d *catalog.Definition, f *catalog.Field) bool {
	return d.Owner.Of == f.ID || d.Owner.Of == "answers."+f.ID
}

// whereOpen begins the picker with the regions whose offices offer the service.
func (p *picker) whereOpen(view *placesView, d *catalog.Definition) {
	codes := p.site.region.Offering(d.Slug, p.now)
	if len(codes) == 0 || len(codes) == 1 && !places.Within(codes[0], p.within) {
		return
	}
	if len(codes) == 1 && codes[0] == p.within {
		return // open everywhere here: the list of what lies below says more
	}
	view.List, view.Level = nil, p.T("Dibuka di", "Open in")
	for _, c := range codes {
		if r := p.Regions.ByCode(c); r != nil {
			view.List = append(view.List, web.Item{Href: p.href(c), Title: r.Name})
		}
	}
}

// officeAt is the region whose office would decide for a place, nil when it is not exact enough.
func (v *visit) officeAt(d *catalog.Definition, place string) *region.Region {
	code, ok := d.Office(place)
	if !ok {
		return nil
	}
	return v.Regions.ByCode(code)
}

// notOpenAt says that the service is not open at a place, and where to go instead; "" where it is.
func (v *visit) notOpenAt(d *catalog.Definition, place string) string {
	r := v.officeAt(d, place)
	if r == nil {
		return ""
	}
	launched, instead := r.Launched(d.Slug, v.now)
	if launched {
		return ""
	}
	return r.Name + ": " + v.T("layanan ini belum dibuka di sini. ", "this service is not open here yet. ") + v.In(instead.Text)
}

func wanted(f *catalog.Field) places.Level {
	for l := places.Province; l <= places.Village; l++ {
		if l.String() == f.Level {
			return l
		}
	}
	return places.Village
}

func levelIn(code string) places.Level {
	l, _ := places.Parse(code)
	return l
}

func takePlace(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	d, f, err := v.placeField()
	if err != nil {
		return err
	}
	place := v.r.PostForm.Get("place")
	if cut, ok := places.Cut(place, wanted(f)); ok {
		place = cut // more exact than was asked
	}
	if _, known := v.Regions.Places().Lookup(place); !known {
		return lancar.Fail(lancar.Invalid, f.ID, "Wilayah ini tidak dikenal. Pilih dari daftar.", "This place is unknown. Choose it from the list.")
	}
	if decides(d.Service, f) && v.notOpenAt(d.Service, place) != "" {
		return v.to(draftPath(d.ID) + "/place/" + f.ID + "?closed=" + url.QueryEscape(place))
	}
	at := stepOf(v.stepsOf(d), f.ID)
	_, err = v.Cases.SaveStep(v.r.Context(), v.applicant(), d.ID, d.Version, at, map[string]string{f.ID: place})
	if err != nil {
		return err
	}
	return v.to(stepPath(d.ID, at) + "#" + f.ID)
}
