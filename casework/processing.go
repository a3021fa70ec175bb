package casework

import (
	"slices"
	"strings"

	"lancar"
	"lancar/access"
	"lancar/catalog"
)

// Processing declares, for the record of processing, what each published service does with people's
// data: read from its definition, so that the record cannot differ from what is done.
func (c *Cases) Processing() (out []access.Processing) {
	for _, d := range c.catalog.All() {
		if d.Kind == "handover" {
			continue // done elsewhere: nothing is processed here
		}
		out = append(out, c.processing(d))
	}
	return out
}

func (c *Cases) processing(d *catalog.Definition) access.Processing {
	p := access.Processing{Name: d.Title, Agency: d.Owner.Agency, Purpose: d.Summary, Whose: whose(d.Audience), Keep: d.Retention.Text, Alone: d.Term.Deemed}
	for _, l := range d.Law {
		text := l.Text
		if l.Status != "confirmed" {
			text += " (belum dipastikan)"
		}
		p.Grounds = append(p.Grounds, text)
	}
	for _, page := range d.Pages() {
		for _, f := range page.Fields {
			if f.Specific {
				p.Specific = append(p.Specific, f.Label)
			} else {
				p.General = append(p.General, f.Label)
			}
		}
	}
	var asked []string
	for _, l := range d.Lookups() {
		if !slices.Contains(asked, l.Register) {
			asked = append(asked, l.Register)
		}
	}
	slices.Sort(asked)
	for _, id := range asked {
		s, ok := c.exchange.Source(id)
		if !ok {
			continue
		}
		p.Sources = append(p.Sources, lancar.Text{"id": s.Name.In("id") + " (" + s.Owner.In("id") + ")", "en": s.Name.In("en") + " (" + s.Owner.In("en") + ")"})
	}
	return p
}

func whose(audience []string) lancar.Text {
	words := map[string]lancar.Text{"resident": {"id": "penduduk", "en": "residents"}, "foreigner": {"id": "orang asing", "en": "foreigners"}, "company": {"id": "badan usaha", "en": "companies"}}
	var id, en []string
	for _, a := range audience {
		id, en = append(id, words[a]["id"]), append(en, words[a]["en"])
	}
	return lancar.Text{"id": "Pemohon: " + strings.Join(id, ", "), "en": "Applicants: " + strings.Join(en, ", ")}
}
