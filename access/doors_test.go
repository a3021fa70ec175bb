package access_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// reasons are the lines of testdata/ways.txt of one kind: what goes past the gates, and why.
func reasons(t *testing.T, kind string) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/ways.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		rest, ok := strings.CutPrefix(line, kind+" ")
		if name, why, said := strings.Cut(strings.TrimSpace(rest), ": "); ok && said && why != "" {
			out[name] = why
		}
	}
	if len(out) == 0 {
		t.Fatalf("testdata/ways.txt has no line of kind %q", kind)
	}
	return out
}

// known are types that hold a person's record, whatever the marks say.
var known = []string{
	"access.Asked", "access.Consent", "access.Reader", "access.Row", "casework.Attachment", "casework.Case", "casework.Draft", "casework.Listed",
	"casework.Message", "casework.Proof", "document.Document", "document.Proof", "identity.Holder", "identity.Reach", "notify.Item", "payment.Charge", "payment.Payment",
}

const bypass = "lancar/access/testdata/bypass"

var loaded struct {
	once sync.Once
	p    *program
}

// theProgram is the module and, beside it, the package of bypasses.
func theProgram(t *testing.T) *program {
	t.Helper()
	loaded.once.Do(func() {
		p := load(t)
		f, err := parser.ParseFile(p.fset, "testdata/bypass.go", nil, parser.ParseComments|parser.SkipObjectResolution)
		if err == nil {
			err = p.add(bypass, []*ast.File{f})
		}
		if err != nil {
			t.Fatal(err)
		}
		p.solve()
		loaded.p = p
	})
	if loaded.p == nil {
		t.Skip("the program could not be read")
	}
	return loaded.p
}

// TestNoReadPathGoesRoundAccess follows every call in the program to what unseals a record or reads
// a table kept by person, and demands that a gate was passed on every way there.
func TestNoReadPathGoesRoundAccess(t *testing.T) {
	p, ways, others := theProgram(t), reasons(t, "past"), reasons(t, "other")
	found := p.entries(reasons(t, "other"))
	for _, name := range sortedKeys(found) {
		if p.funcs[name].pkg != bypass && ways[name] == "" {
			t.Errorf("%s reads a person's record and passes no gate of access: %s", name, strings.Join(found[name], ", "))
		}
	}
	for _, name := range sortedKeys(others) {
		if p.funcs[name] == nil {
			t.Errorf("%s is listed and is not there", name)
		}
	}
	for _, name := range sortedKeys(ways) {
		if found[name] == nil {
			t.Errorf("%s is listed as a way past the gates and is none", name)
		}
	}
}

// TestAPersonalTypeComesThroughAGate demands that every exported function that returns a type
// marked personal has passed a gate wherever it returns without an error.
func TestAPersonalTypeComesThroughAGate(t *testing.T) {
	p := theProgram(t)
	for _, name := range known {
		if !p.marked["lancar/"+name] {
			t.Errorf("%s has lost its mark //lancar:personal", name)
		}
	}
	found, handedOut := p.returned(), reasons(t, "given")
	for _, name := range sortedKeys(found) {
		if p.funcs[name].pkg != bypass && handedOut[name] == "" {
			t.Errorf("%s returns a person's record and passes no gate of access", name)
		}
	}
	for _, name := range sortedKeys(handedOut) {
		if !found[name] {
			t.Errorf("%s is listed as returning a record without a gate and does not", name)
		}
	}
}

// returned are the exported functions that return a personal type without having passed a gate.
func (p *program) returned() map[string]bool {
	out := map[string]bool{}
	for name, f := range p.funcs {
		if !f.exported || f.gate {
			continue
		}
		for v := range f.results.Variables() {
			if p.personal(v.Type()) {
				out[name] = true
			}
		}
	}
	return out
}

// TestABypassIsFound holds the two tests above to what they promise.
func TestABypassIsFound(t *testing.T) {
	p := theProgram(t)
	read, returned := p.entries(reasons(t, "other")), p.returned()
	bad := 0
	for name, f := range p.funcs {
		if f.pkg != bypass {
			continue
		}
		short := f.decl.Name.Name
		found := read[name] != nil || returned[name]
		switch {
		case strings.HasPrefix(strings.ToLower(short), "bad"):
			if bad++; !found {
				t.Errorf("%s goes past the gates and is not found", short)
			}
		case found:
			t.Errorf("%s passes a gate and is reported: %v", short, read[name])
		}
	}
	if bad < 16 {
		t.Errorf("only %d bypasses were tried", bad)
	}
}

// TestWhoMayAskForWhichGrant keeps the grants that write no row in the hands that check for them:
// a mandate's with the mandates, the binding of an account to its person with identity.
func TestWhoMayAskForWhichGrant(t *testing.T) {
	p := theProgram(t)
	may := map[string]string{
		"(*" + accessPkg + ".Access).ActTx":    "lancar/identity/mandate",
		"(*" + accessPkg + ".Access).AppTx":    "lancar/casework",
		"(*" + accessPkg + ".Access).BindTx":   "lancar/identity",
		"(*" + accessPkg + ".Access).UnbindTx": "lancar/identity",
		"(*" + accessPkg + ".Access).Cases":    "lancar/app",
	}
	called := map[string]bool{}
	for _, f := range p.funcs {
		for _, s := range f.sites {
			room, ok := may[s.callee]
			if !ok {
				continue
			}
			called[s.callee] = true
			if f.pkg != accessPkg && f.pkg != room && !strings.HasPrefix(f.pkg, room+"/") {
				t.Errorf("%s calls %s, which only %s may", f.name, s.callee, room)
			}
		}
	}
	for name := range may {
		if !called[name] {
			t.Errorf("nobody calls %s: the list is wrong", name)
		}
	}
}

// TestGrantsAreMadeHereAlone looks for a look written or read anywhere else.
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
			if lit, ok := n.(*ast.BasicLit); ok && slices.ContainsFunc([]string{"INTO access_", "FROM access_", "UPDATE access_", "JOIN access_"}, func(s string) bool { return strings.Contains(lit.Value, s) }) {
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
