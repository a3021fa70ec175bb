package access_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A program is the type-checked source of this module, as far as it may hold people's records.
type program struct {
	fset     *token.FileSet
	importer types.Importer
	funcs    map[string]*function // by full name, as in "(*lancar/access.Access).OpenTx"
	marked   map[string]bool      // full names of types that are marked //lancar:personal
	values   map[string]bool      // functions that are handed on as values: jobs, handlers
}

// A function is a declaration with the literals in it.
type function struct {
	name     string
	pkg      string
	exported bool
	decl     *ast.FuncDecl
	info     *types.Info
	results  *types.Tuple
	sites    []site
	gate     bool // whoever returns from it without an error has passed a gate
}

// A site is a place where something sealed or personal is read, or a function is called.
type site struct {
	pos    token.Pos
	source string // what is read, "" for a call
	callee string
	gated  bool // a gate of access stands before it on every way here
}

type listed struct {
	ImportPath, Export, Dir string
	Standard                bool
	GoFiles                 []string
}

// without are packages that hold no people's records: the floor that makes the keys, and what stands
// outside the program.
var without = []string{"lancar/internal/keys", "lancar/sandbox", "lancar/test", "lancar/bench"}

// load lists the module with what the compiler exports, and type-checks its own packages.
func load(t *testing.T) *program {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export,Standard,Dir,GoFiles", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	var ours []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := dec.Decode(&l); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[l.ImportPath] = l.Export
		if !l.Standard && (l.ImportPath == "lancar" || strings.HasPrefix(l.ImportPath, "lancar/")) &&
			!slices.ContainsFunc(without, func(p string) bool { return l.ImportPath == p || strings.HasPrefix(l.ImportPath, p+"/") }) {
			ours = append(ours, l)
		}
	}
	p := &program{fset: token.NewFileSet(), funcs: map[string]*function{}, marked: map[string]bool{}, values: map[string]bool{}}
	p.importer = importer.ForCompiler(p.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	for _, l := range ours {
		var files []*ast.File
		for _, name := range l.GoFiles {
			f, err := parser.ParseFile(p.fset, filepath.Join(l.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		if err := p.add(l.ImportPath, files); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// add type-checks one package and notes its functions and marks.
func (p *program) add(path string, files []*ast.File) error {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Types: map[ast.Expr]types.TypeAndValue{}}
	if _, err := (&types.Config{Importer: p.importer}).Check(path, p.fset, files, info); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				obj, ok := info.Defs[d.Name].(*types.Func)
				if !ok || d.Body == nil {
					continue
				}
				p.funcs[obj.FullName()] = &function{name: obj.FullName(), pkg: path, exported: d.Name.IsExported(), decl: d, info: info,
					results: obj.Signature().Results()}
			case *ast.GenDecl:
				p.mark(path, d)
			}
		}
	}
	return nil
}

func (p *program) mark(path string, d *ast.GenDecl) {
	says := func(g *ast.CommentGroup) bool {
		return g != nil && slices.ContainsFunc(g.List, func(c *ast.Comment) bool { return c.Text == "//lancar:personal" })
	}
	for _, s := range d.Specs {
		if s, ok := s.(*ast.TypeSpec); ok && (says(d.Doc) || says(s.Doc)) {
			p.marked[path+"."+s.Name.Name] = true
		}
	}
}

// solve walks every function until no further one turns out to be a gate.
func (p *program) solve() {
	for again := true; again; {
		again = false
		for _, f := range p.funcs {
			w := &walk{p: p, f: f}
			end := w.block(f.decl.Body.List, none, false)
			f.sites = w.sites
			if gate := w.returns > 0 && !w.open || w.returns == 0 && end == passed; gate && !f.gate {
				f.gate, again = true, true
			}
		}
	}
}

// entries are the functions through which something personal is read past every gate: exported
// ones, those handed on as values, and main. What one of them does is its own affair: it is not
// counted against whoever calls it. others unseal what is nobody's record.
func (p *program) entries(others map[string]string) map[string][]string {
	bad := map[string][]string{}
	for again := true; again; {
		again = false
		for name, f := range p.funcs {
			if len(bad[name]) > 0 {
				continue
			}
			var why []string
			for _, s := range f.sites {
				callee := p.funcs[s.callee]
				switch {
				case s.gated || s.source == "unseals" && others[name] != "":
				case s.source != "":
					why = append(why, p.fset.Position(s.pos).String()+": "+s.source)
				case callee != nil && len(bad[s.callee]) > 0 && !p.entry(callee):
					why = append(why, p.fset.Position(s.pos).String()+": "+s.callee)
				}
			}
			if len(why) > 0 {
				bad[name], again = why, true
			}
		}
	}
	for name := range bad {
		if !p.entry(p.funcs[name]) {
			delete(bad, name)
		}
	}
	return bad
}

func (p *program) entry(f *function) bool {
	return f.exported || p.values[f.name] || f.decl.Name.Name == "main"
}

// personal says whether a type is, or holds, a marked one.
func (p *program) personal(t types.Type) bool { return p.holds(t, map[types.Type]bool{}) }

func (p *program) holds(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		if o := t.Obj(); o.Pkg() != nil && p.marked[o.Pkg().Path()+"."+o.Name()] {
			return true
		}
		for a := range t.TypeArgs().Types() {
			if p.holds(a, seen) {
				return true
			}
		}
		s, ok := t.Underlying().(*types.Struct)
		return ok && p.holds(s, seen)
	case *types.Pointer:
		return p.holds(t.Elem(), seen)
	case *types.Slice:
		return p.holds(t.Elem(), seen)
	case *types.Array:
		return p.holds(t.Elem(), seen)
	case *types.Chan:
		return p.holds(t.Elem(), seen)
	case *types.Map:
		return p.holds(t.Key(), seen) || p.holds(t.Elem(), seen)
	case *types.Struct:
		for v := range t.Fields() {
			if p.holds(v.Type(), seen) {
				return true
			}
		}
	}
	return false
}
