package casework

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode"

	"lancar"
)

const (
	// MaxUpload is the largest file accepted, in bytes, where the definition sets no smaller one.
	MaxUpload = 8 << 20
	// maxPixels bounds what is decoded: a small file may unfold into gigabytes.
	maxPixels = 40_000_000
	maxName   = 80
)

// cleaned is an upload as it is kept.
type cleaned struct {
	data []byte
	kind string // media type by content
}

// clean decides by its bytes what a file is, re-encodes images (which drops everything that is
// not the picture: place, device, time, thumbnails, trailing data) and looks whether a PDF can be
// read by an officer. What it returns is never larger than limit bytes.
func clean(data []byte, limit int) (cleaned, error) {
	if limit <= 0 || limit > MaxUpload {
		limit = MaxUpload
	}
	switch {
	case len(data) == 0:
		return cleaned{}, badFile("Berkas ini kosong.", "This file is empty.")
	case len(data) > limit:
		return cleaned{}, errLarge(limit)
	}
	var c cleaned
	var err error
	switch kind := http.DetectContentType(data); kind {
	case "image/jpeg", "image/png":
		c.kind = kind
		c.data, err = repaint(data, kind)
	case "application/pdf":
		c = cleaned{data, kind}
		err = readablePDF(data)
	default:
		err = badFile("Jenis berkas ini tidak bisa diterima. Kirim foto JPG atau PNG, atau PDF.",
			"This kind of file cannot be accepted. Send a JPG or PNG photo, or a PDF.")
	}
	if err == nil && len(c.data) > MaxUpload {
		err = errLarge(limit)
	}
	return c, err
}

func repaint(data []byte, kind string) ([]byte, error) {
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err == nil && cfg.Width*cfg.Height > maxPixels {
		return nil, badFile("Gambar ini terlalu besar. Perkecil dahulu, paling banyak 40 megapiksel.",
			"This picture is too large. Make it smaller first, at most 40 megapixels.")
	}
	var img image.Image
	if err == nil {
		img, _, err = image.Decode(bytes.NewReader(data))
	}
	if err != nil {
		return nil, badFile("Gambar ini tidak bisa dibuka. Ambil foto lagi lalu kirim ulang.",
			"This picture cannot be opened. Take the photo again and send it.").Because(err)
	}
	var out bytes.Buffer
	if kind == "image/png" {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, img)
	} else {
		err = jpeg.Encode(&out, upright(img, orientation(data)), &jpeg.Options{Quality: 88})
	}
	return out.Bytes(), err
}

// readablePDF refuses what an officer could not read or what would act by itself when opened.
func readablePDF(data []byte) error {
	tail := data[max(0, len(data)-2048):]
	if !bytes.Contains(tail, []byte("%%EOF")) || !bytes.Contains(tail, []byte("startxref")) {
		return badFile("PDF ini terpotong atau rusak. Simpan ulang lalu kirim lagi.", "This PDF is cut off or broken. Save it again and send it.")
	}
	if bytes.Contains(data, []byte("/Encrypt")) {
		return badFile("PDF ini terkunci sandi. Kirim PDF tanpa sandi.", "This PDF is locked with a password. Send one without.")
	}
	for _, part := range append(packed(data), data) {
		part = plainNames(part)
		for _, active := range []string{"/JavaScript", "/JS ", "/JS(", "/JS<", "/JS\n", "/JS\r", "/Launch", "/EmbeddedFile", "/RichMedia"} {
			if bytes.Contains(part, []byte(active)) {
				return badFile("PDF ini berisi program atau berkas lain. Cetak ulang menjadi PDF biasa lalu kirim.",
					"This PDF contains a program or other files. Print it to a plain PDF and send that.")
			}
		}
	}
	return nil
}

// maxUnpacked bounds what is unfolded of a PDF's object streams, in bytes.
const maxUnpacked = 32 << 20

// packed are the object streams of a PDF (ISO 32000-1, 7.5.7), in which objects lie compressed.
func packed(data []byte) (out [][]byte) {
	left := int64(maxUnpacked)
	for rest := data; left > 0; {
		at := bytes.Index(rest, []byte("/ObjStm"))
		if at < 0 {
			return out
		}
		rest = rest[at+len("/ObjStm"):]
		begin := bytes.Index(rest[:min(len(rest), 1024)], []byte("stream"))
		if begin < 0 {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(bytes.TrimLeft(rest[begin+len("stream"):], "\r\n")))
		if err != nil {
			continue
		}
		part, _ := io.ReadAll(io.LimitReader(z, left)) // a broken end does not hide what comes before it
		left -= int64(len(part))
		out = append(out, part)
	}
	return out
}

// plainNames writes out the characters of names that are spelled #4A (ISO 32000-1, 7.3.5): a name
// may be hidden like that.
func plainNames(data []byte) []byte {
	if !bytes.ContainsRune(data, '#') {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		if data[i] == '#' && i+2 < len(data) {
			if n, err := strconv.ParseUint(string(data[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, data[i])
	}
	return out
}

// upright turns a picture the way EXIF orientation (1 to 8) says it should be seen, because the
// note about it is dropped with the rest.
func upright(img image.Image, o int) image.Image {
	if o < 2 || o > 8 {
		return img
	}
	b := img.Bounds()
	src := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(src, src.Bounds(), img, b.Min, draw.Src)
	w, h := b.Dx(), b.Dy()
	if o > 4 {
		w, h = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range b.Dy() {
		for x := range b.Dx() {
			dx, dy := turned(o, x, y, b.Dx()-1, b.Dy()-1)
			copy(dst.Pix[dst.PixOffset(dx, dy):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

// turned is where the pixel x, y of a picture with the last column mx and row my is to be seen.
func turned(o, x, y, mx, my int) (int, int) {
	switch o {
	case 2:
		return mx - x, y
	case 3:
		return mx - x, my - y
	case 4:
		return x, my - y
	case 5:
		return y, x
	case 6:
		return my - y, x
	case 7:
		return my - y, mx - x
	case 8:
		return y, mx - x
	}
	return x, y
}

// fileName keeps the last part of a name as people read it, without anything that acts.
func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" .-_()", r) {
			return r
		}
		return -1
	}, s)
	if r := []rune(s); len(r) > maxName {
		s = string(r[:maxName])
	}
	if s = strings.Trim(s, " ."); s == "" {
		return "berkas"
	}
	return s
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

func badFile(id, en string) *lancar.Error { return lancar.Fail(lancar.Invalid, "file", id, en) }

func errLarge(limit int) error {
	mb := strings.TrimSuffix(strconv.FormatFloat(float64(limit)/(1<<20), 'f', 1, 64), ".0")
	return lancar.Fail(lancar.TooLarge, "file", "Berkas ini terlalu besar. Paling besar "+mb+" MB.", "This file is too large. The limit is "+mb+" MB.")
}
