package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

const (
	tokens = 20_000
	// assertionType is RFC 7523's name of a client assertion.
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	peerVersion   = "9.13.3"
)

// tokens is how many tokens a second machines get for themselves (client_credentials, ES256,
// private_key_jwt; jti and token id durable before the answer), beside oidc-provider from npm, which
// keeps both in memory alone.
func (b *bench) tokens(ctx context.Context) (out []figure, err error) {
	theirs, err := b.peerTokens(ctx)
	if err != nil {
		return nil, fmt.Errorf("oidc-provider: %w", err)
	}
	err = b.onBoth(ctx, func(engine string, n *node) error {
		d, err := openDesk(ctx, n)
		if err != nil {
			return err
		}
		defer d.db.Close()
		key := newKey()
		id, err := d.robot(ctx, key)
		if err != nil {
			return err
		}
		ours, err := clientCredentials(ctx, n.host(), "/oauth/token", string(id), n.issuer(), key, tokens)
		if err != nil {
			return err
		}
		out = append(out, figure{"client-credentials tokens, durable, " + engine + ", 16 clients", ours.String(), fmt.Sprintf("oidc-provider in memory %.0f/s p99 %.1f ms", theirs.perSecond, ms(theirs.p99)),
			ours.perSecond / theirs.perSecond, "> 1; 5,000/s"})
		return nil
	})
	return out, err
}

// onBoth runs do on a node of each engine.
func (b *bench) onBoth(ctx context.Context, do func(engine string, n *node) error) error {
	for _, e := range []struct {
		name  string
		start func(context.Context) (*node, error)
	}{{"SQLite", b.demo}, {"PostgreSQL", b.rehearsal}} {
		n, err := e.start(ctx)
		if err == nil {
			err = do(e.name, n)
			n.stop()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	return nil
}

func clientCredentials(ctx context.Context, host, path, client, issuer string, key any, n int) (rate, error) {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		return rate{}, err
	}
	issuerURL, err := url.Parse(issuer)
	if err != nil {
		return rate{}, err
	}
	ask := func(int) ([]byte, error) {
		text, err := signer{s}.assertion(client, issuer)
		form := url.Values{"grant_type": {"client_credentials"}, "scope": {"services.read"}, "client_assertion_type": {assertionType}, "client_assertion": {text}}
		return request(http.MethodPost, issuerURL.Host, path, "", form.Encode()), err
	}
	work := func(list [][]byte) func(*wire, int) error {
		return func(w *wire, i int) error {
			res, err := w.send(list[i])
			if err == nil && res.status != http.StatusOK {
				err = fmt.Errorf("%d %s", res.status, res.body)
			}
			return err
		}
	}
	warm, err := many(n/10, ask)
	if err != nil {
		return rate{}, err
	}
	list, err := many(n, ask)
	if err != nil {
		return rate{}, err
	}
	if _, err := drive(ctx, host, len(warm), work(warm)); err != nil {
		return rate{}, err
	}
	return drive(ctx, host, n, work(list))
}

// peerTokens measures oidc-provider, configured alike: the same client authentication, ES256 JWT access
// tokens of sixty seconds.
func (b *bench) peerTokens(ctx context.Context) (rate, error) {
	dir := filepath.Join(b.dir, "peer")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return rate{}, err
	}
	script, err := os.ReadFile("bench/peer/provider.mjs")
	if err != nil {
		return rate{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, "provider.mjs"), script, 0o644); err != nil {
		return rate{}, err
	}
	install := exec.CommandContext(ctx, "npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--prefix", dir, "oidc-provider@"+peerVersion)
	if text, err := install.CombinedOutput(); err != nil {
		return rate{}, fmt.Errorf("npm install: %w: %s", err, text)
	}
	key := newKey()
	cmd := exec.CommandContext(ctx, "node", "provider.mjs", keySet(key))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NODE_ENV=production")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return rate{}, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return rate{}, err
	}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return rate{}, err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	var ready struct{ Issuer, Client string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		text, _ := os.ReadFile(log.Name())
		return rate{}, errors.Join(err, fmt.Errorf("%s", text))
	}
	u, err := url.Parse(ready.Issuer)
	if err != nil {
		return rate{}, err
	}
	time.Sleep(200 * time.Millisecond) // so that it has settled
	return clientCredentials(ctx, "127.0.0.1:"+u.Port(), "/token", ready.Client, ready.Issuer, key, tokens/4)
}
