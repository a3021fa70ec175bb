package oidc

import (
	"context"
	"crypto/sha256"
	"errors"
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
	g, said, used, err := p.readCode(ctx, c)
	if err != nil {
		return nil, p.refuseAfter(ctx, c, err)
	}
	if used {
		return nil, p.endAfter(r, c, g.ID)
	}
	scope, aud, err := p.checkCode(c, &g, said)
	if err != nil {
		return nil, p.refuseAfter(ctx, c, err)
	}
	f, err := p.firstTokens(ctx, c, &g, scope, aud)
	if err != nil {
		return nil, err
	}
	err = p.DB.Append(ctx, func(tx *store.Tx) error {
		g.codeAt = tx.Now
		return errors.Join(c.spendTx(tx), p.insertGrant(tx, g), f.keepTx(tx), deleteRequest(tx, g.ID))
	})
	if err == nil {
		return f.response(f.id, f.refresh), nil
	}
	if err = p.replayed(ctx, c, err); store.IsConflict(err) {
		err = p.endAfter(r, c, g.ID) // two brought the code at once
	}
	return nil, err
}

// first are the first tokens of a grant.
type first struct {
	issued
	id, refresh string
}

// firstTokens makes them, and notes in the grant by what they are refreshed and until when.
func (p *Provider) firstTokens(ctx context.Context, c *call, g *grant, scope, aud []string) (f first, err error) {
	claims, err := p.idClaims(ctx, c.reg, g)
	if err != nil {
		return f, err
	}
	g.Key, g.expires = c.jkt, p.DB.Now().Add(tokenLife)
	if c.reg.allows("refresh_token") && slices.Contains(g.Scope, "offline_access") {
		g.serial, g.expires = 1, p.DB.Now().Add(grantLife)
		f.refresh = p.handle("r", g.ID, g.serial)
	}
	f.issued, f.id, err = p.tokensFor(ctx, c, g, scope, aud, claims)
	return f, err
}

// checkCode holds a code against the request that brings it.
func (p *Provider) checkCode(c *call, g *grant, said given) (scope, aud []string, err error) {
	bad := func(id, en string) error { return badGrant(id, en) }
	verifier := c.form.Get("code_verifier")
	sum := sha256.Sum256([]byte(verifier))
	switch {
	case !p.DB.Now().Before(store.Time(said.At).Add(codeLife)):
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
