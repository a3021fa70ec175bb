package catalog

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	wordID  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	fieldID = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	valueID = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
)

// maxKeywords is the most keywords of a language: more would let one service crowd out others.
const maxKeywords = 12

// validate checks everything that needs no rule language: the parts are there, ids are unique and
// what is cited exists.
func (p *parser) validate() {
	d := p.def
	for name, part := range map[string]any{"service.yaml": &d.Service, "form.yaml": &d.Form, "rules.yaml": &d.Rules} {
		v := reflect.ValueOf(part).Elem()
		if part == any(&d.Service) {
			v = reflect.ValueOf(withoutMessages(d.Service))
		}
		p.tags(name, v, nil)
	}
	if !wordID.MatchString(d.Slug) {
		p.fail("service.yaml", nil, "the folder's name %q is not a short name of lower case letters, digits and hyphens", d.Slug)
	}
	for lang, words := range d.Keywords {
		if len(words) > maxKeywords {
			p.fail("service.yaml", []any{"keywords", lang}, "%d keywords in %q; at most %d, choose the best", len(words), lang, maxKeywords)
		}
	}
	for _, lang := range []string{"id", "en"} {
		if len(d.Keywords[lang]) == 0 {
			p.fail("service.yaml", []any{"keywords"}, "keywords are missing in %q", lang)
		}
	}
	if d.Level != 0 && d.Level != 2 && d.Level != 3 || d.Level != 0 && d.Service.Kind == "handover" {
		p.fail("service.yaml", []any{"level"}, "level is 2 or 3, and stands only where something is sent to us; leave it out otherwise")
	}
	p.owner()
	p.ids()
	p.fields()
	p.kind()
	p.cited()
	p.figures()
}

// withoutMessages leaves the common messages to their own file.
func withoutMessages(s Service) Service { s.Messages = nil; return s }

func (p *parser) owner() {
	d := p.def
	if d.Owner.Level == "national" {
		if d.Owner.Of != "" {
			p.fail("service.yaml", []any{"owner", "of"}, "a national agency has one office; leave out \"of\"")
		}
		return
	}
	if d.Kind == "handover" {
		return
	}
	f, _ := d.Field(strings.TrimPrefix(d.Owner.Of, "answers."))
	switch {
	case f == nil || f.variable() != d.Owner.Of:
		p.fail("service.yaml", []any{"owner", "of"}, "%q is no field of the form; write answers.FIELD or applicant.domicile", d.Owner.Of)
	case f.Kind != "place" || placeLength(f.Level) < placeLength(d.Owner.Level):
		p.fail("service.yaml", []any{"owner", "of"}, "%q must be a place at least as exact as the office's level, %s", d.Owner.Of, d.Owner.Level)
	case f.Optional || f.ShowIf != "" && f.ID != "applicant.domicile":
		p.fail("service.yaml", []any{"owner", "of"}, "%q decides the office, so it must always be asked", d.Owner.Of)
	}
}

// ids checks form and uniqueness of every id.
func (p *parser) ids() {
	d := p.def
	unique := func(file, what string, form *regexp.Regexp) func(id string, path ...any) {
		seen := map[string]bool{}
		return func(id string, path ...any) {
			switch {
			case id == "":
			case !form.MatchString(id):
				p.fail(file, path, "the id %q must be lower case letters and digits, joined by %s", id, map[*regexp.Regexp]string{wordID: "-", fieldID: "_", valueID: "- or _"}[form])
			case seen[id]:
				p.fail(file, path, "%s %q stands twice", what, id)
			}
			seen[id] = true
		}
	}
	list(unique("service.yaml", "the law", wordID), d.Law, "law", func(x Law) string { return x.ID })
	list(unique("service.yaml", "the step", wordID), d.Steps, "steps", func(x Step) string { return x.ID })
	list(unique("form.yaml", "the requirement", wordID), d.Requirements, "requirements", func(x Requirement) string { return x.ID })
	list(unique("form.yaml", "the section", wordID), d.Sections, "sections", func(x Section) string { return x.ID })
	list(unique("rules.yaml", "the figure", fieldID), d.Figures, "figures", func(x Figure) string { return x.ID })
	list(unique("rules.yaml", "the condition", wordID), d.Conditions, "conditions", func(x Condition) string { return x.ID })
	list(unique("rules.yaml", "the ground", wordID), d.Refusal, "refusal", func(x Ground) string { return x.ID })
	lines := unique("rules.yaml", "the fee line", wordID)
	for i, l := range d.Fee.Lines {
		lines(l.ID, "fee", "lines", i)
	}
	fields := unique("form.yaml", "the field", fieldID)
	for i, s := range d.Sections {
		for j, f := range s.Fields {
			fields(f.ID, "sections", i, "fields", j)
			values := unique("form.yaml", "the choice", valueID)
			for k, o := range f.Options {
				values(o.Value, "sections", i, "fields", j, "options", k)
			}
		}
	}
}

func list[T any](check func(id string, path ...any), items []T, key string, id func(T) string) {
	for i, x := range items {
		check(id(x), key, i)
	}
}

