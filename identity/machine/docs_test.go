package machine_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"lancar/identity/machine"
)

var update = flag.Bool("update", false, "write the tables into docs/spec/machines.md")

// between replaces what stands between the marks of a table.
func between(t *testing.T, text, name, table string) string {
	t.Helper()
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	head, rest, ok := strings.Cut(text, begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the marks of the table are gone: " + name)
	}
	return head + begin + table + end + tail
}

func TestTheDocumentedTablesAreTheRealOnes(t *testing.T) {
	const file = "../../docs/spec/machines.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	list := func(v any) string { return strings.ReplaceAll(strings.Trim(fmt.Sprint(v), "[]"), " ", ", ") }
	var life, scopes strings.Builder
	life.WriteString("| from | event | to | who | why |\n|---|---|---|---|---|\n")
	for _, tr := range machine.Transitions() {
		from, to := list(tr.From), string(tr.To)
		if from == "" {
			from = "–"
		}
		if to == "" {
			to = "the same"
		}
		fmt.Fprintf(&life, "| %s | %s | %s | %s | %s |\n", from, tr.Event, to, list(tr.Who), tr.Why)
	}
	scopes.WriteString("| scope | may | opens of people's data | kinds |\n|---|---|---|---|\n")
	for _, s := range machine.Scopes() {
		data := list(s.Data)
		if data == "" {
			data = "nothing"
		}
		fmt.Fprintf(&scopes, "| `%s` | %s | %s | %s |\n", s.ID, s.Words["en"], data, list(s.Kinds))
	}
	want := between(t, between(t, string(data), "transitions", life.String()), "scopes", scopes.String())
	if want == string(data) {
		return
	}
	if !*update {
		t.Fatal("docs/spec/machines.md differs from the code: go test ./identity/machine -update")
	}
	if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
