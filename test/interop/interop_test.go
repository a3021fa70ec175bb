// Package interop signs in to a conformance run with clients that we did not write. It is a module of
// its own, so that the node carries none of them; `make test` runs it.
package interop

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	jose "github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const callback = "https://rp.example/cb"

// run is what `demo --conformance --json` says under oidc.
type run struct {
	Issuer       string `json:"issuer"`
	Registration string `json:"registration_token"`
	CA           string `json:"ca"`
	MTLS         string `json:"mtls"`
	CIBA         string `json:"ciba"`
	Code         string `json:"code"`
	Person       struct {
		SignIn map[string]string `json:"sign_in"`
	} `json:"person"`

	raw     string
	sandbox string            // the outside world, with its mailbox
	officer map[string]string // how a reviewer signs in
	http    *http.Client
	pool    *x509.CertPool
	jwks    jose.JSONWebKeySet // as published before anything was signed
}

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // they mostly wait; -parallel on the command line counts more
	m.Run()
	_ = os.RemoveAll(built)
}

func TestClientsWeDidNotWrite(t *testing.T) {
	t.Parallel()
	r := start(t, "")
	t.Run("go", func(t *testing.T) { t.Parallel(); r.golang(t) })
	for _, script := range []string{"oauth4webapi.mjs", "openid-client.mjs"} {
		t.Run(script, func(t *testing.T) { t.Parallel(); r.node(t, script) })
	}
	t.Run("python.py", func(t *testing.T) {
		t.Parallel()
		if exec.Command("/usr/bin/python3", "-c", "import authlib, requests").Run() != nil {
			unfetched(t)
		}
		r.script(t, "/usr/bin/python3", "python.py")
	})
}

var built string // the folder of program

// program is the node, built once.
var program = sync.OnceValues(func() (string, error) {
	var err error
	if built, err = os.MkdirTemp("", "lancar-interop-"); err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", filepath.Join(built, "lancar"), "./cmd/lancar")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return filepath.Join(built, "lancar"), nil
})

// start starts a node and waits until it is ready; file, which may be "", holds its clients.
func start(t *testing.T, file string) *run {
	lancar, err := program()
	must(t, err)
	args := []string{"demo", "--conformance", "--data", filepath.Join(t.TempDir(), "data"), "--addr", "127.0.0.1:0", "--json"}
	if file != "" {
		args = append(args, file)
	}
	demo := exec.Command(lancar, args...)
	demo.Stderr = t.Output()
	out, err := demo.StdoutPipe()
	must(t, err)
	must(t, demo.Start())
	t.Cleanup(func() {
		_ = demo.Process.Signal(syscall.SIGTERM)
		_ = demo.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	var said struct {
		Sandbox string          `json:"sandbox"`
		OIDC    json.RawMessage `json:"oidc"`
		People  []struct {
			Role   string            `json:"role"`
			SignIn map[string]string `json:"sign_in"`
		} `json:"people"`
	}
	must(t, json.Unmarshal([]byte(line), &said))
	r := &run{raw: string(said.OIDC), sandbox: said.Sandbox}
	for _, one := range said.People {
		if one.Role == "reviewer" {
			r.officer = one.SignIn
		}
	}
	must(t, json.Unmarshal(said.OIDC, r))
	ca, err := os.ReadFile(r.CA)
	must(t, err)
	r.pool = x509.NewCertPool()
	r.pool.AppendCertsFromPEM(ca)
	r.http = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: r.pool}}, Timeout: 20 * time.Second}
	res, err := r.http.Get(r.Issuer + "/oauth/jwks")
	must(t, err)
	defer res.Body.Close()
	must(t, json.NewDecoder(res.Body).Decode(&r.jwks))
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// node runs one of our scripts around a foreign client of npm.
func (r *run) node(t *testing.T, script string) {
	if _, err := os.Stat("node_modules/" + strings.TrimSuffix(script, ".mjs")); err != nil {
		unfetched(t)
	}
	r.script(t, "node", script)
}

// unfetched is when a foreign client is not on this machine.
func unfetched(t *testing.T) {
	t.Helper()
	if os.Getenv("LANCAR_TEST_NO_SKIP") != "" {
		t.Fatal("test/setup.sh has not fetched it")
	}
	t.Skip("test/setup.sh fetches it")
}

func (r *run) script(t *testing.T, command ...string) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Env = r.environment()
	out, err := c.CombinedOutput()
	t.Logf("%s", out)
	must(t, err)
}

// environment has the run, and its CA as each of the languages looks for one.
func (r *run) environment() []string {
	return append(os.Environ(), "LANCAR_RUN="+r.raw, "NODE_EXTRA_CA_CERTS="+r.CA, "REQUESTS_CA_BUNDLE="+r.CA, "SSL_CERT_FILE="+r.CA)
}

func (r *run) register(t *testing.T, body string) (id, secret string) {
	t.Helper()
	req, err := http.NewRequest("POST", r.Issuer+"/oauth/register", strings.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+r.Registration)
	res, err := r.http.Do(req)
	must(t, err)
	defer res.Body.Close()
	var said struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	must(t, json.NewDecoder(res.Body).Decode(&said))
	if res.StatusCode != http.StatusCreated {
		t.Fatal(res.Status)
	}
	return said.ID, said.Secret
}

