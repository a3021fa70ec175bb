// Package rule is the small language of predicates and amounts in service definitions: CEL over
// named, typed variables ("answers.size", "applicant.birth_date", "params.levy", "today"), with a
// few functions for ages, days and percentages. It is total: no loops, a cost limit, and what
// depends on an unanswered question is unknown ([ErrUnknown]) rather than wrong.
package rule

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Type is the type of a variable or of a result.
type Type string

// The types, with the Go type of their values.
const (
	Int    Type = "int"    // int64; amounts are whole rupiah
	String Type = "string" // string
	Bool   Type = "bool"   // bool
	Date   Type = "date"   // time.Time at 00:00 UTC
	List   Type = "list"   // []string
)

// costLimit bounds the work of one evaluation, in CEL's cost units; a rule of a definition needs
// some tens.
const costLimit = 20_000

// maxSource is the longest rule, in characters: what does not fit is not reviewable.
const maxSource = 1_000

// ErrUnknown says that the result depends on a variable that has no value yet.
var ErrUnknown = errors.New("depends on what is not answered yet")

// Language is the language without variables. Making one takes a few milliseconds; share it.
type Language struct{ base *cel.Env }

// NewLanguage makes the language.
func NewLanguage() (*Language, error) {
	opts := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(&env.LibrarySubset{DisableMacros: true, IncludeFunctions: builtins()})),
		cel.DefaultUTCTimeZone(true),
		cel.ParserRecursionLimit(50),
	}
	base, err := cel.NewCustomEnv(append(opts, functions()...)...)
	if err != nil {
		return nil, fmt.Errorf("rule language: %w", err)
	}
	return &Language{base}, nil
}

func builtins() []*env.Function {
	var fs []*env.Function
	for _, name := range []string{"_&&_", "_||_", "!_", "_?_:_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_",
		"_+_", "_-_", "-_", "_*_", "_/_", "_%_", "@in", "size", "startsWith", "endsWith", "contains"} {
		fs = append(fs, env.NewFunction(name))
	}
	return fs
}

// Scope is the language with the variables of one definition.
type Scope struct {
	env   *cel.Env
	names []string // sorted
}

// Scope declares variables. Names may have dots.
func (l *Language) Scope(vars map[string]Type) (*Scope, error) {
	opts := make([]cel.EnvOption, 0, len(vars))
	for name, t := range vars {
		opts = append(opts, cel.Variable(name, celType(t)))
	}
	e, err := l.base.Extend(opts...)
	if err != nil {
		return nil, fmt.Errorf("rule scope: %w", err)
	}
	return &Scope{e, slices.Sorted(maps.Keys(vars))}, nil
}

func celType(t Type) *cel.Type {
	switch t {
	case Int:
		return cel.IntType
	case Bool:
		return cel.BoolType
	case Date:
		return cel.TimestampType
	case List:
		return cel.ListType(cel.StringType)
	}
	return cel.StringType
}

// Rule is a compiled expression. It is safe for concurrent use.
type Rule struct {
	Source string
	Vars   []string // variables it reads, sorted
	prog   cel.Program
}

// Compile compiles an expression that must give want. The error says in one line what is wrong.
func (s *Scope) Compile(source string, want Type) (*Rule, error) {
	if len(source) > maxSource {
		return nil, fmt.Errorf("the rule is longer than %d characters", maxSource)
	}
	ast, issues := s.env.Compile(source)
	if issues.Err() != nil {
		return nil, errors.New(s.inWords(source, issues))
	}
	if !ast.OutputType().IsExactType(celType(want)) {
		return nil, fmt.Errorf("the rule gives %s, but %s is needed here", typeName(ast.OutputType()), want)
	}
	prog, err := s.env.Program(ast, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, err
	}
	r := &Rule{Source: source, prog: prog}
	for _, reference := range ast.NativeRep().ReferenceMap() {
		if reference.Name != "" && len(reference.OverloadIDs) == 0 && !slices.Contains(r.Vars, reference.Name) {
			r.Vars = append(r.Vars, reference.Name)
		}
	}
	slices.Sort(r.Vars)
	return r, nil
}

// inWords makes one line of the first complaint.
func (s *Scope) inWords(source string, issues *cel.Issues) string {
	if all := issues.Errors(); len(all) > 0 {
		e := all[0]
		m, at := e.Message, e.Location.Column()
		switch {
		case strings.HasPrefix(m, "undeclared reference to '"):
			m = s.unknown(dotted(source, at, m))
		case strings.Contains(m, "found no matching overload for"):
			m = "these kinds of values cannot be put together so: " + strings.TrimPrefix(m, "found no matching overload for ")
		}
		m = strings.ReplaceAll(strings.ReplaceAll(m, "google.protobuf.Timestamp", "date"), "timestamp", "date")
		return fmt.Sprintf("%s (character %d)", m, at+1)
	}
	return issues.Err().Error()
}

var name = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_.]*`)

// dotted is the whole name that a complaint about a place is about: CEL complains about "answers"
// where nothing is called answers.x.
func dotted(source string, at int, message string) string {
	for _, m := range name.FindAllStringIndex(source, -1) {
		if m[0] <= at && at <= m[1] {
			return source[m[0]:m[1]]
		}
	}
	quoted, _, _ := strings.Cut(strings.TrimPrefix(message, "undeclared reference to '"), "'")
	return quoted
}

// unknown says that a name is not declared, and which names of its family are.
func (s *Scope) unknown(wanted string) string {
	family, _, _ := strings.Cut(wanted, ".")
	var has []string
	for _, n := range s.names {
		if strings.HasPrefix(n, family+".") {
			has = append(has, n)
		}
	}
	if len(has) == 0 {
		return fmt.Sprintf("nothing here is called %q", wanted)
	}
	return fmt.Sprintf("nothing here is called %q; there are %s", wanted, strings.Join(has, ", "))
}

func typeName(t *cel.Type) string {
	if t.IsExactType(cel.TimestampType) {
		return string(Date)
	}
	return t.String()
}

// Eval evaluates the rule; vars maps names to values of the Go types named at [Type]. The result
// is int64, string, bool, time.Time or []string. [ErrUnknown] when a variable it needs is absent;
// && and || need only what decides them.
func (r *Rule) Eval(vars map[string]any) (any, error) {
	out, _, err := r.prog.Eval(vars)
	if err != nil {
		if strings.Contains(err.Error(), "no such attribute") {
			return nil, ErrUnknown
		}
		return nil, fmt.Errorf("rule %q: %w", r.Source, err)
	}
	return native(out)
}

func native(v ref.Val) (any, error) {
	switch x := v.(type) {
	case types.Int:
		return int64(x), nil
	case types.String:
		return string(x), nil
	case types.Bool:
		return bool(x), nil
	case types.Timestamp:
		return x.Time, nil
	}
	return nil, fmt.Errorf("unexpected result %v", v.Type())
}

// Day is the date of t as rules see it: 00:00 UTC of that civil day.
func Day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
