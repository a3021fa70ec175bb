package oidc

import (
	"net/http"
	"slices"
	"strings"

	"lancar"
	"lancar/internal/store"
)

// userinfo tells a client what the person agreed that it may know, as JSON or signed.
func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	noStore(w)
	t, err := p.present(w, r)
	if err != nil {
		p.failBearer(w, r, "userinfo", lancar.ID(t.Client), err)
		return
	}
	if err := p.tell(w, r, t); err != nil {
		p.failBearer(w, r, "userinfo", lancar.ID(t.Client), err)
	}
}

func (p *Provider) tell(w http.ResponseWriter, r *http.Request, t bearer) error {
	reg, err := p.client(r.Context(), t.Client)
	if err != nil {
		return err
	}
	if t.row.grant == "" || !slices.Contains(strings.Fields(t.Scope), "openid") || !slices.Contains(t.Audience, p.config.Issuer) {
		return refuse("insufficient_scope", "Token ini bukan untuk userinfo.", "The token is not for userinfo").with(http.StatusForbidden)
	}
	body, err := p.released(r, reg, t)
	if err != nil {
		return err
	}
	body["sub"] = t.Subject
	if reg.UserinfoAlg == "" {
		answer(w, http.StatusOK, body)
		return nil
	}
	body["iss"], body["aud"] = p.config.Issuer, string(reg.ID)
	text, err := p.signMap(r.Context(), reg.UserinfoAlg, body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/jwt")
	_, _ = w.Write([]byte(text)) // the caller may have left
	return nil
}

// released opens the person's record for what the token's grant and scopes cover. A grant that covers
// nothing personal opens nothing and writes nothing.
func (p *Provider) released(r *http.Request, reg *registration, t bearer) (body map[string]any, err error) {
	var g grant
	err = p.DB.Read(r.Context(), func(tx *store.Tx) error {
		g, err = p.grantByID(tx, t.row.grant)
		return err
	})
	if err != nil {
		return nil, err
	}
	g.Scope = strings.Fields(t.Scope) // a refreshed token may have fewer
	names := g.userinfoNames()
	if !slices.ContainsFunc(names, func(n string) bool { return slices.Contains(g.Kinds, kindOf(n)) }) {
		return map[string]any{}, nil
	}
	err = p.DB.Write(r.Context(), func(tx *store.Tx) error {
		body, err = p.releaseTx(tx, reg, &g, names)
		return err
	})
	return body, err
}
