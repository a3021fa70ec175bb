package web

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"lancar"
)

// Brand is how one region's portal looks, as plain data.
type Brand struct {
	Code    string            // of the region; names its assets
	AppName string            // in the regional language
	Title   lancar.Text       // "Layanan publik …"
	Owner   lancar.Text       // whose official site this is
	Light   map[string]string // token → "#rrggbb", every one of the colour tokens
	Dark    map[string]string
	Tile    []string // the woven motif, see [Brand.Mark]
	Mark    []string // the sign in the header and on the phone: equal rows of '.', 'x' and 'o' (ground, motif, thread)
}

// tokens are the colours a template may use; a brand gives all of them, light and dark.
const tokens = "paper surface sunk line edge ink soft brand press onbrand link tint tint2 accent " +
	"w1 w2 w3 okt ok warnt warn badt bad"

// Look is a brand made ready to serve. It is immutable.
type Look struct {
	Brand
	Sheet  Asset // citizens' style sheet with this region's colours alone
	Office Asset // the same with what officers' pages add
	tile   template.HTML
	mark   template.HTML
	icons  [3]Asset // svg, 192 px, 512 px
	script string

	officeScript string
}

// NewLook checks a brand and makes its sheets, patterns and icons. An error names the region and
// the token or chart that is wrong.
func NewLook(b Brand) (*Look, error) {
	vars, err := variables(b)
	if err != nil {
		return nil, err
	}
	l := &Look{Brand: b, script: script().Path, officeScript: officeScript().Path}
	tile, err := parseChart(b.Tile)
	if err != nil {
		return nil, fmt.Errorf("web: region %s tile: %w", b.Code, err)
	}
	mark, err := parseChart(b.Mark)
	if err != nil {
		return nil, fmt.Errorf("web: region %s mark: %w", b.Code, err)
	}
	l.tile, l.mark = tile.markup(), mark.markup()
	l.Sheet = asset("css", []byte(vars+citizenCSS()))
	l.Office = asset("css", []byte(vars+citizenCSS()+officeCSS()))
	for i, size := range []int{0, 192, 512} {
		if size == 0 {
			l.icons[i] = asset("svg", mark.file(b.Light))
			continue
		}
		png, err := mark.png(b.Light, size)
		if err != nil {
			return nil, fmt.Errorf("web: region %s icon: %w", b.Code, err)
		}
		l.icons[i] = asset("png", png)
	}
	return l, nil
}

// Assets are the files of this look, for [NewAssets].
func (l *Look) Assets() []Asset {
	return append([]Asset{l.Sheet, l.Office}, l.icons[:]...)
}

var hexColour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

func variables(b Brand) (string, error) {
	var s strings.Builder
	for i, set := range []map[string]string{b.Light, b.Dark} {
		if i == 1 {
			s.WriteString("@media (prefers-color-scheme:dark){")
		}
		s.WriteString(":root{")
		for _, name := range strings.Fields(tokens) {
			if !hexColour.MatchString(set[name]) {
				return "", fmt.Errorf("web: region %s: colour %s is %q, want #rrggbb", b.Code, name, set[name])
			}
			fmt.Fprintf(&s, "--%s:%s;", name, set[name])
		}
		s.WriteString("}")
		if i == 1 {
			s.WriteString("}")
		}
	}
	return s.String(), nil
}
