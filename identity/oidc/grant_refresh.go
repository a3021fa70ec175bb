package oidc

import (
	"net/http"

	"lancar/internal/store"
)

// grantRefresh trades a refresh token for new tokens. Each is good once and gives the next; one that
// comes a second time was stolen from one of the two, so the whole family ends. FAPI 2.0 clients,
// whose tokens are bound to their keys, keep theirs (section 5.3.2.1: no rotation).
func (p *Provider) grantRefresh(r *http.Request, c *call) ([]byte, error) {
	ctx := r.Context()
	g, serial, err := p.readGrant(ctx, c, c.form.Get("refresh_token"))
	if err != nil {
		return nil, p.refuseAfter(ctx, c, err)
	}
	if serial > g.serial {
		return nil, p.refuseAfter(ctx, c, badGrant("Token ini tidak berlaku.", "The token is not valid"))
	}
	if serial < g.serial {
		return nil, p.endAfter(r, c, g.ID)
	}
	scope, aud, err := p.checkRefresh(r, c, &g)
	if err != nil {
		return nil, p.refuseAfter(ctx, c, err)
	}
	g.Nonce = "" // belongs to the sign-in, not to later tokens
	t, id, err := p.tokensFor(ctx, c, &g, scope, aud, nil)
	if err != nil {
		return nil, err
	}
	turned, turns := true, !c.reg.FAPI
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		if err := c.spendTx(tx); err != nil {
			return err
		}
		if turns {
			if turned, err = turnRefresh(tx, g.ID, serial); err != nil || !turned {
				return err
			}
		}
		return t.keepTx(tx)
	})
	switch {
	case err != nil:
		return nil, p.replayed(ctx, c, err)
	case !turned:
		return nil, p.endGrantOf(r, g.ID)
	case !turns:
		return t.response(id, c.form.Get("refresh_token")), nil
	}
	return t.response(id, p.handle("r", g.ID, serial+1)), nil
}

func (p *Provider) checkRefresh(r *http.Request, c *call, g *grant) (scope, aud []string, err error) {
	now := p.DB.Now()
	switch {
	case !g.ended.IsZero():
		return nil, nil, badGrant("Izin ini sudah berakhir.", "The grant has ended")
	case !now.Before(g.expires):
		return nil, nil, badGrant("Izin ini sudah kedaluwarsa. Minta orangnya masuk lagi.", "The grant expired, have the person sign in again")
	case c.reg.Auth == None && g.Key != "" && g.Key != c.jkt:
		return nil, nil, badGrant("Token ini terikat pada kunci DPoP lain.", "The token is bound to another DPoP key")
	}
	agreed := false
	err = p.DB.Read(r.Context(), func(tx *store.Tx) error {
		consent, ok, err := p.Access.AgreedTx(tx, g.Subject, string(c.reg.ID))
		agreed = ok && consent.Covers("offline_access")
		return err
	})
	if err == nil && !agreed {
		err = badGrant("Orangnya sudah menarik persetujuannya.", "The person has withdrawn their agreement")
	}
	if err != nil {
		return nil, nil, err
	}
	if scope, err = c.scopes(g.Scope); err != nil {
		return nil, nil, err
	}
	aud, err = c.audience(g.Resources)
	return scope, aud, err
}
