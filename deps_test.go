package lancar_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// order is the dependency order, lowest first; a package may import only what stands before
// the line it is on. Do not change this data to mend a build: discuss the order first.
var order = [][]string{
	{"lancar"},
	{"migrations"},
	{"internal/store", "internal/strictyaml"},
	{"internal/store/storetest", "internal/keys", "internal/jobs", "internal/serve"},
	{"web", "services", "regions", "region/places"},
	{"publiclog"},
	{"region"},
	{"access"},
	{"notify"},
	{"exchange"},
	{"registry"},
	{"identity"},
	{"identity/machine", "identity/mandate", "identity/passkey", "identity/pin"},
	{"identity/oidc"},
	{"catalog/find", "catalog/flow", "catalog/letter", "catalog/rule"},
	{"catalog"},
	{"catalog/check"},
	{"document"},
	{"payment/snap", "payment/qris"},
	{"payment"},
	{"casework"},
	{"complaint"},
	{"oversight"},
	{"test/town"},
	{"portal", "office", "api", "sandbox"},
	{"app"},
	{"cmd"},
}

// rank is the line of the longest prefix of path in order, or -1.
func rank(path string) int {
	best, length := -1, -1
	for i, line := range order {
		for _, p := range line {
			if (path == p || strings.HasPrefix(path, p+"/")) && len(p) > length {
				best, length = i, len(p)
			}
		}
	}
	return best
}

// sandboxMay is all that the outside world imports of the project.
var sandboxMay = []string{"lancar", "internal/", "payment/snap", "payment/qris", "test/town"}

func TestNoImportGoesUp(t *testing.T) {
	for _, f := range goFiles(t, false) {
		from := packageOf(f.path)
		if strings.HasPrefix(from, "test") && from != "test/town" || from == "bench" || strings.HasSuffix(from, "/gen") {
			continue
		}
		if rank(from) < 0 {
			t.Errorf("%s: %s has no place in the order", f.path, from)
			continue
		}
		for _, imp := range f.ast.Imports {
			to, ours := strings.CutPrefix(strings.Trim(imp.Path.Value, `"`), "lancar")
			if !ours || to != "" && to[0] != '/' {
				continue
			}
			if to = strings.TrimPrefix(to, "/"); to == "" {
				to = "lancar"
			}
			if own(from, to) {
				continue
			}
			if rank(to) >= rank(from) || rank(to) < 0 {
				t.Errorf("%s: %s imports %s, which stands above or beside it", f.path, from, to)
			}
			if own("sandbox", from) && !slices.ContainsFunc(sandboxMay, func(p string) bool { return to == p || strings.HasSuffix(p, "/") && strings.HasPrefix(to, p) }) {
				t.Errorf("%s: the outside world imports %s", f.path, to)
			}
		}
	}
}

// own says whether the two packages are one room (a package and those below it).
func own(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/") && b != "lancar"
}

// budgets are those of DESIGN: tails are where code goes bad.
const (
	maxFile     = 500
	maxFunction = 80
	maxExports  = 40
	maxMethods  = 5
	maxDirect   = 25
)

// over lists what may exceed a budget, with the reason.
var over = map[string]string{}

func TestBudgets(t *testing.T) {
	exports := map[string]int{}
	for _, f := range goFiles(t, false) {
		if n := bytes.Count(f.text, []byte("\n")); n > maxFile && over[f.path] == "" {
			t.Errorf("%s has %d lines, %d allowed", f.path, n, maxFile)
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if n := f.lines(d); n > maxFunction && over[f.path+":"+d.Name.Name] == "" {
					t.Errorf("%s: %s has %d lines, %d allowed", f.path, d.Name.Name, n, maxFunction)
				}
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s: init()", f.path)
				}
				if d.Recv == nil && d.Name.IsExported() {
					exports[packageOf(f.path)]++
				}
			case *ast.GenDecl:
				exports[packageOf(f.path)] += exported(t, f, d)
			}
		}
	}
	for p, n := range exports {
		if n > maxExports && over[p] == "" {
			t.Errorf("package %s exports %d names, %d allowed", p, n, maxExports)
		}
	}
}

// exported counts exported names (a group of constants of one type counts once) and checks
// interfaces.
func exported(t *testing.T, f file, d *ast.GenDecl) (n int) {
	for i, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				n++
			}
			if it, ok := s.Type.(*ast.InterfaceType); ok && it.Methods.NumFields() > maxMethods && over[f.path+":"+s.Name.Name] == "" {
				t.Errorf("%s: interface %s has %d methods, %d allowed", f.path, s.Name.Name, it.Methods.NumFields(), maxMethods)
			}
		case *ast.ValueSpec:
			if s.Names[0].IsExported() && (d.Tok == token.VAR || i == 0) {
				n++
			}
		}
	}
	return n
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range goFiles(t, false) {
		p := packageOf(f.path)
		documented[p] = documented[p] || f.ast.Doc != nil
	}
	for p, ok := range documented {
		if !ok {
			t.Errorf("package %s has no doc comment", p)
		}
	}
}

func TestDirectDependencies(t *testing.T) {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "\t") && !strings.Contains(line, "// indirect") {
			direct++
		}
	}
	if direct > maxDirect {
		t.Errorf("%d direct dependencies, %d allowed", direct, maxDirect)
	}
}

