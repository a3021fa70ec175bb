package rehearse

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"lancar/app/rehearse/browse"
	"lancar/catalog"
	"lancar/region/places"
)

// errNotEligible says that the service's rules are against this person: somebody else must play.
var errNotEligible = errors.New("not eligible")

// patience is how long a journey waits for what happens by itself: settlement, draw, signature.
const patience = 60 * time.Second

// journey is one person's application from the service page to the signed document.
type journey struct {
	*play
	act
	b      *browse.Browser
	who    person
	home   string // URL of the region's portal
	number string
	ending string // how the officer will decide: granted, refused, corrected
	draft  string
	moves  bool // answers questions about places with a neighbouring village, not the person's own
	places map[string]bool
	kept   kept
}

func newJourney(p *play, a act, i int) *journey {
	j := &journey{play: p, act: a, ending: "granted"}
	r := p.regions.ByCode(a.office)
	host := "localhost"
	if r.Host != "" {
		host = r.Host + ".localhost"
	}
	j.home = p.node.Scheme + "://" + host + ":" + p.node.Port()
	switch round := i / len(p.acts); { // endings are spread over the rounds, so that each service sees each
	case (i+round)%10 == 7:
		j.ending = "refused"
	case (i+round)%10 == 3:
		j.ending = "corrected"
	}
	return j
}

func (j *journey) close() {
	if j.b != nil {
		j.b.Close()
	}
	if j.who.NIK != "" {
		j.world.giveBack(j.who)
	}
}

