package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Clients register addresses that we call (logout, ping, keys, sector). They must not lead us into our
// own network: https to public addresses alone, a demonstration's excepted, judged when the connection
// is made, and never on to where an answer points.

const outboundLife = 10 * time.Second

// mayCall says whether an address can be one that we call.
func (p *Provider) mayCall(to string) bool {
	u, err := url.Parse(to)
	switch {
	case err != nil || u.Host == "" || u.User != nil || strings.Contains(to, "#") || len(to) > 1000:
		return false
	case u.Scheme == "https":
		return true
	}
	return u.Scheme == "http" && p.config.Inside && loopback(u)
}

// outbound is the client for such calls.
func (p *Provider) outbound() *http.Client {
	dialer := &net.Dialer{Timeout: outboundLife, Control: func(_, address string, _ syscall.RawConn) error {
		if at, err := netip.ParseAddrPort(address); err != nil || !p.config.Inside && !publicAddress(at.Addr().Unmap()) {
			return errors.New("oidc: not an address of the public network")
		}
		return nil
	}}
	return &http.Client{Timeout: outboundLife, Transport: &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: p.config.CallTLS, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// publicAddress keeps out what is not of the public network by its own kind, or leads into another
// one under a public-looking address (IANA's special-purpose registries, RFC 6890).
func publicAddress(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, special := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "198.18.0.0/15", "240.0.0.0/4", // this network, carriers' own, protocols, measuring, reserved
		"64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10", // IPv4 within IPv6, and what was private once
	} {
		if netip.MustParsePrefix(special).Contains(a) {
			return false
		}
	}
	return true
}

// answeredWith is an answer other than 2xx, by its status.
type answeredWith int

func (s answeredWith) Error() string { return fmt.Sprintf("the address of the app answers %d", int(s)) }

// final says whether an app's answer will not get better by asking again: it was reached, and refuses.
func final(err error) bool {
	s, is := errors.AsType[answeredWith](err)
	return is && s < http.StatusInternalServerError && s != http.StatusTooManyRequests && s != http.StatusRequestTimeout
}

// postTo calls a client; any status but 2xx is an error that names it and nothing else.
func (p *Provider) postTo(ctx context.Context, to, kind, token, body string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := p.outbound().Do(req)
	if err != nil {
		return fmt.Errorf("the address of the app does not answer: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 4<<10)) // only its status counts
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return answeredWith(res.StatusCode)
	}
	return nil
}
