package journeys

import (
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"lancar/test/lab"
)

// reply has the data officer of a region answer the only request that is open there: done or
// refuse. An erasure is refused to them first, because they did not tick that it cannot be undone.
func reply(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 4, "reply REGION AGENCY done|refuse TEXT")
	s := of(ts)
	o := &lab.Office{Town: s.town, World: s.world, Region: args[0], Agency: args[1]}
	d, err := o.At("dpo")
	must(ts, err)
	p, err := d.B.Get(s.town.Portal("") + "/office/rights")
	must(ts, err)
	link := p.Link("/office/rights/", "")
	if link == "" {
		ts.Fatalf("no request waits at %s in %s", args[1], args[0])
	}
	p, err = d.B.Get(link)
	must(ts, err)
	path := p.URL.Path
	f, err := p.To(path)
	must(ts, err)
	f.Values.Set("result", args[2])
	f.Values.Set("text", args[3])
	if f.Values.Get("erase") != "" && args[2] == "done" {
		p, err = d.B.Submit(f)
		must(ts, err)
		if !strings.Contains(p.Text(), "Centang") {
			ts.Fatalf("an erasure without being sure: %d %s", p.Status, p.Text())
		}
		f, err = p.To(path)
		must(ts, err)
		f.Values.Set("result", args[2])
		f.Values.Set("text", args[3])
		f.Values.Set("sure", "yes")
	}
	s.page, err = d.B.Submit(f)
	must(ts, err)
	must(ts, s.page.OK())
}
