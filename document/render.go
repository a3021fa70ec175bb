package document

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// A4 in millimetres.
const (
	pageWidth, pageHeight = 210.0, 297.0
	marginX               = 25.0
	textWidth             = pageWidth - 2*marginX
	bandHeight            = 6.0
	bodyTop               = 20.0 // of a page without letterhead
	bodyBottom            = 34.0 // kept free for the foot
	lineHeight            = 5.6
	labelWidth            = 52.0
	sealHeight            = 52.0 // signature and QR code, never torn apart
)

const fontName = "go"

// sheet is a document being drawn.
type sheet struct {
	pdf   *fpdf.Fpdf
	paper Paper
	style *styles
	plain bool // drawn with the ready-made subsets
}

// render draws the paper. The same paper gives the same bytes.
func (s *styles) render(p Paper) ([]byte, error) {
	sh := &sheet{pdf: fpdf.New("P", "mm", "A4", ""), style: s}
	sh.paper, sh.plain = s.clean(p)
	sh.begin()
	sh.letterhead()
	sh.title(sh.paper.Lang, sh.paper.Title)
	for _, block := range sh.paper.Blocks {
		sh.block(block)
	}
	if err := sh.seal(); err != nil {
		return nil, err
	}
	sh.courtesy()
	var out bytes.Buffer
	if err := sh.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("drawing a document: %w", err)
	}
	return out.Bytes(), nil
}

func (s *sheet) begin() {
	f, p := s.pdf, s.paper
	f.SetCatalogSort(true)
	f.SetCreationDate(p.Date.UTC())
	f.SetModificationDate(p.Date.UTC())
	f.SetProducer("Lancar", false)
	f.SetTitle(p.Title, true)
	f.SetAuthor(p.Head.Owner, true)
	if !p.Unsigned {
		f.SetKeywords(keywordPrefix+coreOf(p.Number), false)
	}
	f.SetLang(p.Lang)
	f.SetDisplayMode("fullwidth", "continuous")
	for style, face := range map[string]face{"": s.style.regular, "B": s.style.bold} {
		if s.plain {
			f.AddFontFromBytes(fontName, style, face.definition, face.subset)
		} else {
			f.AddUTF8FontFromBytes(fontName, style, face.whole)
		}
	}
	f.SetCellMargin(0)
	f.SetMargins(marginX, bodyTop, marginX)
	f.SetAutoPageBreak(true, bodyBottom)
	f.AliasNbPages("{nb}")
	f.SetHeaderFunc(s.header)
	f.SetFooterFunc(s.footer)
	f.AddPage()
}

func (s *sheet) font(style string, size float64) { s.pdf.SetFont(fontName, style, size) }
func (s *sheet) ink(c rgb)                       { s.pdf.SetTextColor(c.r, c.g, c.b) }
func (s *sheet) room(height float64) bool        { return s.pdf.GetY()+height <= pageHeight-bodyBottom }

// code is text as the fonts in use spell it.
func (s *sheet) code(text string) string {
	if s.plain {
		return s.style.encode(text)
	}
	return text
}

// text sets a paragraph of the given width; align is "L" or "C".
func (s *sheet) text(width, line float64, text, align string) {
	s.pdf.MultiCell(width, line, s.code(text), "", align, false)
}

// lines is the number of lines that text takes.
func (s *sheet) lines(text string, width float64) int {
	if s.plain {
		return len(s.pdf.SplitLines([]byte(s.code(text)), width))
	}
	return len(s.pdf.SplitText(text, width))
}

func (s *sheet) color(hex string, otherwise rgb) rgb {
	if c, ok := parseColor(hex); ok {
		return c
	}
	return otherwise
}

// header runs on every page: the woven edge, and on a rehearsal the watermark.
func (s *sheet) header() {
	s.band()
	if s.paper.Simulated {
		f := s.pdf
		s.font("B", 84)
		s.ink(rgb{238, 238, 240})
		f.TransformBegin()
		f.TransformRotate(52, pageWidth/2, pageHeight/2)
		w := f.GetStringWidth("SIMULASI")
		f.Text((pageWidth-w)/2, pageHeight/2+12, "SIMULASI")
		f.TransformEnd()
	}
	s.ink(black)
	s.pdf.SetY(bodyTop)
}

func (s *sheet) footer() {
	f, p := s.pdf, s.paper
	f.SetY(-bodyBottom + 10)
	f.SetDrawColor(200, 200, 204)
	f.SetLineWidth(0.2)
	f.Line(marginX, f.GetY(), pageWidth-marginX, f.GetY())
	f.Ln(2)
	s.font("", 7.5)
	s.ink(grey)
	if p.Simulated {
		s.text(textWidth, 3.6, words(p.Lang, map[bool]string{false: "simulated", true: "practised"}[p.Unsigned]), "L")
	}
	if !p.Unsigned {
		s.text(textWidth, 3.6, words(p.Lang, "foot"), "L")
	}
	f.CellFormat(textWidth/2, 3.6, s.code(p.Number), "", 0, "L", false, 0, "")
	f.CellFormat(textWidth/2, 3.6, s.code(fmt.Sprintf(words(p.Lang, "page"), fmt.Sprint(f.PageNo()), "{nb}")), "", 0, "R", false, 0, "")
}

