package document

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/encoding/charmap"
)

// common are the characters besides ASCII that Indonesian and most Latin names need. A document
// that needs no others embeds one ready-made subset of each font (in Windows-1252, as PDF's
// WinAnsiEncoding); any other pays for a subset of its own.
const common = "“”‘’–—•…·×°§ÀÁÂÃÄÅÆÇÈÉÊËÍÑÓÔÖØÚÜßàáâãäåæçèéêëìíîïñòóôõöøùúûü"

// face is one font: whole, and its ready-made subset as fpdf takes it.
type face struct {
	whole      []byte
	definition []byte // JSON
	subset     []byte // zlib
}

// fonts are the document's two faces. They are made once and only read.
type fonts struct {
	regular, bold face
	glyphs        *sfnt.Font
	code          map[rune]byte // of the ready-made subsets
}

func newFonts() (*fonts, error) {
	glyphs, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	f := &fonts{glyphs: glyphs, code: map[rune]byte{'\n': '\n'}}
	set := common
	for r := rune(' '); r < 0x7f; r++ {
		set += string(r)
	}
	for _, r := range set {
		if b, ok := charmap.Windows1252.EncodeRune(r); ok {
			f.code[r] = b
		}
	}
	if f.regular, err = newFace("GoRegular", goregular.TTF, set, 80); err != nil {
		return nil, err
	}
	f.bold, err = newFace("GoBold", gobold.TTF, set, 130)
	return f, err
}

func newFace(name string, ttf []byte, set string, stem int) (face, error) {
	parsed, err := sfnt.Parse(ttf)
	if err != nil {
		return face{}, err
	}
	var buf sfnt.Buffer
	em := fixed.I(1000)
	metrics, err := parsed.Metrics(&buf, em, font.HintingNone)
	if err != nil {
		return face{}, err
	}
	widths := make([]int, 256)
	for _, r := range set {
		code, _ := charmap.Windows1252.EncodeRune(r)
		glyph, err := parsed.GlyphIndex(&buf, r)
		if err != nil {
			return face{}, err
		}
		advance, err := parsed.GlyphAdvance(&buf, glyph, em, font.HintingNone)
		if err != nil {
			return face{}, err
		}
		widths[code] = advance.Round()
	}
	cut := fpdf.UTF8CutFont(ttf, set)
	var z bytes.Buffer
	w, err := zlib.NewWriterLevel(&z, zlib.BestCompression)
	if err != nil {
		return face{}, err
	}
	if _, err := w.Write(cut); err != nil {
		return face{}, err
	}
	if err := w.Close(); err != nil {
		return face{}, err
	}
	definition, err := json.Marshal(map[string]any{"Tp": "TrueType", "Name": "LANCAR+" + name, "Enc": "cp1252", "File": name + ".z", "OriginalSize": len(cut), "Cw": widths,
		"Up": -100, "Ut": 50, "Desc": map[string]any{"Ascent": metrics.Ascent.Round(), "Descent": -metrics.Descent.Round(), "CapHeight": metrics.CapHeight.Round(),
			"Flags": 32, "FontBBox": map[string]int{"Xmin": -200, "Ymin": -300, "Xmax": 1200, "Ymax": 1000}, "StemV": stem, "MissingWidth": 600}})
	return face{ttf, definition, z.Bytes()}, err
}

// plain says whether the ready-made subsets hold every character.
func (f *fonts) plain(text string) bool {
	for _, r := range text {
		if r >= 0x7f || r < ' ' && r != '\n' {
			if _, ok := f.code[r]; !ok {
				return false
			}
		}
	}
	return true
}

// encode writes text in the code of the ready-made subsets.
func (f *fonts) encode(text string) string {
	var b strings.Builder
	for _, r := range text {
		if c, ok := f.code[r]; ok {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// has says whether the fonts can draw r at all.
func (f *fonts) has(buf *sfnt.Buffer, r rune) bool {
	g, err := f.glyphs.GlyphIndex(buf, r)
	return err == nil && g != 0 && r <= 0xffff
}
