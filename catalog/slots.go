package catalog

import (
	"fmt"
	"slices"
	"strings"

	"lancar"
	"lancar/catalog/letter"
)

// slotNames are the slots that letters and messages may use besides applicant.*, answers.* and
// params.* of the definition. What stands in them comes from the case, its decision and its office.
func slotNames() []string {
	return []string{"service.title", "fee.total", "valid.until", "today", "case.number", "case.submitted", "case.completed",
		"case.due", "document.number", "decision.date", "decision.reason", "decision.ground", "decision.law", "decision.basis",
		"office.name", "region.name", "app.name", "signatory.name", "signatory.title",
		"payment.due", "payment.date", "payment.reference", "correction.requirement", "correction.reason", "correction.until", "link",
		"applicant.name", "applicant.nik"} // common letters name the applicant, empty where a service does not ask
}

// slots checks that every slot of letters, messages and explanations exists.
func (p *parser) slots(d *Definition) {
	allowed := slotNames()
	for name := range d.variables() {
		allowed = append(allowed, name)
	}
	check := func(file string, path []any, prefix, text string) {
		for _, s := range letter.Slots(text) {
			if !slices.Contains(allowed, s) {
				p.fail(file, path, "%sthere is no slot {%s}", prefix, s)
			}
		}
	}
	both := func(file string, t lancar.Text, path ...any) {
		for _, text := range t {
			check(file, path, "", text)
		}
	}
	for i, c := range d.Conditions {
		both("rules.yaml", c.Because, "conditions", i, "because")
		both("rules.yaml", c.Mend, "conditions", i, "mend")
	}
	for event, m := range d.Messages {
		both("service.yaml", m.Title, "messages", event)
		both("service.yaml", m.Body, "messages", event)
	}
	for which, l := range d.Letters {
		for lang, sheet := range l {
			file := p.letterFile(which + "." + lang + ".txt")
			for _, b := range sheet.Blocks {
				check(file, nil, fmt.Sprintf("line %d: ", b.Line), b.Label+" "+b.Text)
			}
			check(file, nil, "line 1: ", sheet.Title)
		}
	}
	for _, s := range letter.Slots(d.Output.Number) {
		if !slices.Contains([]string{"number", "year", "month", "region"}, s) {
			p.fail("service.yaml", []any{"output", "number"}, "there is no slot {%s} in a number; use {number}, {year}, {month}, {region}", s)
		}
	}
	if d.Output.Number != "" && !strings.Contains(d.Output.Number, "{number}") {
		p.fail("service.yaml", []any{"output", "number"}, "the number needs the slot {number}")
	}
}

func (p *parser) letterFile(name string) string {
	if _, own := p.fs["letters/"+name]; own {
		return "letters/" + name
	}
	return "common/letters/" + name
}
