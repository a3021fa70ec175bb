package oidc

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lancar"
)

// readObject opens a signed request object (RFC 9101): its parameters, and none beside it, are the
// request. It must be the client's, for us, and not yet over.
func (p *Provider) readObject(ctx context.Context, reg *registration, text string, pushed bool) (url.Values, error) {
	bad := refuse("invalid_request_object", "Objek permintaan tidak sah.", "The request object is not valid")
	var raw map[string]json.RawMessage
	if err := p.verifyOf(ctx, reg, text, algorithms(), &raw); err != nil {
		return nil, bad.because(err)
	}
	var c claims
	if err := verifiedClaims(raw, &c); err != nil {
		return nil, bad.because(err)
	}
	if err := p.objectClaims(reg, c); err != nil {
		return nil, err
	}
	q := url.Values{}
	for name, value := range raw {
		switch name {
		case "iss", "sub", "aud", "exp", "nbf", "iat", "jti":
			continue
		case "request", "request_uri":
			return nil, bad
		}
		list, err := parameter(value)
		if err != nil {
			return nil, bad.because(err)
		}
		q[name] = list
	}
	if q.Get("client_id") != string(reg.ID) {
		return nil, bad
	}
	return q, nil
}

func (p *Provider) objectClaims(reg *registration, c claims) error {
	now := p.DB.Now()
	bad := func(id, en string) error { return refuse("invalid_request_object", id, en) }
	switch {
	case c.Issuer != string(reg.ID) || c.Subject == string(reg.ID):
		return bad("iss objek permintaan bukan aplikasi ini.", "The request object's iss is not this client")
	case !p.forUs(c.Audience):
		return bad("aud objek permintaan bukan penerbit ini.", "The request object's aud is not this issuer")
	case c.Expires == 0 || !now.Before(c.Expires.time().Add(skew)) || c.Expires.time().Sub(now) > time.Hour+skew:
		return bad("Objek permintaan kedaluwarsa atau berlaku terlalu lama.", "The request object expired, or lives too long")
	case c.NotBefore != 0 && (c.NotBefore.time().After(now.Add(skew)) || now.Sub(c.NotBefore.time()) > time.Hour+skew), c.Issued != 0 && c.Issued.time().After(now.Add(skew)):
		return bad("Objek permintaan belum berlaku.", "The request object is not valid yet")
	}
	return nil
}

func (p *Provider) forUs(a audience) bool {
	for _, s := range a {
		if s == p.config.Issuer {
			return true
		}
	}
	return false
}

// verifiedClaims picks the registered claims out of an object that is decoded already.
func verifiedClaims(raw map[string]json.RawMessage, c *claims) error {
	text, err := json.Marshal(raw)
	if err != nil {
		return err
	}
	return decode(text, c)
}

// parameter is a claim as the parameter of the same name would be: strings as they are, numbers and
// objects as JSON text, lists of strings as repetitions.
func parameter(value json.RawMessage) ([]string, error) {
	var list []string
	if json.Unmarshal(value, &list) == nil && list != nil {
		if len(list) > maxValues {
			return nil, strconv.ErrRange
		}
		return list, nil
	}
	var s string
	if json.Unmarshal(value, &s) == nil {
		return []string{s}, nil
	}
	return []string{strings.TrimSpace(string(value))}, nil
}

// hintSubject is whom an ID token that we once gave this client is about. It may have expired.
func (p *Provider) hintSubject(ctx context.Context, reg *registration, hint string) (string, error) {
	bad := badRequest("id_token_hint tidak sah.", "The id_token_hint is not valid")
	list, err := p.hintKeys(ctx, hint)
	if err != nil {
		return "", err
	}
	var c claims
	if err := p.verifyOurs(hint, public(list), &c); err != nil {
		return "", bad.because(err)
	}
	if c.Issuer != p.config.Issuer || len(c.Audience) == 0 || lancar.ID(c.Audience[0]) != reg.ID {
		return "", bad
	}
	return c.Subject, nil
}
