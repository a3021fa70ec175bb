package access_test

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
)

// A walk goes through one function in the order of its execution and notes, at every reading and
// every call, whether a gate was certainly passed before. It errs on the side of "not".
type walk struct {
	p       *program
	f       *function
	sites   []site
	returns int  // that may be without an error
	open    bool // one of them without a gate
}

const accessPkg = "lancar/access"

// gates ask for, or check, the permission to read. What they answer must be used.
var gates = map[string]bool{
	"(*" + accessPkg + ".Access).OpenTx": true, "(*" + accessPkg + ".Access).OwnTx": true,
	"(*" + accessPkg + ".Access).ActTx": true, "(*" + accessPkg + ".Access).AppTx": true, "(" + accessPkg + ".Grant).For": true, "(*" + accessPkg + ".Access).keep": true,
}

// transactions run the function that is their last argument, and end well only if it does.
var transactions = map[string]bool{"(*lancar/internal/store.DB).Read": true, "(*lancar/internal/store.DB).Write": true, "(*lancar/casework.Cases).readFor": true}

// yesNo are gates that answer yes or no; they count where a condition acts on it.
var yesNo = map[string]bool{"(" + accessPkg + ".Grant).Covers": true, "(" + accessPkg + ".Grant).Own": true, "(" + accessPkg + ".Grant).themself": true}

// opens are what unseals.
var opens = map[string]string{
	"(*lancar/internal/keys.Ring).Open": "unseals", "(*lancar/internal/keys.Ring).OpenTx": "unseals", "(lancar/internal/keys.DataKey).Open": "unseals",
	"(*lancar/identity.Identity).OpenTx": "unseals",
}

// byPerson are the tables that say of a person, in clear, what they have or did.
var byPerson = regexp.MustCompile(`(?s)\bSELECT\b.*\b(?:FROM|JOIN)\s+(access_seen|access_asked|access_consents|casework_mine|payment_mine|document_lists|notify_messages|identity_contacts)\b`)

// A level says how far a gate is passed at some place: not, asked (its answer stands in a variable),
// or passed (on a bad answer we would not be here).
type level int

const (
	none level = iota
	asked
	passed
)

// block walks statements and says how far a gate is passed at their end. fails says that we are
// where an error was found: a return there is one with an error.
func (w *walk) block(list []ast.Stmt, at level, fails bool) level {
	for _, s := range list {
		at = w.stmt(s, at, fails)
	}
	return at
}

func (w *walk) stmt(s ast.Stmt, at level, fails bool) level {
	switch s := s.(type) {
	case nil:
		return at
	case *ast.BlockStmt:
		return w.block(s.List, at, fails)
	case *ast.LabeledStmt:
		return w.stmt(s.Stmt, at, fails)
	case *ast.IfStmt:
		return w.branch(s, at, fails)
	case *ast.ForStmt:
		at = w.expr(s.Cond, w.stmt(s.Init, at, fails))
		w.stmt(s.Post, w.block(s.Body.List, at, fails), fails)
		return at
	case *ast.RangeStmt:
		at = w.expr(s.X, at)
		w.block(s.Body.List, at, fails)
		return at
	case *ast.SwitchStmt:
		return w.clauses(s.Body, w.expr(s.Tag, w.stmt(s.Init, at, fails)), fails)
	case *ast.TypeSwitchStmt:
		return w.clauses(s.Body, w.stmt(s.Assign, w.stmt(s.Init, at, fails), fails), fails)
	case *ast.SelectStmt:
		return w.clauses(s.Body, at, fails)
	case *ast.ReturnStmt:
		return w.leave(s, at, fails)
	case *ast.ExprStmt:
		if call, ok := s.X.(*ast.CallExpr); ok && w.isGate(call) {
			w.args(call, at)
			return at // what it said was not heard
		}
		return w.expr(s.X, at)
	case *ast.AssignStmt:
		return w.assign(s, at)
	case *ast.DeferStmt:
		w.expr(s.Call, at)
		return at
	case *ast.GoStmt:
		w.expr(s.Call, at)
		return at
	}
	ast.Inspect(s, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			at = w.expr(e, at)
			return false
		}
		return true
	})
	return at
}

// assign passes a gate whose answer is kept. Of several results, the last (the error) must be.
func (w *walk) assign(s *ast.AssignStmt, at level) level {
	for _, l := range s.Lhs {
		at = w.expr(l, at)
	}
	last, ok := s.Lhs[len(s.Lhs)-1].(*ast.Ident)
	deaf := ok && last.Name == "_"
	for _, r := range s.Rhs {
		if call, ok := r.(*ast.CallExpr); ok && deaf && w.isGate(call) {
			w.args(call, at)
			continue
		}
		at = w.expr(r, at)
	}
	return at
}

