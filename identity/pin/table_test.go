package pin_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"lancar/identity/pin"
)

// TestSpecShowsTheTable holds docs/spec/signin.md to the table.
func TestSpecShowsTheTable(t *testing.T) {
	text, err := os.ReadFile("../../docs/spec/signin.md")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, tr := range pin.Table() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", tr.From, tr.Event, tr.To, tr.Why["en"])
	}
	if !strings.Contains(string(text), b.String()) {
		t.Errorf("docs/spec/signin.md does not show the table of a PIN:\n%s", &b)
	}
}

func TestNothingLeavesAPinThatWasThereWithoutANewProof(t *testing.T) {
	for _, tr := range pin.Table() {
		if tr.From == pin.Set && tr.To == pin.None && tr.Event != pin.End || tr.From == pin.Gone && tr.To != pin.None {
			t.Errorf("%+v opens what a PIN held", tr)
		}
	}
}
