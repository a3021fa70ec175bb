package app

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"

	"lancar/identity"
	"lancar/identity/upstream"
)

// UpstreamConfig names a national provider of identities at which people may sign in. Left out, there
// is none.
type UpstreamConfig struct {
	Issuer   string         `yaml:"issuer"`
	ClientID string         `yaml:"client_id"`
	KeyFile  string         `yaml:"key_file"` // PEM, PKCS #8, an EC key: P-256, P-384 or P-521
	KeyID    string         `yaml:"key_id"`
	Scopes   []string       `yaml:"scopes"`
	Levels   map[string]int `yaml:"levels"` // the provider's acr: 1, 2 or 3 here
	Claims   struct {
		Number    string `yaml:"number"`
		Name      string `yaml:"name"`
		BirthDate string `yaml:"birth_date"`
	} `yaml:"claims"`
}

// openUpstream makes the part that signs people in at the national provider, nil where none is named.
func (n *node) openUpstream() (*upstream.Upstream, error) {
	c := n.config.Upstream
	if c.Issuer == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("upstream.key_file: %s holds no PEM", c.KeyFile)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("upstream.key_file: %s holds no EC key in PKCS #8", c.KeyFile)
	}
	out := upstream.Config{Issuer: c.Issuer, ClientID: c.ClientID, Key: key, KeyID: c.KeyID, Redirect: n.portal("") + "/signin/national/back", Scopes: c.Scopes, Levels: map[string]identity.Level{}}
	out.Claims.Number, out.Claims.Name, out.Claims.BirthDate = c.Claims.Number, c.Claims.Name, c.Claims.BirthDate
	for acr, level := range c.Levels {
		out.Levels[acr] = identity.Level(level)
	}
	return upstream.New(n.db, n.ring, n.identity, out)
}
