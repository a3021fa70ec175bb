package portal

import (
	"slices"

	"lancar"
	"lancar/catalog"
	"lancar/internal/strictyaml"
	"lancar/web"
)

// lifeEvent is a moment in life in which people need government.
type lifeEvent struct {
	ID    string      `yaml:"id"`
	Icon  string      `yaml:"icon"`
	Title lancar.Text `yaml:"title"`
	Line  lancar.Text `yaml:"line"`
}

func readLife() ([]lifeEvent, error) {
	data, err := files.ReadFile("life.yaml")
	if err != nil {
		return nil, err
	}
	var all []lifeEvent
	return all, strictyaml.Decode("life.yaml", data, &all)
}

// lifeItems are the events for which something is open in this region, at most limit (0: all).
func (v *visit) lifeItems(limit int) []web.Item {
	used := map[string]bool{}
	for _, d := range v.Catalog.All() {
		if v.offered(d) {
			for _, e := range d.LifeEvents {
				used[e] = true
			}
		}
	}
	var out []web.Item
	for _, e := range v.life {
		if used[e.ID] && (limit == 0 || len(out) < limit) {
			out = append(out, web.Item{Href: "/life/" + e.ID, Title: v.In(e.Title), Small: v.In(e.Line), Icon: e.Icon})
		}
	}
	return out
}

func showLife(v *visit) error {
	i := slices.IndexFunc(v.life, func(e lifeEvent) bool { return e.ID == v.r.PathValue("event") })
	if i < 0 {
		return notFound()
	}
	e := v.life[i]
	view := struct {
		Title, Line string
		Open, Later []web.Item
	}{Title: v.In(e.Title), Line: v.In(e.Line)}
	for _, d := range v.nearest(e) {
		if v.offered(d) {
			view.Open = append(view.Open, v.item(d))
		} else {
			view.Later = append(view.Later, v.laterItem(d))
		}
	}
	return v.show("lifeevent", view.Title, view)
}

// nearest are the services of an event, those first that fit its words best.
func (v *visit) nearest(e lifeEvent) []*catalog.Definition {
	at := map[string]int{}
	for i, o := range v.Finder.Search(v.site.region, e.Title["id"]+" "+e.Line["id"], "id", 50, v.now).Offers {
		at[o.Slug] = i - 50
	}
	all := slices.DeleteFunc(slices.Clone(v.Catalog.All()), func(d *catalog.Definition) bool { return !slices.Contains(d.LifeEvents, e.ID) })
	slices.SortStableFunc(all, func(a, b *catalog.Definition) int { return at[a.Slug] - at[b.Slug] })
	return all
}

// offered says whether a service is open to somebody in this portal's region: there, above, or in
// a region below it.
func (v *visit) offered(d *catalog.Definition) bool {
	return len(v.site.region.Offering(d.Slug, v.now)) > 0
}

// item is a service in a list: what it is, what it costs, how long it takes.
func (v *visit) item(d *catalog.Definition) web.Item {
	return web.Item{Href: "/services/" + d.Slug, Title: v.In(d.Title), Line: v.In(d.Summary), Small: v.inShort(d)}
}

func (v *visit) laterItem(d *catalog.Definition) web.Item {
	it := v.item(d)
	_, instead := v.site.region.Launched(d.Slug, v.now)
	it.Small = v.In(instead.Text)
	it.Tag = &web.Tag{Kind: "off", Text: v.T("Belum dibuka di sini", "Not open here yet")}
	return it
}

// inShort is the promise in one line.
func (v *visit) inShort(d *catalog.Definition) string {
	if d.Kind == "handover" {
		return v.T("Diurus di tempat lain, kami antar ke sana", "Done elsewhere; we lead you there")
	}
	s := v.price(d)
	if d.Kind != "payment" {
		s += v.T(" · paling lama ", " · at most ") + v.WorkDays(d.Term.Days)
	}
	return s
}
