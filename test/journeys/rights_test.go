package journeys

import (
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"lancar/test/lab"
)

// rights has the data officer of a region's inspectorate answer the request in which these words
// stand. A message must have told them that a request came in.
func rights(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 4, "rights REGION WORDS done|refuse TEXT")
	s := of(ts)
	o := &lab.Office{Town: s.town, World: s.world, Region: args[0], Agency: "inspektorat"}
	d, err := o.At("dpo")
	must(ts, err)
	box, err := s.world.Messages(d.Email, 0, 10)
	must(ts, err)
	if !slices.ContainsFunc(box, func(m lab.Message) bool { return strings.Contains(m.Subject, "hak data") }) {
		ts.Fatalf("the data officer was not told that a request came in: %v", box)
	}
	node := s.town.Portal("")
	must(ts, lab.Until("the request "+args[1], func() (bool, error) {
		list, err := d.B.Get(node + "/office/data")
		if err != nil {
			return false, err
		}
		for _, link := range list.Links() {
			if !strings.Contains(link, "/office/rights/") {
				continue
			}
			if strings.HasPrefix(link, "/") {
				link = node + link
			}
			p, err := d.B.Get(link)
			if err != nil {
				return false, err
			}
			if !strings.Contains(p.Text(), args[1]) {
				continue
			}
			f, err := p.With("result")
			if err != nil {
				return false, err
			}
			f.Values.Set("result", args[2])
			f.Values.Set("text", args[3])
			f.Values.Set("sure", "yes")
			if s.page, err = d.B.Submit(f); err != nil {
				return false, err
			}
			return true, s.page.OK()
		}
		return false, nil
	}))
}

// shut checks that the officers who had the last case are refused now; to others it never was there.
func shut(ts *testscript.TestScript, _ bool, args []string) {
	s := of(ts)
	refused := 0
	for _, d := range s.desk().Desks() {
		p, err := d.B.Get(s.town.Portal("") + "/office/cases/" + ts.Getenv("CASE"))
		must(ts, err)
		switch p.Status {
		case 403:
			refused++
		case 404:
		default:
			ts.Fatalf("%s reads the case of a person who restricts the use of their data: %d", d.Name, p.Status)
		}
	}
	if refused == 0 {
		ts.Fatalf("nobody was refused")
	}
}