func (s *sheet) letterhead() {
	f, h := s.pdf, s.paper.Head
	left, top := marginX, 14.0
	if s.mark(marginX, top+1, 15) {
		left += 20
	}
	brand := s.color(h.Brand, black)
	f.SetXY(left, top)
	f.SetLeftMargin(left)
	width := pageWidth - marginX - left
	s.ink(grey)
	s.font("", 10)
	s.text(width, 5, h.Owner, "L")
	s.ink(brand)
	s.font("B", 13)
	s.text(width, 6, h.Agency, "L")
	s.ink(grey)
	s.font("", 8.5)
	for _, line := range []string{h.Address, h.Contact} {
		if line != "" {
			s.text(width, 4.2, line, "L")
		}
	}
	f.SetLeftMargin(marginX)
	y := max(f.GetY(), top+17) + 3
	f.SetDrawColor(brand.r, brand.g, brand.b)
	f.SetLineWidth(0.7)
	f.Line(marginX, y, pageWidth-marginX, y)
	f.SetY(y + 9)
	s.ink(black)
}

func (s *sheet) title(lang, title string) {
	s.font("B", 17)
	s.text(textWidth, 8, title, "C")
	if s.paper.Number != "" {
		s.font("", 10.5)
		s.text(textWidth, 6, words(lang, "number")+" "+s.paper.Number, "C")
	}
	s.pdf.Ln(7)
}

// courtesy is the translation, on a page that says first what it is worth.
func (s *sheet) courtesy() {
	t := s.paper.Courtesy
	if t == nil {
		return
	}
	s.pdf.AddPage()
	s.font("B", 9.5)
	s.ink(grey)
	s.text(textWidth, 5, words(t.Lang, "courtesy"), "C")
	s.ink(black)
	s.pdf.Ln(7)
	s.title(t.Lang, t.Title)
	for _, block := range t.Blocks {
		s.block(block)
	}
}

func (s *sheet) block(b Block) {
	f := s.pdf
	if b.Heading != "" {
		if !s.room(3 * lineHeight) {
			f.AddPage()
		}
		s.font("B", 11)
		s.text(textWidth, lineHeight, b.Heading, "L")
		f.Ln(1)
	}
	s.font("", 11)
	for _, paragraph := range strings.Split(b.Text, "\n") {
		if strings.TrimSpace(paragraph) != "" {
			s.text(textWidth, lineHeight, paragraph, "L")
			f.Ln(2.4)
		}
	}
	for _, row := range b.Rows {
		s.row(row)
	}
	if len(b.Rows) > 0 {
		f.Ln(3)
	}
}

// row sets the label beside its value; a long value flows on, its label stays at its top.
func (s *sheet) row(r Row) {
	f := s.pdf
	s.font("", 11)
	lines := max(s.lines(r.Value, textWidth-labelWidth), s.lines(r.Label, labelWidth-4))
	if height := float64(lines)*lineHeight + 1; !s.room(height) && height < pageHeight/2 {
		f.AddPage()
	}
	page, y := f.PageNo(), f.GetY()
	s.ink(grey)
	s.text(labelWidth-4, lineHeight, r.Label, "L")
	after := f.GetY()
	s.ink(black)
	f.SetPage(page)
	f.SetXY(marginX+labelWidth, y)
	f.SetLeftMargin(marginX + labelWidth)
	s.text(textWidth-labelWidth, lineHeight, r.Value, "L")
	f.SetLeftMargin(marginX)
	if f.PageNo() == page {
		f.SetY(max(f.GetY(), after))
	}
	f.Ln(1)
}

// seal sets the QR code with its words on the left and the signatory on the right.
func (s *sheet) seal() error {
	f, p := s.pdf, s.paper
	if f.Ln(6); !s.room(sealHeight) {
		f.AddPage()
	}
	top := f.GetY()
	if p.CheckURL != "" {
		if err := s.qr(p.CheckURL, marginX, top+1, 28); err != nil {
			return err
		}
		f.SetXY(marginX, top+32)
		s.font("B", 8)
		s.text(75, 4, words(p.Lang, "check"), "L")
		s.font("", 8)
		s.ink(grey)
		s.text(75, 4, words(p.Lang, "scan"), "L")
		s.ink(black)
		s.text(75, 4, shortLink(p.CheckURL), "L")
		s.ink(grey)
		s.text(75, 4, words(p.Lang, "match"), "L")
		s.ink(black)
	}
	s.signatory(marginX+85, top)
	return nil
}

func (s *sheet) signatory(x, y float64) {
	f, p := s.pdf, s.paper
	width := pageWidth - marginX - x
	f.SetXY(x, y)
	f.SetLeftMargin(x)
	s.font("", 11)
	place := dateIn(p.Lang, p.Date)
	if p.Place != "" {
		place = p.Place + ", " + place
	}
	s.text(width, lineHeight, place, "L")
	s.text(width, lineHeight, p.Signatory.Office, "L")
	f.Ln(3)
	s.font("", 9)
	s.ink(grey)
	if p.Unsigned {
		f.Ln(16)
	} else {
		s.text(width, 5, words(p.Lang, "signed"), "L")
	}
	f.Ln(3)
	s.ink(black)
	s.font("B", 11)
	s.text(width, lineHeight, p.Signatory.Name, "L")
	if p.Signatory.Number != "" {
		s.font("", 9.5)
		s.text(width, 5, words(p.Lang, "employee")+" "+p.Signatory.Number, "L")
	}
	f.SetLeftMargin(marginX)
}

// shortLink is the address without its scheme, as a person types it.
func shortLink(url string) string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	return rest
}

// pdfDate is a date in the syntax of ISO 32000-1, 7.9.4.
func pdfDate(t time.Time) string { return t.UTC().Format("D:20060102150405Z") }
