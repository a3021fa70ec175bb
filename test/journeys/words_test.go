package journeys

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"lancar/catalog"
	"lancar/services"
	"lancar/test/lab"
)

type storyKey struct{}

// story is what one text has going on.
type story struct {
	*shared
	people  map[string]*lab.Applicant
	offices map[string]*lab.Office
	page    *lab.Page
	last    *lab.Applicant // who did something last; the case is theirs
	office  string         // code and agency of the deciding office
	agency  string
}

func of(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

func must(ts *testscript.TestScript, err error) {
	if err != nil {
		ts.Fatalf("%v", err)
	}
}

// outcome fails unless err is nil, or is not where the line began with "!".
func outcome(ts *testscript.TestScript, neg bool, err error) {
	if neg && err == nil {
		ts.Fatalf("that should not have been possible")
	}
	if !neg {
		must(ts, err)
	}
}

func need(ts *testscript.TestScript, args []string, n int, usage string) {
	if len(args) < n {
		ts.Fatalf("usage: %s", usage)
	}
}

// pairs reads name=value arguments.
func pairs(ts *testscript.TestScript, args []string) lab.Answers {
	out := lab.Answers{}
	for _, a := range args {
		k, v, ok := strings.Cut(a, "=")
		if !ok {
			ts.Fatalf("%q is not name=value", a)
		}
		out[k] = v
	}
	return out
}

func town(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "town steady | moving | own")
	s := of(ts)
	var err error
	switch args[0] {
	case "steady":
		s.shared, err = theTowns.open(&theTowns.steady, "steady")
	case "moving":
		theTowns.turn.Lock()
		ts.Defer(theTowns.turn.Unlock)
		s.shared, err = theTowns.open(&theTowns.moving, "moving")
	case "own":
		s.shared, err = theTowns.start(ts.MkAbs("data"))
		ts.Defer(func() {
			if s.shared != nil {
				s.town.Kill()
			}
		})
	}
	must(ts, err)
	s.setenv(ts)
}

func (s *story) setenv(ts *testscript.TestScript) {
	ts.Setenv("NODE", s.town.Ready)
	ts.Setenv("SANDBOX", s.town.Sandbox)
	ts.Setenv("DATA", s.town.Dir)
}

// node stops, kills or starts the story's own town.
func node(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "node stop | kill | start")
	s := of(ts)
	switch args[0] {
	case "stop":
		must(ts, s.town.Stop())
	case "kill":
		s.town.Kill()
	case "start":
		at, err := url.Parse(s.town.Ready)
		must(ts, err)
		again, err := lab.Start(theTowns.bin, s.town.Dir, at.Host)
		must(ts, err)
		if again.Ready != s.town.Ready || again.Sandbox != s.town.Sandbox {
			ts.Fatalf("was at %s and %s, now at %s and %s", s.town.Ready, s.town.Sandbox, again.Ready, again.Sandbox)
		}
		s.town = again
	}
}

func person(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "person NAME PORTAL PLACE [REGISTER…]")
	p, err := of(ts).world.Borrow(args[2], args[3:]...)
	must(ts, err)
	enter(ts, args, p)
}

// usurp is somebody who knows what stands on another's card, and has a contact of their own put into the
// register in the place of theirs.
func usurp(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "usurp NAME VICTIM PORTAL")
	s := of(ts)
	p := s.people[args[1]].Person
	p.Email = args[0] + "." + p.NIK + "@maling.example"
	must(ts, s.world.Post("/register/population/contact", map[string]string{"nik": p.NIK, "email": p.Email}, nil))
	enter(ts, []string{args[0], args[2]}, p)
}

// parent is a person with a child of their own, of whom the story knows what the family card says.
func parent(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "parent NAME PORTAL PLACE")
	p, child, err := of(ts).world.Family(args[2], "2012-01-01")
	must(ts, err)
	enter(ts, args, p)
	up := strings.ToUpper(args[0])
	ts.Setenv(up+"_CHILD_NIK", child.NIK)
	ts.Setenv(up+"_CHILD_NAME", child.Name)
	y, m, d := lab.Day(child.BirthDate)
	ts.Setenv(up+"_CHILD_Y", y)
	ts.Setenv(up+"_CHILD_M", m)
	ts.Setenv(up+"_CHILD_D", d)
}

// code keeps the newest code in somebody's mail.
func code(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "code NAME VARIABLE SUBJECT")
	s, a := of(ts), of(ts).people[args[0]]
	must(ts, lab.Until("a code to "+args[0], func() (bool, error) {
		list, err := s.world.Messages(a.Email, 0, 0)
		for _, m := range list {
			if m.Code != "" && strings.Contains(m.Subject, args[2]) {
				ts.Setenv(args[1], m.Code)
				return true, nil
			}
		}
		return false, err
	}))
}