// walk plays the whole journey and says how it ended.
func (j *journey) walk(ctx context.Context) (string, error) {
	var ok bool
	if j.who, ok = j.world.borrow(j.office, j.registers()); !ok {
		return "", fmt.Errorf("nobody in the sandbox lives in %s with records in %v", j.office, j.registers())
	}
	j.b = j.world.browserOf(j.who, func() *browse.Browser { return newBrowser(j.play.node, j.took) })
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"start", j.start}, {"fill", j.fill}, {"submit", j.submit}, {"pay", j.pay}, {"decide", j.decide}, {"document", j.document},
	}
	for _, s := range steps {
		if err := s.do(ctx); err != nil {
			return "", fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if j.def.Kind == "payment" {
		return "paid", nil
	}
	return j.ending, nil
}

// registers are those whose records must be the person's own because a form asks for their key.
func (j *journey) registers() (out []string) {
	for _, s := range j.def.Sections {
		for _, f := range s.Fields {
			for _, src := range []*catalog.Source{f.Known, f.Confirm} {
				if src != nil && src.Register != "population" && (src.Must || src.By != "" && src.By != "applicant.nik") {
					out = append(out, src.Register)
				}
			}
		}
	}
	return out
}

// start opens the service page, begins, and signs in on the way.
func (j *journey) start(ctx context.Context) error {
	p, err := j.b.Get(ctx, j.home+"/services/"+j.def.Slug)
	if err != nil {
		return err
	}
	if err := p.OK(); err != nil {
		return err
	}
	if p, err = j.b.Get(ctx, j.home+"/signin?to="+url.QueryEscape("/services/"+j.def.Slug)); err != nil {
		return err
	}
	if _, asked := p.With("birth_date.d"); asked == nil { // else they are signed in from an earlier journey
		if p, err = j.signIn(ctx, p); err != nil {
			return err
		}
	}
	if !strings.HasSuffix(p.URL.Path, j.def.Slug) {
		if p, err = j.b.Get(ctx, j.home+"/services/"+j.def.Slug); err != nil {
			return err
		}
	}
	return j.begin(ctx, p)
}

// begin presses the service page's button.
func (j *journey) begin(ctx context.Context, p *browse.Page) error {
	for _, f := range p.Forms() {
		if f.Action == nil || !strings.HasSuffix(f.Action.Path, "/start") {
			continue
		}
		p, err := j.b.Submit(ctx, f)
		if err != nil {
			return err
		}
		return j.atDraft(p)
	}
	return fmt.Errorf("%s shows no way to begin: %s", p.URL.Path, p.Heading())
}

var draftPath = regexp.MustCompile(`^(/drafts/[0-9a-f]+)`)

// atDraft remembers the page that the form is on.
func (j *journey) atDraft(p *browse.Page) error {
	if err := p.OK(); err != nil {
		return err
	}
	m := draftPath.FindString(p.URL.Path)
	if m == "" {
		return fmt.Errorf("landed on %s instead of a form: %s", p.URL.Path, p.Heading())
	}
	j.draft, j.places = p.URL.Scheme+"://"+p.URL.Host+m, map[string]bool{}
	return nil
}

// signIn fills in the three facts and the code.
func (j *journey) signIn(ctx context.Context, p *browse.Page) (*browse.Page, error) {
	f, err := p.With("birth_date.d")
	if err != nil {
		return nil, err
	}
	year, rest, _ := strings.Cut(j.who.BirthDate, "-")
	month, day, _ := strings.Cut(rest, "-")
	for name := range f.Kinds {
		switch name {
		case "number":
			f.Values.Set(name, j.who.NIK)
		case "name":
			f.Values.Set(name, j.who.Name)
		case "contact", "email":
			f.Values.Set(name, j.who.Email)
		default:
			switch {
			case strings.HasSuffix(name, ".d"):
				f.Values.Set(name, day)
			case strings.HasSuffix(name, ".m"):
				f.Values.Set(name, month)
			case strings.HasSuffix(name, ".y"):
				f.Values.Set(name, year)
			}
		}
	}
	after, err := j.world.Last(ctx, j.who.Email)
	if err != nil {
		return nil, err
	}
	if p, err = j.b.Submit(ctx, f); err != nil {
		return nil, err
	}
	if f, err = p.With("code"); err != nil {
		return nil, err
	}
	code, err := j.world.code(ctx, j.who.Email, after)
	if err != nil {
		return nil, err
	}
	f.Values.Set("code", code)
	if p, err = j.b.Submit(ctx, f); err != nil {
		return nil, err
	}
	return p, p.OK()
}

// fill walks the form page by page until the answers are ready to be checked.
func (j *journey) fill(ctx context.Context) error {
	p, err := j.b.Get(ctx, j.draft)
	if err != nil {
		return err
	}
	asked := map[string]int{}
	for range 60 {
		if err := p.OK(); err != nil {
			return err
		}
		switch path := p.URL.Path; {
		case strings.HasSuffix(path, "/check"):
			return nil
		case strings.HasSuffix(path, "/against"):
			return fmt.Errorf("%w: %s", errNotEligible, p.Main())
		case strings.Contains(path, "/step/"):
			if asked[path]++; asked[path] > 6 {
				return fmt.Errorf("%s does not take the answers: %s", path, p.Heading())
			}
			p, err = j.step(ctx, p, asked[path] > 1)
		default:
			return fmt.Errorf("the form leads to %s: %s", path, p.Heading())
		}
		if err != nil {
			return err
		}
	}
	return errors.New("the form does not end")
}

// step answers one page of the form; again, when its first answers were not taken.
func (j *journey) step(ctx context.Context, p *browse.Page, again bool) (*browse.Page, error) {
	f, err := p.With("version")
	if err != nil {
		return nil, err
	}
	for _, b := range f.Buttons {
		if field, ok := strings.CutPrefix(b.Value, draftPath.FindString(p.URL.Path)+"/place/"); ok && b.Name == "go" && !j.chosen(field) {
			return j.place(ctx, p, b.Value, field)
		}
	}
	if again {
		for name, kind := range f.Kinds {
			if kind == "text" || kind == "textarea" {
				f.Values.Del(name)
			}
		}
	}
	if err := j.answer(f, p); err != nil {
		return nil, err
	}
	if ask := obtain(f); ask != nil && !again {
		return j.b.Submit(ctx, ask)
	}
	return j.b.Submit(ctx, f, "go", "next")
}

// chosen says whether a place was picked for a field; each is picked once.
func (j *journey) chosen(field string) bool {
	was := j.places[field]
	j.places[field] = true
	return was
}

// place picks a place on its own page.
func (j *journey) place(ctx context.Context, p *browse.Page, href, field string) (*browse.Page, error) {
	u, err := p.URL.Parse(href)
	if err != nil {
		return nil, err
	}
	code := j.value(field)
	if _, real := j.regions.Places().Lookup(code); !real || !places.Within(code, j.office) {
		code = j.who.Region
		if j.moves {
			code = j.neighbour()
		}
	}
	body := url.Values{"place": {code}}.Encode()
	if p, err = j.b.Do(ctx, "POST", u.String(), "application/x-www-form-urlencoded", []byte(body)); err != nil {
		return nil, err
	}
	return p, p.OK()
}

// neighbour is a village of the office other than the person's own: somewhere to move to.
func (j *journey) neighbour() string {
	for _, p := range j.regions.Places().Children(places.Up(j.who.Region)) {
		if p.Code != j.who.Region {
			return p.Code
		}
	}
	return j.who.Region
}

// answer puts a value into every control that is still empty.
func (j *journey) answer(f *browse.Form, p *browse.Page) error {
	for name, kind := range f.Kinds {
		field, part, dated := strings.Cut(name, ".")
		if dated && len(part) == 1 {
			j.date(f, name, field, part)
			continue
		}
		if i := strings.LastIndex(name, "."); i > 0 && len(name)-i == 2 { // applicant.birth_date.d
			j.date(f, name, name[:i], name[i+1:])
			continue
		}
		if kind == "hidden" || name == "" || name == "go" {
			continue
		}
		if kind == "file" {
			if !strings.Contains(string(p.Body), "/files/"+name+"/") {
				f.Files[name] = browse.File{Name: "foto.png", Data: picture}
				if f.Accept[name] == "application/pdf" {
					f.Files[name] = browse.File{Name: "surat.pdf", Data: paper}
				}
			}
			continue
		}
		if kind == "radio" || kind == "checkbox" {
			j.choose(f, name, kind)
			continue
		}
		if f.Values.Get(name) == "" {
			f.Values.Set(name, j.value(name))
		}
	}
	return nil
}

func (j *journey) date(f *browse.Form, name, field, part string) {
	if f.Values.Get(name) != "" {
		return
	}
	t, err := time.Parse(time.DateOnly, j.value(field))
	if err != nil {
		return
	}
	f.Values.Set(name, t.Format(map[string]string{"d": "2", "m": "1", "y": "2006"}[part]))
}

func (j *journey) choose(f *browse.Form, name, kind string) {
	if f.Values.Get(name) != "" {
		return
	}
	want := j.value(name)
	f.Values.Del(name)
	for _, o := range f.Options[name] {
		for _, w := range strings.Split(want, ",") {
			if o == w {
				f.Values.Add(name, o)
			}
		}
	}
	if len(f.Values[name]) == 0 && kind == "radio" && len(f.Options[name]) > 0 {
		f.Values.Set(name, f.Options[name][0])
	}
}

// value is what this person types into a field: the key of their own record, else what the
// service's example types, with its dates moved to today.
func (j *journey) value(field string) string {
	if keys := j.world.own(j.who, j.def, field); keys != "" {
		return keys
	}
	e := granted(j.def)
	for _, m := range []map[string]string{e.Answers, e.Facts} {
		if v, ok := m[field]; ok {
			return j.today(e, v)
		}
	}
	if v, ok := e.Applicant[strings.TrimPrefix(field, "applicant.")]; ok {
		return v
	}
	return "Contoh"
}

// own is the key of a record of the person's, when a register is asked by this field.
func (w *world) own(p person, def *catalog.Definition, field string) string {
	switch field {
	case "applicant.phone":
		return p.Phone
	case "applicant.email":
		return p.Email
	}
	for _, s := range def.Sections {
		for _, f := range s.Fields {
			for _, src := range []*catalog.Source{f.Known, f.Confirm} {
				if src == nil || strings.TrimPrefix(src.By, "answers.") != field || len(p.Records[src.Register]) == 0 {
					continue
				}
				if asked, _ := def.Field(field); asked != nil && asked.Kind == "nik" {
					return cmp.Or(p.members[src.Register], p.NIK)
				}
				return p.Records[src.Register][0]
			}
		}
	}
	return ""
}

// today moves a date of the example by as much as the example's day lies before now. Dates of
// another year, such as births, stay.
func (j *journey) today(e *catalog.Example, v string) string {
	t, err := time.Parse(time.DateOnly, v)
	if err != nil {
		return v
	}
	day, err := time.Parse(time.DateOnly, e.Today)
	if err != nil {
		return v
	}
	if d := t.Sub(day); d < -300*24*time.Hour || d > 400*24*time.Hour {
		return v
	}
	now := j.world.now.In(j.regions.ByCode(j.office).Zone)
	here := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	return t.Add(here.Sub(day)).Format(time.DateOnly)
}

// paper and picture are what is uploaded wherever a file is asked for.
var paper, picture = browse.Paper(), browse.Photo(64)
