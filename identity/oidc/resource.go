package oidc

import (
	"context"
	"net/url"
	"slices"
	"sync"
	"time"

	"lancar"
	"lancar/internal/store"
)

// servers remembers for a second which addresses have a resource server on this node.
type servers struct {
	mu sync.RWMutex
	of map[string]bool
	at time.Time
}

// resources are those of a request, or of a token request, that a client may ask tokens for (RFC 8707):
// this node itself, and what it registered and a resource server of this node, in production where this
// node is, serves. An address that a client merely says is none: nobody would check the token, or anybody.
func (p *Provider) resources(ctx context.Context, reg *registration, list []string) ([]string, error) {
	for _, one := range list {
		if one == p.config.Issuer {
			continue
		}
		u, err := url.Parse(one)
		known := err == nil && u.IsAbs() && u.Fragment == "" && slices.Contains(reg.Resources, one)
		if known {
			if known, err = p.served(ctx, one); err != nil {
				return nil, err
			}
		}
		if !known {
			return nil, refuse("invalid_target", "Sumber daya itu tidak terdaftar untuk aplikasi ini, atau tidak ada penyedianya.", "The resource is not registered for this client, or has no server")
		}
	}
	return list, nil
}

// served says whether a resource server of this node has that address.
func (p *Provider) served(ctx context.Context, resource string) (bool, error) {
	now := time.Now() // the age of a memory, not of anything kept
	p.servers.mu.RLock()
	yes, fresh := p.servers.of[resource], p.servers.of != nil && now.Sub(p.servers.at) < cacheLife
	p.servers.mu.RUnlock()
	if fresh {
		return yes, nil
	}
	of := map[string]bool{}
	err := p.DB.Read(ctx, func(tx *store.Tx) error {
		clear(of)
		list, err := serversTx(tx)
		for _, c := range list {
			if c.Server && p.serves(c.Client) {
				for _, r := range c.Resources {
					of[r] = true
				}
			}
		}
		return err
	})
	if err != nil {
		return false, err
	}
	p.servers.mu.Lock()
	defer p.servers.mu.Unlock()
	p.servers.of, p.servers.at = of, now
	return of[resource], nil
}

func (p *Provider) serves(c Client) bool { return c.Stage == Production || p.config.Sandbox }

// unclaimedTx refuses a resource server that would serve an address of another agency's: it would read
// of tokens that are not meant for it.
func (p *Provider) unclaimedTx(tx *store.Tx, c Client) error {
	if !c.Server {
		return nil
	}
	list, err := serversTx(tx)
	for _, other := range list {
		if !other.Server || other.Stage != Production || other.ID == c.ID || other.Agency == c.Agency {
			continue
		}
		for _, r := range c.Resources {
			if slices.Contains(other.Resources, r) {
				return lancar.Fail(lancar.Conflict, "resources", "Alamat sumber daya ini milik aplikasi instansi lain: "+r, "This resource belongs to an app of another agency: "+r)
			}
		}
	}
	return err
}
