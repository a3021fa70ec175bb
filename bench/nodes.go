package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"gopkg.in/yaml.v3"

	"lancar/internal/keys"
	"lancar/sandbox"
	"lancar/test/town"
)

// node is a running Lancar with its sandbox.
type node struct {
	URL     string `json:"ready"`
	Sandbox string `json:"sandbox"`

	stop           func()
	database, keys string // where its database and its keys are
}

// process starts the built program and reads its first line of output as JSON.
func (b *bench) process(ctx context.Context, into any, args ...string) (stop func(), err error) {
	cmd := exec.CommandContext(ctx, b.binary, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	log, err := os.OpenFile(filepath.Join(b.dir, args[0]+".log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	cmd.Stderr = log
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		in.Close()
		_ = cmd.Wait()
	}
	if into == nil {
		go func() { _, _ = io.Copy(io.Discard, out) }()
		return stop, nil
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, into)
	}
	if err != nil {
		stop()
		text, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("%s did not start: %w\n%s", args[0], err, text)
	}
	return stop, nil
}

// demo starts a demonstration on SQLite.
func (b *bench) demo(ctx context.Context) (*node, error) {
	n := &node{}
	dir, err := os.MkdirTemp(b.dir, "demo-")
	if err != nil {
		return nil, err
	}
	n.database, n.keys = "sqlite:"+filepath.Join(dir, "lancar.db"), filepath.Join(dir, "keys")
	n.stop, err = b.process(ctx, n, "demo", "--json", "--addr", "127.0.0.1:0", "--data", dir)
	return n, err
}

// rehearsal starts a node on PostgreSQL, and a sandbox beside it.
func (b *bench) rehearsal(ctx context.Context) (*node, error) {
	url, drop, err := database(ctx)
	if err != nil {
		return nil, err
	}
	n, _, err := b.copies(ctx, url, drop, 1)
	return n, err
}

// copies starts copies of one node on one database, each a process of its own, and a sandbox beside them;
// drop runs when they end. hosts are their addresses, the first the node's.
func (b *bench) copies(ctx context.Context, database string, drop func(), count int) (n *node, hosts []string, err error) {
	stops := []func(){drop}
	n = &node{database: database, stop: func() {
		for i := range stops {
			stops[len(stops)-1-i]()
		}
	}}
	defer func() {
		if err != nil {
			n.stop()
		}
	}()
	dir, err := os.MkdirTemp(b.dir, "serve-")
	if err != nil {
		return n, nil, err
	}
	ports, err := freePorts(count)
	if err != nil {
		return n, nil, err
	}
	n.URL, n.keys = fmt.Sprintf("http://127.0.0.1:%d", ports[0]), filepath.Join(dir, "keys")
	var outside struct{ Ready, SMTP string }
	secrets, err := sandbox.Prepare(dir)
	if err != nil {
		return n, nil, err
	}
	stop, err := b.process(ctx, &outside, "sandbox", "--data", dir, "--node", n.URL)
	if err != nil {
		return n, nil, err
	}
	stops = append(stops, stop)
	n.Sandbox = outside.Ready
	if _, err := keys.Create(n.keys, keys.Options{Regions: []string{"53", "34", "91"}, Origin: "lancar.bench", Now: time.Now()}); err != nil {
		return n, nil, err
	}
	for _, port := range ports {
		config, err := writeConfig(dir, database, port, ports[0], outside.Ready, outside.SMTP, secrets)
		if err != nil {
			return n, nil, err
		}
		if stop, err = b.process(ctx, nil, "serve", "--config", config); err != nil {
			return n, nil, err
		}
		stops = append(stops, stop)
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", port))
		if err := b.ready(hosts[len(hosts)-1]); err != nil {
			return n, nil, err
		}
	}
	return n, hosts, nil
}

// ready waits until a node answers.
func (b *bench) ready(host string) error {
	for range 200 {
		if res, err := http.Get("http://" + host + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	text, _ := os.ReadFile(filepath.Join(b.dir, "serve.log"))
	return fmt.Errorf("the node did not become ready\n%s", text)
}

// writeConfig is that of the copy on a port; people know the node by base.
func writeConfig(dir, database string, port, base int, outside, smtp string, s sandbox.Secrets) (string, error) {
	type role struct{ Role, Agency, Region string }
	type employee struct {
		Number, Name, Mail, NIK string // without the last no second signer is drawn: they could be one human
		Roles                   []role
	}
	var officers []employee
	for _, f := range town.Officers() {
		e := employee{Number: f.Number, Name: f.Name, Mail: f.Email, NIK: f.NIK}
		for _, r := range f.Roles {
			e.Roles = append(e.Roles, role{r, f.Agency, f.Region})
		}
		officers = append(officers, e)
	}
	roster, err := yaml.Marshal(officers)
	if err != nil {
		return "", err
	}
	type any = map[string]interface{}
	text, err := yaml.Marshal(any{"stage": "rehearsal", "name": "lancar.bench", "listen": fmt.Sprintf("127.0.0.1:%d", port),
		"base": fmt.Sprintf("http://localhost:%d", base), "database": filepath.Join(dir, "database"), "keys": filepath.Join(dir, "keys"), "officers": filepath.Join(dir, "officers.yaml"),
		"mail": any{"address": smtp, "from": "Lancar <kabar@lancar.example>", "plain": true}, "phone": any{"url": outside + "/phone/messages", "token_file": s.PhoneTokenFile},
		"exchange": any{"url": outside + "/register", "token_file": s.RegisterTokenFile},
		"acquirer": any{"url": outside, "client_key": s.ClientKey, "client_secret_file": s.ClientSecretFile, "private_key_file": s.PartnerKeyFile, "public_key_file": s.BankPublicFile, "channel_id": "95221"},
		"limits":   any{"per_second": 1e6, "burst": 1e6, "sign_ins": 1000000, "checks": 1000000}})
	if err != nil {
		return "", err
	}
	config := filepath.Join(dir, fmt.Sprintf("lancar-%d.yaml", port))
	return config, errors.Join(os.WriteFile(config, text, 0o600), os.WriteFile(filepath.Join(dir, "database"), []byte(database), 0o600),
		os.WriteFile(filepath.Join(dir, "officers.yaml"), roster, 0o600))
}

// database makes an empty database in C collation on the server that with-postgres.sh started.
func database(ctx context.Context) (url string, drop func(), err error) {
	server := os.Getenv("LANCAR_TEST_POSTGRES")
	if server == "" {
		return "", nil, errors.New("LANCAR_TEST_POSTGRES is not set (make bench sets it)")
	}
	name := fmt.Sprintf("bench_%d", time.Now().UnixNano())
	do := func(sql string) error {
		conn, err := pgx.Connect(ctx, server)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, sql)
		return err
	}
	if err := do("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"); err != nil {
		return "", nil, err
	}
	return server[:len(server)-len("postgres")] + name, func() { _ = do("DROP DATABASE " + name + " WITH (FORCE)") }, nil
}

func freePorts(n int) (out []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		out = append(out, l.Addr().(*net.TCPAddr).Port)
	}
	return out, nil
}
