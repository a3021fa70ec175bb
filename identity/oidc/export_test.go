package oidc

import (
	"context"
	"crypto/x509"
	"errors"
	"math"
	"net/netip"
	"time"

	"lancar/internal/store"
)

// RotateForTest runs the hourly rotation now.
func (p *Provider) RotateForTest(ctx context.Context) error { return p.DB.Write(ctx, p.rotateTx) }

// ParseWishes reads a claims parameter, for fuzzing.
func ParseWishes(text string) error {
	_, err := parseWishes(text)
	return err
}

// ForgetForTest drops what is remembered of clients, as a second would.
func (p *Provider) ForgetForTest() {
	p.clients.mu.Lock()
	defer p.clients.mu.Unlock()
	p.clients.of = nil
	p.servers.mu.Lock()
	defer p.servers.mu.Unlock()
	p.servers.of = nil
}

// TrustForTest names the authorities of clients' certificates.
func (p *Provider) TrustForTest(pool *x509.CertPool) { p.config.ClientCAs = pool }

// PublicAddressForTest says whether production calls an address.
func PublicAddressForTest(a string) bool { return publicAddress(netip.MustParseAddr(a).Unmap()) }

// WatchForTest looks now for apps whose officer left.
func (p *Provider) WatchForTest(ctx context.Context) error { return p.DB.Write(ctx, p.orphansTx) }

// CrowdForTest bounds each kind of request to so many a client and an address.
func (p *Provider) CrowdForTest(client, address int) {
	for kind, s := range p.crowd.most {
		s.client, s.address = client, min(s.address, address)
		p.crowd.most[kind] = s
	}
}

// SweepForTest forgets now what can no longer be used.
func (p *Provider) SweepForTest(ctx context.Context) error {
	return p.DB.Write(ctx, func(tx *store.Tx) error { return errors.Join(p.sweepTx(tx), deleteWaits(tx)) })
}

// AgePublishedForTest makes what was fetched from clients' addresses as old as may be fetched again.
func (p *Provider) AgePublishedForTest() {
	for _, f := range p.published.of {
		f.tried = f.tried.Add(-keysRetry)
	}
}

// ProductionForTest takes away what a sandbox allows.
func (p *Provider) ProductionForTest() { p.config.Sandbox = false }

// PrivateKeysForTest is how many of the node's keys of one algorithm could sign.
func (p *Provider) PrivateKeysForTest(ctx context.Context) (n int) {
	err := p.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := p.keysGone(tx, time.Time{}, store.Time(math.MaxInt64))
		for _, k := range list {
			if _, retired := k.key.(retiredKey); !retired {
				n++
			}
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return n
}

// FewerKeysForTest says whether going from one set of keys to another needs no second officer.
func FewerKeysForTest(before, now string) bool {
	return fewerKeys(Client{JWKS: now}, Client{JWKS: before})
}
