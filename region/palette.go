package region

import (
	"fmt"
	"math"
	"strings"
)

// LCh is a colour in OKLCH: lightness 0..1, chroma, hue in degrees.
type LCh struct {
	L float64 `yaml:"l"`
	C float64 `yaml:"c"`
	H float64 `yaml:"h"`
}

// Palette is a region's colours by token, as "#rrggbb", computed so that every pair that carries
// text or a field's edge has the contrast that the design asks for. Templates use the names,
// never the values.
type Palette struct {
	Light, Dark map[string]string
}

// shade is one named colour.
type shade struct{ name, hex string }

// errorHue is the hue of the state colour "bad", the same in the whole country.
const errorHue = 25

// NewPalette computes a palette from a brand colour, an accent and the hue of its neutrals, and
// fails when a contrast cannot be reached or the accent could be taken for an error.
func NewPalette(brand, accent LCh, neutral float64) (Palette, error) {
	gap := math.Abs(math.Mod(accent.H-errorHue+540, 360) - 180)
	if gap < 20 {
		return Palette{}, fmt.Errorf("accent hue %g lies within 20 degrees of the error hue %d", accent.H, errorHue)
	}
	m := mixer{brand: brand, accent: accent, neutral: neutral}
	p := Palette{Light: named(m.light()), Dark: named(m.dark())}
	return p, m.err
}

func named(ts []shade) map[string]string {
	m := make(map[string]string, len(ts))
	for _, t := range ts {
		m[t.name] = t.hex
	}
	return m
}

// mixer makes the tokens; the first colour that cannot reach its contrast stays in err.
type mixer struct {
	brand, accent LCh
	neutral       float64
	err           error
}

// state is a state colour: its hues in light and dark, chroma, and the chroma of its light ground.
type state struct {
	name               string
	lightHue, darkHue  float64
	lightC, darkC, tnC float64
}

func states() []state {
	return []state{{"ok", 152, 152, .11, .10, .028}, {"warn", 68, 75, .11, .10, .028}, {"bad", errorHue, errorHue, .17, .12, .022}}
}

func (m *mixer) light() []shade {
	b, a, n := m.brand, m.accent, m.neutral
	p, s, k, t := srgb(.984, .006, n), "#ffffff", srgb(.955, .012, n), srgb(.947, .019, b.H)
	ts := []shade{
		{"paper", p}, {"surface", s}, {"sunk", k}, {"line", srgb(.885, .012, n)},
		{"edge", m.fit("edge", LCh{.62, .02, b.H}, 3.6, p, s, k)},
		{"ink", m.fit("ink", LCh{.24, .025, b.H}, 12, k, t)},
		{"soft", m.fit("soft", LCh{.50, .022, b.H}, 6, p, k, t)},
		{"brand", m.fit("brand", b, 7.2, s)},
		{"press", m.fit("press", LCh{b.L - .08, b.C, b.H}, 9.5, s)},
		{"onbrand", s},
		{"link", m.fit("link", LCh{b.L + .02, b.C * 1.15, b.H}, 6.2, p, s, k, t)},
		{"tint", t}, {"tint2", srgb(.885, .034, b.H)},
		{"accent", m.fit("accent", a, 4.6, p, s, k)},
		{"w1", srgb(b.L-.05, b.C, b.H)}, {"w2", srgb(a.L+.06, a.C, a.H)}, {"w3", srgb(.93, .03, n)},
	}
	for _, st := range states() {
		ground := srgb(.955, st.tnC, st.lightHue)
		ts = append(ts, shade{st.name + "t", ground}, shade{st.name, m.fit(st.name, LCh{.5, st.lightC, st.lightHue}, 5.6, ground, s, p)})
	}
	return ts
}

func (m *mixer) dark() []shade {
	b, a, n := m.brand, m.accent, m.neutral
	p, s, k, t := srgb(.195, .011, b.H), srgb(.235, .013, b.H), srgb(.245, .012, b.H), srgb(.29, .028, b.H)
	ts := []shade{
		{"paper", p}, {"surface", s}, {"sunk", k}, {"line", srgb(.345, .016, b.H)},
		{"edge", m.fit("edge", LCh{.5, .02, b.H}, 3.6, p, s, k)},
		{"ink", m.fit("ink", LCh{.93, .01, n}, 11, t)},
		{"soft", m.fit("soft", LCh{.68, .015, b.H}, 6, k, t)},
		{"brand", m.fit("brand", LCh{.78, b.C * .95, b.H}, 7.2, s, k)},
		{"press", m.fit("press", LCh{.86, b.C * .7, b.H}, 9, s)},
		{"onbrand", srgb(.2, .03, b.H)},
		{"link", m.fit("link", LCh{.8, b.C, b.H}, 6.2, k, t)},
		{"tint", t}, {"tint2", srgb(.38, .04, b.H)},
		{"accent", m.fit("accent", LCh{.74, a.C * .85, a.H}, 5, s, k)},
		{"w1", srgb(.40, b.C*.95, b.H)}, {"w2", srgb(.64, a.C*.9, a.H)}, {"w3", srgb(.84, .03, n)},
	}
	for _, st := range states() {
		ground := srgb(.275, .035, st.darkHue)
		ts = append(ts, shade{st.name + "t", ground}, shade{st.name, m.fit(st.name, LCh{.76, st.darkC, st.darkHue}, 5.6, ground, s, p)})
	}
	return ts
}

// fit walks the lightness of want away from its grounds until the worst contrast holds.
func (m *mixer) fit(name string, want LCh, target float64, grounds ...string) string {
	sum := 0.0
	for _, g := range grounds {
		sum += luminance(g)
	}
	step := .005
	if sum/float64(len(grounds)) > .18 {
		step = -step
	}
	for l := want.L; l >= 0 && l <= 1; l += step {
		h := srgb(l, want.C, want.H)
		if worst(h, grounds) >= target {
			return h
		}
	}
	if m.err == nil {
		m.err = fmt.Errorf("colour %s cannot reach contrast %g on %s", name, target, strings.Join(grounds, ", "))
	}
	return ""
}

func worst(h string, grounds []string) float64 {
	w := math.Inf(1)
	for _, g := range grounds {
		w = min(w, contrast(h, g))
	}
	return w
}
