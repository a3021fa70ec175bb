package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"lancar"
	"lancar/access"
	"lancar/app/rehearse/stage"
	"lancar/exchange"
	"lancar/identity"
	"lancar/identity/machine"
	"lancar/identity/oidc"
	"lancar/internal/jobs"
	"lancar/internal/keys"
	"lancar/internal/store"
	"lancar/notify"
)

// desk registers clients and machines in a node's database, as its office would.
type desk struct {
	db       *store.DB
	provider *oidc.Provider
	machines *machine.Machines
	officer  lancar.Actor
	signing  sync.Mutex // one sign-in of its officer at a time
}

const office = "lancar-bench"

// head is the office's superior, whose mail the sandbox takes.
var head = stage.Officer{Number: "900000000000000001", Name: "Bench", Email: "bench@kantor.example"}

// openDesk opens the database and keys of a running node beside it.
func openDesk(ctx context.Context, n *node) (*desk, error) {
	ring, err := keys.Open(n.keys)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, n.database, time.Now)
	if err != nil {
		return nil, err
	}
	queue := jobs.New(db, nil)
	acc := access.New(db, queue, ring)
	note := notify.New(db, queue, ring, nil, func(_, path string) string { return path })
	token := filepath.Join(n.keys, "no-register")
	if err := os.WriteFile(token, []byte("-"), 0o600); err != nil {
		return nil, err
	}
	exch, err := exchange.New(db, queue, ring, acc, exchange.Config{URL: "http://127.0.0.1:1", TokenFile: token})
	if err != nil {
		return nil, err
	}
	ident := identity.New(db, queue, ring, acc, note, exch, identity.Limits{})
	d := &desk{db: db, machines: machine.New(db, queue, ring, ident, machine.Config{})}
	d.provider = oidc.New(oidc.Rooms{DB: db, Queue: queue, Keys: ring, Identity: ident, Access: acc, Machines: d.machines, Log: slog.Default()},
		oidc.Config{Issuer: n.issuer(), Sandbox: true})
	id, err := ident.SaveEmployee(ctx, identity.Employee{Number: head.Number, Name: head.Name, Mail: head.Email,
		Roles: []identity.Role{{Role: identity.Superior, Agency: office, Region: "00"}}})
	d.officer = lancar.Actor{Kind: lancar.Officer, ID: id, Role: identity.Superior, Agency: office, Region: "00"}
	return d, err
}

// issuer is the node's one name: its base URL.
func (n *node) issuer() string {
	u, err := url.Parse(n.URL)
	if err != nil {
		return ""
	}
	return "http://localhost:" + u.Port()
}

func (n *node) host() string {
	u, err := url.Parse(n.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// robot registers a machine that proves itself by the key.
func (d *desk) robot(ctx context.Context, key *ecdsa.PrivateKey) (lancar.ID, error) {
	list, err := machine.ReadKeys(keySet(key))
	if err != nil {
		return "", err
	}
	m, err := d.machines.Register(ctx, d.officer, machine.Proposal{Kind: machine.Service, Stage: machine.Sandbox, Name: "bench",
		Purpose: lancar.Text{"id": "Mengukur kecepatan", "en": "Measures how fast it is"}, Keys: list,
		Wish: machine.Wish{Scopes: []string{"services.read"}, Budget: 50_000_000, Peak: 600_000, Expires: time.Now().AddDate(0, 6, 0)}})
	return m.ID, err
}

// app registers an app that people sign in to, with private_key_jwt, pushed requests and DPoP.
func (d *desk) app(ctx context.Context, key *ecdsa.PrivateKey) (lancar.ID, error) {
	c, _, err := d.provider.Register(ctx, d.officer, oidc.Client{Name: lancar.Text{"id": "bench"}, AgencyName: lancar.Text{"id": "bench"}, Purpose: lancar.Text{"id": "Mengukur"},
		Grants: []string{"authorization_code", "refresh_token"}, Redirects: []string{callback}, Scopes: []string{"openid", "offline_access"},
		Auth: oidc.PrivateKeyJWT, JWKS: keySet(key), Pushed: true, DPoP: true})
	return c.ID, err
}

// server registers a resource server for what machines may call: the node itself.
func (d *desk) server(ctx context.Context, n *node, key *ecdsa.PrivateKey) (lancar.ID, error) {
	c, _, err := d.provider.Register(ctx, d.officer, oidc.Client{Name: lancar.Text{"id": "bench"}, AgencyName: lancar.Text{"id": "bench"}, Purpose: lancar.Text{"id": "Mengukur"},
		Grants: []string{"client_credentials"}, Auth: oidc.PrivateKeyJWT, JWKS: keySet(key), Server: true, Resources: []string{n.issuer()}})
	return c.ID, err
}

const callback = "https://bench.example/cb"

func newKey() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the system's randomness does not fail
	}
	return k
}

func keySet(key *ecdsa.PrivateKey) string {
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Use: "sig", Algorithm: "ES256"}}})
	if err != nil {
		panic(err) // a public key always encodes
	}
	return string(text)
}

// signer signs JWTs for clients before the clock runs.
type signer struct{ jose.Signer }

func newSigner(key *ecdsa.PrivateKey, typ string, embed bool) (signer, error) {
	o := (&jose.SignerOptions{EmbedJWK: embed}).WithType(jose.ContentType(typ))
	if !embed {
		o = o.WithHeader("kid", "k")
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, o)
	return signer{s}, err
}

func (s signer) jwt(body map[string]any) (string, error) {
	payload, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	signed, err := s.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// assertion is private_key_jwt of a client towards an issuer.
func (s signer) assertion(client, issuer string) (string, error) {
	now := time.Now()
	return s.jwt(map[string]any{"iss": client, "sub": client, "aud": issuer, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()})
}

// many makes n things on all cores.
func many[T any](n int, make_ func(i int) (T, error)) ([]T, error) {
	out := make([]T, n)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	cores := runtime.GOMAXPROCS(0)
	for c := range cores {
		wg.Go(func() {
			for i := c; i < n; i += cores {
				v, err := make_(i)
				if err != nil {
					mu.Lock()
					first = err
					mu.Unlock()
					return
				}
				out[i] = v
			}
		})
	}
	wg.Wait()
	return out, first
}
