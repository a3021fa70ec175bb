package journeys

import (
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"lancar/test/lab"
)

// payBack has the treasurer of a region's treasury pay back what is due for the last case, and the
// superior of the treasurer's agency confirm it. The treasurer tries to confirm it alone first.
func payBack(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "payback REGION AGENCY REFERENCE")
	s, number := of(ts), ts.Getenv("CASE")
	o := &lab.Office{Town: s.town, World: s.world, Region: args[0], Agency: args[1]}
	treasurer, err := o.At("treasurer")
	must(ts, err)
	superior, err := o.At("superior")
	must(ts, err)
	f, err := s.dueFor(ts, treasurer, number).With("reference")
	must(ts, err)
	f.Values.Set("reference", args[2])
	day := time.Now().In(time.FixedZone("", 8*3600))
	f.Values.Set("sent.d", day.Format("2"))
	f.Values.Set("sent.m", day.Format("1"))
	f.Values.Set("sent.y", day.Format("2006"))
	p, err := treasurer.B.Submit(f)
	must(ts, err)
	must(ts, p.OK())
	if f, err = s.dueFor(ts, treasurer, number).With("version"); err != nil {
		ts.Fatalf("%v", err)
	}
	f.Values.Set("do", "confirm")
	if p, err = treasurer.B.Submit(f); err != nil || p.Status != 403 {
		ts.Fatalf("who recorded a transfer confirmed it: %v, %v", p.Status, err)
	}
	if f, err = s.dueFor(ts, superior, number).With("version"); err != nil {
		ts.Fatalf("%v", err)
	}
	f.Values.Set("do", "confirm")
	s.page, err = superior.B.Submit(f)
	must(ts, err)
	must(ts, s.page.OK())
}

// dueFor is the page of the money that is due back for a case, as soon as the list has it.
func (s *story) dueFor(ts *testscript.TestScript, d *lab.Desk, number string) (page *lab.Page) {
	node := s.town.Portal("")
	must(ts, lab.Until("money due back for "+number, func() (bool, error) {
		list, err := d.B.Get(node + "/office/refunds")
		if err != nil {
			return false, err
		}
		for _, link := range list.Links() {
			if !strings.Contains(link, "/office/refunds/") {
				continue
			}
			if strings.HasPrefix(link, "/") {
				link = node + link
			}
			if page, err = d.B.Get(link); err != nil || strings.Contains(page.Text(), number) {
				return err == nil, err
			}
		}
		return false, nil
	}))
	return page
}
