package interop

import (
	"bufio"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// An agency's engineer registers an app in the office and copies the example that stands there: it must
// run as it stands. Between its two halves a person signs in.
func TestTheOfficesExamplesRunAsTheyStand(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("node_modules/openid-client"); err != nil {
		unfetched(t)
	}
	r, dir := start(t, ""), t.TempDir()
	modules, err := filepath.Abs("node_modules")
	must(t, err)
	must(t, os.Symlink(modules, filepath.Join(dir, "node_modules")))
	o := r.engineer(t)
	scratch := o.registered(t, "strict", callback, `{"keys":[{"kty":"EC","crv":"P-256","kid":"k1","use":"sig","alg":"ES256","x":"S-iBi52VyaFznvuoC_4bpzxIZ6ko2h5Cua7tZN_UOvQ","y":"SR0Ej27A-cSKb_gqIFiJUXXW6nkJDfINNKdHHZrZ0dY"}]}`)
	mint := exec.Command("bash", "-c", scratch["Kunci · Node.js"])
	mint.Dir = dir
	keys, err := mint.Output()
	must(t, err)
	for _, kind := range []string{"server", "strict"} {
		code := o.registered(t, kind, callback, string(keys))["Node.js · openid-client 6"]
		before, after, ok := strings.Cut(code, "// 2. when they come back to url")
		if !ok {
			t.Fatal(code)
		}
		code = before + "\nconsole.log(to.href)\nconst url = new URL(await new Promise(done => process.stdin.once('data', done)))\n" + after + "\nconsole.log(person.name)\nprocess.exit()"
		must(t, os.WriteFile(filepath.Join(dir, kind+".mjs"), []byte(code), 0o600))
		r.halves(t, kind, dir, "node", kind+".mjs")
	}
	m := o.machine(t, string(keys))["Node.js · openid-client 6"] + "\nconsole.log((await answer.json()).state)"
	must(t, os.WriteFile(filepath.Join(dir, "machine.mjs"), []byte(m), 0o600))
	run := exec.CommandContext(t.Context(), "node", "machine.mjs")
	run.Dir, run.Env, run.Stderr = dir, r.environment(), t.Output()
	if out, err := run.Output(); err != nil || strings.TrimSpace(string(out)) != "active" {
		t.Errorf("a machine: %v %s", err, out)
	}
	code := o.registered(t, "native", "http://127.0.0.1/cb", "")["Go · golang.org/x/oauth2, coreos/go-oidc"]
	before, after, _ := strings.Cut(code, "// 2. when they come back with state and code")
	r.halves(t, "native", dir, goExample(t, dir, `package main

import ("bufio"; "context"; "crypto/rand"; "fmt"; "net/url"; "os"; "strings"; "github.com/coreos/go-oidc/v3/oidc"; "golang.org/x/oauth2")

func main() {
	ctx := context.Background()
	`+before+`
	fmt.Println(to)
	line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	back, err := url.Parse(strings.TrimSpace(line))
	code := back.Query().Get("code")
	`+after+`
	var said struct{ Name string }
	if err != nil || id.Nonce != nonce || person.Claims(&said) != nil { panic(err) }
	fmt.Println(said.Name)
}`))
}

// goExample builds a program as if it stood in this module.
func goExample(t *testing.T, dir, source string) string {
	here, err := filepath.Abs("example/main.go")
	must(t, err)
	main, overlay, out := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "example")
	must(t, os.WriteFile(main, []byte(source), 0o600))
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{here: main}})
	must(t, err)
	must(t, os.WriteFile(overlay, text, 0o600))
	if said, err := exec.Command("go", "build", "-overlay", overlay, "-o", out, "./example").CombinedOutput(); err != nil {
		t.Fatalf("%s\n%s", said, source)
	}
	return out
}

// halves runs an example: it says where the person is to go, reads where they came back, and says who
// they are.
func (r *run) halves(t *testing.T, name, dir string, command ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), command[0], command[1:]...)
	c.Dir, c.Env, c.Stderr = dir, r.environment(), t.Output()
	in, err := c.StdinPipe()
	must(t, err)
	out, err := c.StdoutPipe()
	must(t, err)
	must(t, c.Start())
	lines := bufio.NewReader(out)
	to, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(name, c.Wait())
	}
	back := r.person(t).agree(t, strings.TrimSpace(to))
	_, err = io.WriteString(in, back.String()+"\n")
	must(t, err)
	who, _ := lines.ReadString('\n')
	if err := c.Wait(); err != nil || strings.TrimSpace(who) != r.Person.SignIn["name"] {
		t.Errorf("%s: %v %q", name, err, who)
	}
}

// engineer is an officer in the office door.
func (r *run) engineer(t *testing.T) *person {
	o := r.person(t)
	o.open(t, r.Issuer+"/office/signin?to=%2Foffice%2F", nil)
	o.open(t, r.Issuer+"/office/signin", url.Values{"to": {o.hidden(t, "to")}, "number": {r.officer["employee_number"]}})
	attempt := o.hidden(t, "attempt")
	res, err := http.Get(r.sandbox + "/outbox?wait=20&to=" + url.QueryEscape(r.officer["contact"]))
	must(t, err)
	defer res.Body.Close()
	var box struct {
		Messages []struct{ Code string } `json:"messages"`
	}
	must(t, json.NewDecoder(res.Body).Decode(&box))
	if len(box.Messages) == 0 {
		t.Fatal("no code for the officer")
	}
	o.open(t, r.Issuer+"/office/signin/code", url.Values{"to": {"/office/"}, "attempt": {attempt}, "code": {box.Messages[0].Code}})
	return o
}

var exampleOf = regexp.MustCompile(`(?s)<summary>([^<]*)</summary><pre[^>]*><code>(.*?)</code>`)

// registered registers an app and returns the examples on its page.
func (p *person) registered(t *testing.T, kind, redirect, keys string) map[string]string {
	t.Helper()
	return p.examples(t, "/office/apps/new", url.Values{"name": {"Contoh"}, "kind": {kind}, "purpose_id": {"Mencoba"}, "purpose_en": {"Trying"}, "scopes": {"profile", "email"}, "redirects": {redirect}, "jwks": {keys}})
}

// machine registers a machine in the sandbox and returns the examples on its page.
func (p *person) machine(t *testing.T, keys string) map[string]string {
	t.Helper()
	until := time.Now().AddDate(0, 3, 0)
	return p.examples(t, "/office/machines/new", url.Values{"name": {"Pengingat"}, "kind": {"service"}, "stage": {"sandbox"}, "purpose_id": {"Mengingatkan warga akan izinnya"}, "purpose_en": {"Reminding people of their permits"}, "scopes": {"cases.read"}, "budget": {"100"}, "peak": {"10"},
		"expires.d": {strconv.Itoa(until.Day())}, "expires.m": {strconv.Itoa(int(until.Month()))}, "expires.y": {strconv.Itoa(until.Year())}, "keys": {keys}})
}

// examples are those on the page of what a form registers, by stack.
func (p *person) examples(t *testing.T, at string, form url.Values) map[string]string {
	t.Helper()
	p.open(t, p.Issuer+at, form)
	out := map[string]string{}
	for _, m := range exampleOf.FindAllStringSubmatch(p.page, -1) {
		out[html.UnescapeString(m[1])] = html.UnescapeString(m[2])
	}
	if len(out) == 0 {
		t.Fatal(p.at, p.status, regexp.MustCompile(`(?s)role="alert".*?</div>`).FindString(p.page))
	}
	return out
}