// kind checks that the parts a kind of service needs are there.
func (p *parser) kind() {
	d := p.def
	need := func(file string, ok bool, text string) {
		if !ok {
			p.fail(file, nil, "%s", text)
		}
	}
	if d.Kind == "handover" {
		need("service.yaml", d.Handover != nil, "\"handover\" is missing: where is it done?")
		need("form.yaml", len(d.Sections) == 0, "a hand-over service asks nothing; it only leads on")
		return
	}
	need("form.yaml", len(d.Applicant) > 0, "\"applicant\" is missing: what must be known of the applicant?")
	need("service.yaml", d.Output.Kind != "" && len(d.Output.Title) > 0, "\"output\" is missing: what does one get?")
	need("form.yaml", len(d.Requirements) > 0, "\"requirements\" is missing: what must be handed in?")
	if d.Kind == "payment" {
		need("rules.yaml", len(d.Fee.Lines) > 0, "a payment service needs fee lines")
		need("service.yaml", d.Letters["receipt"] != nil, "the letter \"receipt\" is missing")
		return
	}
	need("rules.yaml", d.Term.Days > 0, "\"term\" is missing: how many working days?")
	need("rules.yaml", len(d.Fee.Lines) > 0 || len(d.Fee.Free) > 0, "\"fee\" is missing: lines, or \"free\" with the reason")
	need("rules.yaml", len(d.Refusal) > 0, "\"refusal\" is missing: on which grounds may it be refused?")
	for _, name := range []string{"granted", "refused", "submitted"} {
		l := d.Letters[name]
		need("service.yaml", l["id"] != nil && l["en"] != nil, "the letter letters/"+name+".id.txt or .en.txt is missing")
	}
	ways := 0
	for _, said := range []bool{d.Output.Months > 0, d.Output.Until != "", d.Output.Forever} {
		if said {
			ways++
		}
	}
	if ways != 1 {
		p.fail("service.yaml", []any{"output"}, "say how long the document is valid: one of valid_months, valid_until, valid_forever")
	}
	p.steps()
}

// steps checks the order: check, then pay where there is a fee, then officers, one decision, and
// at most one signature at the end.
func (p *parser) steps() {
	d := p.def
	rank := map[string]int{"check": 0, "pay": 1, "review": 2, "opinion": 2, "decide": 3, "sign": 4}
	count := map[string]int{}
	for i, s := range d.Steps {
		count[s.Kind]++
		if i > 0 && rank[s.Kind] < rank[d.Steps[i-1].Kind] {
			p.fail("service.yaml", []any{"steps", i}, "the step %q (%s) cannot come after %q (%s)", s.ID, s.Kind, d.Steps[i-1].ID, d.Steps[i-1].Kind)
		}
		if officer := rank[s.Kind] >= 2; officer != (s.Role != "") {
			p.fail("service.yaml", []any{"steps", i}, "the step %q: an officer's step names a role, a system's does not", s.ID)
		}
	}
	say := func(ok bool, text string) {
		if !ok {
			p.fail("service.yaml", []any{"steps"}, "%s", text)
		}
	}
	say(count["check"] == 1, "there must be one step of kind check, the first")
	say(count["decide"] == 1, "there must be one step of kind decide")
	say(count["sign"] <= 1, "there can be only one step of kind sign")
	say((count["pay"] == 1) == (len(d.Fee.Lines) > 0), "a step of kind pay stands exactly where there are fee lines")
}

func (p *parser) figures() {
	for i, f := range p.def.Figures {
		if f.Region == (len(f.Values) > 0) {
			p.fail("rules.yaml", []any{"figures", i}, "the figure %q: either the region sets it (region: true) or values stand here", f.ID)
		}
		for j, v := range f.Values {
			if _, err := time.Parse(time.DateOnly, v.From); err != nil {
				p.fail("rules.yaml", []any{"figures", i, "values", j, "from"}, "%q is not a date like 2026-01-31", v.From)
			}
			if _, ok := f.value(v.Value); !ok {
				p.fail("rules.yaml", []any{"figures", i, "values", j, "value"}, "%q is not a value of unit %s", v.Value, f.Unit)
			}
		}
	}
}

// cited checks that every law and field that is named exists.
func (p *parser) cited() {
	d := p.def
	law := func(file, id string, path ...any) {
		if id != "" && d.LawOf(id) == nil {
			p.fail(file, path, "the law %q is not listed in service.yaml", id)
		}
	}
	law("service.yaml", d.Retention.Law, "retention", "law")
	if d.Retention.Keep == (d.Retention.Years > 0) {
		p.fail("service.yaml", []any{"retention"}, "say either years or keep: true")
	}
	requirements := func(file string, rs []Requirement, path ...any) {
		for i, r := range rs {
			at := append(slices.Clone(path), i)
			law(file, r.Law, append(slices.Clone(at), "law")...)
			for j, f := range r.Fields {
				if found, _ := d.Field(f); found == nil {
					p.fail(file, append(slices.Clone(at), "fields", j), "%q is no field of the form", f)
				}
			}
		}
	}
	requirements("form.yaml", d.Requirements, "requirements")
	for i, s := range d.Steps {
		requirements("service.yaml", s.Checklist, "steps", i, "checklist")
	}
	for i, c := range d.Conditions {
		law("rules.yaml", c.Law, "conditions", i, "law")
	}
	for i, f := range d.Figures {
		for j, v := range f.Values {
			law("rules.yaml", v.Law, "figures", i, "values", j, "law")
		}
	}
	for i, l := range d.Fee.Lines {
		law("rules.yaml", l.Law, "fee", "lines", i, "law")
	}
	for i, g := range d.Refusal {
		law("rules.yaml", g.Law, "refusal", i, "law")
	}
	law("rules.yaml", d.Fee.Law, "fee", "law")
	law("rules.yaml", d.Term.Law, "term", "law")
	law("rules.yaml", d.Correction.Law, "correction", "law")
}
