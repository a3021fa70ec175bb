package region

import (
	"maps"
	"strings"
	"testing"
)

// The values of the shared style for its three sample regions, light then dark.
const golden = `
.43 .085 232  .56 .14 46  85
paper:#fcf9f5 surface:#ffffff sunk:#f4f0e7 line:#ddd9d0 edge:#707e86 ink:#132129 soft:#4c5a62 brand:#075776 press:#014059 onbrand:#ffffff link:#005d7f tint:#e2f0f8 tint2:#c4deec accent:#b05019 w1:#014964 w2:#c96734 w3:#f1e7d2 okt:#e3f6e7 ok:#1d6d3c warnt:#fdeddd warn:#865101 badt:#ffebe9 bad:#b02a2d
paper:#101619 surface:#181f23 sunk:#1b2225 line:#313b40 edge:#6c7a81 ink:#ebe7e0 soft:#a2adb3 brand:#81c1e2 press:#aad9f2 onbrand:#061821 link:#84c8eb tint:#1d2e37 tint2:#2c4654 accent:#e89269 w1:#024e6b w2:#ca7145 w3:#d4c9b5 okt:#1a2d1f ok:#7fc492 warnt:#322513 warn:#d6a866 badt:#37211f bad:#f4928a
.42 .075 52  .50 .10 250  80
paper:#fcf9f5 surface:#ffffff sunk:#f4efe7 line:#ddd8d0 edge:#877a73 ink:#291c14 soft:#62554d brand:#6d4024 press:#562b0d onbrand:#ffffff link:#774321 tint:#f9eae2 tint2:#ecd3c5 accent:#32669a w1:#5e3316 w2:#4378ad w3:#f3e6d2 okt:#e3f6e7 ok:#1d6d3c warnt:#fdeddd warn:#865101 badt:#ffebe9 bad:#b02a2d
paper:#191410 surface:#231c19 sunk:#251f1b line:#403732 edge:#81746d ink:#ebe7e1 soft:#b1a7a1 brand:#ddab8e press:#eec8b2 onbrand:#211209 link:#e5b191 tint:#37281e tint2:#543c2f accent:#81afdf w1:#663c21 w2:#6190c1 w3:#d5c9b5 okt:#1a2d1f ok:#7fc492 warnt:#322513 warn:#d6a866 badt:#37211f bad:#f4928a
.43 .085 155  .60 .13 66  110
paper:#fafaf6 surface:#ffffff sunk:#f0f1e8 line:#d9dad1 edge:#737f77 ink:#16231a soft:#4f5c53 brand:#215d3b press:#024726 onbrand:#ffffff link:#18633b tint:#e4f2e8 tint2:#c8e0cf accent:#9a5d03 w1:#0f4f2e w2:#c7802b w3:#e9ead3 okt:#e3f6e7 ok:#1d6d3c warnt:#fdeddd warn:#865101 badt:#ffebe9 bad:#b02a2d
paper:#111613 surface:#19201b sunk:#1c221e line:#333c36 edge:#6d7a71 ink:#e8e8e1 soft:#a4aea7 brand:#8ec7a1 press:#b3ddc0 onbrand:#0a1a10 link:#91cea6 tint:#203025 tint2:#314939 accent:#da9c5b w1:#1b5434 w2:#bc7c34 w3:#cbcdb7 okt:#1a2d1f ok:#7fc492 warnt:#322513 warn:#d6a866 badt:#37211f bad:#f4928a`

func TestPaletteMatchesTheSharedStyle(t *testing.T) {
	inputs := []struct {
		brand, accent LCh
		neutral       float64
	}{
		{LCh{.43, .085, 232}, LCh{.56, .14, 46}, 85},
		{LCh{.42, .075, 52}, LCh{.50, .10, 250}, 80},
		{LCh{.43, .085, 155}, LCh{.60, .13, 66}, 110},
	}
	lines := strings.Split(strings.TrimSpace(golden), "\n")
	for i, in := range inputs {
		p, err := NewPalette(in.brand, in.accent, in.neutral)
		if err != nil {
			t.Fatal(err)
		}
		for j, have := range []map[string]string{p.Light, p.Dark} {
			want := map[string]string{}
			for _, f := range strings.Fields(lines[3*i+1+j]) {
				name, value, _ := strings.Cut(f, ":")
				want[name] = value
			}
			if !maps.Equal(want, have) {
				t.Errorf("palette %d, side %d:\n got %v\nwant %v", i, j, have, want)
			}
		}
	}
}

func TestPaletteRefusesWhatCannotBeRead(t *testing.T) {
	if _, err := NewPalette(LCh{.43, .085, 232}, LCh{.56, .14, 40}, 85); err == nil || !strings.Contains(err.Error(), "error hue") {
		t.Errorf("an accent that looks like an error: %v", err)
	}
	if _, err := NewPalette(LCh{.43, .085, 232}, LCh{.56, .14, 10}, 85); err == nil {
		t.Error("an accent on the other side of the error hue passed")
	}
	m := mixer{}
	if got := m.fit("x", LCh{.5, 0, 0}, 22, "#ffffff"); got != "" || m.err == nil {
		t.Errorf("a contrast of 22 was reached: %q %v", got, m.err)
	}
}
