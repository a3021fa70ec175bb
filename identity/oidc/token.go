package oidc

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"lancar/internal/store"
)

// grantType serves one grant_type: it returns the body of the answer.
type grantType func(p *Provider, r *http.Request, c *call) ([]byte, error)

// grantTypes are all there are; each stands in a file grant_*.go. There is no implicit grant and no
// password grant.
func grantTypes() map[string]grantType {
	return map[string]grantType{
		"authorization_code": (*Provider).grantCode,
		"refresh_token":      (*Provider).grantRefresh,
		"client_credentials": (*Provider).grantMachine,
		exchangeGrant:        (*Provider).grantExchange,
		deviceGrant:          (*Provider).grantDevice,
		cibaGrant:            (*Provider).grantCIBA,
	}
}

// token trades a grant for tokens.
func (p *Provider) token(w http.ResponseWriter, r *http.Request, c *call) error {
	kind := c.form.Get("grant_type")
	serve, known := grantTypes()[kind]
	switch {
	case kind == "":
		return p.refuseAfter(r.Context(), c, badRequest("grant_type tidak ada.", "The grant_type is missing"))
	case !known:
		return p.refuseAfter(r.Context(), c, refuse("unsupported_grant_type", "grant_type tidak didukung.", "The grant_type is not supported"))
	case !c.reg.allows(kind):
		return p.refuseAfter(r.Context(), c, refuse("unauthorized_client", "Aplikasi ini tidak terdaftar untuk grant_type itu.", "The client is not registered for this grant_type"))
	}
	if c.reg.Stage != Production && !p.config.Sandbox {
		return p.refuseAfter(r.Context(), c, refuse("unauthorized_client", "Aplikasi ini belum disetujui untuk produksi.", "The client is not yet approved for production"))
	}
	if err := c.binding(); err != nil {
		return p.refuseAfter(r.Context(), c, err)
	}
	body, err := serve(p, r, c)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // the caller may have left
	return nil
}

// binding sees to it that a client whose tokens must be bound brings a key, and leaves the one that
// binds them.
func (c *call) binding() error {
	switch {
	case c.jkt != "":
		c.x5t = ""
	case c.reg.DPoP:
		return badRequest("Aplikasi ini harus mengirim bukti DPoP.", "This client must send a DPoP proof")
	case !c.reg.CertBound:
		c.x5t = ""
	case c.x5t == "":
		return badClient("Aplikasi ini harus memakai sertifikat TLS.", "This client must use its TLS certificate")
	}
	return nil
}

func errNoGrant() *fault {
	return badGrant("Kode atau token ini tidak berlaku.", "The code or token is not valid")
}

func errNoParameter() *fault {
	return badRequest("Kode atau token tidak ada.", "The code or token is missing")
}

// readGrant reads the row that a refresh token stands for. Tokens that are not ours, not this client's,
// or of which nothing is left are all the same fault.
func (p *Provider) readGrant(ctx context.Context, c *call, text string) (g grant, serial int64, err error) {
	bad := errNoGrant()
	if text == "" {
		return g, 0, errNoParameter()
	}
	id, serial, err := p.openHandle("r", text)
	if err != nil {
		return g, 0, bad
	}
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		g, err = p.grantByID(tx, id)
		return err
	})
	if err == store.ErrNone || err == nil && g.Client != c.reg.ID {
		return g, 0, bad
	}
	return g, serial, err
}

// tokensFor makes the access and ID token of a grant for a call; claims is what the ID token says
// about the person.
func (p *Provider) tokensFor(ctx context.Context, c *call, g *grant, scope, aud []string, claims map[string]any) (t issued, id string, err error) {
	t, err = p.access(ctx, issue{reg: c.reg, grant: g.ID, sub: g.Sub, scope: scope, aud: aud, jkt: c.jkt, x5t: c.x5t, authTime: g.AuthTime, acr: g.ACR, act: g.Actor, life: tokenLife})
	if err != nil || !slices.Contains(scope, "openid") {
		return t, "", err
	}
	id, err = p.idToken(ctx, c.reg, g, t.token, claims)
	return t, id, err
}

// idClaims are the claims that the ID token carries by the claims parameter. Most have none, and
// cost nothing.
func (p *Provider) idClaims(ctx context.Context, reg *registration, g *grant) (claims map[string]any, err error) {
	names := g.idNames()
	if !slices.ContainsFunc(names, func(n string) bool { return kindOf(n) != "" }) {
		return nil, nil
	}
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		claims, err = p.releaseTx(tx, reg, g, names)
		return err
	})
	return claims, err
}

// scopes reads the scope parameter of a token request against what was granted.
func (c *call) scopes(all []string) ([]string, error) {
	return narrow(all, strings.Fields(c.form.Get("scope")), "invalid_scope", "Scope itu tidak diberikan.", "The scope was not granted")
}

// audience reads the resource parameters of a token request against what was granted.
func (c *call) audience(all []string) ([]string, error) {
	return narrow(all, c.form["resource"], "invalid_target", "Sumber daya itu tidak diberikan.", "The resource was not granted")
}
