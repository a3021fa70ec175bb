package journeys

import (
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"lancar/test/lab"
)

// leak has the data officer of the region record that the last case's data came out, and tell its
// person, with two clicks on the button, while the mail server is down.
func leak(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "leak AGENCY WHAT")
	s := of(ts)
	o := &lab.Office{Town: s.town, World: s.world, Region: s.office, Agency: args[0]}
	d, err := o.At("dpo")
	must(ts, err)
	must(ts, s.world.Switch("mail", "down")) // after the code of the sign-in
	node := s.town.Portal("")
	p, err := d.B.Get(node + "/office/breaches")
	must(ts, err)
	f, err := p.To("/breaches")
	must(ts, err)
	for name, value := range map[string]string{"what": args[1], "how": "Berkas tertinggal di tempat fotokopi.", "measures": "Berkas sudah ditarik.", "contact": "dpo@kantor.example",
		"by": "cases", "cases": ts.Getenv("CASE")} {
		f.Values.Set(name, value)
	}
	now := struct{ Now time.Time }{}
	must(ts, s.world.Get("/time", &now))
	day := now.Now.AddDate(0, 0, -1)
	for part, layout := range map[string]string{"d": "2", "m": "1", "y": "2006"} {
		f.Values.Set("found."+part, day.Format(layout))
	}
	p, err = d.B.Submit(f)
	must(ts, err)
	must(ts, p.OK())
	f, err = p.To("/tell")
	must(ts, err)
	for range 2 {
		s.page, err = d.B.Submit(f)
		must(ts, err)
		must(ts, s.page.OK())
	}
}
