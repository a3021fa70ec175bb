package lab

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"lancar/catalog"
	"lancar/services"
)

// Applicant is a person at the portal of a region.
type Applicant struct {
	Person
	World *World
	B     *Browser
	Home  string // URL of the portal: http://ntt.localhost:8053

	Draft string // URL of the form under way
	Sent  *Form  // the form that made the last case
	Case  string // its number

	before int64 // newest message before the code was asked for
}

// Portal is the URL of a region's portal; "" is the nation's.
func (t *Town) Portal(host string) string {
	u, err := url.Parse(t.Ready)
	if err != nil {
		panic(err) // the node itself said it
	}
	if host != "" {
		host += "."
	}
	return "http://" + host + "localhost:" + u.Port()
}

// Visit has a person open a region's portal.
func (t *Town) Visit(w *World, p Person, host string) *Applicant {
	return &Applicant{Person: p, World: w, B: NewBrowser(t.Ready), Home: t.Portal(host)}
}

// Open opens a page of the portal.
func (a *Applicant) Open(path string) (*Page, error) {
	if strings.HasPrefix(path, "/") {
		path = a.Home + path
	}
	return a.B.Get(path)
}

// SignIn proves who the person is: three facts and a code. Told that the register does not answer,
// the person tries again, as the message says.
func (a *Applicant) SignIn() error {
	return Until("the sign-in of "+a.Name, func() (bool, error) {
		p, err := a.Facts()
		if err != nil {
			return false, err
		}
		if p.URL.Path == "/me" {
			return true, p.OK() // is signed in still
		}
		f, err := p.With("code")
		if err != nil {
			return false, err
		}
		code, err := a.World.Code(a.Email, a.before)
		if err != nil {
			return false, err
		}
		if code == "" {
			time.Sleep(5 * time.Second) // the node leaves a register alone that long; attempts are limited
			return false, nil
		}
		f.Values.Set("code", code)
		if p, err = a.B.Submit(f); err != nil {
			return false, err
		}
		return true, p.OK()
	})
}

// Facts sends the three facts of the sign-in page and returns the page that asks for the code.
func (a *Applicant) Facts() (*Page, error) {
	p, err := a.Open("/signin?to=/me")
	if err != nil || p.URL.Path == "/me" {
		return p, err
	}
	f, err := p.With("number")
	if err != nil {
		return nil, err
	}
	if a.before, err = a.World.Last(a.Email); err != nil {
		return nil, err
	}
	born, err := time.Parse(time.DateOnly, a.BirthDate)
	if err != nil {
		return nil, err
	}
	for name := range f.Kinds {
		switch {
		case name == "number":
			f.Values.Set(name, a.NIK)
		case name == "name":
			f.Values.Set(name, a.Name)
		case name == "contact":
			f.Values.Set(name, a.Email)
		default:
			setDate(f, name, born)
		}
	}
	return a.B.Submit(f)
}

func setDate(f *Form, name string, t time.Time) {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		if layout, ok := map[string]string{"d": "2", "m": "1", "y": "2006"}[name[i+1:]]; ok {
			f.Values.Set(name, t.Format(layout))
		}
	}
}

// Speak chooses the language of the pages.
func (a *Applicant) Speak(lang string) error {
	p, err := a.Open("/services?lang=" + lang)
	if err != nil {
		return err
	}
	return p.OK()
}

// Begin presses the button of a service's page.
func (a *Applicant) Begin(slug string) error {
	p, err := a.Open("/services/" + slug)
	if err != nil {
		return err
	}
	f, err := p.To("/start")
	if err != nil {
		return err
	}
	if p, err = a.B.Submit(f); err != nil {
		return err
	}
	return a.at(p)
}

var draftURL = regexp.MustCompile(`^(.*/drafts/[0-9a-f]+)`)

func (a *Applicant) at(p *Page) error {
	if err := p.OK(); err != nil {
		return err
	}
	u := *p.URL
	u.RawQuery, u.Fragment = "", ""
	if a.Draft = draftURL.FindString(u.String()); a.Draft == "" {
		return fmt.Errorf("landed on %s instead of a form: %.300s", p.URL.Path, p.Main())
	}
	return nil
}

// Answers are what a person types, by field; files by name: "photo" or "paper".
type Answers map[string]string

// Usual are the answers of the service's first example that is granted, with its dates moved to
// today; said replace or add to them.
func (a *Applicant) Usual(slug string, said Answers) (Answers, error) {
	cat, problems := catalog.Load(services.FS)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	def := cat.Service(slug)
	if def == nil {
		return nil, fmt.Errorf("there is no service %q", slug)
	}
	out := Answers{}
	for _, e := range def.Examples() {
		if e.Shows != "granted" {
			continue
		}
		day, err := time.Parse(time.DateOnly, e.Today)
		if err != nil {
			return nil, err
		}
		for k, v := range e.Applicant {
			out["applicant."+k] = v
		}
		for _, m := range []map[string]string{e.Facts, e.Answers} {
			for k, v := range m {
				if t, err := time.Parse(time.DateOnly, v); err == nil {
					v = t.Add(a.today().Sub(day)).Format(time.DateOnly)
				}
				out[k] = v
			}
		}
		break
	}
	out["applicant.domicile"] = a.Region
	for k, v := range map[string]string{"applicant.phone": a.Phone, "applicant.email": a.Email} {
		if v != "" || out[k] == "" {
			out[k] = v
		}
	}
	for k, v := range said {
		out[k] = v
	}
	return out, nil
}

func (a *Applicant) today() time.Time {
	var now struct{ Now time.Time }
	if err := a.World.Get("/time", &now); err != nil {
		return time.Time{}
	}
	return now.Now.UTC().Truncate(24 * time.Hour)
}

