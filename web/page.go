package web

import (
	"html/template"
	"net/url"
	"strings"
	"time"
)

// Page is what the frame needs around a door's own view.
type Page struct {
	Words
	Look    *Look
	Title   string // of the document; the app's name follows it
	Now     time.Time
	Moved   bool   // time was moved by hand: said on every page
	Demo    string // a line said on every page of a rehearsal, "" in production
	Path    string // path and query of this page, for the language switch
	Nav     []Link
	Langs   []string   // languages of this door that have texts, the reader's among them
	Watch   Watch      // what the page waits for
	Dense   bool       // an officer's page
	Home    string     // where the sign in the header leads, "" for "/"
	Sub     string     // said under the app's name instead of the portal's title
	Foot    any        // what a door's own "foot" template needs
	Forget  bool       // the person signed out: unsent answers are removed from the device
	NoIndex bool       // not for search engines
	Acting  *ActingBar // for whom the reader acts, nil for themself
	Main    template.HTML
}

// Watch is an address that answers a word, and the word that this page was made with. While it is
// open and looked at, the script asks now and then and loads the page again when the word has
// changed. Without script nothing moves by itself (WCAG 2.2.1), and the page has a link for it.
type Watch struct{ URL, Now string }

// ActingBar says on every page for whom the reader acts, and lets them stop.
type ActingBar struct{ Text, Name, Note, Action string }

// Link is an entry of the header.
type Link struct {
	Href, Text, Icon string
	Current          bool
}

// Tile is the woven pattern of the region.
func (p *Page) Tile() template.HTML { return p.Look.tile }

// Mark is the region's sign.
func (p *Page) Mark() template.HTML { return p.Look.mark }

// Units is the side of a chart in cells.
func (p *Page) Units() int { return len(p.Look.Brand.Tile) }

// MarkUnits is the side of the sign in cells.
func (p *Page) MarkUnits() int { return len(p.Look.Brand.Mark) }

// BandScale makes a tile's upper half, its row of motifs, as high as the band.
func (p *Page) BandScale() float64 { return 24 / float64(len(p.Look.Brand.Tile)) }

// ClothScale draws the same cloth large.
func (p *Page) ClothScale() float64 { return 3.6 * p.BandScale() }

// SheetPath is the sheet this page uses.
func (p *Page) SheetPath() string {
	if p.Dense {
		return p.Look.Office.Path
	}
	return p.Look.Sheet.Path
}

// IconPath is the region's icon as SVG.
func (l *Look) IconPath() string { return l.icons[0].Path }

// TouchIcon is the region's icon as PNG.
func (p *Page) TouchIcon() string { return p.Look.icons[1].Path }

// ScriptPath is where the script is.
func (p *Page) ScriptPath() string {
	if p.Dense {
		return p.Look.officeScript
	}
	return p.Look.script
}

// HomePath is where the sign in the header leads.
func (p *Page) HomePath() string {
	if p.Home == "" {
		return "/"
	}
	return p.Home
}

// Subtitle stands under the app's name.
func (p *Page) Subtitle() string {
	if p.Sub == "" {
		return p.In(p.Look.Title)
	}
	return p.Sub
}

// ThemeColour is the browser bar's colour.
func (p *Page) ThemeColour() string { return p.Look.Light["w1"] }

// LangURL is this page in another language.
func (p *Page) LangURL(lang string) string {
	path, query, _ := strings.Cut(p.Path, "?")
	q, _ := url.ParseQuery(query) // what cannot be parsed is not repeated
	q.Set("lang", lang)
	return path + "?" + q.Encode()
}

// OtherLangs are the languages to switch to.
func (p *Page) OtherLangs() []string {
	var out []string
	for _, l := range p.Langs {
		if l != p.Lang {
			out = append(out, l)
		}
	}
	return out
}

// Banner is the line above everything in a rehearsal.
func (p *Page) Banner() string {
	s := p.Demo
	if p.Moved {
		s = strings.TrimSpace(s + " " + p.T("Waktu simpul: ", "Node time: ") + p.When(p.Now) + ".")
	}
	return s
}