func (w *walk) branch(s *ast.IfStmt, at level, fails bool) level {
	at = w.expr(s.Cond, w.stmt(s.Init, at, fails))
	in, out := at, at
	if at == asked && failing(s.Cond, token.NEQ) || w.guards(s.Cond, token.LOR) {
		out = passed
	}
	if at == asked && failing(s.Cond, token.EQL) || w.guards(s.Cond, token.LAND) {
		in = passed
	}
	then := w.block(s.Body.List, in, fails || failing(s.Cond, token.NEQ))
	other := w.stmt(s.Else, out, fails)
	switch {
	case ends(s.Body.List):
		return other
	case s.Else != nil && endsStmt(s.Else):
		return then
	case out == passed:
		other = at // who fell into the body comes out of it again
	}
	return min(then, other)
}

// guards says that a condition of alternatives (||) holds where a gate refuses, or one of
// conjunctions (&&) only where it permits.
func (w *walk) guards(cond ast.Expr, op token.Token) bool {
	switch e := cond.(type) {
	case *ast.ParenExpr:
		return w.guards(e.X, op)
	case *ast.BinaryExpr:
		return e.Op == op && (w.guards(e.X, op) || w.guards(e.Y, op))
	case *ast.UnaryExpr:
		call, ok := e.X.(*ast.CallExpr)
		return ok && e.Op == token.NOT && op == token.LOR && yesNo[w.callee(call.Fun)]
	case *ast.CallExpr:
		return op == token.LAND && yesNo[w.callee(e.Fun)]
	}
	return false
}

// failing says that a condition holds where something went wrong (NEQ nil), or went well (EQL).
func failing(cond ast.Expr, op token.Token) bool {
	found := false
	ast.Inspect(cond, func(n ast.Node) bool {
		b, ok := n.(*ast.BinaryExpr)
		if ok && b.Op == op {
			if id, ok := b.Y.(*ast.Ident); ok && id.Name == "nil" {
				found = true
			}
		}
		return !found
	})
	return found
}

func (w *walk) clauses(body *ast.BlockStmt, at level, fails bool) level {
	low, fallback, next := passed, false, at
	for _, c := range body.List {
		switch c := c.(type) {
		case *ast.CaseClause:
			in, bad := next, fails
			for _, e := range c.List {
				in = w.expr(e, in)
				bad = bad || failing(e, token.NEQ)
				if ends(c.Body) && (in == asked && failing(e, token.NEQ) || w.guards(e, token.LOR)) {
					next = passed // of the cases below, and after
				}
			}
			if end := w.block(c.Body, in, bad); !ends(c.Body) {
				low = min(low, end)
			}
			fallback = fallback || c.List == nil
		case *ast.CommClause:
			if end := w.block(c.Body, w.stmt(c.Comm, at, fails), fails); !ends(c.Body) {
				low = min(low, end)
			}
			fallback = true
		}
	}
	if !fallback {
		low = min(low, next)
	}
	return max(at, low)
}

func ends(list []ast.Stmt) bool { return len(list) > 0 && endsStmt(list[len(list)-1]) }

func endsStmt(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.CONTINUE || s.Tok == token.BREAK || s.Tok == token.GOTO
	case *ast.BlockStmt:
		return ends(s.List)
	case *ast.IfStmt:
		return s.Else != nil && ends(s.Body.List) && endsStmt(s.Else)
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		id, isID := ast.Expr(nil), false
		if ok {
			id = call.Fun
			_, isID = id.(*ast.Ident)
		}
		return isID && id.(*ast.Ident).Name == "panic"
	}
	return false
}

// leave is a return: one that cannot be told from success counts as success.
func (w *walk) leave(s *ast.ReturnStmt, at level, fails bool) level {
	for _, e := range s.Results {
		at = w.expr(e, at)
	}
	if fails || len(s.Results) > 0 && w.error(s.Results[len(s.Results)-1]) {
		return at
	}
	w.returns++
	need := passed
	if n := len(s.Results); n == 0 || !isNil(s.Results[n-1]) {
		need = asked // the answer goes with it
	}
	w.open = w.open || at < need
	return at
}

func isNil(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "nil"
}

// error says whether an expression makes an error rather than hand on what may be none.
func (w *walk) error(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	name := w.callee(call.Fun)
	_, short, _ := cutLast(name)
	return name == "lancar.Fail" || name == "fmt.Errorf" || name == "errors.New" || strings.HasPrefix(short, "err") || name == "lancar/internal/jobs.Dead"
}

func cutLast(s string) (string, string, bool) {
	i := strings.LastIndexByte(s, '.')
	return s[:max(i, 0)], s[i+1:], i >= 0
}

