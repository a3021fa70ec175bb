package oidc

import (
	"net/http"
	"net/url"
	"strings"

	"lancar"
	"lancar/identity"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// begin takes up what the browser brought, in one transaction, and says where the browser goes.
func (p *Provider) begin(r *http.Request, reg *registration, q url.Values) (to string, a ask, err error) {
	ctx, token, state := r.Context(), keys.Token(), ""
	uri := q.Get("request_uri")
	switch {
	case uri == "":
		if a, err = p.read(ctx, reg, q, false); err == nil {
			err = p.crowd.take(r, crowdAsking, reg.ID, false, a.At)
		}
	case strings.HasPrefix(uri, requestURI):
		token = uri[len(requestURI):]
	default:
		a, err = reg.answerable(q), refuse("request_uri_not_supported", "Permintaan di alamat lain tidak dibaca. Kirim lewat /oauth/par.", "A request at another address is not read, push it")
	}
	if err != nil {
		return "", a, err
	}
	s, err := p.person(r)
	if err != nil {
		return "", a, err
	}
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		if uri != "" {
			a, state, err = p.pushedTx(tx, reg, token)
			if err != nil {
				return err
			}
		}
		straight, err := p.straightTx(tx, a, reg, s)
		if err != nil {
			return err
		}
		if to = straight; to == "" {
			to = p.config.Issuer + "/consent?request=" + token
			return p.askTx(tx, token, state, a)
		}
		if state == "" {
			return nil
		}
		return p.takeTx(tx, token, state, "done")
	})
	return to, a, err
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

// straightTx answers a request that needs no page: where to, "" when it needs one. The code's grant is
// made with it.
func (p *Provider) straightTx(tx *store.Tx, a ask, reg *registration, s identity.Session) (to string, err error) {
	if !s.Signed() || a.Mode != "query" {
		return "", nil
	}
	at, err := p.pendingTx(tx, &a, reg, s)
	switch {
	case err != nil:
		return "", err
	case at.Step == Back:
		return at.Response.URL, nil
	case at.Step != Go:
		return "", nil
	}
	code, err := p.grantTx(tx, a, reg, s, at.again())
	return p.respond(a, Field{"code", code}).URL, err
}

// askTx leaves a request for the portal's page; one that stands there already is still good.
func (p *Provider) askTx(tx *store.Tx, token, state string, a ask) error {
	switch state {
	case "":
		return p.insertRequest(tx, token, "asking", a, tx.Now.Add(askingLife))
	case "pushed":
		return p.takeTx(tx, token, "pushed", "asking")
	}
	return nil
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
func (r *registration) answerable(q url.Values) ask {
	if !r.redirects(q.Get("redirect_uri")) || len(q.Get("state")) > maxParam {
		return ask{}
	}
	return ask{Client: r.ID, Redirect: q.Get("redirect_uri"), State: q.Get("state"), Mode: "query", trusted: true}
}
