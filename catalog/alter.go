package catalog

import (
	"fmt"

	"lancar/catalog/rule"
	"lancar/internal/strictyaml"
)

// Expression is one rule of a definition and where it stands, for tools. Predicate: it gives true
// or false.
type Expression struct {
	Key, File, Source string
	Line              int
	Predicate         bool
}

// Expressions lists the rules that the definition's own files hold.
func (d *Definition) Expressions() []Expression {
	docs := map[string]*strictyaml.Document{}
	var all []Expression
	for _, x := range d.expressions() {
		if isApplicant(x.after) {
			continue // the standard fields of an applicant are not the author's
		}
		if docs[x.file] == nil {
			docs[x.file], _ = strictyaml.Parse(x.file, []byte(d.source[x.file]))
		}
		e := Expression{Key: x.key, File: x.file, Source: x.source, Predicate: x.want == rule.Bool}
		if doc := docs[x.file]; doc != nil {
			e.Line = doc.Line(x.path...)
		}
		all = append(all, e)
	}
	return all
}

// Altered returns the definition with one rule changed, for trying whether examples notice. It has
// the same hash and must not be kept.
func (d *Definition) Altered(key, source string) (*Definition, error) {
	d.compile()
	lang, err := d.rules.lang.get()
	if err != nil {
		return nil, err
	}
	scope, err := lang.Scope(d.variables())
	if err != nil {
		return nil, err
	}
	for _, x := range d.expressions() {
		if x.key != key {
			continue
		}
		changed, err := scope.Compile(source, x.want)
		if err != nil {
			return nil, err
		}
		out := *d
		out.rules = &compiled{lang: d.rules.lang, rules: map[string]*rule.Rule{}, errs: d.rules.errs}
		out.rules.once.Do(func() {})
		for k, r := range d.rules.rules {
			out.rules.rules[k] = r
		}
		out.rules.rules[key] = changed
		return &out, nil
	}
	return nil, fmt.Errorf("the definition has no rule %q", key)
}
