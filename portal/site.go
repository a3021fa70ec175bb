package portal

import (
	"net/http"
	"slices"
	"strings"
	"time"

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

const langCookie = "lang"

// language is the one the person chose, Indonesian until they do.
func (s *site) language(r *http.Request) string {
	if c, err := r.Cookie(langCookie); err == nil && slices.Contains(s.langs, c.Value) {
		return c.Value
	}
	return s.langs[0]
}

// language keeps the choice made by ?lang= and goes on to the page without it.
func (p *Portal) language(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.RawQuery, "lang=") || r.Method != http.MethodGet {
			next(w, r)
			return
		}
		q := r.URL.Query()
		chosen := q.Get("lang")
		q.Del("lang")
		http.SetCookie(w, &http.Cookie{Name: langCookie, Value: chosen, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
			SameSite: http.SameSiteLaxMode, HttpOnly: true, Secure: r.TLS != nil})
		to := *r.URL
		to.RawQuery = q.Encode()
		if !slices.Contains(p.siteOf(r.Host).langs, chosen) {
			w.Header().Del("Set-Cookie")
		}
		http.Redirect(w, r, localPath(to.RequestURI()), http.StatusSeeOther)
	}
}

// localPath is a path of this host that somebody asked to return to, "/" when it is anything else.
func localPath(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}
