package oidc

import (
	"crypto/rand"
	"fmt"
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
	interaction(w, r, reg)
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

// interaction names the exchange in the answer, so that both sides find it in their logs: by the name
// that the client gave it, or, for one whose tokens are bound, by one of ours (FAPI 1.0 part 1, section
// 6.2.1, 11).
func interaction(w http.ResponseWriter, r *http.Request, reg *registration) {
	const header = "X-Fapi-Interaction-Id"
	id := r.Header.Get(header)
	if len(id) > 64 || strings.ContainsFunc(id, func(c rune) bool {
		return c != '-' && !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	}) {
		id = ""
	}
	if id == "" && reg.bound() {
		var raw [16]byte
		rand.Read(raw[:])
		raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80 // a UUID of version 4
		id = fmt.Sprintf("%x-%x-%x-%x-%x", raw[:4], raw[4:6], raw[6:8], raw[8:10], raw[10:])
	}
	if id != "" {
		w.Header().Set(header, id)
	}
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
	if err != nil {
		return nil, err
	}
	return body, p.residence(r.Context(), reg, &g, names, body)
}
