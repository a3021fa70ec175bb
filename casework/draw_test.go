package casework

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestDrawIsFairAndNeverHitsTheExcluded(t *testing.T) {
	counts := map[int]int{}
	for i := range 7000 {
		seed := drawSeed([]byte{byte(i), byte(i >> 8)}, []byte("root"))
		counts[drawPosition(seed, 9, []int{2, 5})]++
	}
	for p := 1; p <= 9; p++ {
		switch n := counts[p]; {
		case (p == 2 || p == 5) && n != 0:
			t.Errorf("excluded position %d drawn %d times", p, n)
		case p != 2 && p != 5 && (n < 850 || n > 1150): // 1000 expected, 5 standard deviations
			t.Errorf("position %d drawn %d times of 7000, want about 1000", p, n)
		}
	}
	if p := drawPosition([32]byte{}, 2, []int{1, 2}); p != 0 {
		t.Errorf("drew %d although nobody is left", p)
	}
}

func TestDrawVectors(t *testing.T) {
	// The vectors of docs/spec/draw.md.
	leaf, root := bytes.Repeat([]byte{0x11}, 32), bytes.Repeat([]byte{0x22}, 32)
	if p := drawPosition(drawSeed(leaf, root), 5, nil); p != 2 {
		t.Errorf("vector 1: position %d, want 2", p)
	}
	if p := drawPosition(drawSeed(leaf, root), 5, []int{2}); p != 4 {
		t.Errorf("vector 2: position %d, want 4", p)
	}
}

func TestVerifyDrawRefusesEveryChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		leaf := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "leaf")
		root := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "root")
		r := RosterRecord{Kind: "roster", Region: "53.15", Officers: make([]string, n)}
		d := DrawRecord{Kind: "draw", Region: "53.15", Roster: 3, Completeness: 8, Size: 9, Root: root, Excluded: []int{1}}
		d.Position = drawPosition(drawSeed(leaf, root), n, d.Excluded)
		roster, _ := json.Marshal(r)
		verify := func(d DrawRecord) error {
			b, _ := json.Marshal(d)
			return VerifyDraw(b, roster, leaf)
		}
		if err := verify(d); err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func(*DrawRecord){
			"position": func(d *DrawRecord) { d.Position = d.Position%n + 1 },
			"roster":   func(d *DrawRecord) { d.Roster = 8 },
			"size":     func(d *DrawRecord) { d.Size = 8 },
			"region":   func(d *DrawRecord) { d.Region = "53" },
			"everyone": func(d *DrawRecord) { d.Excluded = slices.Repeat([]int{d.Position}, 2) },
		} {
			c := d
			if change(&c); verify(c) == nil {
				t.Fatalf("a changed %s verified", name)
			}
		}
	})
}
