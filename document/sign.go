package document

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"lancar/internal/keys"
)

// reserved is the room for the CMS signature in bytes; its hexadecimal form is padded with zeros.
const reserved = 4096

// sign appends one incremental update that holds a PAdES B-B signature over everything before
// and after it, and certifies that nothing may be added (DocMDP 1). pdf is what render made:
// one body with a classical cross-reference table.
func sign(pdf []byte, by keys.DocumentSigner, at time.Time, name, reason string) ([]byte, error) {
	u, err := newUpdate(pdf)
	if err != nil {
		return nil, fmt.Errorf("signing a PDF: %w", err)
	}
	if err := u.addSignature(at, name, reason); err != nil {
		return nil, fmt.Errorf("signing a PDF: %w", err)
	}
	out := u.finish()
	// The gap between the two signed ranges is the whole hexadecimal string with its brackets.
	open := bytes.LastIndex(out, []byte("/Contents <")) + len("/Contents ")
	end := open + 2*reserved + 2
	ranges := fmt.Sprintf("[0 %d %d %d]", open, end, len(out)-end)
	if len(ranges) > len(rangeRoom) {
		return nil, errors.New("signing a PDF: it is too large")
	}
	copy(out[bytes.LastIndex(out, []byte(rangeRoom)):], ranges+strings.Repeat(" ", len(rangeRoom)-len(ranges)))
	content := make([]byte, 0, len(out))
	content = append(append(content, out[:open]...), out[end:]...)
	cms, err := signature(content, by)
	if err != nil {
		return nil, err
	}
	if len(cms) > reserved {
		return nil, fmt.Errorf("signing a PDF: the signature has %d bytes, %d are reserved", len(cms), reserved)
	}
	hex.Encode(out[open+1:], cms)
	return out, nil
}

// rangeRoom is overwritten by the byte range, once it is known.
const rangeRoom = "[0 ********** ********** **********]"

// update is an incremental update being written (ISO 32000-1, 7.5.6).
type update struct {
	out     bytes.Buffer
	base    []byte
	xref    int         // offset of the table that the update extends
	size    int         // number of objects, and so the next free number
	root    int         // object number of the catalog
	info    string      // "/Info 5 0 R", "" if none
	offsets map[int]int // of the base
	written []entry     // by the update
}

type entry struct{ object, offset int }

var (
	startxrefAt = regexp.MustCompile(`startxref\s+(\d+)\s+%%EOF\s*$`)
	rootRef     = regexp.MustCompile(`/Root (\d+) 0 R`)
	infoRef     = regexp.MustCompile(`/Info \d+ 0 R`)
	pagesRef    = regexp.MustCompile(`/Pages (\d+) 0 R`)
	firstKid    = regexp.MustCompile(`/Kids \[\s*(\d+) 0 R`)
)

func newUpdate(pdf []byte) (*update, error) {
	u := &update{base: pdf, offsets: map[int]int{}}
	m := startxrefAt.FindSubmatch(pdf)
	if m == nil {
		return nil, errors.New("no startxref")
	}
	u.xref, _ = strconv.Atoi(string(m[1]))
	if u.xref >= len(pdf) {
		return nil, errors.New("startxref points past the end")
	}
	table, trailer, ok := strings.Cut(string(pdf[u.xref:]), "trailer")
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if !ok || len(lines) < 2 || strings.TrimSpace(lines[0]) != "xref" {
		return nil, errors.New("no classical cross-reference table")
	}
	for i, line := range lines[2:] {
		if f := strings.Fields(line); len(f) == 3 && f[2] == "n" {
			u.offsets[i], _ = strconv.Atoi(f[0])
		}
	}
	u.size = len(lines) - 2
	r := rootRef.FindStringSubmatch(trailer)
	if r == nil {
		return nil, errors.New("the trailer names no catalog")
	}
	u.root, _ = strconv.Atoi(r[1])
	u.info = infoRef.FindString(trailer)
	u.out.Grow(len(pdf) + 2*reserved + 2048)
	u.out.Write(pdf)
	return u, nil
}

