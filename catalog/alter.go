package catalog

import (
	"fmt"

	"lancar/catalog/rule"
	"lancar/internal/strictyaml"
)

// Expressions goes through the rules that the definition's own files hold, for tools: each with its
// key for [Definition.Altered], where it stands, and whether it gives true or false.
func (d *Definition) Expressions(each func(key, file string, line int, source string, predicate bool)) {
	docs := map[string]*strictyaml.Document{}
	for _, x := range d.expressions() {
		if isApplicant(x.after) {
			continue // the standard fields of an applicant are not the author's
		}
		if docs[x.file] == nil {
			docs[x.file], _ = strictyaml.Parse(x.file, []byte(d.source[x.file]))
		}
		line := 0
		if doc := docs[x.file]; doc != nil {
			line = doc.Line(x.path...)
		}
		each(x.key, x.file, line, x.source, x.want == rule.Bool)
	}
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
