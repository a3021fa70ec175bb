package document

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
	"sync"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/qr"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// styles is what documents share: the fonts and the pictures of letterheads, made once. It is
// safe for concurrent use.
type styles struct {
	*fonts

	mu       sync.Mutex
	pictures map[string][]byte // PNG by name
}

func newStyles() (*styles, error) {
	fonts, err := newFonts()
	return &styles{fonts: fonts, pictures: map[string][]byte{}}, err
}

type rgb struct{ r, g, b int }

var (
	black = rgb{22, 22, 26}
	grey  = rgb{92, 92, 100}
)

func parseColor(hex string) (rgb, bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 {
		return rgb{}, false
	}
	return rgb{int(n >> 16), int(n >> 8 & 255), int(n & 255)}, true
}

// clean returns the paper with text that the fonts can draw: composed (NFC), other control
// characters than line ends gone, and U+25A1 for what has no glyph. It says too whether all of
// it is plain.
func (s *styles) clean(p Paper) (clean Paper, plain bool) {
	var buf sfnt.Buffer
	plain = true
	fix := func(t string) string {
		t = strings.Map(func(r rune) rune {
			if r == '\n' || r >= ' ' && r < 0x7f {
				return r
			}
			if r < 0x20 || r == 0x7f {
				return -1
			}
			if !s.has(&buf, r) {
				return '□'
			}
			return r
		}, norm.NFC.String(strings.ReplaceAll(t, "\t", " ")))
		plain = plain && s.plain(t)
		return t
	}
	h := &p.Head
	for _, t := range []*string{&h.Owner, &h.Agency, &h.Address, &h.Contact, &p.Title, &p.Number, &p.Place,
		&p.Signatory.Office, &p.Signatory.Name, &p.Signatory.Number} {
		*t = fix(*t)
	}
	p.Blocks = drawable(p.Blocks, fix)
	if t := p.Courtesy; t != nil {
		p.Courtesy = &Translation{Lang: t.Lang, Title: fix(t.Title), Blocks: drawable(t.Blocks, fix)}
	}
	return p, plain
}

// drawable are blocks with their text mended.
func drawable(list []Block, fix func(string) string) []Block {
	out := make([]Block, len(list))
	for i, b := range list {
		out[i] = Block{Heading: fix(b.Heading), Text: fix(b.Text), Rows: make([]Row, len(b.Rows))}
		for j, r := range b.Rows {
			out[i].Rows[j] = Row{fix(r.Label), fix(r.Value)}
		}
	}
	return out
}

// band draws the woven edge across the top of the page.
func (s *sheet) band() {
	h := s.paper.Head
	ground := s.color(h.Ground, s.color(h.Brand, black))
	s.pdf.SetFillColor(ground.r, ground.g, ground.b)
	s.pdf.Rect(0, 0, pageWidth, bandHeight, "F")
	s.picture(h.Tile, 35, 4, 0, 0, pageWidth, bandHeight)
}

// mark draws the region's mark in a square; false when it has none.
func (s *sheet) mark(x, y, size float64) bool {
	return s.picture(s.paper.Head.Mark, 1, 12, x, y, size, size)
}

// picture draws a chart, repeated to the right, each cell scale pixels wide. False: no chart.
func (s *sheet) picture(chart []string, repeat, scale int, x, y, w, h float64) bool {
	if len(chart) == 0 {
		return false
	}
	head := s.paper.Head
	colors := []rgb{s.color(head.Ground, black), s.color(head.Figure, grey), s.color(head.Thread, rgb{255, 255, 255})}
	name := fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, chart, repeat, colors)))
	data, err := s.style.png(name, chart, repeat, scale, colors)
	if err != nil {
		s.pdf.SetError(err)
		return false
	}
	options := fpdf.ImageOptions{ImageType: "PNG"}
	s.pdf.RegisterImageOptionsReader(name, options, bytes.NewReader(data))
	s.pdf.ImageOptions(name, x, y, w, h, false, options, 0, "")
	return true
}

func (s *styles) png(name string, chart []string, repeat, scale int, colors []rgb) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data := s.pictures[name]; data != nil {
		return data, nil
	}
	palette := make(color.Palette, len(colors))
	for i, c := range colors {
		palette[i] = color.RGBA{uint8(c.r), uint8(c.g), uint8(c.b), 255}
	}
	width := len(chart[0]) * scale
	img := image.NewPaletted(image.Rect(0, 0, width*repeat, len(chart)*scale), palette)
	for y := range len(chart) * scale {
		row := chart[y/scale]
		for x := range width * repeat {
			if cell := x % width / scale; cell < len(row) {
				img.SetColorIndex(x, y, uint8(max(0, strings.IndexByte(".xo", row[cell]))))
			}
		}
	}
	var b bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img)
	s.pictures[name] = b.Bytes()
	return b.Bytes(), err
}

// qr draws text as squares; the paper around is its quiet zone, four cells and more.
func (s *sheet) qr(text string, x, y, size float64) error {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return fmt.Errorf("QR code: %w", err)
	}
	n := code.Bounds().Dx()
	cell := size / float64(n)
	s.pdf.SetFillColor(0, 0, 0)
	dark := func(i, j int) bool { r, _, _, _ := code.At(i, j).RGBA(); return r < 0x8000 }
	for j := range n {
		for i := 0; i < n; i++ {
			run := 0
			for i+run < n && dark(i+run, j) {
				run++
			}
			if run > 0 {
				s.pdf.Rect(x+float64(i)*cell, y+float64(j)*cell, float64(run)*cell, cell, "F")
				i += run
			}
		}
	}
	return nil
}
