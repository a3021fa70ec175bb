package catalog

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"lancar/catalog/rule"
)

// language is the rule language, made when first needed and shared by a catalog's definitions.
type language struct {
	once sync.Once
	lang *rule.Language
	err  error

	mu         sync.Mutex // guards what parsing shares
	messagesOf string     // text of the common messages that were read last
	messages   map[string]Message
}

func (l *language) get() (*rule.Language, error) {
	l.once.Do(func() { l.lang, l.err = rule.NewLanguage() })
	return l.lang, l.err
}

// compiled holds a definition's rules, compiled together when the first one is needed.
type compiled struct {
	lang  *language
	once  sync.Once
	rules map[string]*rule.Rule // by key of expression
	errs  map[string]error
}

// expression is one rule of a definition and where it stands.
type expression struct {
	key    string
	file   string
	path   []any
	source string
	want   rule.Type
	after  string // of a show_if: the field it belongs to; it sees only fields before it
}

// expressions lists every rule of a definition that its files hold.
func (d *Definition) expressions() []expression {
	var all []expression
	add := func(key, file, source string, want rule.Type, after string, path ...any) {
		if source != "" {
			all = append(all, expression{key, file, path, source, want, after})
		}
	}
	for _, f := range d.pages[0].Fields {
		add("show "+f.ID, "form.yaml", f.ShowIf, rule.Bool, f.ID, "applicant")
	}
	for i, s := range d.Sections {
		for j, f := range s.Fields {
			add("show "+f.ID, "form.yaml", f.ShowIf, rule.Bool, f.ID, "sections", i, "fields", j, "show_if")
		}
	}
	for i, c := range d.Conditions {
		add("condition "+c.ID, "rules.yaml", c.Require, rule.Bool, "", "conditions", i, "require")
	}
	for i, l := range d.Fee.Lines {
		add("when "+l.ID, "rules.yaml", l.When, rule.Bool, "", "fee", "lines", i, "when")
		add("amount "+l.ID, "rules.yaml", l.Amount, rule.Int, "", "fee", "lines", i, "amount")
	}
	add("until", "service.yaml", d.Output.Until, rule.Date, "", "output", "valid_until")
	return all
}

// variables are the names that a definition's rules may use.
func (d *Definition) variables() map[string]rule.Type {
	vars := map[string]rule.Type{"today": rule.Date, "decided": rule.Date, "given": rule.List, "applicant.kind": rule.String}
	for _, s := range d.pages {
		for i := range s.Fields {
			vars[s.Fields[i].variable()] = s.Fields[i].ruleType()
		}
	}
	for _, f := range d.Figures {
		vars["params."+f.ID] = rule.Int
		if f.Unit == "percent" {
			vars["params."+f.ID] = rule.String
		}
	}
	return vars
}

// variable is a field's name in rules: "answers.size", "applicant.name".
func (f *Field) variable() string {
	if isApplicant(f.ID) {
		return f.ID
	}
	return "answers." + f.ID
}

func isApplicant(id string) bool { return len(id) > 10 && id[:10] == "applicant." }

// rule returns a compiled rule by its key, nil when the definition has none or it is broken.
func (d *Definition) rule(key string) *rule.Rule {
	d.compile()
	return d.rules.rules[key]
}

func (d *Definition) compile() {
	d.rules.once.Do(func() {
		d.rules.rules, d.rules.errs = map[string]*rule.Rule{}, map[string]error{}
		all := d.expressions()
		lang, err := d.rules.lang.get()
		var scope *rule.Scope
		if err == nil {
			scope, err = lang.Scope(d.variables())
		}
		for _, x := range all {
			if err != nil {
				d.rules.errs[x.key] = err
				continue
			}
			r, bad := scope.Compile(x.source, x.want)
			if bad == nil {
				bad = d.orderly(x, r)
			}
			if bad != nil {
				d.rules.errs[x.key] = bad
				continue
			}
			d.rules.rules[x.key] = r
		}
	})
}

// orderly checks that a show_if looks only at questions before its own, and that only the
// validity of the document looks at the day of the decision.
func (d *Definition) orderly(x expression, r *rule.Rule) error {
	seen := d.before(x.after)
	for _, v := range r.Vars {
		switch {
		case v == "decided" && x.key != "until":
			return errors.New("the day of the decision is not known here")
		case x.after == "" || seen[v] || v == "today" || v == "given" || v == "applicant.kind" || strings.HasPrefix(v, "params."):
		default:
			return fmt.Errorf("%s is not known yet: a question may depend only on questions before it", v)
		}
	}
	return nil
}

// before returns the variables of the fields that come before one.
func (d *Definition) before(field string) map[string]bool {
	seen := map[string]bool{}
	for _, s := range d.pages {
		for i := range s.Fields {
			if s.Fields[i].ID == field {
				return seen
			}
			seen[s.Fields[i].variable()] = true
		}
	}
	return seen
}
