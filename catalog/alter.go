package catalog

import (
	"fmt"
	"maps"
	"slices"

	"lancar/catalog/rule"
	"lancar/internal/strictyaml"
)

// Expressions goes through the rules that the definition's own files hold, for tools: each with its
// key for [Definition.Altered], where it stands and the type it gives. The values of figures are
// among them, with type String.
func (d *Definition) Expressions(each func(key, file string, line int, source string, kind rule.Type)) {
	docs := map[string]*strictyaml.Document{}
	line := func(file string, path []any) int {
		if docs[file] == nil {
			docs[file], _ = strictyaml.Parse(file, []byte(d.source[file]))
		}
		if docs[file] == nil {
			return 0
		}
		return docs[file].Line(path...)
	}
	for _, x := range d.expressions() {
		if !isApplicant(x.after) { // the standard fields of an applicant are not the author's
			each(x.key, x.file, line(x.file, x.path), x.source, x.want)
		}
	}
	for i, f := range d.Figures {
		for j, v := range f.Values {
			each(figureKey(i, j), "rules.yaml", line("rules.yaml", []any{"figures", i, "values", j}), v.Value, rule.String)
		}
	}
}

func figureKey(i, j int) string { return fmt.Sprintf("figure %d %d", i, j) }

// Altered returns the definition with one rule or value changed, for trying whether examples
// notice. It has the same hash and must not be kept.
func (d *Definition) Altered(key, source string) (*Definition, error) {
	for i, f := range d.Figures {
		for j := range f.Values {
			if figureKey(i, j) == key {
				return d.withFigure(i, j, source)
			}
		}
	}
	for _, x := range d.expressions() {
		if x.key == key {
			return d.withRule(x, source)
		}
	}
	return nil, fmt.Errorf("the definition has no rule %q", key)
}

func (d *Definition) withFigure(i, j int, value string) (*Definition, error) {
	out := *d
	out.Figures = slices.Clone(d.Figures)
	out.Figures[i].Values = slices.Clone(d.Figures[i].Values)
	out.Figures[i].Values[j].Value = value
	if _, ok := out.Figures[i].value(value); !ok {
		return nil, fmt.Errorf("%q is no value of unit %s", value, d.Figures[i].Unit)
	}
	return &out, nil
}

func (d *Definition) withRule(x expression, source string) (*Definition, error) {
	d.compile()
	lang, err := d.rules.lang.get()
	if err != nil {
		return nil, err
	}
	scope, err := lang.Scope(d.variables())
	if err != nil {
		return nil, err
	}
	changed, err := scope.Compile(source, x.want)
	if err != nil {
		return nil, err
	}
	out := *d
	out.rules = &compiled{lang: d.rules.lang, rules: maps.Clone(d.rules.rules), errs: d.rules.errs}
	out.rules.once.Do(func() {})
	out.rules.rules[x.key] = changed
	return &out, nil
}
