package oidc

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"strings"
)

// Response is where the browser goes with the answer to a request: to URL, or, when Form is not
// nil, by posting Form there (response_mode form_post).
type Response struct {
	URL  string
	Form []Field
}

// Field is one hidden field of a form.
type Field struct{ Name, Value string }

// respond makes the response of a request: always with iss (RFC 9207) and the request's state.
func (p *Provider) respond(a ask, fields ...Field) Response {
	if a.State != "" {
		fields = append(fields, Field{"state", a.State})
	}
	fields = append(fields, Field{"iss", p.config.Issuer})
	if a.Mode == "form_post" {
		return Response{URL: a.Redirect, Form: fields}
	}
	var b strings.Builder
	b.WriteString(a.Redirect)
	for i, f := range fields {
		switch {
		case i > 0:
			b.WriteByte('&')
		case !strings.Contains(a.Redirect, "?"):
			b.WriteByte('?')
		case !strings.HasSuffix(a.Redirect, "?"):
			b.WriteByte('&')
		}
		b.WriteString(f.Name + "=" + url.QueryEscape(f.Value))
	}
	return Response{URL: b.String()}
}

func (p *Provider) respondFault(a ask, f *fault) Response {
	return p.respond(a, Field{"error", f.code}, Field{"error_description", f.words["en"]})
}

// goes is the script of the bare form, and goesHash what the page's policy allows it by.
const goes = "document.forms[0].submit()"

var goesHash = func() string {
	sum := sha256.Sum256([]byte(goes))
	return base64.StdEncoding.EncodeToString(sum[:])
}()

// answerBrowser sends a fault to the client's trusted address.
func (p *Provider) answerBrowser(w http.ResponseWriter, r *http.Request, a ask, f *fault) {
	to := p.respondFault(a, f)
	w.Header().Set("Cache-Control", "no-store")
	if to.Form == nil {
		http.Redirect(w, r, to.URL, http.StatusSeeOther)
		return
	}
	// The portal renders form_post for people; an error of the request itself reaches nobody's page,
	// so it is the bare form, which sends itself where scripts run.
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'sha256-"+goesHash+"'; base-uri 'none'; frame-ancestors 'none'; form-action "+origin(to.URL))
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="id"><title>Lancar</title><form method="post" action="` + html.EscapeString(to.URL) + `">`)
	for _, f := range to.Form {
		b.WriteString(`<input type="hidden" name="` + f.Name + `" value="` + html.EscapeString(f.Value) + `">`)
	}
	b.WriteString(`<button>Lanjut</button></form><script>` + goes + `</script>`)
	_, _ = w.Write([]byte(b.String())) // the browser may have left
}

// origin is what a Content-Security-Policy names for an address: scheme and host, or the scheme
// alone for an app's own.
func origin(to string) string {
	u, err := url.Parse(to)
	if err != nil {
		return "'none'"
	}
	if u.Host == "" {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}