// golang is golang.org/x/oauth2 with coreos/go-oidc.
func (r *run) golang(t *testing.T) {
	ctx := oidc.ClientContext(t.Context(), r.http)
	provider, err := oidc.NewProvider(ctx, r.Issuer)
	must(t, err)
	id, secret := r.register(t, `{"client_name":"x/oauth2","id_token_signed_response_alg":"ES256","redirect_uris":["`+callback+`"],"grant_types":["authorization_code","refresh_token","client_credentials","urn:ietf:params:oauth:grant-type:device_code"],"scope":"openid email offline_access permits.read"}`)
	c := oauth2.Config{ClientID: id, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: callback, Scopes: []string{"openid", "email", "offline_access"}}
	verifier := oauth2.GenerateVerifier()
	p := r.person(t)
	back := p.agree(t, c.AuthCodeURL("state-1", oauth2.S256ChallengeOption(verifier), oidc.Nonce("nonce-1")))
	if back.Query().Get("state") != "state-1" {
		t.Fatal(back)
	}
	token, err := c.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	must(t, err)
	raw, _ := token.Extra("id_token").(string)
	checked, err := provider.Verifier(&oidc.Config{ClientID: id, SupportedSigningAlgs: []string{"ES256"}}).Verify(ctx, raw)
	must(t, err)
	if checked.Nonce != "nonce-1" {
		t.Fatal(checked)
	}
	must(t, checked.VerifyAccessToken(token.AccessToken))
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	must(t, err)
	if info.Subject != checked.Subject || info.Email != r.Person.SignIn["contact"] {
		t.Fatalf("%+v", info)
	}
	token.Expiry = time.Now().Add(-time.Hour)
	again, err := c.TokenSource(ctx, token).Token()
	must(t, err)
	if again.AccessToken == token.AccessToken || again.RefreshToken == token.RefreshToken {
		t.Fatal("not refreshed")
	}
	machine := clientcredentials.Config{ClientID: id, ClientSecret: secret, TokenURL: provider.Endpoint().TokenURL, Scopes: []string{"permits.read"}}
	_, err = machine.Token(ctx)
	must(t, err)
	tv, _ := r.register(t, `{"client_name":"x/oauth2 TV","redirect_uris":[],"grant_types":["urn:ietf:params:oauth:grant-type:device_code"],"token_endpoint_auth_method":"none"}`)
	c.ClientID, c.ClientSecret = tv, "" // x/oauth2 begins the flow without proving who it is
	device, err := c.DeviceAuth(ctx)
	must(t, err)
	p.open(t, r.Issuer+"/device", url.Values{"user_code": {device.UserCode}})
	p.open(t, r.Issuer+"/approve", url.Values{"request": {p.hidden(t, "request")}, "agree": {"yes"}})
	got, err := c.DeviceAccessToken(ctx, device)
	must(t, err)
	if got.AccessToken == "" {
		t.Fatal("no token for the device")
	}
}

// person is the sandbox person in a browser without scripts.
type person struct {
	*run
	http   *http.Client
	page   string
	at     *url.URL
	status int
	signed int // how often they had to sign in
}

func (r *run) person(t testing.TB) *person {
	jar, err := cookiejar.New(nil)
	must(t, err)
	p := &person{run: r, http: &http.Client{Transport: r.http.Transport, Jar: jar, Timeout: 20 * time.Second}}
	p.http.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(req.URL.String(), r.Issuer) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return p
}

func (p *person) open(t testing.TB, to string, form url.Values) {
	t.Helper()
	method := "GET"
	if form != nil {
		method = "POST"
	}
	req, err := http.NewRequest(method, to, strings.NewReader(form.Encode()))
	must(t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := p.http.Do(req)
	must(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(t, err)
	p.page, p.at, p.status = string(text), res.Request.URL, res.StatusCode
	if there, err := res.Location(); err == nil {
		p.at = there
	}
}

func (p *person) hidden(t testing.TB, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(p.page)
	if m == nil {
		t.Fatalf("%s has no %s", p.at, name)
	}
	return strings.NewReplacer("&amp;", "&", "&#43;", "+").Replace(m[1])
}

func (p *person) agree(t *testing.T, to string) *url.URL {
	t.Helper()
	p.open(t, to, nil)
	p.signIn(t)
	p.open(t, p.Issuer+"/consent", url.Values{"request": {p.hidden(t, "request")}, "agree": {"yes"}})
	return p.at
}

// signIn fills in the page that asks who one is, and the one that asks for the code.
func (p *person) signIn(t testing.TB) {
	t.Helper()
	who, born := p.Person.SignIn, strings.Split(p.Person.SignIn["birth_date"], "-")
	back, level, fresh := p.hidden(t, "to"), p.hidden(t, "level"), p.hidden(t, "fresh")
	p.open(t, p.Issuer+"/signin", url.Values{"kind": {"resident"}, "to": {back}, "level": {level}, "fresh": {fresh}, "number": {who["nik"]}, "name": {who["name"]}, "contact": {who["contact"]},
		"birth_date.d": {born[2]}, "birth_date.m": {born[1]}, "birth_date.y": {born[0]}})
	p.open(t, p.Issuer+"/signin/code", url.Values{"attempt": {p.hidden(t, "attempt")}, "to": {back}, "code": {p.Code}})
}
