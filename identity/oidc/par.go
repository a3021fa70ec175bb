package oidc

import (
	"net/http"

	"lancar/internal/store"
)

// requestURI is the scheme of pushed requests (RFC 9126 section 2.2).
const requestURI = "urn:ietf:params:oauth:request_uri:"

// par takes an authorization request from the client itself, before any browser is involved.
func (p *Provider) par(w http.ResponseWriter, r *http.Request, c *call) error {
	if c.form.Get("request_uri") != "" {
		return p.refuseAfter(r.Context(), c, badRequest("request_uri tidak boleh dikirim ke sini.", "A request_uri may not be pushed"))
	}
	a, err := p.read(r.Context(), c.reg, c.form, true)
	if err != nil {
		return p.refuseAfter(r.Context(), c, err)
	}
	if a.JKT != "" && c.jkt != "" && a.JKT != c.jkt {
		return p.refuseAfter(r.Context(), c, badRequest("dpop_jkt bukan kunci bukti DPoP.", "The dpop_jkt is not the key of the DPoP proof"))
	}
	if c.jkt != "" {
		a.JKT = c.jkt
	}
	if err := p.crowd.take(r, crowdPushed, c.reg.ID, true, a.At); err != nil {
		return p.refuseAfter(r.Context(), c, err)
	}
	id, token := p.newRequest(a.At)
	err = p.DB.Append(r.Context(), func(tx *store.Tx) error {
		if err := c.spendTx(tx); err != nil {
			return err
		}
		return p.insertRequest(tx, id, "pushed", a, tx.Now.Add(pushedLife+keptLife))
	})
	if err != nil {
		return p.replayed(r.Context(), c, err)
	}
	answer(w, http.StatusCreated, map[string]any{"request_uri": requestURI + token, "expires_in": int(pushedLife.Seconds())})
	return nil
}
