package crash

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"lancar/test/lab"
)

// TestTwoNodesOnOneDatabase runs two nodes on one PostgreSQL database: a person signs in on one and
// sends on the other; a click on both is one case; every message is sent once whichever node did
// the job; and when one is killed the other goes on.
func TestTwoNodesOnOneDatabase(t *testing.T) {
	pg := os.Getenv("LANCAR_TEST_POSTGRES")
	if pg == "" {
		t.Skip("LANCAR_TEST_POSTGRES names no server (make test starts one)")
	}
	dir := t.TempDir()
	demo, err := lab.Start(bin, dir, "") // makes keys and secrets
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Stop(); err != nil {
		t.Fatal(err)
	}
	one, two := address(t), address(t)
	outside, err := lab.Sandbox(bin, dir, "http://"+one)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(outside.Kill)
	world := lab.NewWorld(outside.Sandbox)
	url := filepath.Join(dir, "database")
	write(t, url, database(t, pg))
	officers := filepath.Join(dir, "officers.yaml")
	write(t, officers, everyOfficer(t, world))
	first := serve(t, dir, one, one, outside, url, officers)
	second := serve(t, dir, two, one, outside, url, officers)
	awaitReady(t, one, first)
	awaitReady(t, two, second)

	who, err := world.Borrow("53.15", "oss")
	if err != nil {
		t.Fatal(err)
	}
	a := outside.Visit(world, who, "ntt")
	if err := a.SignIn(); err != nil {
		t.Fatal(err)
	}
	a.B = a.B.Through("http://" + two)
	if err := a.Apply("lapak-pasar", lab.Answers{"market": who.Region}); err != nil {
		t.Fatal(err)
	}
	number := a.Case
	a.B = a.B.Through("http://" + one)
	if _, err := a.Resend(); err != nil || a.Case != number {
		t.Fatalf("sent on both nodes, %s became %s: %v", number, a.Case, err)
	}
	qris, err := a.Code()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := world.Pay(qris); err != nil {
		t.Fatal(err)
	}
	office := &lab.Office{Town: outside, World: world, Region: "53.15", Agency: "dpmptsp"}
	if _, err := office.Act(number, "reviewer", "grant", nil); err != nil {
		t.Fatal(err)
	}

	// Load through the one, its jobs done by both; then the other is killed and the one goes on.
	keep := t.TempDir()
	stop := rehearse(t, "http://"+one, outside.Sandbox, keep)
	err = lab.Until("acknowledged cases", func() (bool, error) { return kept(t, keep, "*.json") >= 12, nil })
	_ = second.Process.Kill()
	_ = second.Wait()
	had := kept(t, keep, "*.pdf")
	if err == nil {
		err = lab.Until("documents from the node that is left", func() (bool, error) { return kept(t, keep, "*.pdf") >= had+3, nil })
	}
	stop()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := office.Act(number, "signer", "sign", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Download(); err != nil {
		t.Fatal(err)
	}
	lancar(t, "rehearse", "--check", keep, "--node", "http://"+one)
	once(t, world, who.Email, number)
	_ = first.Process.Signal(syscall.SIGTERM)
	if err := first.Wait(); err != nil {
		t.Errorf("the node did not stop well: %v\n%s", err, first.Stderr)
	}
	lancar(t, "verify", "--config", filepath.Join(dir, one+".yaml"))
}

// once fails if a message about the case came twice.
func once(t *testing.T, world *lab.World, to, number string) {
	t.Helper()
	list, err := world.Messages(to, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range list {
		if strings.Contains(m.Text, number) && seen[m.Channel+m.Subject+m.Text] {
			t.Errorf("%q was sent twice", m.Subject)
		}
		seen[m.Channel+m.Subject+m.Text] = true
	}
}

// address is a free one.
func address(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// database makes an empty one on the server, for this test alone, and returns its URL.
func database(t *testing.T, pg string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), pg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for _, q := range []string{"DROP DATABASE IF EXISTS lancar_two WITH (FORCE)", "CREATE DATABASE lancar_two"} {
		if _, err := c.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	return pg[:strings.LastIndexByte(pg, '/')] + "/lancar_two"
}

// everyOfficer is the town's public servants as an officers file. JSON is YAML.
func everyOfficer(t *testing.T, world *lab.World) string {
	t.Helper()
	var list struct{ People []lab.Officer }
	if err := world.Get("/people?role=officer&limit=5000", &list); err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for i, o := range list.People {
		var roles []map[string]string
		for _, r := range o.Roles {
			roles = append(roles, map[string]string{"role": r, "agency": o.Agency, "region": o.Region})
		}
		out = append(out, map[string]any{"number": o.Number, "name": o.Name, "mail": o.Email, "nik": fmt.Sprintf("910101010185%04d", i+1), "roles": roles})
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// serve starts a node of a rehearsal at an address; base is the address that people know.
func serve(t *testing.T, dir, at, base string, outside *lab.Town, database, officers string) *exec.Cmd {
	t.Helper()
	_, port, err := net.SplitHostPort(base)
	if err != nil {
		t.Fatal(err)
	}
	secret := func(name string) string { return filepath.Join(dir, "sandbox", name) }
	config := filepath.Join(dir, at+".yaml")
	write(t, config, fmt.Sprintf(`stage: rehearsal
name: lancar.demo
listen: %s
base: http://localhost:%s
database: %s
keys: %s
officers: %s
mail: {address: %q, from: kabar@lancar.example, plain: true}
phone: {url: %s/phone/messages, token_file: %s}
exchange: {url: %s/register, token_file: %s}
acquirer: {url: %s, client_key: sandbox-lancar, client_secret_file: %s, private_key_file: %s, public_key_file: %s, channel_id: "95221"}
limits: {per_second: 1000000, burst: 1000000, sign_ins: 1000000, checks: 1000000}
`, at, port, database, filepath.Join(dir, "keys"), officers, outside.SMTP, outside.Sandbox, secret("phone.secret"), outside.Sandbox, secret("register.secret"),
		outside.Sandbox, secret("client.secret"), secret("partner.key"), secret("bank.pub")))
	cmd := exec.Command(bin, "serve", "--config", config)
	cmd.Stderr = new(bytes.Buffer)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd
}

func awaitReady(t *testing.T, at string, node *exec.Cmd) {
	t.Helper()
	err := lab.Until("the node at "+at, func() (bool, error) {
		res, err := http.Get("http://" + at + "/readyz")
		if err != nil {
			return false, nil
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK, nil
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, node.Stderr)
	}
}
