package oidc

import (
	"net/http"
	"net/url"
	"strings"

	"lancar"
	"lancar/internal/keys"
	"lancar/internal/store"
)

// authorize keeps the request and sends the browser to the portal's consent page, which signs the
// person in as the request wants. A request whose redirect address cannot be trusted ends with a
// page; after that, errors go back to the client.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q, err := p.authorizeForm(w, r)
	if err != nil {
		p.sorry(w, r, "", err)
		return
	}
	reg, err := p.client(r.Context(), q.Get("client_id"))
	if err != nil {
		p.sorry(w, r, "", err)
		return
	}
	token, a, err := p.begin(r, reg, q)
	switch {
	case err != nil && a.trusted:
		f := asFault(err)
		p.note(r.Context(), reg.ID, "authorize", f)
		p.answerBrowser(w, r, a, f)
	case err != nil:
		p.sorry(w, r, reg.ID, err)
	default:
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, p.config.Issuer+"/consent?request="+token, http.StatusSeeOther)
	}
}

func (p *Provider) authorizeForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if len(r.URL.RawQuery) > maxForm/2 {
		return nil, badRequest("Permintaan terlalu panjang.", "The request is too long")
	}
	q := r.URL.Query()
	if r.Method == http.MethodPost {
		var err error
		if q, err = form(w, r); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"client_id", "redirect_uri", "request", "request_uri"} {
		if len(q[name]) > 1 {
			return nil, badRequest("Parameter "+name+" berulang.", "The parameter "+name+" is repeated")
		}
	}
	return q, nil
}

// begin turns what the browser brought into a kept request.
func (p *Provider) begin(r *http.Request, reg *registration, q url.Values) (token string, a ask, err error) {
	if uri := q.Get("request_uri"); strings.HasPrefix(uri, requestURI) {
		return p.takePushed(r, reg, uri)
	} else if uri != "" {
		return "", reg.answerable(q), refuse("request_uri_not_supported", "Permintaan di alamat lain tidak dibaca. Kirim lewat /oauth/par.", "A request at another address is not read, push it")
	}
	if a, err = p.read(r.Context(), reg, q, false); err != nil {
		return "", a, err
	}
	if err = p.crowd.take(r, crowdAsking, reg.ID, false, a.At); err != nil {
		return "", a, err
	}
	token = keys.Token()
	err = p.DB.Write(r.Context(), func(tx *store.Tx) error { return p.insertRequest(tx, token, "asking", a, tx.Now.Add(askingLife)) })
	return token, a, err
}

// answerable is where a request that was not read can be answered, as its plain parameters say.
func (r *registration) answerable(q url.Values) ask {
	if !r.redirects(q.Get("redirect_uri")) || len(q.Get("state")) > maxParam {
		return ask{}
	}
	return ask{Client: r.ID, Redirect: q.Get("redirect_uri"), State: q.Get("state"), Mode: "query", trusted: true}
}

// takePushed takes up a pushed request for the client that pushed it. It is good until it is answered,
// not until it is first seen: a browser may load a page twice (FAPI 2.0 section 5.3.2.2, note 3).
func (p *Provider) takePushed(r *http.Request, reg *registration, uri string) (token string, a ask, err error) {
	bad := refuse("invalid_request_uri", "Permintaan ini sudah dipakai atau kedaluwarsa. Mulai lagi dari aplikasinya.", "The request_uri is unknown, used or expired")
	token, ours := strings.CutPrefix(uri, requestURI)
	if !ours || len(token) > 100 {
		return "", a, bad
	}
	err = p.DB.Write(r.Context(), func(tx *store.Tx) error {
		a, err = p.requestTx(tx, token, "pushed")
		if err == nil && a.Client == reg.ID {
			if took, err := p.moveRequest(tx, token, "pushed", "asking", tx.Now.Add(askingLife)); err != nil || took {
				return err
			}
		} else if err != nil && err != store.ErrNone {
			return err
		}
		a, err = p.requestTx(tx, token, "asking") // seen before
		if err == store.ErrNone || err == nil && (a.Client != reg.ID || !tx.Now.Before(a.At.Add(pushedLife))) {
			return bad
		}
		return err
	})
	if err != nil {
		return "", ask{}, err
	}
	return token, a, nil
}

// sorry shows a person that there is nowhere to go back to, in plain words, and keeps the fault for
// the client's engineers when the client is known.
func (p *Provider) sorry(w http.ResponseWriter, r *http.Request, client lancar.ID, err error) {
	f := asFault(err)
	p.note(r.Context(), client, "authorize", f)
	code := lancar.Invalid
	if f.status >= http.StatusInternalServerError {
		code = lancar.Internal
		p.Log.Error("oidc failed", "endpoint", "authorize", "error", err)
	}
	p.config.Sorry(w, r, lancar.Fail(code, "", "Aplikasi yang mengirim Anda ke sini salah meminta: "+lower(f.words["id"])+" Kembali ke aplikasinya dan coba lagi.",
		"The app that sent you here asked wrongly: "+lower(f.words["en"])+". Go back to the app and try again.").Because(err))
}

func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
