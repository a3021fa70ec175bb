package lab

import "lancar/app/rehearse/browse"

// Files are what people of the tests upload: a good photo and a good PDF, and what must be
// refused: a program that calls itself a photo, and a photo larger than any limit.
func Files() map[string]File {
	return map[string]File{
		"photo":   {Name: "foto.png", Data: browse.Photo(64)},
		"paper":   {Name: "surat.pdf", Data: browse.Paper()},
		"program": {Name: "foto.png", Data: append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 4096)...)},
		"page":    {Name: "foto.jpg", Data: []byte("<!doctype html><script>alert(1)</script>")},
		"huge":    {Name: "foto.png", Data: append(browse.Photo(64), make([]byte, 11<<20)...)},
		"empty":   {Name: "foto.png", Data: nil},
	}
}
