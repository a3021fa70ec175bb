package oidc

import (
	"errors"
	"net/http"
	"slices"

	"lancar/internal/store"
)

// grantMachine gives a client a token for itself (client_credentials), for sixty seconds. One commit
// holds the proofs that were used and the token's id.
func (p *Provider) grantMachine(r *http.Request, c *call) ([]byte, error) {
	ctx := r.Context()
	if c.reg.Auth == None {
		return nil, refuse("unauthorized_client", "Mesin harus membuktikan diri.", "A machine must authenticate")
	}
	own := slices.DeleteFunc(slices.Clone(c.reg.Scopes), func(s string) bool { return slices.Contains(standardScopes(), s) })
	scope, err := c.scopes(own)
	if err != nil {
		return nil, p.refuseAfter(ctx, c, err)
	}
	aud, err := p.resources(ctx, c.reg, c.form["resource"])
	if err != nil {
		return nil, p.refuseAfter(ctx, c, err)
	}
	if err := p.admit(r, c); err != nil {
		return nil, p.refuseAfter(ctx, c, err)
	}
	t, err := p.access(ctx, issue{reg: c.reg, sub: string(c.reg.ID), scope: scope, aud: aud, jkt: c.jkt, x5t: c.x5t, life: machineLife})
	if err != nil {
		return nil, err
	}
	err = p.DB.Append(ctx, func(tx *store.Tx) error { return errors.Join(c.spendTx(tx), t.keepTx(tx)) })
	if err != nil {
		return nil, p.replayed(ctx, c, err)
	}
	return t.response("", ""), nil
}
