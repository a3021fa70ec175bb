package document

import (
	"time"

	"lancar/region"
)

// Letterhead is the look of one region and agency. Colours are "#rrggbb"; a motif is 24 rows of
// 24 characters, '.' ground, 'x' figure, 'o' thread (a weaver's chart). Everything but Owner
// may be empty.
type Letterhead struct {
	Owner   string // "Pemerintah Kabupaten …"
	Agency  string
	Address string
	Contact string

	Tile, Mark             []string
	Ground, Figure, Thread string // of the weave
	Brand                  string // of rules and headings, on white
}

// HeadOf is the letterhead of a region's agency (its id), and who signs for it, in a language.
func HeadOf(r *region.Region, agency, lang string) (Letterhead, Signatory) {
	of, _ := r.Agency(agency)
	sign, _ := r.Signatory(agency)
	colours := r.Palette.Light
	return Letterhead{Owner: r.Owner.In(lang), Agency: of.Name.In(lang), Address: of.Address,
			Tile: r.Tile, Mark: r.Mark, Ground: colours["w1"], Figure: colours["w2"], Thread: colours["w3"], Brand: colours["brand"]},
		Signatory{Office: sign.Title.In(lang), Name: sign.Name, Number: sign.Number}
}

// Block is one piece of the body: a paragraph, a list of rows, or both, the heading first.
type Block struct {
	Heading string
	Text    string // paragraphs are separated by "\n"
	Rows    []Row
}

// Row is a label and its value.
type Row struct{ Label, Value string }

// Signatory is who answers for the document.
type Signatory struct {
	Office string
	Name   string
	Number string // employee number, "" if not printed
}

// Paper is what stands on the pages. Text is in one language, Lang ("id" or "en").
type Paper struct {
	Lang      string
	Head      Letterhead
	Title     string
	Number    string
	Blocks    []Block
	Place     string
	Date      time.Time // in the region's zone; the calendar date is printed
	Signatory Signatory
	CheckURL  string // in the QR code, and in short beside it
	Simulated bool   // SIMULASI on every page
	Unsigned  bool   // somebody signs it elsewhere, see [Documents.Print]

	Courtesy *Translation // on pages of its own after the signature; nil for none
}

// Translation is what a document says in another language, for whoever reads that better. It says
// itself that it is no more than that.
type Translation struct {
	Lang   string // "en"
	Title  string
	Blocks []Block
}
