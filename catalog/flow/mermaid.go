package flow

import (
	"fmt"
	"strings"
)

// Mermaid draws the table as a Mermaid state diagram.
func Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> draft\n")
	over := map[State]bool{}
	var ends []State
	for _, t := range Table() {
		label := string(t.Event)
		if t.When != Always {
			label += " (" + string(t.When) + ")"
		}
		fmt.Fprintf(&b, "    %s --> %s: %s, %s\n", t.From, t.To, label, t.Who)
		if t.To.Over() && !over[t.To] {
			over[t.To] = true
			ends = append(ends, t.To)
		}
	}
	for _, s := range ends {
		fmt.Fprintf(&b, "    %s --> [*]\n", s)
	}
	return b.String()
}

// Page writes docs/spec/states.md: the diagram, the states and every transition.
func Page() string {
	var b strings.Builder
	b.WriteString("# The life of a case\n\nThis page is written from the table in `catalog/flow`; `go test ./catalog/flow` fails when the two differ.\n\n")
	b.WriteString("```mermaid\n" + Mermaid() + "```\n\n## States\n\n| state | on the page | in English | clock of the decision |\n|---|---|---|---|\n")
	seen := map[State]bool{}
	row := func(s State) {
		if seen[s] {
			return
		}
		seen[s] = true
		clock := "stands"
		if s.ClockRuns() {
			clock = "runs"
		}
		if s.Over() {
			clock = "over"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s, s.Text().In("id"), s.Text().In("en"), clock)
	}
	for _, t := range Table() {
		row(t.From)
	}
	for _, t := range Table() {
		row(t.To)
	}
	b.WriteString("\n## Transitions\n\n| from | event | when | to | who | why |\n|---|---|---|---|---|---|\n")
	for _, t := range Table() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | `%s` | %s | %s |\n", t.From, t.Event, t.When, t.To, t.Who, t.Why.In("en"))
	}
	return b.String()
}
