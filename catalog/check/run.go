package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lancar"
	"lancar/catalog"
	"lancar/catalog/flow"
)

// Run runs one example and returns what came out differently, nothing when all is as expected.
func Run(d *catalog.Definition, ex *catalog.Example) []string {
	in, err := situation(d, ex)
	if err != nil {
		return []string{err.Error()}
	}
	o := catalog.Walk(d, in)
	wrong := stray(d, ex, &o)
	if o.Ready() {
		acts := []catalog.Act{{Event: flow.Submit}}
		if free := o.Total.Amount == 0; free && len(ex.Acts) > 0 && ex.Acts[0].Event == flow.Settle {
			wrong = append(wrong, "it is free, so there is nothing to settle")
		}
		in.Acts = append(acts, ex.Acts...)
		o = catalog.Walk(d, in)
	} else if len(ex.Acts) > 0 || ex.Expect.State != string(flow.Draft) {
		wrong = append(wrong, "it cannot be submitted: "+why(&o))
	}
	return append(wrong, compare(d, ex, &in, &o)...)
}

// situation makes the situation of an example: the population register knows the applicant, other
// registers know its facts, unless they are down.
func situation(d *catalog.Definition, ex *catalog.Example) (catalog.Situation, error) {
	today, err := time.Parse(time.DateOnly, ex.Today)
	if err != nil {
		return catalog.Situation{}, fmt.Errorf("today %q is not a date like 2026-11-23", ex.Today)
	}
	in := catalog.Situation{Kind: ex.Kind, Answers: ex.Answers, Facts: map[string]catalog.Fact{}, Files: map[string]int{},
		Figures: ex.Figures, Now: today.Add(10 * time.Hour)}
	known := func(id, value string) {
		f, _ := d.Field(id)
		if f == nil {
			err = fmt.Errorf("%q is no field of the form", id)
			return
		}
		fact := catalog.Fact{Value: value, At: in.Now, State: "read"}
		if f.Known != nil {
			fact.Register = f.Known.Register
		}
		in.Facts[id] = fact
	}
	if !slices.Contains(ex.Down, "population") {
		for id, value := range ex.Applicant {
			known("applicant."+id, value)
		}
	}
	for id, value := range ex.Facts {
		known(id, value)
	}
	for _, id := range ex.Files {
		in.Files[id]++
	}
	return in, err
}

// stray finds answers and files for questions that are not asked: they would be lost.
func stray(d *catalog.Definition, ex *catalog.Example, o *catalog.Outcome) []string {
	asked := map[string]bool{}
	for _, v := range o.Fields {
		asked[v.Field.ID] = !v.Shown
	}
	var wrong []string
	for id := range ex.Answers {
		if asked[id] {
			continue
		}
		if f, _ := d.Field(id); f == nil {
			wrong = append(wrong, fmt.Sprintf("%q is no field of the form", id))
		} else {
			wrong = append(wrong, fmt.Sprintf("it answers %q, which is not asked", id))
		}
	}
	for _, id := range ex.Files {
		if !asked[id] {
			wrong = append(wrong, fmt.Sprintf("it attaches %q, which is not asked", id))
		}
	}
	slices.Sort(wrong)
	return wrong
}

func why(o *catalog.Outcome) string {
	var parts []string
	for _, n := range o.Errors {
		parts = append(parts, n.Field+": "+n.Text.In("en"))
	}
	for _, f := range o.Against {
		parts = append(parts, "against it stands "+f.Condition.ID)
	}
	if !o.FeeKnown {
		parts = append(parts, "the fee cannot be computed (is a figure missing?)")
	}
	if o.Office == "" {
		parts = append(parts, "no office is found")
	}
	return strings.Join(parts, "; ")
}

// compare says what came out differently from what the example expects.
func compare(d *catalog.Definition, ex *catalog.Example, in *catalog.Situation, o *catalog.Outcome) []string {
	var wrong []string
	differs := func(what, got, want string) {
		if want != "" && got != want {
			wrong = append(wrong, fmt.Sprintf("%s is %q, expected %q", what, got, want))
		}
	}
	e := ex.Expect
	differs("state", string(o.State), e.State)
	differs("how", o.How, e.How)
	differs("letter", o.Letter, e.Letter)
	differs("office", o.Office, e.Office)
	if e.Until != "" {
		differs("last day of validity", d.ValidUntil(o, in.Now), e.Until)
	}
	switch {
	case e.Fee == nil:
	case !o.FeeKnown:
		wrong = append(wrong, "the fee cannot be computed")
	case o.Total != lancar.Rupiah(*e.Fee):
		wrong = append(wrong, fmt.Sprintf("fee is %s, expected %s", o.Total, lancar.Rupiah(*e.Fee)))
	}
	var against, missing, shown []string
	for _, f := range o.Against {
		against = append(against, f.Condition.ID)
	}
	for _, n := range o.Errors {
		missing = append(missing, n.Field)
	}
	for _, v := range o.Fields {
		shown = append(shown, v.Field.ID)
	}
	same := func(what string, got, want []string) {
		slices.Sort(got)
		want = slices.Sorted(slices.Values(want))
		if !slices.Equal(slices.Compact(got), want) {
			wrong = append(wrong, fmt.Sprintf("%s: [%s], expected [%s]", what, strings.Join(got, " "), strings.Join(want, " ")))
		}
	}
	same("conditions against it", against, e.Against)
	same("fields with a complaint", missing, e.Missing)
	for _, id := range e.Shown {
		if !slices.Contains(shown, id) {
			wrong = append(wrong, fmt.Sprintf("%q is not asked or shown", id))
		}
	}
	for _, id := range e.Hidden {
		if slices.Contains(shown, id) {
			wrong = append(wrong, fmt.Sprintf("%q is asked or shown", id))
		}
	}
	for _, n := range o.Refused {
		wrong = append(wrong, fmt.Sprintf("the act %q cannot be: %s", n.Field, n.Text.In("en")))
	}
	return wrong
}

// unreached lists the steps that no example ever waits in.
func unreached(d *catalog.Definition) []string {
	reached := map[string]bool{}
	for i := range d.Examples() {
		in, err := situation(d, &d.Examples()[i])
		if err != nil {
			continue
		}
		acts := append([]catalog.Act{{Event: flow.Submit}}, d.Examples()[i].Acts...)
		for n := range acts {
			in.Acts = acts[:n+1]
			if o := catalog.Walk(d, in); o.Step != nil {
				reached[o.Step.ID] = true
			}
		}
	}
	var missed []string
	for _, s := range d.Steps {
		if s.Kind != "check" && !reached[s.ID] {
			missed = append(missed, s.ID)
		}
	}
	return missed
}
