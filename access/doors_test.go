package access_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// personal lists, by room, the types that hold a person's record. A room that keeps a new one
// adds it here.
var personal = map[string][]string{
	"access":   {"Row", "Asked"},
	"notify":   {"Item"},
	"identity": {"Holder", "Reach"},
	"document": {"Document", "Proof"},
	"casework": {"Case", "Draft", "Listed", "Attachment", "Proof"},
	"payment":  {"Charge", "Payment"},
}

// open are functions that return such a type without a grant, each with its reason.
var open = map[string]string{
	"access.Pending":    "the office's list of requests: no texts, no names, and only for the officer who answers them",
	"access.AskFor":     "takes the person's own grant and returns what they just wrote",
	"access.Take":       "writes the look itself, also while the person restricts the use of their data",
	"casework.Drafts":   "which drafts the person has; what is in them stays sealed",
	"document.IssueTx":  "returns what it has just made",
	"document.RevokeTx": "a document's row names nobody but its masked holder, as its public page does",
	"document.OfCase":   "the same",
}

// gates are the calls that ask for, or check, permission to read.
var gates = []string{"OwnTx", "OpenTx", "For", "Covers"}

// TestNoReadPathGoesRoundAccess walks the calls of every exported function that returns a
// personal type and demands that a gate of access stands on the way.
func TestNoReadPathGoesRoundAccess(t *testing.T) {
	for room, types := range personal {
		funcs := functions(t, filepath.Join("..", room))
		for _, name := range types {
			if !funcs.declares(name) {
				t.Errorf("%s.%s is listed as personal and is not there", room, name)
			}
		}
		for name, f := range funcs.byName {
			if !ast.IsExported(name) || open[room+"."+name] != "" || !returns(f, types) {
				continue
			}
			if !funcs.gated(f, map[string]bool{}) {
				t.Errorf("%s.%s returns a person's record and asks nobody", room, name)
			}
		}
	}
}

type room struct {
	byName map[string]*ast.FuncDecl
	types  []string
}

func (r room) declares(name string) bool { return slices.Contains(r.types, name) }

// gated says whether f, or what it calls in its own package, passes a gate.
func (r room) gated(f *ast.FuncDecl, seen map[string]bool) bool {
	if seen[f.Name.Name] {
		return false
	}
	seen[f.Name.Name] = true
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || found {
			return !found
		}
		switch fun := call.Fun.(type) {
		case *ast.SelectorExpr:
			name := fun.Sel.Name
			found = slices.Contains(gates, name) && !sealing(fun)
			if g := r.byName[name]; !found && g != nil {
				found = r.gated(g, seen)
			}
		case *ast.Ident:
			if g := r.byName[fun.Name]; g != nil {
				found = r.gated(g, seen)
			}
		}
		return !found
	})
	return found
}

// sealing tells keys.Ring.OpenTx, which opens a seal, from access.Access.OpenTx.
func sealing(s *ast.SelectorExpr) bool {
	on, ok := s.X.(*ast.SelectorExpr)
	return ok && (on.Sel.Name == "ring" || on.Sel.Name == "keys")
}

func returns(f *ast.FuncDecl, types []string) bool {
	if f.Type.Results == nil {
		return false
	}
	found := false
	ast.Inspect(f.Type.Results, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && slices.Contains(types, id.Name)
		return !found
	})
	return found
}

func functions(t *testing.T, dir string) room {
	t.Helper()
	r := room{byName: map[string]*ast.FuncDecl{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", dir, err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				r.byName[d.Name.Name] = d
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						r.types = append(r.types, s.Name.Name)
					}
				}
			}
		}
	}
	return r
}

// TestGrantsAreMadeHereAlone looks for a Grant made or a look written anywhere else.
func TestGrantsAreMadeHereAlone(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || path == filepath.Join("..", "access")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil // not our file to mend: the build says it
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && (strings.Contains(lit.Value, "INTO access_") || strings.Contains(lit.Value, "FROM access_") || strings.Contains(lit.Value, "UPDATE access_")) {
				t.Errorf("%s writes or reads the looks itself", path)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
