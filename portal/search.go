package portal

import (
	"html/template"
	"strings"

	"lancar/catalog"
	"lancar/catalog/find"
	"lancar/region"
	"lancar/web"
)

type searchView struct {
	Query, Place string
	Region       string // that was chosen, "" for the portal's own
	Help         *helpView
	Best         *bestView
	Others       []web.Item
	Later        []web.Item
	Nothing      bool
	Advice       string
	Life         []web.Item
}

type helpView struct {
	Title, Say string
	Contacts   []contactView
}

type contactView struct {
	Number, Name string
	Href         template.URL // to call, digits alone
	Sure         bool
}

type bestView struct {
	Href, Title, Line, Office string
	Facts                     []web.Fact
}

// search answers what a person needs: people first if they cry for help, then the best service,
// then others, what is not open here last and marked.
func search(v *visit) error {
	q := strings.TrimSpace(v.r.URL.Query().Get("q"))
	if len(q) > 200 {
		q = q[:200]
	}
	where := v.searched()
	res := v.Finder.Search(where, q, v.Lang, 12, v.now)
	view := searchView{Query: q, Place: where.Name, Region: v.r.URL.Query().Get("region"), Advice: v.In(res.Advice), Help: v.help(res.Help)}
	for _, o := range res.Offers {
		switch {
		case !o.Launched():
			view.Later = append(view.Later, v.laterItem(o.Definition))
		case view.Best == nil:
			view.Best = v.best(o)
		default:
			view.Others = append(view.Others, v.item(o.Definition))
		}
	}
	view.Nothing = len(res.Offers) == 0 && view.Help == nil
	if view.Nothing {
		view.Life = v.lifeItems(6)
	}
	title := v.T("Cari layanan", "Find a service")
	if q != "" {
		title = q
	}
	return v.show("search", title, view)
}

// searched is the region that is searched: the portal's, or one within it that was chosen.
func (v *visit) searched() *region.Region {
	if code := v.r.URL.Query().Get("region"); code != "" {
		if r := v.Regions.ByCode(code); r != nil {
			return r
		}
	}
	return v.site.region
}

func (v *visit) help(h *find.Help) *helpView {
	if h == nil {
		return nil
	}
	out := &helpView{Title: v.In(h.Title), Say: v.In(h.Say)}
	for _, c := range h.Contacts {
		view := contactView{Number: c.Number, Name: v.In(c.Name), Sure: c.Confirmed}
		if digits := digitsOnly(c.Number); digits != "" && strings.Trim(digits, "0123456789") == "" {
			view.Href = template.URL("tel:" + digits)
		}
		out.Contacts = append(out.Contacts, view)
	}
	return out
}

func (v *visit) best(o catalog.Offer) *bestView {
	d := o.Definition
	return &bestView{Href: "/services/" + d.Slug, Title: v.In(d.Title), Line: v.In(d.Summary), Office: v.offices(o), Facts: v.facts(d)}
}
