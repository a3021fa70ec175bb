package access_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"lancar/access"
)

var update = flag.Bool("update", false, "write the table into docs/spec/access.md")

func TestTheDocumentedLifeOfARequestIsTheRealOne(t *testing.T) {
	const file, begin, end = "../docs/spec/access.md", "<!-- transitions -->\n", "<!-- /transitions -->"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the marks of the table are gone")
	}
	var b strings.Builder
	b.WriteString("| from | event | to | who | why |\n|---|---|---|---|---|\n")
	for _, tr := range access.Transitions() {
		from := "–"
		if len(tr.From) > 0 {
			from = strings.Trim(strings.ReplaceAll(fmt.Sprint(tr.From), " ", ", "), "[]")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", from, tr.Event, tr.To, tr.Who, tr.Why)
	}
	want := head + begin + b.String() + end + tail
	if want == string(data) {
		return
	}
	if !*update {
		t.Fatal("docs/spec/access.md differs from access.Transitions: go test ./access -update")
	}
	if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
