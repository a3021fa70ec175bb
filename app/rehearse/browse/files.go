package browse

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// Photo is a picture of so many points a side, as a phone would take it.
func Photo(side int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for x := range side {
		for y := range side {
			m.Set(x, y, color.RGBA{uint8(4 * x), uint8(4 * y), 120, 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // memory does not fail
	return b.Bytes()
}

// Paper is a PDF of one empty page.
func Paper() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, object := range []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}