// rooms own the tables that carry their name; the floor owns jobs, keys_data and
// schema_migrations.
func TestARoomOwnsItsTables(t *testing.T) {
	created := regexp.MustCompile(`CREATE TABLE (\w+)`)
	owner := map[string]string{"schema_migrations": "internal/store", "jobs": "internal/jobs", "keys_data": "internal/keys"}
	for _, name := range migrationFiles(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range created.FindAllStringSubmatch(string(text), -1) {
			if _, floor := owner[m[1]]; !floor {
				room, _, ok := strings.Cut(m[1], "_")
				if !ok || !strings.HasSuffix(strings.TrimSuffix(name, ".sql"), "_"+room) {
					t.Errorf("%s: table %s does not carry its room's name", name, m[1])
				}
				owner[m[1]] = room
			}
		}
	}
	used := regexp.MustCompile(`(?i)\b(?:FROM|INTO|UPDATE|JOIN)\s+([a-z]+_[a-z_]+|jobs)\b`)
	for _, f := range goFiles(t, false) {
		for _, s := range f.strings() {
			for _, m := range used.FindAllStringSubmatch(s, -1) {
				if o, ok := owner[m[1]]; ok && !own(packageOf(f.path), o) && !strings.HasPrefix(f.path, "bench/") {
					t.Errorf("%s: uses table %s of %s", f.path, m[1], o)
				}
			}
		}
	}
}

// forbidden is SQL that does not mean the same on both engines, or breaks once a database is
// distributed by region.
var forbidden = map[string]*regexp.Regexp{
	"OFFSET":                  regexp.MustCompile(`\bOFFSET\b`),
	"LIKE":                    regexp.MustCompile(`\bI?LIKE\b`),
	"FOR UPDATE, SKIP LOCKED": regexp.MustCompile(`\bFOR UPDATE\b|\bSKIP LOCKED\b`),
	"now()":                   regexp.MustCompile(`(?i)\bnow\(\)|CURRENT_TIMESTAMP`),
	"a bare sum()":            regexp.MustCompile(`(?i)(?:^|[^(]|[^T]\()\bsum\(`),
	"JSON operators":          regexp.MustCompile(`->>?\s*'|\bJSONB?\b`),
	"SELECT max in an insert": regexp.MustCompile(`(?is)INSERT.*\(\s*SELECT\s+max\(`),
	"ON DELETE":               regexp.MustCompile(`\bON DELETE\b`),
	"SELECT *":                regexp.MustCompile(`\bSELECT \*`),
	"a trigger":               regexp.MustCompile(`\bCREATE TRIGGER\b`),
	"a timestamp type":        regexp.MustCompile(`\bTIMESTAMPT?Z?\b`),
}

func TestForbiddenSQL(t *testing.T) {
	statement := regexp.MustCompile(`\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE (TABLE|INDEX|UNIQUE))\b`)
	check := func(where, sql string) {
		if !statement.MatchString(sql) {
			return
		}
		for what, re := range forbidden {
			if re.MatchString(sql) {
				t.Errorf("%s: %s in %.80q", where, what, sql)
			}
		}
	}
	for _, f := range goFiles(t, false) {
		if own("internal/store", packageOf(f.path)) || own("sandbox", packageOf(f.path)) {
			continue
		}
		for _, s := range f.strings() {
			check(f.path, s)
		}
	}
	for _, name := range migrationFiles(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		check(name, string(text))
	}
}

func TestMigrationsAreOneNumberLine(t *testing.T) {
	seen := map[string]string{}
	names := migrationFiles(t)
	for _, name := range names {
		number := filepath.Base(name)[:4]
		if other, ok := seen[number]; ok {
			t.Errorf("%s and %s have one number", name, other)
		}
		seen[number] = name
	}
	for i, name := range names {
		if want := []byte{'0', '0', byte('0' + (i+1)/10), byte('0' + (i+1)%10)}; filepath.Base(name)[:4] != string(want) {
			t.Errorf("%s: the line has a gap before it, want %s", name, want)
		}
	}
}

func migrationFiles(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("migrations/[0-9]*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal("no migrations", err)
	}
	return names
}

func TestFormatted(t *testing.T) {
	out, err := exec.Command("gofmt", "-l", ".").Output()
	if err != nil || len(out) > 0 {
		t.Errorf("not gofmt-ed: %s %v", out, err)
	}
}

type file struct {
	path string
	text []byte
	fset *token.FileSet
	ast  *ast.File
}

func (f file) lines(n ast.Node) int {
	return f.fset.Position(n.End()).Line - f.fset.Position(n.Pos()).Line + 1
}

func (f file) strings() (out []string) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			out = append(out, strings.Trim(l.Value, "`\""))
		}
		return true
	})
	return out
}

func packageOf(path string) string {
	if dir := filepath.ToSlash(filepath.Dir(path)); dir != "." {
		return dir
	}
	return "lancar"
}

func goFiles(t *testing.T, tests bool) (out []file) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." {
			name := d.Name()
			if name[0] == '.' || name == "node_modules" || name == "testdata" || path == "workers" || path == "test/interop" {
				return fs.SkipDir
			}
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") != tests {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, file{filepath.ToSlash(path), text, fset, parsed})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
