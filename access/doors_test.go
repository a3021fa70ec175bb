package access_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// ways lists every way to something personal that passes no gate of access, each with its reason:
// the system carrying out what the person or the law has it do, while nobody is shown anything, or a
// right's own office. A new one fails the test until it stands here; one that is gone as well.
var ways = map[string]string{
	"(*lancar/access.Access).AgreedTx":            "what an app may see; it opens nothing of the record",
	"(*lancar/access.Access).Answer":              "the data officer closes a request; the words stay sealed",
	"(*lancar/access.Access).EraseTx":             "the erasure itself: destroys, shows nothing",
	"(*lancar/access.Access).Figures":             "counts, for the data officer",
	"(*lancar/access.Access).LookAsked":           "the office's own look that it must explain; nothing of the person",
	"(*lancar/access.Access).OverdueTx":           "the clock: a request's state alone",
	"(*lancar/access.Access).Pass":                "moves a request that this officer has opened before, which was a look; shows nothing",
	"(*lancar/access.Access).Pending":             "the office's list of requests: no words, no names",
	"(*lancar/access.Access).Take":                "finds the request, then writes the look before it opens it, also while the person restricts the use of their data",
	"(*lancar/access.Access).Verify":              "fsck: compares the lists with the looks, names a row",
	"(*lancar/casework.Cases).Answered":           "a register's late answer, whose asking was a look: writes the judgement beside the value, shows nothing",
	"(*lancar/casework.Cases).BroughtTx":          "whether a case is the account's own and open; nothing of it",
	"(*lancar/casework.Cases).Verify":             "fsck: compares hashes and sums, names a case",
	"(*lancar/casework.Cases).changed":            "tells the person what happened to their own case",
	"(*lancar/casework.verifier).sums":            "fsck",
	"(*lancar/document.Documents).Fsck":           "fsck: compares hashes, names a document",
	"(*lancar/exchange.Exchange).OpenAnswer":      "hands a late answer to its one subscriber, casework's Answered, for which see there",
	"(*lancar/exchange.Exchange).askAgain":        "asks a register again; the asking is a look",
	"(*lancar/identity.Identity).ContactsTx":      "how many ways in an account has; none is shown",
	"(*lancar/identity.Identity).Confirm":         "what the person who signs in has typed a minute before",
	"(*lancar/identity.Identity).StopRecoveryBy":  "ends a recovery by the token of a message; tells the person themself, shows nothing",
	"(*lancar/identity.Identity).TellLastTx":      "addresses a message to the person themself",
	"(*lancar/identity.Identity).TellTx":          "addresses a message to the person themself",
	"(*lancar/identity.Identity).prove":           "compares what was typed with a register; the asking is a look",
	"(*lancar/identity.Identity).ReachableTx":     "whether there is any contact; none is returned",
	"(*lancar/identity.Identity).remind":          "tells the person themself of a recovery that waits",
	"(*lancar/identity/passkey.Passkeys).Add":     "the signed-in person's own key, counted and told to themself",
	"(*lancar/identity/passkey.Passkeys).Enter":   "the key with which the person signs in",
	"(*lancar/identity.Identity).OpenTx":          "what a package of identity keeps of the account, for those listed here",
	"(*lancar/identity/mandate.Mandates).Accept":  "moves a mandate that the holder was offered; both sides are told its names",
	"(*lancar/identity/mandate.Mandates).Acting":  "for whom one acts, by the name that the principal wrote into the mandate; the grant of it reads nothing without SeeTx",
	"(*lancar/identity/mandate.Mandates).Ask":     "asks the person for whom a machine acts",
	"(*lancar/identity/mandate.Mandates).Confirm": "the person confirms by code what was agreed at the counter; both are told",
	"(*lancar/identity/mandate.Mandates).Did":     "for the two sides of a mandate, see partyTx",
	"(*lancar/identity/mandate.Mandates).EraseTx": "ends what is over because an account is closed; both sides are told, the names are destroyed",
	"(*lancar/identity/mandate.Mandates).Held":    "the holder's own mandates, by the names in them",
	"(*lancar/identity/mandate.Mandates).Revoke":  "for the two sides of a mandate; both are told",
	"(*lancar/identity/mandate.Mandates).SeeTx":   "finds the mandate, then writes the look",
	"(*lancar/identity/mandate.Mandates).Settle":  "the second officer's word; both sides are told, nothing is shown",
	"(*lancar/identity/mandate.Mandates).Stop":    "an officer ends a mandate; both sides are told, nothing is shown",
	"(*lancar/identity/mandate.Mandates).recheck": "asks the registers again; the asking is a look",
	"(*lancar/identity/mandate.Mandates).sweepTx": "ends what is over; both sides are told",
	"(*lancar/notify.Notify).Retention":           "deletes",
	"(*lancar/notify.Notify).deliver":             "sends a message to the person it is for",
}

// others unseal what is nobody's record.
var others = map[string]string{
	"(*lancar/identity/machine.Machines).openWords":   "a machine's own name and purpose",
	"(*lancar/identity/oidc.Provider).requestTx":      "what an app asked for, before anybody has signed in",
	"(*lancar/identity/oidc.Provider).grantByID":      "what was agreed with an app: scopes and names of claims",
	"(*lancar/identity/oidc.Provider).openKey":        "the provider's signing keys",
	"(*lancar/identity/oidc.Provider).openInvitation": "which officer may register an app",
}

// handedOut lists the exported functions that return a personal type and may do so without a gate.
var handedOut = map[string]string{
	"(*lancar/access.Access).AgreedTx":      "what was agreed with the app that asks",
	"(*lancar/access.Access).Pending":       "no words, no names",
	"(*lancar/casework.Cases).Drafts":       "which drafts the person has; what is in them stays sealed",
	"(*lancar/casework.Cases).Open":         "writes the look; where retention has ended there is nobody to look at",
	"(*lancar/document.Documents).ByNumber": "a document's row names nobody but its masked holder, as its public page does",
	"(*lancar/document.Documents).Check":    "the same",
	"(*lancar/document.Documents).IssueTx":  "returns what it has just made",
	"(*lancar/document.Documents).OfCase":   "a document's row, as above",
	"(*lancar/document.Documents).RevokeTx": "a document's row, as above",
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
	p := theProgram(t)
	found := p.entries()
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
	found := p.returned()
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
	read, returned := p.entries(), p.returned()
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
