package totp

import (
	"net/url"
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, for SHA-1.
func TestTheVectorsOfTheRFC(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		step := Step(time.Unix(at, 0))
		if got := truncated(secret, step, 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
		if got := Code(secret, step); got != want[2:] {
			t.Errorf("six digits at %d: %s, want %s", at, got, want[2:])
		}
	}
}

func TestACodeIsGoodOnceAndForItsNeighbours(t *testing.T) {
	secret, now := Secret(), time.Date(2026, 11, 22, 8, 0, 10, 0, time.UTC)
	here := Step(now)
	for off, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		if step, ok := Find(secret, Code(secret, here+off), now, 0); ok != want || ok && step != here+off {
			t.Errorf("%d steps away: %d %v", off, step, ok)
		}
	}
	if _, ok := Find(secret, Code(secret, here), now, here); ok {
		t.Error("a used code is taken again")
	}
	if _, ok := Find(secret, "", now, 0); ok {
		t.Error("nothing is taken for a code")
	}
}

func TestAnAppCanScanIt(t *testing.T) {
	secret := []byte("12345678901234567890")
	u, err := url.Parse(URI(secret, "Tabe Uji", "akun"))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Tabe Uji:akun" ||
		u.Query().Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" || u.Query().Get("issuer") != "Tabe Uji" {
		t.Fatalf("%v %v", u, err)
	}
}
