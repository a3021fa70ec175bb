package rehearse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"regexp"
	"strings"
	"time"

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
	b      *browser
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
		j.b.close()
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
	j.b = j.world.browserOf(j.who, func() *browser { return newBrowser(j.play.node, j.took) })
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
	p, err := j.b.get(ctx, j.home+"/services/"+j.def.Slug)
	if err != nil {
		return err
	}
	if err := p.ok(); err != nil {
		return err
	}
	if p, err = j.b.get(ctx, j.home+"/signin?to="+url.QueryEscape("/services/"+j.def.Slug)); err != nil {
		return err
	}
	if _, asked := p.with("birth_date.d"); asked == nil { // else they are signed in from an earlier journey
		if p, err = j.signIn(ctx, p); err != nil {
			return err
		}
	}
	if !strings.HasSuffix(p.url.Path, j.def.Slug) {
		if p, err = j.b.get(ctx, j.home+"/services/"+j.def.Slug); err != nil {
			return err
		}
	}
	return j.begin(ctx, p)
}

// begin presses the service page's button.
func (j *journey) begin(ctx context.Context, p *page) error {
	for _, f := range p.forms() {
		if f.action == nil || !strings.HasSuffix(f.action.Path, "/start") {
			continue
		}
		p, err := j.b.submit(ctx, f, "", "")
		if err != nil {
			return err
		}
		return j.atDraft(p)
	}
	return fmt.Errorf("%s shows no way to begin: %s", p.url.Path, p.heading())
}

var draftPath = regexp.MustCompile(`^(/drafts/[0-9a-f]+)`)

// atDraft remembers the page that the form is on.
func (j *journey) atDraft(p *page) error {
	if err := p.ok(); err != nil {
		return err
	}
	m := draftPath.FindString(p.url.Path)
	if m == "" {
		return fmt.Errorf("landed on %s instead of a form: %s", p.url.Path, p.heading())
	}
	j.draft, j.places = p.url.Scheme+"://"+p.url.Host+m, map[string]bool{}
	return nil
}

// signIn fills in the three facts and the code.
func (j *journey) signIn(ctx context.Context, p *page) (*page, error) {
	f, err := p.with("birth_date.d")
	if err != nil {
		return nil, err
	}
	year, rest, _ := strings.Cut(j.who.BirthDate, "-")
	month, day, _ := strings.Cut(rest, "-")
	for name := range f.kinds {
		switch name {
		case "number":
			f.values.Set(name, j.who.NIK)
		case "name":
			f.values.Set(name, j.who.Name)
		case "contact", "email":
			f.values.Set(name, j.who.Email)
		default:
			switch {
			case strings.HasSuffix(name, ".d"):
				f.values.Set(name, day)
			case strings.HasSuffix(name, ".m"):
				f.values.Set(name, month)
			case strings.HasSuffix(name, ".y"):
				f.values.Set(name, year)
			}
		}
	}
	after, err := j.world.last(ctx, j.who.Email)
	if err != nil {
		return nil, err
	}
	if p, err = j.b.submit(ctx, f, "", ""); err != nil {
		return nil, err
	}
	if f, err = p.with("code"); err != nil {
		return nil, err
	}
	code, err := j.world.code(ctx, j.who.Email, after)
	if err != nil {
		return nil, err
	}
	f.values.Set("code", code)
	if p, err = j.b.submit(ctx, f, "", ""); err != nil {
		return nil, err
	}
	return p, p.ok()
}

// fill walks the form page by page until the answers are ready to be checked.
func (j *journey) fill(ctx context.Context) error {
	p, err := j.b.get(ctx, j.draft)
	if err != nil {
		return err
	}
	asked := map[string]int{}
	for range 60 {
		if err := p.ok(); err != nil {
			return err
		}
		switch path := p.url.Path; {
		case strings.HasSuffix(path, "/check"):
			return nil
		case strings.HasSuffix(path, "/against"):
			return fmt.Errorf("%w: %s", errNotEligible, strings.Join(strings.Fields(text(p.main())), " "))
		case strings.Contains(path, "/step/"):
			if asked[path]++; asked[path] > 6 {
				return fmt.Errorf("%s does not take the answers: %s", path, p.heading())
			}
			p, err = j.step(ctx, p, asked[path] > 1)
		default:
			return fmt.Errorf("the form leads to %s: %s", path, p.heading())
		}
		if err != nil {
			return err
		}
	}
	return errors.New("the form does not end")
}

// step answers one page of the form; again, when its first answers were not taken.
func (j *journey) step(ctx context.Context, p *page, again bool) (*page, error) {
	f, err := p.with("version")
	if err != nil {
		return nil, err
	}
	for _, b := range f.buttons {
		if field, ok := strings.CutPrefix(b.value, draftPath.FindString(p.url.Path)+"/place/"); ok && b.name == "go" && !j.chosen(field) {
			return j.place(ctx, p, b.value, field)
		}
	}
	if again {
		for name, kind := range f.kinds {
			if kind == "text" || kind == "textarea" {
				f.values.Del(name)
			}
		}
	}
	if err := j.answer(f, p); err != nil {
		return nil, err
	}
	if ask := f.obtain(); ask != nil && !again {
		return j.b.submit(ctx, ask, "", "")
	}
	return j.b.submit(ctx, f, "go", "next")
}

// chosen says whether a place was picked for a field; each is picked once.
func (j *journey) chosen(field string) bool {
	was := j.places[field]
	j.places[field] = true
	return was
}

// place picks a place on its own page.
func (j *journey) place(ctx context.Context, p *page, href, field string) (*page, error) {
	u, err := p.url.Parse(href)
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
	if p, err = j.b.do(ctx, "POST", u.String(), "application/x-www-form-urlencoded", []byte(body)); err != nil {
		return nil, err
	}
	return p, p.ok()
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
func (j *journey) answer(f *form, p *page) error {
	for name, kind := range f.kinds {
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
			if !strings.Contains(string(p.body), "/files/"+name+"/") {
				f.files[name] = file{"foto.png", picture}
				if f.accept[name] == "application/pdf" {
					f.files[name] = file{"surat.pdf", paper}
				}
			}
			continue
		}
		if kind == "radio" || kind == "checkbox" {
			j.choose(f, name, kind)
			continue
		}
		if f.values.Get(name) == "" {
			f.values.Set(name, j.value(name))
		}
	}
	return nil
}

func (j *journey) date(f *form, name, field, part string) {
	if f.values.Get(name) != "" {
		return
	}
	t, err := time.Parse(time.DateOnly, j.value(field))
	if err != nil {
		return
	}
	f.values.Set(name, t.Format(map[string]string{"d": "2", "m": "1", "y": "2006"}[part]))
}

func (j *journey) choose(f *form, name, kind string) {
	if f.values.Get(name) != "" {
		return
	}
	want := j.value(name)
	f.values.Del(name)
	for _, o := range f.options[name] {
		for _, w := range strings.Split(want, ",") {
			if o == w {
				f.values.Add(name, o)
			}
		}
	}
	if len(f.values[name]) == 0 && kind == "radio" && len(f.options[name]) > 0 {
		f.values.Set(name, f.options[name][0])
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
					return or(p.members[src.Register], p.NIK)
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

// paper is a PDF of one empty page.
var paper = func() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, object := range []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}()

// picture is a small photograph-like PNG for every upload.
var picture = func() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for x := range 64 {
		for y := range 64 {
			m.Set(x, y, color.RGBA{uint8(4 * x), uint8(4 * y), 120, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // encoding to memory cannot fail
	}
	return b.Bytes()
}()
