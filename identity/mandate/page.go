package mandate

import (
	"fmt"
	"strings"
)

// Page writes docs/spec/mandate-states.md: the diagram of the table and every transition.
func Page() string {
	var b strings.Builder
	b.WriteString("# The life of a mandate\n\nThis page is written from the table in `identity/mandate`; `go test ./identity/mandate` fails when the two differ.\n" +
		"What a mandate is and how it is used stands in [mandate.md](mandate.md).\n\n```mermaid\nstateDiagram-v2\n    [*] --> none\n")
	ends := map[State]bool{}
	for _, t := range Table() {
		fmt.Fprintf(&b, "    %s --> %s: %s, %s\n", t.From, t.To, t.Event, t.Who)
	}
	for _, t := range Table() {
		if t.To.Over() && !ends[t.To] {
			ends[t.To] = true
			fmt.Fprintf(&b, "    %s --> [*]\n", t.To)
		}
	}
	b.WriteString("```\n\n| from | event | kinds | to | who may | why |\n|---|---|---|---|---|---|\n")
	for _, t := range Table() {
		kinds := "all"
		if t.Kinds != nil {
			var all []string
			for _, k := range t.Kinds {
				all = append(all, string(k))
			}
			kinds = strings.Join(all, ", ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", t.From, t.Event, kinds, t.To, t.Who, t.Why["en"])
	}
	return b.String()
}
