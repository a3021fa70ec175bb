package oidc

import (
	"crypto/sha256"
	"net/http"
	"slices"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// grantCode trades a code for tokens: once, within a minute, by the client it was made for, with the
// redirect address, PKCE verifier and key that the request named. A second use ends what the first
// one issued.
func (p *Provider) grantCode(r *http.Request, c *call) ([]byte, error) {
	ctx := r.Context()
	g, _, err := p.readGrant(ctx, c, "c", c.form.Get("code"))
	if err != nil {
		return nil, p.refuseAfter(ctx, c, err)
	}
	if !g.codeAt.IsZero() {
		return nil, p.endAfter(r, c, g.ID)
	}
	scope, aud, err := p.checkCode(c, &g)
	if err != nil {
		return nil, p.refuseAfter(ctx, c, err)
	}
	return p.redeem(r, c, &g, scope, aud)
}

// redeem makes the first tokens of a grant and uses it up; a second time ends what the first made.
func (p *Provider) redeem(r *http.Request, c *call, g *grant, scope, aud []string) ([]byte, error) {
	ctx := r.Context()
	claims, err := p.idClaims(ctx, c.reg, g)
	if err != nil {
		return nil, err
	}
	t, id, err := p.tokensFor(ctx, c, g, scope, aud, claims)
	if err != nil {
		return nil, err
	}
	keeps := c.reg.allows("refresh_token") && slices.Contains(g.Scope, "offline_access")
	refresh, serial, expires := "", int64(0), p.DB.Now().Add(tokenLife)
	if keeps {
		serial, expires = 1, p.DB.Now().Add(grantLife)
		refresh = p.handle("r", g.ID, serial)
	}
	first := false
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		if err := c.spendTx(tx); err != nil {
			return err
		}
		if first, err = useCode(tx, g.ID, serial, c.jkt, expires); err != nil || !first {
			return err
		}
		return t.keepTx(tx)
	})
	switch {
	case err != nil:
		return nil, p.replayed(ctx, c, err)
	case !first:
		return nil, p.endGrantOf(r, g.ID)
	}
	return t.response(id, refresh), nil
}

// checkCode holds a code against the request that brings it.
func (p *Provider) checkCode(c *call, g *grant) (scope, aud []string, err error) {
	bad := func(id, en string) error { return badGrant(id, en) }
	verifier := c.form.Get("code_verifier")
	sum := sha256.Sum256([]byte(verifier))
	switch {
	case !g.ended.IsZero():
		return nil, nil, bad("Izin ini sudah berakhir.", "The grant has ended")
	case !p.DB.Now().Before(g.codeEnd):
		return nil, nil, bad("Kode sudah kedaluwarsa.", "The code expired")
	case c.form.Get("redirect_uri") != "" && c.form.Get("redirect_uri") != g.Redirect, c.form.Get("redirect_uri") == "" && len(c.reg.Redirects) != 1:
		return nil, nil, bad("redirect_uri bukan yang dipakai meminta.", "The redirect_uri is not that of the request")
	case g.Challenge == "" && verifier != "":
		return nil, nil, bad("code_verifier tanpa code_challenge.", "A code_verifier without a code_challenge")
	case g.Challenge != "" && (len(verifier) < 43 || len(verifier) > 128 || !keys.Equal([]byte(b64.EncodeToString(sum[:])), []byte(g.Challenge))):
		return nil, nil, bad("code_verifier tidak cocok.", "The code_verifier does not match")
	case g.JKT != "" && g.JKT != c.jkt:
		return nil, nil, bad("Kode ini terikat pada kunci DPoP lain.", "The code is bound to another DPoP key")
	}
	if aud, err = c.audience(g.Resources); err != nil {
		return nil, nil, err
	}
	return g.Scope, aud, nil
}

// endAfter spends the request's proofs and ends the grant: what was used once came a second time,
// so one of the two holders stole it.
func (p *Provider) endAfter(r *http.Request, c *call, id lancar.ID) error {
	if err := p.refuseAfter(r.Context(), c, nil); err != nil {
		return err
	}
	return p.endGrantOf(r, id)
}

func (p *Provider) endGrantOf(r *http.Request, id lancar.ID) error {
	if err := p.DB.Write(r.Context(), func(tx *store.Tx) error { return endGrant(tx, id) }); err != nil {
		return err
	}
	return badGrant("Kode atau token ini sudah pernah dipakai. Semua yang terbit darinya dicabut.", "The code or token was used before, all that came of it is revoked")
}