// Fill walks the form until its last page, "check your answers" (or "against": a rule stands
// against it), and returns that page.
func (a *Applicant) Fill(said Answers) (*Page, error) {
	p, err := a.B.Get(a.Draft)
	if err != nil {
		return nil, err
	}
	asked := map[string]int{}
	for {
		if err := p.OK(); err != nil {
			return nil, err
		}
		if !strings.Contains(p.URL.Path, "/step/") {
			return p, nil
		}
		if asked[p.URL.Path]++; asked[p.URL.Path] > 8 {
			return nil, fmt.Errorf("%s does not take the answers: %.500s", p.URL.Path, p.Main())
		}
		if p, err = a.step(p, said, asked); err != nil {
			return nil, err
		}
	}
}

// step answers one page of the form.
func (a *Applicant) step(p *Page, said Answers, done map[string]int) (*Page, error) {
	f, err := p.With("version")
	if err != nil {
		return nil, err
	}
	for _, b := range f.Buttons {
		_, field, ok := strings.Cut(b.Value, "/place/")
		if ok && done[field] == 0 {
			done[field]++
			u, err := p.URL.Parse(b.Value)
			if err != nil {
				return nil, err
			}
			code := said[field]
			if code == "" {
				code = a.Region
			}
			return a.B.Do(http.MethodPost, u.String(), "application/x-www-form-urlencoded", []byte("place="+code))
		}
	}
	if err := a.Answer(f, said); err != nil {
		return nil, err
	}
	return a.B.Submit(f, "go", "next")
}

// Answer types into every control of a form that has an answer and is still empty.
func (a *Applicant) Answer(f *Form, said Answers) error {
	for name, kind := range f.Kinds {
		field := name
		if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i == 2 {
			field = name[:i]
		}
		v, ok := said[field]
		switch {
		case kind == "file":
			if err := a.attach(f, name, said); err != nil {
				return err
			}
		case !ok || kind == "hidden" || f.Values.Get(name) != "":
		case kind == "radio" || kind == "checkbox":
			f.Values[name] = strings.Split(v, ",")
		case field != name:
			t, err := time.Parse(time.DateOnly, v)
			if err != nil {
				return fmt.Errorf("%s: %w", field, err)
			}
			setDate(f, name, t)
		default:
			f.Values.Set(name, v)
		}
	}
	return nil
}

func (a *Applicant) attach(f *Form, name string, said Answers) error {
	if strings.Contains(string(f.Page.Body), "/files/"+name+"/") {
		return nil // is there already
	}
	want := said[name]
	if want == "" {
		want = "photo"
		if f.Accept[name] == "application/pdf" {
			want = "paper"
		}
	}
	file, ok := Files()[want]
	if !ok {
		return fmt.Errorf("no test file is called %q", want)
	}
	f.Files[name] = file
	return nil
}

// Send ticks the last box and sends the application; it returns the page that follows.
func (a *Applicant) Send() (*Page, error) {
	p, err := a.B.Get(a.Draft + "/check")
	if err != nil {
		return nil, err
	}
	f, err := p.With("key")
	if err != nil {
		return nil, err
	}
	f.Tick()
	a.Sent = f
	return a.Resend()
}

var caseURL = regexp.MustCompile(`/cases/([^/?]+)`)

// Resend sends the last application again, as a double click or a second tab does.
func (a *Applicant) Resend() (*Page, error) {
	p, err := a.B.Submit(a.Sent)
	if err != nil {
		return nil, err
	}
	m := caseURL.FindStringSubmatch(p.URL.Path)
	if m == nil {
		return p, fmt.Errorf("landed on %s (%d) instead of a case: %.300s", p.URL.Path, p.Status, p.Main())
	}
	a.Case = m[1]
	return p, p.OK()
}

// Apply does all of it: begin, fill, send.
func (a *Applicant) Apply(slug string, said Answers) error {
	if err := a.Begin(slug); err != nil {
		return err
	}
	all, err := a.Usual(slug, said)
	if err != nil {
		return err
	}
	p, err := a.Fill(all)
	if err != nil {
		return err
	}
	if !strings.HasSuffix(p.URL.Path, "/check") {
		return fmt.Errorf("the form led to %s: %.500s", p.URL.Path, p.Main())
	}
	_, err = a.Send()
	return err
}

// Code waits for the payment code of the case.
func (a *Applicant) Code() (qris string, err error) {
	err = Until("the payment code", func() (bool, error) {
		p, err := a.Open("/cases/" + a.Case + "/pay")
		if err != nil {
			return false, err
		}
		qris = p.ByID("qris")
		return qris != "", p.OK()
	})
	return qris, err
}

// Download waits for the signed document of the case and returns it.
func (a *Applicant) Download() (pdf []byte, err error) {
	err = Until("the document of "+a.Case, func() (bool, error) {
		p, err := a.Open("/cases/" + a.Case)
		if err != nil {
			return false, err
		}
		link := p.Link("/documents/", "")
		if link == "" {
			return false, p.OK()
		}
		if p, err = a.B.Get(strings.TrimSuffix(link, "/file") + "/file"); err != nil {
			return false, err
		}
		pdf = p.Body
		return true, p.OK()
	})
	return pdf, err
}

// Check drops a PDF on the public verification page and returns the verdict's page.
func Check(b *Browser, portal string, pdf []byte) (*Page, error) {
	p, err := b.Get(portal + "/verify")
	if err != nil {
		return nil, err
	}
	f, err := p.With("file")
	if err != nil {
		return nil, err
	}
	f.Files["file"] = File{Name: "dokumen.pdf", Data: pdf}
	return b.Submit(f)
}
