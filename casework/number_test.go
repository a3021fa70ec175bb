package casework

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lancar"
)

func TestNumberRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		region := rapid.SampledFrom([]string{"00", "53", "53.15", "31.71.01", "53.15.05.2001"}).Draw(t, "region")
		n := NewNumber(region)
		typed := strings.NewReplacer("-", rapid.SampledFrom([]string{"-", " ", ""}).Draw(t, "sep"), "0", "o", "1", "l").Replace(strings.ToLower(n))
		got, code, err := ParseNumber(typed)
		if err != nil || got != n || code != region {
			t.Fatalf("ParseNumber(%q) = %q, %q, %v; want %q of %q", typed, got, code, err, n, region)
		}
	})
}

func TestNumberCatchesEveryWrongCharacter(t *testing.T) {
	n := strings.ReplaceAll(NewNumber("53.15"), "-", "")
	for i := range n {
		for _, r := range crockford {
			wrong := n[:i] + string(r) + n[i+1:]
			if wrong == n {
				continue
			}
			if _, _, err := ParseNumber(wrong); lancar.CodeOf(err) != lancar.Invalid {
				t.Errorf("%q passed for %q", wrong, n)
			}
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	f.Add("5315-7K4M2-X9QPC")
	f.Add("")
	f.Add("ı-\u0130")
	f.Fuzz(func(t *testing.T, s string) {
		if n, region, err := ParseNumber(s); err == nil {
			if again, r2, err := ParseNumber(n); err != nil || again != n || r2 != region {
				t.Fatalf("%q read as %q, which reads as %q", s, n, again)
			}
		}
	})
}
