package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// What clients publish at addresses of their own: keys (jwks_uri) and which redirects belong together
// (sector_identifier_uri). The rules of outbound.go hold for both.

const (
	keysLife  = 10 * time.Minute // how long fetched keys are used
	keysRetry = 10 * time.Second // how soon they are fetched again for a key id that is not among them
	keysMost  = 1000             // addresses remembered
	fetchLife = 5 * time.Second
)

// keyCache holds fetched keys by address.
type keyCache struct {
	mu sync.Mutex
	of map[string]*fetchedKeys
}

type fetchedKeys struct {
	mu    sync.Mutex // held while they are fetched: many requests at once fetch once
	set   jose.JSONWebKeySet
	at    time.Time // when they were fetched, zero for never
	tried time.Time
	why   error // the last try failed
}

func (c *keyCache) entry(at string) *fetchedKeys {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil || len(c.of) >= keysMost {
		c.of = map[string]*fetchedKeys{}
	}
	if c.of[at] == nil {
		c.of[at] = &fetchedKeys{}
	}
	return c.of[at]
}

// keysOf are a client's keys: those it is registered with, or those at its address, fetched anew when
// they are old or kid is not among them.
func (p *Provider) keysOf(ctx context.Context, reg *registration, kid string) (jose.JSONWebKeySet, error) {
	if reg.KeysAt == "" {
		return reg.keys, nil
	}
	f := p.published.entry(reg.KeysAt)
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now() // the age of a cache entry, not of anything kept
	fresh := !f.at.IsZero() && now.Sub(f.at) < keysLife && (kid == "" || len(f.set.Key(kid)) > 0)
	if !fresh && now.Sub(f.tried) >= keysRetry {
		var set keySet
		f.tried = now
		if f.why = p.fetch(ctx, reg.KeysAt, &set); f.why == nil {
			f.set, f.at = set.JSONWebKeySet, now
		}
	}
	if f.at.IsZero() || now.Sub(f.at) > 2*keysLife { // a short disturbance of theirs signs nobody out
		return f.set, badClient("Kunci di jwks_uri tidak bisa dibaca.", "The keys at the jwks_uri cannot be read").because(f.why)
	}
	return f.set, nil
}

// verifyOf checks a compact JWS of a client against its keys and decodes its claims.
func (p *Provider) verifyOf(ctx context.Context, reg *registration, text string, by []jose.SignatureAlgorithm, into any) error {
	token, err := p.heads.parse(text, by)
	if err != nil {
		return err
	}
	set, err := p.keysOf(ctx, reg, token.kid)
	if err != nil {
		return err
	}
	if _, err := token.among(set); err != nil {
		return err
	}
	return decode(token.payload, into)
}

// fetch reads JSON at a client's address: 64 KiB at most, within five seconds.
func (p *Provider) fetch(ctx context.Context, at string, into any) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchLife) // others wait for the answer, too
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	res, err := p.outbound().Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return answeredWith(res.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxForm+1))
	if err == nil && len(text) > maxForm {
		err = errors.New("oidc: more than 64 KiB")
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// checkSector sees to it that who names a sector keeps it: the list at its address holds every redirect
// of the client (OpenID Connect Registration section 5).
func (p *Provider) checkSector(ctx context.Context, c Client) error {
	if c.SectorAt == "" {
		return nil
	}
	var list []string
	if !p.mayCall(c.SectorAt) || p.fetch(ctx, c.SectorAt, &list) != nil {
		return wrong("sector", "Daftar di sector_identifier_uri tidak bisa dibaca.", "The list at the sector_identifier_uri cannot be read.")
	}
	for _, to := range c.Redirects {
		if !slices.Contains(list, to) {
			return wrong("sector", "Daftar di sector_identifier_uri tidak memuat "+to, "The list at the sector_identifier_uri does not hold "+to)
		}
	}
	return nil
}

// sectorHost is the host that a sector's address stands for, "" for none.
func sectorHost(at string) string {
	u, err := url.Parse(at)
	if err != nil {
		return ""
	}
	return u.Host
}
