package portal

import (
	"slices"

	"lancar/web"
)

type homeView struct {
	Hail, HailLang string
	Try            []string
	Life           []web.Item
	Count          int
	Visitors       bool
	Place          string
}

func home(v *visit) error {
	view := homeView{Place: v.site.region.Name}
	view.Life = v.lifeItems(10)
	if g, ok := v.site.region.Greet(); ok {
		view.Hail, view.HailLang = g.Text, g.Lang
		if sense := v.In(g.Sense); sense != "" && sense != g.Text {
			view.Hail += " · " + sense
		}
	}
	for _, d := range v.Catalog.All() {
		if v.offered(d) {
			view.Count++
			view.Visitors = view.Visitors || slices.Contains(d.LifeEvents, "visiting") && slices.Contains(d.Audience, "foreigner")
		}
	}
	view.Try = []string{v.T("mau buka warung", "open a food stall"), v.T("KTP hilang", "lost identity card"), v.T("anak saya baru lahir", "my child was born")}
	return v.show("home", v.In(v.site.region.Title), view)
}

func offline(v *visit) error {
	return v.show("offline", v.T("Jaringan terputus", "No connection"), nil)
}
