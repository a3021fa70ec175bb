package outside

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"sync"
)

var picture = sync.OnceValue(func() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 32, 24))
	for i := range img.Pix {
		img.Pix[i] = byte(i)
	}
	img.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
})

// Picture is a small JPEG.
func Picture() []byte { return picture() }
