package web

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// QR draws text as an SVG code, always black on white, with label as its accessible name.
func QR(text, label string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("web: QR code: %w", err)
	}
	n := code.Bounds().Dx()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges"><path d="`,
		n, n, template.HTMLEscapeString(label))
	dark := func(x, y int) bool { r, _, _, _ := code.At(x, y).RGBA(); return x < n && r == 0 }
	for y := range n {
		for x := 0; x < n; x++ {
			w := 0
			for x+w < n && dark(x+w, y) {
				w++
			}
			if w > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, w, w)
				x += w
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return template.HTML(b.String()), nil
}
