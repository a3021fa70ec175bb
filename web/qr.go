package web

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// QR draws text as an SVG code, always black on white, with label as its accessible name.
func QR(text, label string) (template.HTML, error) {
	path, n, err := qrPath(text)
	if err != nil {
		return "", err
	}
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges"><path d="%s"/></svg>`,
		n, n, template.HTMLEscapeString(label), path)), nil
}

// QRFile is the same as a picture of its own, with the quiet zone that scanners want.
func QRFile(text string) ([]byte, error) {
	path, n, err := qrPath(text)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="720" height="720" viewBox="-4 -4 %d %d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M-4 -4h%[1]dv%[1]dh-%[1]dz"/><path d="%[3]s"/></svg>`, n+8, n+8, path), nil
}

// qrPath draws the dark cells as one path in a square of n units.
func qrPath(text string) (path string, n int, err error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", 0, fmt.Errorf("web: QR code: %w", err)
	}
	n = code.Bounds().Dx()
	var b strings.Builder
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
	return b.String(), n, nil
}