// object is the text of an object of the base, between its header and "endobj".
func (u *update) object(n int) (string, error) {
	at, ok := u.offsets[n]
	head := fmt.Sprintf("%d 0 obj", n)
	if !ok || at >= len(u.base) || !bytes.HasPrefix(u.base[at:], []byte(head)) {
		return "", fmt.Errorf("object %d is not where the table says", n)
	}
	body, _, ok := bytes.Cut(u.base[at+len(head):], []byte("endobj"))
	if !ok {
		return "", fmt.Errorf("object %d has no end", n)
	}
	return strings.TrimSpace(string(body)), nil
}

func (u *update) write(n int, body string) {
	u.written = append(u.written, entry{n, u.out.Len()})
	fmt.Fprintf(&u.out, "%d 0 obj\n%s\nendobj\n", n, body)
}

// addSignature writes the signature, its invisible field on the first page, and the page and
// catalog that name them.
func (u *update) addSignature(at time.Time, name, reason string) error {
	catalog, err := u.object(u.root)
	if err != nil {
		return err
	}
	page, err := u.follow(catalog, pagesRef)
	if err != nil {
		return err
	}
	pageText, err := u.object(page)
	if err != nil {
		return err
	}
	sig, field := u.size, u.size+1
	u.size += 2
	u.write(sig, fmt.Sprintf("<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (%s) /Name %s /Reason %s\n"+
		"/Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams /V /1.2 /P 1>>>>]\n"+
		"/ByteRange %s\n/Contents <%s>>>", pdfDate(at), pdfText(name), pdfText(reason), rangeRoom, strings.Repeat("0", 2*reserved)))
	u.write(field, fmt.Sprintf("<</Type /Annot /Subtype /Widget /FT /Sig /T (Segel) /V %d 0 R /F 132 /Rect [0 0 0 0] /P %d 0 R>>", sig, page))
	annots := fmt.Sprintf("/Annots [%d 0 R ", field)
	if strings.Contains(pageText, "/Annots [") {
		u.write(page, strings.Replace(pageText, "/Annots [", annots, 1))
	} else {
		u.write(page, beforeEnd(pageText, annots+"]"))
	}
	u.write(u.root, beforeEnd(catalog, fmt.Sprintf("/AcroForm <</Fields [%d 0 R] /SigFlags 3>> /Perms <</DocMDP %d 0 R>>", field, sig)))
	return nil
}

// follow finds the first page: from the catalog to the page tree to its first kid.
func (u *update) follow(catalog string, ref *regexp.Regexp) (int, error) {
	m := ref.FindStringSubmatch(catalog)
	if m == nil {
		return 0, errors.New("the catalog names no pages")
	}
	n, _ := strconv.Atoi(m[1])
	pages, err := u.object(n)
	if err != nil {
		return 0, err
	}
	if m = firstKid.FindStringSubmatch(pages); m == nil {
		return 0, errors.New("there is no page")
	}
	n, _ = strconv.Atoi(m[1])
	return n, nil
}

// finish writes the cross-reference section and trailer of the update.
func (u *update) finish() []byte {
	at := u.out.Len()
	u.out.WriteString("xref\n")
	for _, e := range u.written {
		fmt.Fprintf(&u.out, "%d 1\n%010d 00000 n \n", e.object, e.offset)
	}
	fmt.Fprintf(&u.out, "trailer\n<</Size %d /Root %d 0 R %s /Prev %d>>\nstartxref\n%d\n%%%%EOF\n", u.size, u.root, u.info, u.xref, at)
	return u.out.Bytes()
}

// beforeEnd puts more entries into a dictionary, before its last ">>".
func beforeEnd(dict, more string) string {
	i := strings.LastIndex(dict, ">>")
	return dict[:i] + "\n" + more + "\n" + dict[i:]
}

// pdfText is a text string of a PDF: UTF-16BE with its mark, in hexadecimal.
func pdfText(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, r := range s {
		if r > 0xffff {
			r = '□'
		}
		fmt.Fprintf(&b, "%04X", r)
	}
	b.WriteString(">")
	return b.String()
}
