package oidc

import (
	"net/http"
	"net/url"
	"strings"

	"lancar"
)

// authorize takes a request up. When nothing is left to ask the person, the answer goes straight back
// to the app; else the request is kept and the browser sent to the portal's consent page, which signs
// the person in as the request wants. A request whose redirect address cannot be trusted ends with a
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
	to, a, err := p.begin(r, reg, q)
	switch {
	case err != nil && a.trusted:
		f := asFault(err)
		p.note(r.Context(), reg.ID, "authorize", f)
		p.answerBrowser(w, r, a, f)
	case err != nil:
		p.sorry(w, r, reg.ID, err)
	default:
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// noHead refuses a mere look at the address: what previews a link answers for nobody.
func noHead(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Allow", "GET, POST")
	w.WriteHeader(http.StatusMethodNotAllowed)
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
