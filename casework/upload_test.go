package casework

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"lancar"
)

// photo is a JPEG whose left half is red, with an EXIF block that says how to turn it and where
// it was taken.
func photo(t testing.TB, orientation byte) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := range 40 {
			img.Set(x, y, map[bool]color.Color{true: color.RGBA{255, 0, 0, 255}, false: color.White}[x < 20])
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	tiff := append([]byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"), orientation, 0, 0, 0, 0, 0, 0)
	exif := append([]byte("Exif\x00\x00"), append(tiff, "GPS -8.4964,119.8877"...)...)
	app1 := append([]byte{0xff, 0xe1, byte((len(exif) + 2) >> 8), byte(len(exif) + 2)}, exif...)
	return append(append([]byte{0xff, 0xd8}, app1...), b.Bytes()[2:]...)
}

func TestPhotosLoseTheirPlaceAndStandUpright(t *testing.T) {
	c, err := clean(photo(t, 6), 0)
	if err != nil || c.kind != "image/jpeg" {
		t.Fatal(c.kind, err)
	}
	if bytes.Contains(c.data, []byte("GPS")) || bytes.Contains(c.data, []byte("Exif")) {
		t.Error("the picture still says where it was taken")
	}
	img, err := jpeg.Decode(bytes.NewReader(c.data))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != 20 || b.Dy() != 40 {
		t.Fatalf("turned picture is %v", b)
	}
	if _, g, _, _ := img.At(10, 5).RGBA(); g > 0x4000 {
		t.Error("orientation 6: the left half must be on top")
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	var wide bytes.Buffer
	if err := png.Encode(&wide, image.NewGray(image.Rect(0, 0, 10, 10))); err != nil {
		t.Fatal(err)
	}
	bomb := bytes.Clone(wide.Bytes())
	copy(bomb[16:], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff})
	pdf := "%%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<%s>>\nstartxref\n9\n%%%%EOF\n"
	for name, c := range map[string]struct {
		data []byte
		code lancar.Code
	}{
		"empty":                    {nil, lancar.Invalid},
		"program as a jpg":         {[]byte("MZ\x90\x00 this program"), lancar.Invalid},
		"page as a pdf":            {[]byte("<html><script>alert(1)</script>"), lancar.Invalid},
		"cut-off photo":            {photo(t, 1)[:300], lancar.Invalid},
		"bomb":                     {bomb, lancar.Invalid},
		"oversize":                 {make([]byte, MaxUpload+1), lancar.TooLarge},
		"locked pdf":               {[]byte(fmt.Sprintf(pdf, "/Encrypt 3 0 R")), lancar.Invalid},
		"pdf with a hidden script": {[]byte(fmt.Sprintf(pdf, "/OpenAction<</S/J#61vaScript/J#53 (x)>>")), lancar.Invalid},
		"pdf with a packed script": {packedPDF("<</S/JavaScript/JS(x)>>"), lancar.Invalid},
		"pdf with a script":        {[]byte(fmt.Sprintf(pdf, "/OpenAction<</S/JavaScript/JS(x)>>")), lancar.Invalid},
		"cut-off pdf":              {[]byte("%PDF-1.7\n1 0 obj"), lancar.Invalid},
	} {
		if _, err := clean(c.data, 0); lancar.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if _, err := clean(packedPDF("<</Type/Page>>"), 0); err != nil {
		t.Errorf("a PDF with packed objects: %v", err)
	}
	if c, err := clean([]byte(fmt.Sprintf(pdf, "")), 0); err != nil || c.kind != "application/pdf" {
		t.Errorf("a plain PDF: %v", err)
	}
}

func TestFileNames(t *testing.T) {
	for in, want := range map[string]string{
		`C:\fakepath\KTP Maria.jpg`: "KTP Maria.jpg",
		"../../etc/passwd":          "passwd",
		"<script>.png":              "script.png",
		"...":                       "berkas",
		"\u202egpj.exe":             "gpj.exe",
	} {
		if got := fileName(in); got != want {
			t.Errorf("fileName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add(photo(f, 8))
	f.Add([]byte("%PDF-1.7 startxref %%EOF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := clean(data, 0); err == nil && c.kind != "application/pdf" {
			if _, err := clean(c.data, 0); err != nil {
				t.Fatal("a cleaned picture is not a picture:", err)
			}
		}
	})
}

// packedPDF has an object in a compressed stream.
func packedPDF(object string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n1 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length 99>>stream\r\n")
	z := zlib.NewWriter(&b)
	z.Write([]byte("2 0 " + object))
	z.Close()
	b.WriteString("\nendstream endobj\nstartxref\n9\n%%EOF\n")
	return b.Bytes()
}