// expr walks an expression from left to right.
func (w *walk) expr(e ast.Expr, at level) level {
	if tv := w.f.info.Types[e]; e != nil && tv.Value != nil && tv.Value.Kind() == constant.String {
		if m := byPerson.FindStringSubmatch(constant.StringVal(tv.Value)); m != nil {
			w.sites = append(w.sites, site{pos: e.Pos(), source: "reads " + m[1], gated: at == passed})
		}
		return at
	}
	switch e := e.(type) {
	case nil:
		return at
	case *ast.CallExpr:
		return w.call(e, at)
	case *ast.BinaryExpr:
		left := w.expr(e.X, at)
		right := w.expr(e.Y, left)
		if e.Op == token.LAND || e.Op == token.LOR {
			return left
		}
		return right
	case *ast.FuncLit:
		w.literal(e, at)
		return at
	case *ast.Ident, *ast.SelectorExpr:
		if name := w.callee(e); name != "" {
			w.reference(e, name, at)
		}
		if s, ok := e.(*ast.SelectorExpr); ok {
			return w.expr(s.X, at)
		}
		return at
	}
	children(e, func(c ast.Expr) { at = w.expr(c, at) })
	return at
}

// children are the expressions directly below e.
func children(e ast.Expr, fn func(ast.Expr)) {
	first := true
	ast.Inspect(e, func(n ast.Node) bool {
		if first {
			first = false
			return true
		}
		if c, ok := n.(ast.Expr); ok {
			fn(c)
			return false
		}
		return true
	})
}

// literal walks a function literal: its returns are its own.
func (w *walk) literal(l *ast.FuncLit, at level) (good bool) {
	returns, open := w.returns, w.open
	w.returns, w.open = 0, false
	end := w.block(l.Body.List, at, false)
	good = w.returns > 0 && !w.open || w.returns == 0 && end == passed
	w.returns, w.open = returns, open
	return good
}

func (w *walk) args(call *ast.CallExpr, at level) level {
	for _, a := range call.Args {
		at = w.expr(a, at)
	}
	return at
}

// call walks a call. What a transaction's function passes before it ends well, its caller passed;
// the same goes for a literal that is called where it stands.
func (w *walk) call(call *ast.CallExpr, at level) level {
	name := w.callee(call.Fun)
	if s, ok := call.Fun.(*ast.SelectorExpr); ok {
		at = w.expr(s.X, at)
	} else if l, ok := call.Fun.(*ast.FuncLit); ok {
		if at = w.args(call, at); w.literal(l, at) {
			at = max(at, asked)
		}
		return at
	} else if name == "" {
		at = w.expr(call.Fun, at)
	}
	if transactions[name] {
		if l, ok := call.Args[len(call.Args)-1].(*ast.FuncLit); ok {
			if w.literal(l, at) {
				at = max(at, asked)
			}
			return at
		}
	}
	at = w.args(call, at)
	if what := opens[name]; what != "" {
		w.sites = append(w.sites, site{pos: call.Pos(), source: what, gated: at == passed})
		return at
	}
	if w.isGate(call) {
		// what a gate function reads on its own way is judged there
		w.sites = append(w.sites, site{pos: call.Pos(), callee: name, gated: at == passed})
		return max(at, asked)
	}
	if w.p.funcs[name] != nil {
		w.sites = append(w.sites, site{pos: call.Pos(), callee: name, gated: at == passed})
	}
	return at
}

func (w *walk) isGate(call *ast.CallExpr) bool {
	name := w.callee(call.Fun)
	return gates[name] || w.p.funcs[name] != nil && w.p.funcs[name].gate && fallible(w.p.funcs[name].results)
}

// fallible says that a function's last result is an error: its caller learns that it did not pass.
func fallible(r *types.Tuple) bool {
	return r.Len() > 0 && r.At(r.Len()-1).Type().String() == "error"
}

// reference is a function that is named and not called: whoever gets it may call it.
func (w *walk) reference(e ast.Expr, name string, at level) {
	if what := opens[name]; what != "" {
		w.sites = append(w.sites, site{pos: e.Pos(), source: what, gated: at == passed})
		return
	}
	if f := w.p.funcs[name]; f != nil {
		w.p.values[name] = true
	}
}

// callee is the full name of the function that an expression names, "" if it names none.
func (w *walk) callee(e ast.Expr) string {
	var id *ast.Ident
	switch e := e.(type) {
	case *ast.Ident:
		id = e
	case *ast.SelectorExpr:
		id = e.Sel
	case *ast.IndexExpr:
		return w.callee(e.X)
	case *ast.ParenExpr:
		return w.callee(e.X)
	default:
		return ""
	}
	f, ok := w.f.info.Uses[id].(*types.Func)
	if !ok {
		return ""
	}
	return f.Origin().FullName()
}

// sortedKeys makes messages come in one order.
func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