func enter(ts *testscript.TestScript, args []string, p lab.Person) {
	s, host := of(ts), args[1]
	if host == "national" {
		host = ""
	}
	a := s.town.Visit(s.world, p, host)
	s.people[args[0]], s.last = a, a
	up := strings.ToUpper(args[0])
	ts.Setenv(up+"_NIK", p.NIK)
	ts.Setenv(up+"_NAME", p.Name)
	ts.Setenv(up+"_BORN", p.BirthDate)
	ts.Setenv(up+"_EMAIL", p.Email)
	y, m, d := lab.Day(p.BirthDate)
	ts.Setenv(up+"_Y", y)
	ts.Setenv(up+"_M", m)
	ts.Setenv(up+"_D", d)
	for register, keys := range p.Records {
		ts.Setenv(up+"_"+strings.ToUpper(register), keys[0])
	}
}

func who(ts *testscript.TestScript, name string) *lab.Applicant {
	s := of(ts)
	a := s.people[name]
	if a == nil {
		ts.Fatalf("the story has nobody called %q", name)
	}
	s.last = a
	return a
}

func signIn(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "signin NAME")
	outcome(ts, neg, who(ts, args[0]).SignIn())
}

func language(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "language NAME LANG")
	must(ts, who(ts, args[0]).Speak(args[1]))
}

// show keeps a page for the lines that follow.
func show(ts *testscript.TestScript, p *lab.Page, err error) {
	must(ts, err)
	of(ts).page = p
}

func open(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "open NAME PATH")
	p, err := who(ts, args[0]).Open(args[1])
	show(ts, p, err)
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "status CODE")
	p := of(ts).page
	if (strconv.Itoa(p.Status) == args[0]) == neg {
		ts.Fatalf("%s answered %d: %.500s", p.URL.Path, p.Status, p.Main())
	}
}

func see(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "see WORDS")
	p := of(ts).page
	if regexp.MustCompile(args[0]).MatchString(p.Text()) == neg {
		ts.Fatalf("%s (%d) says: %s", p.URL.Path, p.Status, p.Text())
	}
}

// find keeps the first link with that beginning and end in a variable.
func find(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 3, "find VARIABLE PREFIX SUFFIX")
	link := of(ts).page.Link(args[1], args[2])
	if (link == "") != neg {
		ts.Fatalf("links of %s: %v", of(ts).page.URL.Path, of(ts).page.Links())
	}
	ts.Setenv(args[0], link)
	if u, err := url.Parse(link); err == nil {
		ts.Setenv(args[0]+"_PATH", u.Path)
	}
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "await NAME PATH WORDS")
	a, want := who(ts, args[0]), regexp.MustCompile(args[2])
	err := lab.Until(args[2]+" on "+args[1], func() (bool, error) {
		p, err := a.Open(args[1])
		if err != nil {
			return false, err
		}
		of(ts).page = p
		return want.MatchString(p.Text()), nil
	})
	if err != nil {
		ts.Fatalf("%v; it says: %s", err, of(ts).page.Main())
	}
}

// inOffice remembers which office answers a service for a place.
func (s *story) inOffice(ts *testscript.TestScript, slug string, said lab.Answers, a *lab.Applicant) {
	cat, problems := catalog.Load(services.FS)
	if len(problems) > 0 {
		ts.Fatalf("%v", problems[0])
	}
	def := cat.Service(slug)
	if def == nil {
		ts.Fatalf("there is no service %q", slug)
	}
	at := a.Region
	for _, v := range said {
		if len(v) == 13 && strings.Count(v, ".") == 3 {
			at = v
		}
	}
	levels := map[string]int{"nation": 0, "province": 1, "regency": 2, "district": 3, "village": 4}
	s.agency, s.office = def.Owner.Agency, strings.Join(strings.Split(at, ".")[:levels[def.Owner.Level]], ".")
	if s.office == "" {
		s.office = "00"
	}
}

func apply(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "apply NAME SERVICE [field=value…]")
	a, said := who(ts, args[0]), pairs(ts, args[2:])
	of(ts).inOffice(ts, args[1], said, a)
	outcome(ts, neg, a.Apply(args[1], of(ts).here(args[1], said, a)))
	ts.Setenv("CASE", a.Case)
	ts.Setenv("DRAFT", strings.TrimPrefix(a.Draft, a.Home))
}

// here puts places of the person's own region into answers that name none.
func (s *story) here(slug string, said lab.Answers, a *lab.Applicant) lab.Answers {
	if slug == "lapak-pasar" && said["market"] == "" {
		said["market"] = a.Region
	}
	return said
}

func begin(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "begin NAME SERVICE")
	a := who(ts, args[0])
	of(ts).inOffice(ts, args[1], nil, a)
	outcome(ts, neg, a.Begin(args[1]))
	ts.Setenv("DRAFT", strings.TrimPrefix(a.Draft, a.Home))
}

func fill(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "fill NAME SERVICE [field=value…]")
	a, said := who(ts, args[0]), pairs(ts, args[2:])
	all, err := a.Usual(args[1], of(ts).here(args[1], said, a))
	must(ts, err)
	p, err := a.Fill(all)
	show(ts, p, err)
}

func send(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "send NAME")
	a := who(ts, args[0])
	p, err := a.Send()
	outcome(ts, neg, err)
	of(ts).page = p
	ts.Setenv("CASE", a.Case)
}

