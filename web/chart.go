package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
)

// chart is a weaver's chart: square, each cell one of ground '.', motif 'x' and thread 'o'.
type chart []string

const cells = ".xo" // index i is drawn in colour w(i+1)

var errChart = errors.New("want equal rows of '.', 'x' and 'o', as many as they are long, 8 to 48")

func parseChart(rows []string) (chart, error) {
	n := len(rows)
	if n < 8 || n > 48 {
		return nil, errChart
	}
	for _, row := range rows {
		if len(row) != n || strings.Trim(row, cells) != "" {
			return nil, errChart
		}
	}
	return chart(rows), nil
}

// paths returns the path data of motif and thread in units of cells: a rectangle for each run of
// equal cells, runs repeated in the rows below joined into one.
func (c chart) paths(kind byte) string {
	var b strings.Builder
	done := make(map[[2]int]bool)
	for y := range c {
		for x := 0; x < len(c); x++ {
			if c[y][x] != kind || done[[2]int{x, y}] {
				continue
			}
			w := 1
			for x+w < len(c) && c[y][x+w] == kind && !done[[2]int{x + w, y}] {
				w++
			}
			h := c.depth(kind, x, y, w)
			for dy := range h {
				for dx := range w {
					done[[2]int{x + dx, y + dy}] = true
				}
			}
			fmt.Fprintf(&b, "M%d %dh%dv%dh-%dz", x, y, w, h, w)
			x += w - 1
		}
	}
	return b.String()
}

func (c chart) depth(kind byte, x, y, w int) int {
	h := 1
	for y+h < len(c) && c[y+h][x:x+w] == strings.Repeat(string(kind), w) {
		h++
	}
	return h
}

// markup is the drawing as SVG content in a square of len(c) units, coloured by class.
func (c chart) markup() template.HTML {
	n := strconv.Itoa(len(c))
	s := `<path class="w1" d="M0 0h` + n + `v` + n + `H0z"/>`
	for i, kind := range cells[1:] {
		s += fmt.Sprintf(`<path class="w%d" d="%s"/>`, i+2, c.paths(byte(kind)))
	}
	return template.HTML(s)
}

// file is the drawing as a stand-alone SVG image with a margin of ground, for a phone's home screen.
func (c chart) file(colours map[string]string) []byte {
	n := len(c)
	m := n / 6
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="%d %d %d %d" shape-rendering="crispEdges">`, -m, -m, n+2*m, n+2*m)
	fmt.Fprintf(&b, `<path fill="%s" d="M%d %dh%dv%dh-%dz"/>`, colours["w1"], -m, -m, n+2*m, n+2*m, n+2*m)
	for i, kind := range cells[1:] {
		fmt.Fprintf(&b, `<path fill="%s" d="%s"/>`, colours[fmt.Sprintf("w%d", i+2)], c.paths(byte(kind)))
	}
	b.WriteString("</svg>")
	return b.Bytes()
}

// png is the same image, size pixels square.
func (c chart) png(colours map[string]string, size int) ([]byte, error) {
	palette := color.Palette{rgb(colours["w1"]), rgb(colours["w2"]), rgb(colours["w3"])}
	img := image.NewPaletted(image.Rect(0, 0, size, size), palette)
	n := len(c)
	m := n / 6
	for y := range size {
		for x := range size {
			cx, cy := x*(n+2*m)/size-m, y*(n+2*m)/size-m
			if cx >= 0 && cy >= 0 && cx < n && cy < n {
				img.SetColorIndex(x, y, uint8(strings.IndexByte(cells, c[cy][cx])))
			}
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

func rgb(hex string) color.RGBA {
	n, _ := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}
}
