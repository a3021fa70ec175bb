package oidc

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"lancar"
	"lancar/identity"
	"lancar/internal/store"
)

// begin takes up what the browser brought and says where the browser goes. Whoever needs no page goes
// straight back to the app: for a pushed request nothing is written then, its code says all.
func (p *Provider) begin(r *http.Request, reg *registration, q url.Values) (to string, a ask, err error) {
	ctx, token, state := r.Context(), "", ""
	uri := q.Get("request_uri")
	switch {
	case uri == "":
		if a, err = p.read(ctx, reg, q, false); err == nil {
			err = p.crowd.take(r, crowdAsking, reg.ID, false, a.At)
		}
	case strings.HasPrefix(uri, requestURI):
		token = uri[len(requestURI):]
	default:
		a, err = p.answerable(reg, q), refuse("request_uri_not_supported", "Permintaan di alamat lain tidak dibaca. Kirim lewat /oauth/par.", "A request at another address is not read, push it")
	}
	if err != nil {
		return "", a, err
	}
	s, err := p.person(r)
	if err != nil {
		return "", a, err
	}
	var at Pending
	err = p.DB.Read(ctx, func(tx *store.Tx) error {
		if token != "" {
			if a, state, err = p.pushedTx(tx, reg, token); err != nil {
				return err
			}
		}
		at, err = p.straightTx(tx, a, reg, s)
		return err
	})
	switch {
	case err != nil:
		return "", a, err
	case at.Step == Go:
		to, err = p.goStraight(ctx, token, a, s, at.again())
	case at.Step == Back:
		to = at.Response.URL
		if token != "" {
			err = p.DB.Write(ctx, func(tx *store.Tx) error { return p.takeTx(tx, token, state, "done") })
		}
	default:
		to, err = p.askPage(ctx, token, state, a)
	}
	return to, a, err
}

// goStraight answers for a person who agreed before: with a code. A request that was not pushed is kept
// for it.
func (p *Provider) goStraight(ctx context.Context, token string, a ask, s identity.Session, kinds []string) (to string, err error) {
	var id lancar.ID
	if token != "" {
		if id, _, err = p.openHandle("q", token); err == nil && !p.answered.take(id, p.DB.Now()) {
			err = badPushed()
		}
	} else {
		id, _ = p.newRequest(a.At)
		err = p.DB.Append(ctx, func(tx *store.Tx) error { return p.insertRequest(tx, id, "done", a, tx.Now.Add(keptLife)) })
	}
	if err != nil {
		return "", err
	}
	code, err := p.code(id, s, kinds)
	return p.respond(a, Field{"code", code}).URL, err
}

// askPage leaves a request for the portal's page; one that stands there already is still good.
func (p *Provider) askPage(ctx context.Context, token, state string, a ask) (to string, err error) {
	var id lancar.ID
	if token == "" {
		id, token = p.newRequest(a.At)
	}
	switch state {
	case "":
		err = p.DB.Append(ctx, func(tx *store.Tx) error { return p.insertRequest(tx, id, "asking", a, tx.Now.Add(askingLife)) })
	case "pushed":
		err = p.DB.Write(ctx, func(tx *store.Tx) error { return p.takeTx(tx, token, "pushed", "asking") })
	}
	return p.config.Issuer + "/consent?request=" + token, err
}

// person is who is signed in in this browser, if what they are asked can be skipped at all: the zero
// Session for nobody, and for who acts for somebody, which the portal settles.
func (p *Provider) person(r *http.Request) (identity.Session, error) {
	token := identity.Token(r, r.TLS != nil || strings.HasPrefix(p.config.Issuer, "https:"))
	if token == "" {
		return identity.Session{}, nil
	}
	s, err := p.Identity.Session(r.Context(), token)
	if lancar.CodeOf(err) == lancar.Unauthenticated || s.Mandate != "" {
		return identity.Session{}, nil
	}
	return s, err
}

// straightTx says what a request needs that no page may be needed for: the zero Pending when one is.
func (p *Provider) straightTx(tx *store.Tx, a ask, reg *registration, s identity.Session) (Pending, error) {
	if !s.Signed() || a.Mode != "query" {
		return Pending{}, nil
	}
	return p.pendingTx(tx, &a, reg, s)
}

// takeTx moves a request on; who comes second with it is refused.
func (p *Provider) takeTx(tx *store.Tx, token, from, to string) error {
	took, err := p.moveRequest(tx, token, from, to, tx.Now.Add(askingLife))
	if err == nil && !took {
		err = badPushed()
	}
	return err
}

func badPushed() error {
	return refuse("invalid_request_uri", "Permintaan ini sudah dipakai atau kedaluwarsa. Mulai lagi dari aplikasinya.", "The request_uri is unknown, used or expired")
}

// pushedTx opens a pushed request for the client that pushed it. It is good until it is answered, not
// until it is first seen: a browser may load a page twice (FAPI 2.0 section 5.3.2.2, note 3).
func (p *Provider) pushedTx(tx *store.Tx, reg *registration, token string) (a ask, state string, err error) {
	if id, _, err := p.openHandle("q", token); err != nil || p.answered.was(id, tx.Now) {
		return ask{}, "", badPushed()
	}
	for _, state = range []string{"pushed", "asking"} {
		if a, err = p.requestTx(tx, token, state); err != store.ErrNone {
			break
		}
	}
	if err == store.ErrNone || err == nil && (a.Client != reg.ID || !tx.Now.Before(a.At.Add(pushedLife))) {
		return ask{}, "", badPushed()
	}
	return a, state, err
}

// answerable is where a request that was not read can be answered, as its plain parameters say.
func (p *Provider) answerable(reg *registration, q url.Values) ask {
	if !p.serves(reg.Client) || !reg.redirects(q.Get("redirect_uri")) || len(q.Get("state")) > maxParam {
		return ask{}
	}
	return ask{Client: reg.ID, Redirect: q.Get("redirect_uri"), State: q.Get("state"), Mode: "query", trusted: true}
}