// again sends the last application again; the same case must come back.
func again(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "again NAME")
	a := who(ts, args[0])
	was := a.Case
	p, err := a.Resend()
	show(ts, p, err)
	if a.Case != was {
		ts.Fatalf("sent again, %s became %s", was, a.Case)
	}
}

// pay pays the case's code at the bank; without a mode it waits until the money is seen.
func pay(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "pay NAME [mode=… delay=… expired=yes]")
	a := who(ts, args[0])
	qris, err := a.Code()
	must(ts, err)
	ts.Setenv("QRIS", qris)
	var more []string
	for k, v := range pairs(ts, args[1:]) {
		more = append(more, k, v)
	}
	paid, err := of(ts).world.Pay(qris, more...)
	outcome(ts, neg, err)
	ts.Setenv("REFERENCE", paid.Partner)
	if len(more) == 0 && !neg {
		settled(ts, false, args[:1])
	}
}

// scan shows a code to the bank once more.
func scan(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "scan CODE [mode=… expired=yes]")
	var more []string
	for k, v := range pairs(ts, args[1:]) {
		more = append(more, k, v)
	}
	_, err := of(ts).world.Pay(args[0], more...)
	outcome(ts, neg, err)
}

func settled(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "settled NAME")
	a := who(ts, args[0])
	must(ts, lab.Until("the settlement of "+a.Case, func() (bool, error) {
		p, err := a.Open("/cases/" + a.Case)
		if err != nil {
			return false, err
		}
		return p.Link("/cases/", "/pay") == "", p.OK()
	}))
}

func (s *story) desk() *lab.Office {
	key := s.office + s.agency
	if s.offices[key] == nil {
		s.offices[key] = &lab.Office{Town: s.town, World: s.world, Region: s.office, Agency: s.agency}
	}
	return s.offices[key]
}

func officer(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "officer ROLE VERB [field=value…]")
	s := of(ts)
	f, err := s.desk().Act(ts.Getenv("CASE"), args[0], args[1], pairs(ts, args[2:]))
	outcome(ts, neg, err)
	ts.Setenv("OFFICER", f.Name)
}

func document(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "document NAME FILE")
	pdf, err := who(ts, args[0]).Download()
	must(ts, err)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		ts.Fatalf("that is no PDF: %.80q", pdf)
	}
	must(ts, os.WriteFile(ts.MkAbs(args[1]), pdf, 0o600))
}

// save writes the last page's body into a file.
func save(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "save FILE")
	must(ts, os.WriteFile(ts.MkAbs(args[0]), of(ts).page.Body, 0o600))
}

// check drops a PDF on the public page, as anybody may.
func check(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "check FILE")
	pdf, err := os.ReadFile(ts.MkAbs(args[0]))
	must(ts, err)
	s := of(ts)
	p, err := lab.Check(lab.NewBrowser(s.town.Ready), s.town.Portal(""), pdf)
	show(ts, p, err)
}

func mail(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "mail NAME WORDS")
	s, want, to := of(ts), regexp.MustCompile(args[1]), args[0]
	if a := s.people[args[0]]; a != nil {
		to = a.Email
	}
	var last string
	err := lab.Until(args[1]+" in the mail of "+args[0], func() (bool, error) {
		list, err := s.world.Messages(to, 0, 0)
		for _, m := range list {
			if last = m.Subject + "\n" + m.Text; want.MatchString(last) {
				return true, nil
			}
		}
		return false, err
	})
	if err != nil {
		ts.Fatalf("%v; oldest seen: %s", err, last)
	}
}

func setSwitch(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "switch register|bank|mail|phone up|down|hang")
	s := of(ts)
	must(ts, s.world.Switch(args[0], args[1]))
	ts.Defer(func() { _ = s.world.Switch(args[0], "up") })
}

func moveTime(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 1, "time DURATION")
	outcome(ts, neg, of(ts).world.Advance(args[0]))
}

func tamper(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "tamper FILE COPY")
	pdf, err := os.ReadFile(ts.MkAbs(args[0]))
	must(ts, err)
	pdf[len(pdf)/3] ^= 1
	must(ts, os.WriteFile(ts.MkAbs(filepath.Clean(args[1])), pdf, 0o600))
}

// press sends the form of the last page whose address ends so.
func press(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "press NAME SUFFIX [field=value…]")
	a := who(ts, args[0])
	f, err := of(ts).page.To(args[1])
	must(ts, err)
	for k, v := range pairs(ts, args[2:]) {
		if f.Kinds[k] == "file" {
			file, ok := lab.Files()[v]
			if !ok {
				ts.Fatalf("no test file is called %q", v)
			}
			f.Files[k] = file
			continue
		}
		f.Values.Set(k, v)
	}
	p, err := a.B.Submit(f)
	show(ts, p, err)
}

// post sends fields to an address that no form showed.
func post(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "post NAME PATH [field=value…]")
	a, body := who(ts, args[0]), url.Values{}
	for k, v := range pairs(ts, args[2:]) {
		body.Set(k, v)
	}
	p, err := a.B.Do("POST", a.Home+args[1], "application/x-www-form-urlencoded", []byte(body.Encode()))
	show(ts, p, err)
}
