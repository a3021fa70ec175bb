package portal

import (
	"net/http"

	"lancar/region"
	"lancar/web"
)

// site is one region's portal.
type site struct {
	region *region.Region
	look   *web.Look
	langs  []string // that pages have texts in
}

func newSite(r *region.Region) (*site, error) {
	b := web.Brand{Code: r.Code, AppName: r.AppName, Title: r.Title, Owner: r.Owner,
		Light: r.Palette.Light, Dark: r.Palette.Dark, Tile: r.Tile, Mark: r.Mark}
	look, err := web.NewLook(b)
	return &site{region: r, look: look, langs: []string{"id", "en"}}, err
}

func (p *Portal) siteOf(host string) *site { return p.sites[p.Regions.ByHost(host).Code] }

// place is where a person of this portal acts unless they say otherwise: nowhere in particular
// for a portal above the regencies.
func (s *site) place() string {
	if s.region.Level < 2 {
		return ""
	}
	return s.region.Code
}

// language is the one the person chose, Indonesian until they do.
func (s *site) language(r *http.Request) string { return web.Language(r, s.langs) }

// language keeps the choice made by ?lang= and goes on to the page without it.
func (p *Portal) language(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !web.ChooseLanguage(w, r, p.siteOf(r.Host).langs) {
			next(w, r)
		}
	}
}
