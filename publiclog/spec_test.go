package publiclog

import (
	"encoding/base64"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The example in docs/spec/log.md is true.
func TestSpecExample(t *testing.T) {
	text, err := os.ReadFile("../docs/spec/log.md")
	if err != nil {
		t.Fatal(err)
	}
	cell := func(name string) string {
		m := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(name) + " \\| `(.*)` \\|$").FindSubmatch(text)
		if m == nil {
			t.Fatalf("the page has no %q", name)
		}
		return string(m[1])
	}
	nonce, err := base64.StdEncoding.DecodeString(cell("nonce (base 64)"))
	if err != nil {
		t.Fatal(err)
	}
	record := []byte(cell("record"))
	entry := string(Entry(Private, Commit(nonce, record)))
	if want := "lancar/log/v1 private\n" + cell("second line of the entry") + "\n"; entry != want {
		t.Errorf("the entry is %q, the page says %q", entry, want)
	}
	if got := PrivateHash(nonce, record).String(); got != cell("leaf hash (base 64)") {
		t.Errorf("the leaf hash is %s", got)
	}
	if !strings.Contains(string(text), "lancar/log/v1 public") {
		t.Error("the page does not show a public entry")
	}
}
