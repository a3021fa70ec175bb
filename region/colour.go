package region

import (
	"fmt"
	"math"
	"strconv"
)

// srgb writes an OKLCH colour as sRGB, lowering the chroma until it lies inside.
func srgb(l, c, h float64) string {
	l = max(0, min(1, l))
	var rgb [3]float64
	for {
		rgb = linear(l, c, h)
		if c <= 0 || inside(rgb) {
			break
		}
		c = max(0, c-.002)
	}
	var b [3]int
	for i, v := range rgb {
		b[i] = int(math.RoundToEven(255 * gamma(max(0, min(1, v)))))
	}
	return fmt.Sprintf("#%02x%02x%02x", b[0], b[1], b[2])
}

func inside(rgb [3]float64) bool {
	for _, v := range rgb {
		if v < -.0005 || v > 1.0005 {
			return false
		}
	}
	return true
}

// linear converts OKLCH to linear sRGB (Björn Ottosson's matrices).
func linear(lum, c, hue float64) [3]float64 {
	sin, cos := math.Sincos(hue * math.Pi / 180)
	a, b := c*cos, c*sin
	l := cube(lum + .3963377774*a + .2158037573*b)
	m := cube(lum - .1055613458*a - .0638541728*b)
	s := cube(lum - .0894841775*a - 1.291485548*b)
	return [3]float64{
		4.0767416621*l - 3.3077115913*m + .2309699292*s,
		-1.2684380046*l + 2.6097574011*m - .3413193965*s,
		-.0041960863*l - .7034186147*m + 1.707614701*s,
	}
}

func cube(x float64) float64 { return x * x * x }

func gamma(x float64) float64 {
	if x <= .0031308 {
		return 12.92 * x
	}
	return 1.055*math.Pow(x, 1/2.4) - .055
}

// luminance is the relative luminance of WCAG 2.2 of "#rrggbb".
func luminance(hex string) float64 {
	n, _ := strconv.ParseUint(hex[1:], 16, 32)
	part := func(shift uint) float64 {
		x := float64(n>>shift&0xff) / 255
		if x <= .04045 {
			return x / 12.92
		}
		return math.Pow((x+.055)/1.055, 2.4)
	}
	return .2126*part(16) + .7152*part(8) + .0722*part(0)
}

// contrast is the contrast ratio of WCAG 2.2, 1 to 21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}
