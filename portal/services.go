package portal

import (
	"slices"

	"lancar/web"
)

type serviceGroup struct {
	ID, Title string
	Items     []web.Item
}

// services lists everything by need: each service once, under the first moment in life it names.
func showServices(v *visit) error {
	view := struct {
		Place  string
		Count  int
		Groups []serviceGroup
		Later  []web.Item
	}{Place: v.site.region.Name}
	for _, e := range v.life {
		view.Groups = append(view.Groups, serviceGroup{ID: e.ID, Title: v.In(e.Title)})
	}
	view.Groups = append(view.Groups, serviceGroup{ID: "others", Title: v.T("Lainnya", "Others")})
	for _, d := range v.Catalog.All() {
		if !v.offered(d) {
			view.Later = append(view.Later, v.laterItem(d))
			continue
		}
		i := len(view.Groups) - 1
		if len(d.LifeEvents) > 0 {
			if j := slices.IndexFunc(view.Groups, func(g serviceGroup) bool { return g.ID == d.LifeEvents[0] }); j >= 0 {
				i = j
			}
		}
		view.Groups[i].Items = append(view.Groups[i].Items, v.item(d))
		view.Count++
	}
	view.Groups = slices.DeleteFunc(view.Groups, func(g serviceGroup) bool { return len(g.Items) == 0 })
	return v.show("services", v.T("Semua layanan", "All services"), view)
}
