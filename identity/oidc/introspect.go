package oidc

import (
	"net/http"
	"slices"

	"lancar/internal/store"
)

// introspect tells a resource server whether a token counts (RFC 7662): one that the token was made
// for, or the client that holds it. To everybody else, and of every token that does not count, it
// says the same.
func (p *Provider) introspect(w http.ResponseWriter, r *http.Request, c *call) error {
	if c.reg.Auth == None {
		return badClient("Hanya untuk aplikasi yang membuktikan diri.", "For clients that authenticate")
	}
	if c.form.Get("token") == "" {
		return p.refuseAfter(r.Context(), c, badRequest("token tidak ada.", "The token is missing"))
	}
	if err := p.refuseAfter(r.Context(), c, nil); err != nil {
		return err
	}
	body, err := p.introspected(r, c)
	if err != nil {
		return err
	}
	answer(w, http.StatusOK, body)
	return nil
}

func (p *Provider) introspected(r *http.Request, c *call) (map[string]any, error) {
	inactive := map[string]any{"active": false}
	text := c.form.Get("token")
	if id, serial, err := p.openHandle("r", text); err == nil {
		var g grant
		err := p.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
			g, err = p.grantByID(tx, id)
			return err
		})
		if err != nil && err != store.ErrNone {
			return nil, err
		}
		if err != nil || g.Client != c.reg.ID || !g.ended.IsZero() || g.serial != serial || !p.DB.Now().Before(g.expires) {
			return inactive, nil
		}
		return map[string]any{"active": true, "client_id": string(g.Client), "sub": g.Sub, "exp": g.expires.Unix(), "iss": p.config.Issuer}, nil
	}
	t, err := p.openAccess(r.Context(), text)
	if err != nil {
		if asFault(err).status >= http.StatusInternalServerError {
			return nil, err
		}
		return inactive, nil
	}
	mine := t.Client == string(c.reg.ID) || slices.ContainsFunc(t.Audience, func(a string) bool {
		return slices.Contains(c.reg.Resources, a) && c.reg.Server && (c.reg.Stage == Production || p.config.Sandbox)
	})
	if !mine {
		return inactive, nil
	}
	body := map[string]any{"active": true, "iss": t.Issuer, "sub": t.Subject, "aud": t.Audience, "client_id": t.Client, "iat": t.Issued, "exp": t.Expires, "jti": t.ID, "token_type": "Bearer"}
	if t.Scope != "" {
		body["scope"] = t.Scope
	}
	if t.AuthTime != 0 {
		body["auth_time"], body["acr"] = t.AuthTime, t.ACR
	}
	if t.Confirm.JKT != "" {
		body["token_type"], body["cnf"] = "DPoP", map[string]string{"jkt": t.Confirm.JKT}
	}
	if t.Confirm.X5T != "" {
		body["cnf"] = map[string]string{"x5t#S256": t.Confirm.X5T}
	}
	if t.Act != nil {
		body["act"] = t.Act
	}
	return body, nil
}
